import { formatInstant, type Instant, withinTime } from "../domain/time.js";
import { RequestError } from "./request-error.js";

/**
 * Requests per second and per minute that a business may make.
 *
 * @rule RTE-01 three tiers
 */
const tiers = [
  { perSecond: 40, perMinute: 240 },
  { perSecond: 100, perMinute: 1000 },
  { perSecond: 500, perMinute: 5000 },
] as const;

export type TierNumber = 0 | 1 | 2;

interface Window {
  readonly ms: number;
  readonly limit: number;
  start: number;
  used: number;
}

export type RateLimitHeaders = {
  readonly "x-ratelimit-limit": string;
  readonly "x-ratelimit-remaining": string;
  readonly "x-ratelimit-reset": string;
};

/**
 * Counts one tenant's requests in windows of a second and of a minute, by the sandbox clock.
 *
 * @rule RTE-06 counted always, enforced only when a tier was chosen
 */
export class RateLimit {
  readonly #windows: { readonly second: Window; readonly minute: Window };

  constructor(private readonly enforcedTier: TierNumber | null) {
    const { perSecond, perMinute } = tiers[enforcedTier ?? 0];
    this.#windows = {
      second: { ms: 1000, limit: perSecond, start: 0, used: 0 },
      minute: { ms: 60_000, limit: perMinute, start: 0, used: 0 },
    };
  }

  /**
   * Counts a request.
   *
   * @returns what the headers say of the tighter window
   * @rule RTE-03 over the limit is 429
   * @rule RTE-04 limit, what remains of it, and when it starts afresh in Unix seconds
   * @rule RTE-05 a refusal says how many seconds to wait
   * @throws RequestError rate-limited
   */
  take(now: Instant): RateLimitHeaders {
    const { second, minute } = this.#windows;
    count(second, now);
    count(minute, now);
    const tight = minute.limit - minute.used <= second.limit - second.used ? minute : second;
    const end = tight.start + tight.ms;
    const headers = {
      "x-ratelimit-limit": String(tight.limit),
      "x-ratelimit-remaining": String(Math.max(0, tight.limit - tight.used)),
      "x-ratelimit-reset": String(Math.ceil(end / 1000)),
    };
    if (this.enforcedTier !== null && tight.used > tight.limit) {
      throw new RequestError(
        "rate-limited",
        "RTE-03",
        `Too many requests: ${tight.limit} per ${tight.ms / 1000} s are allowed in tier ${this.enforcedTier}; the window ends at ${formatInstant(withinTime(end))} by the sandbox clock`,
        { ...headers, "retry-after": String(Math.max(1, Math.ceil((end - now) / 1000))) },
      );
    }
    return headers;
  }
}

function count(window: Window, now: Instant): void {
  const start = now - (now % window.ms);
  if (start !== window.start) {
    window.start = start;
    window.used = 0;
  }
  window.used += 1;
}
