import type { Answered } from "./api-promise.js";
import { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError } from "./errors.js";
import { connectionCodeOf, connectionFixOf } from "./fix.js";
import { isTold, type LogLevel, shownHeaders } from "./log.js";
import { retryDelayMs } from "./retry-delay.js";
import {
  checkedMaxRetries,
  checkedTimeoutMs,
  type FetchOptions,
  type Settings,
} from "./settings.js";

/** One request, ready to be sent. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
  /** What the request is called in an error: its method and the template of its path. */
  readonly operation: string;
  /** Whether doing it twice does no harm; otherwise it is sent again only when nothing can have happened. */
  readonly isRepeatable: boolean;
}

/** How one request differs from the client's settings. */
export interface Delivery {
  readonly signal?: AbortSignal | null | undefined;
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly fetchOptions?: FetchOptions | undefined;
}

/** The last answer, whatever its status, and how often the request had been sent before. */
export interface Exchanged extends Answered {
  readonly retries: number;
}

/**
 * Sends a request until it succeeds, fails for good or was sent often enough.
 *
 * @throws APIConnectionError, APIConnectionTimeoutError, APIUserAbortError
 */
export async function exchange(
  outgoing: Outgoing,
  settings: Settings,
  delivery: Delivery,
): Promise<Exchanged> {
  const { method, url, headers, body, operation, isRepeatable } = outgoing;
  const timeoutMs = checkedTimeoutMs(delivery.timeout ?? settings.timeout);
  const maxRetries = checkedMaxRetries(delivery.maxRetries ?? settings.maxRetries);
  const tell = (level: Exclude<LogLevel, "off">, message: string, details?: () => object) => {
    if (isTold(level, settings.logLevel)) {
      settings.logger[level](`${method} ${url} ${message}`, ...(details ? [details()] : []));
    }
  };
  for (let retries = 0; ; retries++) {
    if (delivery.signal?.aborted) throw new APIUserAbortError({ operation });
    tell("debug", "is sent", () => ({ headers: shownHeaders(headers), body }));
    const startedMs = performance.now();
    const answer = await attempt(outgoing, settings, delivery, timeoutMs);
    const isError = answer instanceof APIConnectionError;
    const delayMs =
      retries < maxRetries
        ? retryDelayMs(isError ? answer : answer.response, retries, isRepeatable)
        : undefined;
    const tookMs = Math.round(performance.now() - startedMs);
    const result = isError ? answer.message : `${answer.response.status} in ${tookMs} ms`;
    tell("info", delayMs === undefined ? result : `${result}; again in ${delayMs} ms`);
    if (delayMs === undefined) {
      if (isError) throw answer;
      const { response, text } = answer;
      const warning = response.headers.get("drawdown-warning");
      if (warning !== null) tell("warn", `is warned of: ${warning}`);
      tell("debug", "answered", () => ({ headers: shownHeaders(response.headers), body: text }));
      return { response, text, retries };
    }
    await settings.sleep(delayMs, delivery.signal);
  }
}

/** An error that says why nothing answered, as far as `fetch` tells, and what to do about it. */
function noAnswer(target: string, url: string, cause: unknown, operation: string) {
  const code = connectionCodeOf(cause);
  const fix = connectionFixOf(code, url);
  const why = [code ?? String(cause), ...(fix === undefined ? [] : [fix])].join(". ");
  return new APIConnectionError({
    message: `${target} got no answer: ${why}`,
    ...{ cause, operation, fix },
  });
}

/** One attempt, its body read to the end: an answer that breaks off is no answer. */
async function attempt(
  { method, url, headers, body, operation }: Outgoing,
  { fetch, fetchOptions }: Settings,
  delivery: Delivery,
  timeoutMs: number,
): Promise<Answered | APIConnectionError> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  delivery.signal?.addEventListener("abort", abort);
  const timer = setTimeout(abort, timeoutMs);
  const target = `${method} ${url}`;
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...fetchOptions,
      ...delivery.fetchOptions,
      signal: controller.signal,
    });
    return { response, text: await response.text() };
  } catch (cause) {
    if (delivery.signal?.aborted) throw new APIUserAbortError({ operation });
    return controller.signal.aborted
      ? new APIConnectionTimeoutError({
          message: `${target} took longer than ${timeoutMs} ms.`,
          cause,
          operation,
        })
      : noAnswer(target, url, cause, operation);
  } finally {
    clearTimeout(timer);
    delivery.signal?.removeEventListener("abort", abort);
  }
}
