import type { Call, Fetch, Respond } from "../http/call.js";
import { pagePath } from "./page-paths.js";

/**
 * Answers one request.
 *
 * @param base the address that paths begin after, without a slash at the end. Default: scheme and host
 */
export async function answer(respond: Respond, request: Request, base?: string): Promise<Response> {
  const { status, headers, body } = await respond(toCall(request, base));
  return new Response(body, { status, headers });
}

/** Answers as `fetch` would, without a network: the form that fetch-based clients and MSW speak. */
export const fetchWith =
  (respond: Respond): Fetch =>
  async (input, init) => {
    const work = async () => answer(respond, new Request(input, init));
    // Listening to the signal that every Request has, given or not, would cost as much as the call itself.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return signal ? unlessAborted(signal, work) : work();
  };

/** What is under way goes on, as it would behind a network, unless it heeds the signal itself: the caller stops waiting. */
function unlessAborted<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

function toCall(request: Request, base?: string): Call {
  const { origin, pathname, search } = new URL(request.url);
  const prefix = base === undefined ? "" : base.slice(origin.length);
  return {
    method: request.method,
    linkTo: (page, id) => `${base ?? origin}${pagePath(page)}${id}`,
    target: `${pathname.slice(prefix.length) || "/"}${search}`,
    header: (name) => request.headers.get(name),
    text: async (limitBytes) => {
      const text = await request.text();
      return isLonger(text, limitBytes) ? undefined : text;
    },
    hungUp: () => request.signal,
  };
}

/** Most bytes that a character of a text takes in UTF-8. */
const bytesOfCharacterMax = 3;

/** Whether a text has more bytes than that. It is encoded only where its length alone does not say so. */
const isLonger = (text: string, limitBytes: number): boolean =>
  text.length > limitBytes ||
  (text.length * bytesOfCharacterMax > limitBytes &&
    new TextEncoder().encode(text).byteLength > limitBytes);
