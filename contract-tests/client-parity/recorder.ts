/** What the server says to one request. */
export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON; a text is sent as it is, as plain text. */
      readonly body?: unknown;
    }
  /** The connection breaks, or nothing comes until the client gives up. */
  | "breaks"
  | "hangs"
  /** The headers come, and of the body nothing. */
  | "hangs in the body";

/** A request as the server saw it. */
export interface Recorded {
  /** Method and path, as in `GET /meters`. */
  readonly call: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** All but what a client says of itself, and what `Accept` says. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the call began. */
  readonly atMs: number;
}

export interface Recorder {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: readonly Recorded[];
}

/** A server that answers from a script, its last line again and again, and writes down what it was asked. */
export function record(answers: readonly Answer[]): Recorder {
  const requests: Recorded[] = [];
  const beganMs = Date.now();
  return {
    requests,
    async fetch(input, init) {
      // Clients differ in what they pass; a Request is what they mean.
      const request = new Request(input, init);
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      requests.push(await recorded(request, Date.now() - beganMs));
      if (answer === "breaks") throw new TypeError("fetch failed");
      if (answer === "hangs") return new Promise((_, reject) => onAbort(request.signal, reject));
      if (answer === "hangs in the body") {
        const body = new ReadableStream({
          start: (stream) => onAbort(request.signal, (reason) => stream.error(reason)),
        });
        return new Response(body, { headers: { "content-type": "application/json" } });
      }
      return responseOf(answer);
    },
  };
}

function onAbort(signal: AbortSignal, then: (reason: unknown) => void): void {
  signal.addEventListener("abort", () => then(signal.reason));
  if (signal.aborted) then(signal.reason);
}

function responseOf({ status = 200, headers = {}, body }: Exclude<Answer, string>): Response {
  if (body === undefined) return new Response(null, { status, headers });
  const [type, text] =
    typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
  return new Response(text, { status, headers: { "content-type": type, ...headers } });
}

async function recorded(request: Request, atMs: number): Promise<Recorded> {
  const { origin, host, pathname, searchParams } = new URL(request.url);
  const text = await request.clone().text();
  const place = host === "api.test" ? pathname : `${origin}${pathname}`;
  return {
    call: `${request.method} ${place}`,
    query: Object.fromEntries(searchParams),
    body: text === "" ? null : JSON.parse(text),
    headers: Object.fromEntries(
      [...request.headers]
        .filter(([name]) => name !== "user-agent" && !name.startsWith("x-stainless-"))
        .map(([name, value]) => [name, name === "accept" ? "(some)" : value]),
    ),
    atMs,
  };
}
