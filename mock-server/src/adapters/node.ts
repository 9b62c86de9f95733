import type { IncomingMessage, ServerResponse } from "node:http";
import type { Call, Reply, Respond } from "../http/call.js";

/** A Node request listener that answers every request through the sandbox. */
export function nodeListener(
  respond: Respond,
): (request: IncomingMessage, response: ServerResponse) => void {
  const waiting: { readonly response: ServerResponse; readonly reply: Reply }[] = [];
  const sendWaiting = () => {
    for (const it of waiting.splice(0)) send(it.response, it.reply);
  };
  return (request, response) => {
    void respond(toCall(request)).then((reply) => {
      // Replies of one turn of the event loop leave together. Sent one by one, each would wake a client that has
      // just gone to sleep, which costs more than computing the answer.
      if (waiting.push({ response, reply }) === 1) setImmediate(sendWaiting);
    });
  };
}

function toCall(request: IncomingMessage): Call {
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    origin: `http://${request.headers.host ?? "127.0.0.1"}`,
    header: (name) => {
      const value = request.headers[name];
      return value === undefined ? null : String(value);
    },
    text: (limitBytes) => readText(request, limitBytes),
  };
}

/** The body as text, or `undefined` as soon as it is known to be longer than the limit; the rest is thrown away. */
function readText(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  // A body parser of the host application has been here before and left the parsed body.
  if (request.readableEnded && "body" in request) {
    return Promise.resolve(request.body === undefined ? "" : JSON.stringify(request.body));
  }
  return new Promise((resolve) => {
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) {
      request.resume();
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on("end", () =>
      resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()),
    );
    // The client went away: what is resolved then reaches nobody.
    request.on("error", () => resolve(""));
    request.on("close", () => resolve(""));
  });
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (body === null) {
    response.writeHead(status, status === 204 ? headers : { "content-length": "0", ...headers });
    response.end();
    return;
  }
  response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}
