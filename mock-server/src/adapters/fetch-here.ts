import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";

/**
 * Sends a request to this machine under a name that no name server is asked for, and does not follow redirects. `fetch`
 * cannot be told what a name stands for. Where there is no Node, browsers take such names for their own machine by
 * themselves.
 *
 * @rule BND-16 a name below `.localhost` is this machine
 */
export async function fetchHere(request: Request): Promise<Response> {
  const start = starterOf(request.url);
  if (!start) return fetch(request);
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const { method, signal } = request;
    const headers = Object.fromEntries(request.headers);
    const outgoing = start(
      request.url,
      { method, headers, signal, lookup: loopback, agent: false },
      (answer) => resolve(responseOf(answer)),
    );
    outgoing.on("error", (error) => reject(firstOf(error)));
    outgoing.end(body);
  });
}

type Start = typeof import("node:http").request;

/** The module that a bundle for browsers cannot import, if this is Node. */
function starterOf(url: string): Start | undefined {
  const load = globalThis.process?.getBuiltinModule;
  const name = url.startsWith("https:") ? "node:https" : "node:http";
  // Both have this function, and take these arguments.
  return load && (load(name) as { readonly request: Start }).request;
}

/** Both families are tried, in this order. */
const addresses = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

const loopback: LookupFunction = (_hostname, { all }, callback) => {
  if (all) callback(null, addresses);
  else callback(null, "127.0.0.1", 4);
};

const isBodiless = (status: number): boolean => status === 204 || status === 205 || status === 304;

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  if (isBodiless(status)) answer.resume();
  return new Response(isBodiless(status) ? null : bytesOf(answer), { status });
}

/** Stops reading when whoever reads it does. */
function bytesOf(answer: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = answer[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(stream) {
      const { done, value } = await chunks.next();
      if (done) stream.close();
      else stream.enqueue(value);
    },
    cancel() {
      answer.destroy();
    },
  });
}

/** Where several addresses were tried, the error of all of them says nothing by itself. */
const firstOf = (error: Error): unknown =>
  error instanceof AggregateError ? (error.errors[0] ?? error) : error;
