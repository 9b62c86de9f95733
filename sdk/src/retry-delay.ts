import { APIConnectionError } from "./errors.js";

const backoffMsFirst = 500;
const backoffMsMax = 8_000;
/** A server that asks for a longer wait is not asked again: the caller should know, not hang. */
const retryAfterMsMax = 60_000;

/**
 * How many milliseconds to wait before sending a request again; `undefined` when it is not to be sent again.
 *
 * @param answer what the last attempt came to
 * @param retries how often the request was sent again before
 * @param isRepeatable whether doing it twice does no harm; otherwise only an answer that proves nothing happened counts
 */
export function retryDelayMs(
  answer: Response | APIConnectionError,
  retries: number,
  isRepeatable: boolean,
): number | undefined {
  if (answer instanceof APIConnectionError) return isRepeatable ? backoffMs(retries) : undefined;
  if (answer.ok || !shouldRetry(answer, isRepeatable)) return undefined;
  const delayMs = retryAfterMs(answer.headers) ?? backoffMs(retries);
  return delayMs <= retryAfterMsMax ? delayMs : undefined;
}

function shouldRetry({ status, headers }: Response, isRepeatable: boolean): boolean {
  const told = headers.get("x-should-retry");
  if (told === "true" || told === "false") return told === "true";
  return status === 429 || (isRepeatable && (status === 408 || status >= 500));
}

/** What `retry-after-ms` (milliseconds) or `retry-after` (seconds, or a date) says; never negative. */
export function retryAfterMs(headers: Headers): number | undefined {
  const milliseconds = headers.get("retry-after-ms");
  const after = headers.get("retry-after");
  const candidates = [
    milliseconds && Number(milliseconds),
    after && Number(after) * 1_000,
    after && Date.parse(after) - Date.now(),
  ];
  const found = candidates.find((it) => typeof it === "number" && !Number.isNaN(it));
  return typeof found === "number" ? Math.max(0, found) : undefined;
}

/** Twice as long every time, less up to a quarter, so that clients that failed together do not return together. */
function backoffMs(retries: number): number {
  return Math.min(backoffMsFirst * 2 ** retries, backoffMsMax) * (1 - Math.random() / 4);
}
