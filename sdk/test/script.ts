import { type ClientOptions, DodoPayments } from "../src/index.js";

/** What a scripted server does with one request: answer it, or fail as `fetch` fails. */
export type Step = (request: Request) => Response | Promise<Response>;

/** What the server got. */
export interface Sent {
  readonly line: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** An answer with a JSON body, or with none. */
export const answer =
  (status: number, body?: unknown, headers: Record<string, string> = {}): Step =>
  () =>
    new Response(body === undefined ? null : JSON.stringify(body), { status, headers });

/** A connection that breaks. */
export const broken: Step = () => {
  throw new TypeError("fetch failed");
};

/** A server that accepts the request and never answers; it ends as `fetch` does when the signal is aborted. */
export const silent: Step = ({ signal }) =>
  new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });

/** A client of a server that follows a script, one step a request, with the waits between them taken down, not waited. */
export function scripted(steps: readonly Step[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const remaining = [...steps];
  const client = new DodoPayments({
    bearerToken: "dodo_test_key",
    baseURL: "http://sandbox.test",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const text = await request.clone().text();
      sent.push({
        line: `${request.method} ${pathname}${search}`,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      });
      const step = remaining.shift();
      if (!step) throw new Error(`the script has no step for request ${sent.length}`);
      return step(request);
    },
    sleep: async (ms) => {
      waits.push(ms);
    },
    ...options,
  });
  return { client, sent, waits };
}
