import { type ListPath, readAll } from "../client/control.js";
import { type Answered, exchange } from "../client/exchange.js";
import { sandboxAddress } from "../client/sandbox-address.js";
import { startCommand } from "../client/start-command.js";
import { failureCode } from "../http/failure.js";
import { CommandError, noAddress } from "./command-line.js";

/** The key that commands use unless told otherwise. */
export const defaultKey = "dodo_test_cli";

/** Options of every command that talks to a running sandbox. */
export const connectionOptions = {
  url: { type: "string", default: "http://127.0.0.1:4010" },
  key: { type: "string", default: defaultKey },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What {@link connectionOptions} look like in the help of a command. */
export const connectionHelp = `  --url URL         where the sandbox listens      (http://127.0.0.1:4010)
  --key KEY         bearer token, which is a world (${defaultKey})`;

/** A sandbox that did not do what it was asked. */
export class Refusal extends CommandError {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** A running sandbox as one key sees it. */
export interface Client {
  readonly url: string;
  /**
   * Calls the vendor's API or the control API and returns the body of the answer.
   *
   * @throws Refusal when the answer is none of the 200s, CommandError when there is none
   */
  readonly call: <Body>(method: string, path: string, body?: unknown) => Promise<Body>;
}

/** A client for a running sandbox; nothing is sent yet. */
export function connect(options: { readonly url: string; readonly key: string }): Client {
  const url = sandboxAddress(options.url);
  if (url === undefined) throw noAddress("--url", options.url);
  return {
    url,
    async call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
      const asked = { method, path, key: options.key, body };
      const answer = await exchange({ fetch, baseURL: url }, asked).catch((error: unknown) => {
        throw new CommandError(
          `no sandbox answers at ${url} (${failureCode(error)}); start one with: ${startCommand(url)}`,
        );
      });
      // The documents of both APIs give the shape of each answer; the caller names it.
      return bodyOf(`${method} ${url}${path}`, answer) as Body;
    },
  };
}

function bodyOf(call: string, { ok, status, body }: Answered): unknown {
  if (body === undefined) {
    throw new Refusal(`${call} answered ${status}, but not as a sandbox does`, 0);
  }
  if (ok) return body;
  throw new Refusal(`${call} answered ${status} ${describe(body)}`, status);
}

const describe = (body: unknown): string =>
  typeof body === "object" && body !== null && "message" in body
    ? String(body.message)
    : JSON.stringify(body);

/** Everything that a list of the control API holds after an id, oldest first. */
export const readAfter = <Item extends { readonly id: string }>(
  { call }: Client,
  path: ListPath,
  after: string | undefined,
  filter: Readonly<Record<string, string>> = {},
): Promise<readonly Item[]> => readAll((target) => call("GET", target), path, after, filter);
