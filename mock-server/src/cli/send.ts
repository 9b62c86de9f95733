import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { components as Control } from "@drawdown/spec/control";
import type { components as Dodo } from "@drawdown/spec/dodo";
import { printable } from "../adapters/printable.js";
import { isJson } from "../http/read-json.js";
import { type Client, connect, connectionHelp, connectionOptions } from "./client.js";
import { CommandError, noMore, parse, styled, UsageError } from "./command-line.js";

type Attempt = Control["schemas"]["Attempt"];
type Endpoint = Dodo["schemas"]["WebhookDetails"];

const help = `drawdown send [options] [-]: sign any body and send it to an endpoint, once

  --webhook ID      the endpoint                   (the only one there is)
  --body JSON       the body
  --body-file PATH  a file with the body; - or a last word - reads the input
${connectionHelp}
  --json            print the attempt as JSON, with the signed headers

Ends with status 1 when the receiver does not answer at all.`;

const options = {
  ...connectionOptions,
  webhook: { type: "string" },
  body: { type: "string" },
  "body-file": { type: "string" },
} as const;

/** Signs a body of any kind for an endpoint, sends it once and prints what the receiver answered. */
export async function send(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse("send", args, options);
  if (values.help) return console.log(help);
  const readsInput = positionals.at(-1) === "-";
  noMore("send", readsInput ? positionals.slice(0, -1) : positionals);
  const body = await readBody(values.body, readsInput ? "-" : undefined, values["body-file"]);
  const client = connect(values);
  const id = values.webhook ?? (await onlyEndpoint(client));
  const path = `/_sandbox/webhooks/${encodeURIComponent(id)}/send`;
  const attempt = await client.call<Attempt>("POST", path, { body });
  console.log(values.json ? printable(JSON.stringify(attempt)) : describe(id, attempt));
  if (attempt.status_code === null) process.exitCode = 1;
}

async function readBody(
  given: string | undefined,
  ...files: readonly (string | undefined)[]
): Promise<string> {
  const [file, ...others] = files.filter((it) => it !== undefined);
  if ((given === undefined) === (file === undefined) || others.length > 0) {
    throw new UsageError(
      "send takes one body: --body JSON, --body-file PATH, or - to read it from the input",
    );
  }
  const body = given ?? (await readSource(file ?? "-"));
  if (isJson(body)) return body;
  const from = given === undefined ? (file === "-" ? "the input" : file) : "--body";
  throw new UsageError(`what ${from} holds is no JSON: ${excerpt(body)}`);
}

async function readSource(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--body-file cannot be read: ${reason}`);
  }
}

const excerptMax = 60;

const excerpt = (body: string): string =>
  JSON.stringify(body.length > excerptMax ? `${body.slice(0, excerptMax)}…` : body);

async function onlyEndpoint({ call }: Client): Promise<string> {
  const { data } = await call<{ data: Endpoint[] }>("GET", "/webhooks?limit=250");
  const [first, ...others] = data;
  if (first === undefined) {
    throw new CommandError(
      "there is no endpoint to send to; create one with POST /webhooks or drawdown serve --webhook URL",
    );
  }
  if (others.length === 0) return first.id;
  const listed = data.map((it) => `\n  --webhook ${it.id}   ${it.url}`).join("");
  throw new UsageError(`there are several endpoints; choose one:${listed}`);
}

function describe(id: string, { status_code, error, response_body }: Attempt): string {
  if (status_code === null)
    return `${styled("red", "no answer")} from ${id}: ${printable(error ?? "unsent")}`;
  const colour = status_code >= 200 && status_code < 300 ? "green" : "red";
  const status = `${styled(colour, String(status_code))} from ${id}`;
  return response_body ? `${status}\n${printable(response_body)}` : status;
}
