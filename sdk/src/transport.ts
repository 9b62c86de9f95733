import { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError } from "./errors.js";
import { retryDelayMs } from "./retry-delay.js";
import { checkedMaxRetries, checkedTimeoutMs, type Settings } from "./settings.js";

/** How one request differs from the client's settings. */
export interface Delivery {
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  /** Whether doing it twice does no harm. Default: true unless it is a POST. */
  readonly isRepeatable?: boolean | undefined;
}

/**
 * Sends a request until it succeeds, fails for good or was sent often enough. Resolves with the last answer, whatever
 * its status.
 *
 * @throws APIConnectionError, APIConnectionTimeoutError, APIUserAbortError
 */
export async function send(
  request: Request,
  settings: Settings,
  delivery: Delivery = {},
): Promise<Response> {
  const timeoutMs = checkedTimeoutMs(delivery.timeout ?? settings.timeoutMs);
  const maxRetries = checkedMaxRetries(delivery.maxRetries ?? settings.maxRetries);
  const isRepeatable = delivery.isRepeatable ?? request.method !== "POST";
  for (let retries = 0; ; retries++) {
    if (request.signal.aborted) throw new APIUserAbortError("The request was aborted.");
    const answer = await attempt(request, settings.fetch, timeoutMs);
    const delayMs = retries < maxRetries ? retryDelayMs(answer, retries, isRepeatable) : undefined;
    if (delayMs === undefined) {
      if (answer instanceof Response) return answer;
      throw answer;
    }
    await settings.sleep(delayMs, request.signal);
  }
}

/** One attempt, its body read to the end: an answer that breaks off is no answer. */
async function attempt(
  request: Request,
  fetch: Settings["fetch"],
  timeoutMs: number,
): Promise<Response | APIConnectionError> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  request.signal.addEventListener("abort", abort);
  const timer = setTimeout(abort, timeoutMs);
  const target = `${request.method} ${request.url}`;
  try {
    // A copy, because a request can be sent only once.
    const response = await fetch(new Request(request.clone(), { signal: controller.signal }));
    const { status, statusText, headers } = response;
    return new Response((await response.text()) || null, { status, statusText, headers });
  } catch (cause) {
    if (request.signal.aborted) throw new APIUserAbortError("The request was aborted.", { cause });
    return controller.signal.aborted
      ? new APIConnectionTimeoutError(`${target} took longer than ${timeoutMs} ms.`, { cause })
      : new APIConnectionError(`${target} got no answer: ${String(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
  }
}
