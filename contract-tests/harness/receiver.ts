import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { components as Control } from "@drawdown/spec/control";
import type { components } from "@drawdown/spec/dodo";
import DodoPayments from "dodopayments";
import { Webhook } from "standardwebhooks";
import { onTestFinished } from "vitest";
import type { Arguments } from "./clients.js";
import type { World } from "./world.js";

type Fields = Readonly<Record<string, unknown>>;

export type Endpoint = components["schemas"]["WebhookDetails"];
export type Delivery = Control["schemas"]["Delivery"];
export type Attempt = Control["schemas"]["Attempt"];
export type DeliveryMode = Control["schemas"]["DeliveryMode"];

/** The body of a webhook. */
export interface Payload {
  readonly business_id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Fields & { readonly payload_type: string };
}

export interface Happened {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly payload: Payload;
}

/** What a verifier is given: the headers and the very bytes of the body. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Received extends Signed {
  readonly method: string;
  readonly path: string;
  readonly payload: Payload;
}

/** A status, or something worse. */
export type Answer =
  | number
  | "hang"
  | "reset"
  | "endless"
  | { readonly status: number; readonly body?: string; readonly location?: string };

/** A real server that takes webhooks on this machine; closed when the test is over. */
export class Receiver {
  readonly requests: Received[] = [];
  /** What is answered when no other answer was lined up. */
  otherwise: Answer = 200;
  /** Runs when a request has arrived; the answer waits for it. */
  onRequest: (request: Received) => unknown = () => undefined;
  private readonly answers: Answer[] = [];
  private readonly expecting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor(private readonly server: Server) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.take(request, response).catch(() => response.destroy());
    });
  }

  static async open(...answers: readonly Answer[]): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    receiver.answer(...answers);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => receiver.close());
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port; // a listening server has an address
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  /** What arrived, as the types of the events. */
  get types(): readonly string[] {
    return this.requests.map((it) => it.payload.type);
  }

  /** Lines up answers for the next requests. */
  answer(...answers: readonly Answer[]): void {
    this.answers.push(...answers);
  }

  /** Resolves as soon as so many requests have arrived. */
  arrived(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.expecting.push({ count, resolve });
      this.tell();
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const received = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body,
      payload: JSON.parse(body),
    };
    const answer = this.answers.shift() ?? this.otherwise;
    this.requests.push(received);
    this.tell();
    await this.onRequest(received);
    if (answer === "hang") return;
    if (answer === "reset") return void request.socket.resetAndDestroy();
    if (answer === "endless") return flood(response);
    const { status, body: text = "ok", location } = plain(answer);
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(status === 204 ? undefined : text);
  }

  private tell(): void {
    for (const { count, resolve } of this.expecting) if (this.requests.length >= count) resolve();
  }
}

const plain = (answer: number | Exclude<Answer, string | number>) =>
  typeof answer === "number" ? { status: answer } : answer;

/** Writes for as long as somebody reads. */
function flood(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, "x");
  const pour = () => {
    while (response.writable && response.write(block));
  };
  response.writeHead(200);
  response.on("drain", pour);
  response.on("close", () => response.off("drain", pour));
  pour();
}

/** Has events sent to an address; answers the endpoint. */
export const listenTo = (world: World, url: string, more: Fields = {}): Promise<Endpoint> =>
  world.ok("createWebhook", { body: { url, ...more } });

export const at = ({ id }: Pick<Endpoint, "id">) => ({ path: { webhook_id: id } });

export const secretOf = async (world: World, endpoint: Pick<Endpoint, "id">): Promise<string> =>
  (await world.ok<{ secret: string }>("retrieveWebhookSecret", at(endpoint))).secret;

const withQuery = (path: string, query: Arguments["query"] = {}): string =>
  `${path}?${new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  )}`;

/** Deliveries, oldest first. */
export async function deliveries(
  world: World,
  query: Arguments["query"] = {},
): Promise<readonly Delivery[]> {
  const path = withQuery("/_sandbox/deliveries", { limit: 1000, ...query });
  return (await world.control<{ items: Delivery[] }>("GET", path)).items;
}

/** The one delivery there is. */
export async function theDelivery(
  world: World,
  query: Arguments["query"] = {},
): Promise<Delivery & { readonly last: Attempt | undefined }> {
  const [only, ...rest] = await deliveries(world, query);
  if (only === undefined || rest.length > 0) throw new Error(`${rest.length} more than one`);
  return { ...only, last: only.attempts.at(-1) };
}

/** Attempts what is due and waits for it; answers how many attempts that took. */
export const settle = async (world: World): Promise<number> =>
  (await world.control<{ attempts: number }>("POST", "/_sandbox/deliveries/settle")).attempts;

/** What happened, oldest first. */
export async function events(world: World, type?: string): Promise<readonly Happened[]> {
  const query = { limit: 1000, ...(type === undefined ? {} : { event_type: type }) };
  const path = withQuery("/_sandbox/events", query);
  return (await world.control<{ items: Happened[] }>("GET", path)).items;
}

/** The events that an action caused. */
export async function caused(
  world: World,
  action: () => Promise<unknown>,
): Promise<readonly Happened[]> {
  const { length } = await events(world);
  await action();
  return (await events(world)).slice(length);
}

export const typesOf = (list: readonly { readonly type: string }[]): readonly string[] =>
  list.map((it) => it.type);

export const setMode = (world: World, change: Partial<DeliveryMode>): Promise<DeliveryMode> =>
  world.control("PATCH", "/_sandbox/webhooks/mode", change);

export const standardWebhook = (secret: string): Webhook => new Webhook(secret);

const official = new DodoPayments({ bearerToken: "unused" });

/** WHK-21, word by word. */
export function signature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

export const signaturesOf = ({ headers }: Signed): readonly string[] =>
  (headers["webhook-signature"] ?? "").split(" ");

export const signatureOf = ({ headers, body }: Signed, secret: string): string =>
  signature(secret, headers["webhook-id"] ?? "", headers["webhook-timestamp"] ?? "", body);

/** Who verifies a webhook; each throws when it is not signed with the secret. */
export const verifiers: {
  readonly [name: string]: (signed: Signed, secret: string) => unknown;
} = {
  dodopayments: ({ headers, body }, key) =>
    official.webhooks.unwrap(body, { headers: { ...headers }, key }),
  standardwebhooks: ({ headers, body }, secret) =>
    standardWebhook(secret).verify(body, { ...headers }),
  "the rule itself": (signed, secret) => {
    if (!signaturesOf(signed).includes(signatureOf(signed, secret))) throw new Error("not signed");
    return JSON.parse(signed.body);
  },
};

export const attemptAsSigned = (attempt: Attempt | undefined): Signed => ({
  headers: attempt?.request_headers ?? {},
  body: attempt?.request_body ?? "",
});
