import { request } from "node:http";
import { text } from "node:stream/consumers";

export interface Knock {
  readonly method?: string;
  /** Headers letter for letter, `Host` and `Origin` too, which `fetch` chooses by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Opened {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** What a refusal says. */
  readonly message: string;
}

/** Sends a request as it is given, whatever a client of HTTP would think of it. */
export function knock(url: string, { method = "GET", headers = {}, body }: Knock = {}) {
  return new Promise<Opened>((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, async (answer) => {
      const said = await text(answer);
      const message = said.startsWith("{") ? (JSON.parse(said).message ?? "") : "";
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: said, message });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
