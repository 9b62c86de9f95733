import type { IncomingMessage, ServerResponse } from "node:http";
import { keyIn } from "../http/authenticate.js";
import type { Call, Reply, Respond } from "../http/call.js";
import { type Gate, passHeader } from "./gate.js";
import { pagePath } from "./page-paths.js";
import { parsedBody } from "./parsed-body.js";
import type { Passes } from "./passes.js";
import { readBody } from "./read-body.js";

/** What a server has before its sandbox. */
export interface FrontDoor {
  readonly gate: Gate;
  readonly passes: Passes;
}

/**
 * A Node request listener that answers every request through the sandbox, if the gate lets it in. It works below a path of
 * an Express application, too, behind its body parsers, and leaves alone what that has answered already.
 */
export function nodeListener(
  respond: Respond,
  { gate, passes }: FrontDoor,
): (request: IncomingMessage, response: ServerResponse) => void {
  const waiting: (() => void)[] = [];
  const sendWaiting = () => {
    for (const it of waiting.splice(0)) it();
  };
  return (request, response) => {
    if (response.headersSent) return;
    const { refusal, headers } = gate(request);
    if (refusal) return send(response, refusal, headers);
    const key = keyOf(request, passes);
    if (key === undefined) return send(response, strange, headers);
    const call = { ...toCall(request, key, passes), hungUp: () => hangUpOf(response) };
    void respond(call).then((reply) => {
      // Replies of one turn of the event loop leave together. Sent one by one, each would wake a client that has
      // just gone to sleep, which costs more than computing the answer.
      if (waiting.push(() => send(response, reply, headers)) === 1) setImmediate(sendWaiting);
    });
  };
}

function toCall(request: IncomingMessage, authorization: string | null, passes: Passes): Call {
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    linkTo: (page, id) => {
      const key = keyIn(authorization);
      const pass = key === undefined ? "" : `${passes.seal(key, id)}/`;
      return `${baseOf(request)}${pagePath(page)}${pass}${id}`;
    },
    header: (name) => {
      if (name === "authorization") return authorization;
      const value = request.headers[name];
      return value === undefined ? null : String(value);
    },
    text: (limitBytes) => readText(request, limitBytes),
  };
}

/** What an Express application knows of a request that it has taken to the sandbox. */
interface Mounted {
  readonly protocol: string;
  /** The path it is mounted at, without a slash at the end; empty at the root. */
  readonly baseUrl: string;
}

/**
 * The address that paths begin after: scheme, host, and the path the sandbox is mounted at.
 *
 * @rule BND-18 links carry the path it is mounted at
 */
export function baseOf(request: IncomingMessage): string {
  const { protocol = "http", baseUrl = "" } = request as Partial<Mounted>; // absent where no application is
  return `${protocol}://${request.headers.host ?? "127.0.0.1"}${baseUrl}`;
}

/** The session that a call of the control API is about, where it is one that customers have links to. */
const sessionOf = (target: string): string =>
  /^\/_sandbox\/(?:checkouts|portals)\/([^/?]+)/.exec(target)?.[1] ?? "";

/**
 * The `Authorization` of a request, or the one that its pass stands for; undefined when the pass is none.
 *
 * @rule BND-11 a pass opens the session of its link, and nothing else
 */
function keyOf({ headers, url = "/" }: IncomingMessage, passes: Passes): string | null | undefined {
  const pass = headers[passHeader];
  if (pass === undefined) return headers.authorization ?? null;
  const key = passes.open(String(pass), sessionOf(url));
  return key === undefined ? undefined : `Bearer ${key}`;
}

const strange: Reply = {
  status: 401,
  headers: { "content-type": "application/json", "drawdown-rule": "BND-11; inferred" },
  body: JSON.stringify({
    code: "UNAUTHORIZED",
    message:
      "this link does not open here: it was made by a sandbox that has ended, or for another session; make a new one",
  }),
};

/** Aborts when the connection closes before the answer is out. */
function hangUpOf(response: ServerResponse): AbortSignal {
  const hangUp = new AbortController();
  const close = () => {
    if (!response.writableFinished) hangUp.abort();
  };
  if (response.closed) close();
  else response.once("close", close);
  return hangUp.signal;
}

/** The body as text, or `undefined` where it is longer than the limit. */
async function readText(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const parsed = parsedBody(request);
  if (parsed !== undefined) return Buffer.byteLength(parsed) > limitBytes ? undefined : parsed;
  return readBody(request, limitBytes);
}

/** The answer to a body that is too large. */
const tooLarge = 413;

/**
 * Sends a reply, unless the application that the sandbox is mounted in has answered meanwhile.
 *
 * @rule BND-20 what is answered already is left alone
 * @rule BDY-02 a body that is too large is not read to its end, so the connection ends with the answer
 */
export function send(
  response: ServerResponse,
  { status, headers: own, body }: Reply,
  more: Reply["headers"],
): void {
  if (response.headersSent) return;
  const headers = { ...own, ...more };
  if (body === null) {
    response.writeHead(status, status === 204 ? headers : { "content-length": "0", ...headers });
    response.end();
    return;
  }
  const length = { "content-length": Buffer.byteLength(body) };
  const last = status === tooLarge ? { connection: "close" } : {};
  response.writeHead(status, { ...length, ...last, ...headers });
  response.end(body);
}
