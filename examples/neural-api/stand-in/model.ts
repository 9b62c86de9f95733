import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A language model's API on this machine: `POST /v1/chat/completions` as OpenAI's client calls it, without a model. */
export interface ModelServer {
  /** What `OPENAI_BASE_URL` has to be. */
  readonly baseUrl: string;
  close(): void;
}

/** Answers whoever knows the key. The same prompt always gets the same answer and costs the same tokens. */
export async function serveModel(apiKey: string): Promise<ModelServer> {
  const server = createServer((request, response) => {
    answer(request, apiKey).then(
      (body) => send(response, 200, body),
      (error: unknown) =>
        send(response, error instanceof Refusal ? error.status : 500, said(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The longest answer of the model it stands for, in tokens. */
export const completionTokensMax = 128_000;

async function answer(request: IncomingMessage, apiKey: string): Promise<object> {
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    throw new Refusal(401, "invalid_api_key", "Incorrect API key provided");
  }
  if (`${request.method} ${request.url}` !== "POST /v1/chat/completions") {
    throw new Refusal(404, "unknown_url", `Unknown request URL: ${request.method} ${request.url}`);
  }
  const { model, messages } = await read(request);
  const prompt = messages.map((it) => it.content).join("\n");
  const prompt_tokens = 3 + messages.length * 4 + tokensIn(prompt);
  const { text, tokens: completion_tokens } = write(prompt);
  return {
    id: `chatcmpl-${hash(prompt).toString(36)}`,
    object: "chat.completion",
    created: 0,
    model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

interface Question {
  readonly model: string;
  readonly messages: readonly { readonly content: string }[];
}

async function read(request: IncomingMessage): Promise<Question> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  const { model, messages } = parse(text);
  if (typeof model !== "string") throw new Refusal(400, null, "you must provide a model parameter");
  const isText = (it: { content?: unknown } | null) => typeof it?.content === "string";
  if (Array.isArray(messages) && messages.length > 0 && messages.every(isText)) {
    return { model, messages };
  }
  throw new Refusal(400, null, "messages must be a list of objects with a text as content");
}

function parse(text: string): { readonly model?: unknown; readonly messages?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Refusal(400, null, "We could not parse the JSON body of your request");
  }
}

/** A few words, and how many tokens they cost: as many as the prompt asks for (`in 120,000 tokens`), or a paragraph's. */
function write(prompt: string): { readonly text: string; readonly tokens: number } {
  const [, wanted] = /\bin ([\d,]+) tokens\b/.exec(prompt) ?? [];
  const tokens =
    wanted === undefined ? 60 + (hash(prompt) % 1200) : Number(wanted.replaceAll(",", ""));
  const text = sentences[hash(prompt) % sentences.length] ?? "";
  return { text, tokens: Math.min(tokens, completionTokensMax) };
}

const sentences = [
  "It depends on who keeps the book: what was written once is only ever added to.",
  "Think of a jar of tickets. Each answer takes a few, the oldest first, and none is put back.",
  "In short: count what comes in, count what goes out, and let nobody erase a line.",
  "Yes, as long as both sides read the same ledger; where they disagree, the older line is right.",
];

/** About four characters a token, as with English text. */
const tokensIn = (text: string): number => Math.ceil(text.length / 4);

/** FNV-1a: spreads prompts over numbers, the same ones every time. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** An error in the shape of OpenAI's. */
const said = (error: unknown) => ({
  error: {
    message: error instanceof Error ? error.message : String(error),
    type: error instanceof Refusal ? "invalid_request_error" : "server_error",
    param: null,
    code: error instanceof Refusal ? error.code : null,
  },
});

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
