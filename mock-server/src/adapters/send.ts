import { failureText } from "../http/failure.js";
import { isLoopback, mayBeAskedFor } from "../http/loopback.js";
import type { Answered, Send } from "../sandbox/ports.js";
import { fetchHere } from "./fetch-here.js";

/** Bytes of an answer that are kept: enough for what a receiver says went wrong, too few to read a service through it. */
const answerMax = 4 * 1024;

/**
 * Sends webhooks over the network. Redirects are not followed.
 *
 * @param timeoutMs how long a receiver has to accept and to answer
 * @param allowsRemote whether receivers other than on this machine are contacted
 * @rule WHK-26 a receiver that takes longer than the timeout has failed
 */
export const sendByNetwork =
  (timeoutMs: number, allowsRemote: boolean): Send =>
  async ({ url, headers, body }, until) => {
    const { hostname } = new URL(url);
    if (!allowsRemote && !isLoopback(hostname)) {
      return {
        error: `${hostname} is not on this machine, so nothing was sent; start with --allow-remote-webhooks (option allowRemoteWebhooks) to allow it`,
      };
    }
    const answer = mayBeAskedFor(hostname) ? fetchHere : (request: Request) => fetch(request);
    return sendBy(answer, timeoutMs)({ url, headers, body }, until);
  };

/** Sends webhooks through a function of the `fetch` kind, for example straight into an application. */
export const sendBy =
  (answer: (request: Request) => Promise<Response>, timeoutMs: number): Send =>
  async ({ url, headers, body }, until) => {
    const cancel = new AbortController();
    const timer = setTimeout(() => cancel.abort(new TimedOut(timeoutMs)), timeoutMs);
    const stop = () => cancel.abort(until.reason);
    until.addEventListener("abort", stop);
    try {
      const request = new Request(url, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
        signal: cancel.signal,
      });
      const reply = async () => answered(await answer(request));
      return await Promise.race([reply(), aborted(cancel.signal)]);
    } catch (error) {
      return { error: failureText(cancel.signal.aborted ? cancel.signal.reason : error) };
    } finally {
      clearTimeout(timer);
      until.removeEventListener("abort", stop);
    }
  };

class TimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** @rule BND-12 what is kept of an answer */
async function answered(response: Response): Promise<Answered> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let body = "";
  for (let read = 0; reader && read < answerMax; ) {
    const { done, value } = await reader.read();
    if (done) return { status: response.status, body: body + decoder.decode() };
    read += value.byteLength;
    body += decoder.decode(value.subarray(0, Math.max(answerMax - (read - value.byteLength), 0)), {
      stream: true,
    });
  }
  // Where others look at the answer, too, as MSW does, this ends only when they stop.
  reader?.cancel().catch(() => {});
  return { status: response.status, body };
}
