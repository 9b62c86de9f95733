import {
  type DodoSettings,
  type InitialWebhook,
  meterDelayMsDefault,
} from "./dialects/dodo/settings.js";
import { isSecret } from "./dialects/dodo/webhooks/secret.js";
import { documented, type Policy, type Profile, readPolicy } from "./domain/policy.js";
import { instantOf, parseInstant } from "./domain/time.js";
import type { TierNumber } from "./http/rate-limit.js";
import { callableAddress } from "./http/web-address.js";
import type { InitialState } from "./sandbox/world.js";

/** How a sandbox begins and behaves; each key's world begins the same. Every field may be left out. */
export interface SandboxOptions {
  /** Instant every tenant's clock starts at: an RFC 3339 timestamp or a `Date`. Default: the machine's time. */
  readonly at?: string | Date;
  /** Whether the clocks stand still until they are moved. Default: false, they run with the machine's time. */
  readonly frozen?: boolean;
  /** Decides every id: the same seed, key and calls give the same ids. Default: `drawdown`. */
  readonly seed?: string;
  /** Refuse unknown body fields with 422 instead of warning. Default: false. */
  readonly strict?: boolean;
  /** Accept these keys only. Default: any. */
  readonly keys?: readonly string[];
  /**
   * Enforce the request limits of this tier.
   *
   * Default: none; the rate limit headers are sent all the same (RTE-06).
   */
  readonly tier?: TierNumber;
  /** Seconds of sandbox time between two passes of the meter worker; 0 deducts usage at once. Default: 60 (MTR-50). */
  readonly meterDelaySeconds?: number;
  /**
   * How to answer what sources answer differently: the name of a profile, or some switches. Default: `documented`.
   * Each key's own can be changed through `/_sandbox/policy`.
   */
  readonly policy?: Profile | (Partial<Policy> & { readonly profile?: Profile });
  /**
   * Takes webhooks in place of the network, for example straight into the application under test. Default: they are
   * sent to their URLs, as far as those are on this machine.
   */
  readonly webhookFetch?: (request: Request) => Promise<Response>;
  /** Seconds a webhook receiver has to answer (WHK-26). Default: 15. */
  readonly webhookTimeoutSeconds?: number;
  /** Whether webhooks are sent to receivers that are not on this machine. Default: false. */
  readonly allowRemoteWebhooks?: boolean;
  /** Webhook endpoints that are there from the start, and after each reset, by key. */
  readonly webhooks?: readonly InitialWebhook[];
  /** Bytes a request body may have (EVT-17). Default: 10 MiB. */
  readonly bodyBytesMax?: number;
  /**
   * Told what an answer warns of, beside its header `drawdown-warning`: each sentence, and the call. `console.warn` shows
   * it in a test. Default: nobody is told.
   */
  readonly onWarning?: (sentence: string, call: { method: string; target: string }) => void;
  /** Keys a sandbox may hold. Default: 10,000. */
  readonly keysMax?: number;
}

const bodyBytesDefault = 10 * 1024 * 1024;

const keysDefault = 10_000;

/**
 * What options come to, with what they leave out.
 *
 * @throws TypeError when one makes no sense; the message names it
 */
export const readOptions = (options: SandboxOptions) => ({
  beginning: {
    at: readAt(options.at),
    isFrozen: options.frozen ?? false,
    seed: options.seed ?? "drawdown",
    policy: options.policy === undefined ? documented : readPolicy(options.policy),
  } satisfies InitialState,
  settings: {
    meterDelayMs: readDelay(options.meterDelaySeconds),
    webhooks: readWebhooks(options.webhooks ?? []),
  } satisfies DodoSettings,
  timeoutMs: readTimeout(options.webhookTimeoutSeconds),
  keysMax: atLeastOne("keysMax", options.keysMax ?? keysDefault),
  bodyBytesMax: atLeastOne("bodyBytesMax", options.bodyBytesMax ?? bodyBytesDefault),
});

/** A policy from texts: profiles and `switch=value`, later ones over earlier ones. Names are checked with the options. */
export const policyFrom = (texts: readonly string[]): NonNullable<SandboxOptions["policy"]> =>
  Object.fromEntries(
    texts.map((it) => {
      const [name = "", value] = it.trim().split("=", 2);
      return value === undefined ? ["profile", name] : [name, value];
    }),
  );

function readAt(at: string | Date | undefined) {
  if (at === undefined) return null;
  const instant = at instanceof Date ? instantOf(at.getTime()) : parseInstant(at);
  if (instant === undefined || Number.isNaN(instant)) {
    throw new TypeError(
      `\`at\` is ${JSON.stringify(at)} but must be an RFC 3339 timestamp such as 2026-01-01T00:00:00Z`,
    );
  }
  return instant;
}

function readWebhooks(webhooks: readonly InitialWebhook[]): readonly InitialWebhook[] {
  for (const { key, url, secret } of webhooks) {
    if (!callableAddress(url)) {
      throw new TypeError(
        `\`webhooks\` has the URL ${JSON.stringify(url)} for ${key}, which is no http or https address, or one with a name and password, which cannot be called`,
      );
    }
    if (secret !== undefined && !isSecret(secret)) {
      throw new TypeError(
        `\`webhooks\` has a secret for ${url} that is not \`whsec_\` and the base64 of at least 12 bytes`,
      );
    }
  }
  return webhooks;
}

const timeoutSecondsDefault = 15;

function readTimeout(seconds = timeoutSecondsDefault): number {
  if (seconds > 0 && seconds <= 3600) return seconds * 1000;
  throw new TypeError(
    `\`webhookTimeoutSeconds\` is ${seconds} but must be above 0 and at most 3600`,
  );
}

const meterDelaySecondsMax = 86_400;

function readDelay(seconds: number | undefined): number {
  if (seconds === undefined) return meterDelayMsDefault;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= meterDelaySecondsMax) {
    return seconds * 1000;
  }
  throw new TypeError(
    `\`meterDelaySeconds\` is ${seconds} but must be a whole number from 0 to ${meterDelaySecondsMax}`,
  );
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`\`${name}\` is ${value} but must be a whole number of at least 1`);
}
