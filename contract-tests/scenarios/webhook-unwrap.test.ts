import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Drawdown, { type WebhookEvent, WebhookUnwrapError } from "@drawdown/sdk";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { afterEach, expect, test } from "vitest";
import { ours } from "../harness/clients.js";
import {
  attemptAsSigned,
  deliveries,
  type Endpoint,
  events,
  listenTo,
  type Signed,
  secretOf,
  setMode,
  settle,
  typesOf,
  verifiers,
} from "../harness/receiver.js";
import { httpScenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  recurringPrice,
  sell,
  subscribe,
} from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { start, World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const client = new Drawdown({ bearerToken: "unused" });

const unwrap = ({ headers, body }: Signed, key: string): WebhookEvent =>
  client.webhooks.unwrap(body, { headers, key });

/** Everyone who verifies, our client among them; each throws unless the request is signed with the secret. */
const everyone: typeof verifiers = { "@drawdown/sdk": unwrap, ...verifiers };

/** An endpoint whose requests are signed and kept instead of sent. */
async function collecting(world: World): Promise<Endpoint> {
  await setMode(world, { collected: true });
  return listenTo(world, "https://app.example.com/webhooks");
}

async function collected(world: World): Promise<readonly Signed[]> {
  await settle(world);
  return (await deliveries(world)).map((it) => attemptAsSigned(it.attempts.at(-1)));
}

/** One request, and the secret it is signed with. */
async function collectOne(world: World) {
  const endpoint = await collecting(world);
  await world.credit(await open(world), "100", { reason: "for Zoë ✓" });
  const [request] = await collected(world);
  if (request === undefined) throw new Error("nothing was collected");
  return { endpoint, request, secret: await secretOf(world, endpoint) };
}

function expectAccepted(request: Signed, secret: string) {
  for (const [name, verify] of Object.entries(everyone)) {
    expect(verify(request, secret), name).toEqual(JSON.parse(request.body));
  }
}

function expectRefused(request: Signed, secret: string, why: string) {
  for (const [name, verify] of Object.entries(everyone)) {
    expect(() => verify(request, secret), `${name}: ${why}`).toThrow();
  }
  expect(() => unwrap(request, secret), why).toThrow(WebhookUnwrapError);
}

/** The text once for every character, that one replaced by another. */
const mutations = (text: string): readonly string[] =>
  Array.from(text, (character, at) => {
    const before = [...text].slice(0, at).join("");
    return `${before}${character === "0" ? "1" : "0"}${text.slice(before.length + character.length)}`;
  });

const withHeader = ({ headers, body }: Signed, name: string, value: string): Signed => ({
  headers: { ...headers, [name]: value },
  body,
});

const signatureHeaders = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

httpScenario("WHK-21 our client verifies what the official one verifies", async (world) => {
  const endpoint = await collecting(world);
  const holding = await open(world);
  await world.credit(holding, "100");
  await world.debit(holding, "30");
  const monthly = await sell(world, recurringPrice(), [attach(holding.entitlement, "50")]);
  await subscribe(world, monthly, holding.customer);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "20")]);
  await buy(world, pack, holding.customer);
  await world.advance("31d");
  const requests = await collected(world);
  const secret = await secretOf(world, endpoint);
  for (const request of requests) expectAccepted(request, secret);
  const types = requests.map((request) => unwrap(request, secret).type);
  expect(types).toEqual(typesOf(await events(world)));
  expect(new Set(types)).toEqual(
    new Set([
      "credit.added",
      "credit.deducted",
      "payment.succeeded",
      "subscription.active",
      "subscription.renewed",
    ]),
  );
});

httpScenario("WHK-04 an unwrapped event has the ledger entry of its type", async (world) => {
  const { request, secret } = await collectOne(world);
  const event = unwrap(request, secret);
  if (event.type !== "credit.added") throw new Error(event.type);
  const { amount, balance_after, transaction_type, payload_type } = event.data;
  expect({ amount, balance_after, transaction_type, payload_type }).toEqual({
    amount: "100",
    balance_after: "100",
    transaction_type: "credit_added",
    payload_type: "CreditLedgerEntry",
  });
});

httpScenario("WHK-22 a body with any byte changed is refused", async (world) => {
  const { request, secret } = await collectOne(world);
  for (const body of [...mutations(request.body), `${request.body} `, request.body.slice(0, -1)]) {
    expectRefused({ ...request, body }, secret, body);
  }
  const { headers } = request;
  const bytes = new TextEncoder().encode(request.body);
  expect(bytes.length).toBeGreaterThan(request.body.length); // letters beyond ASCII are in it
  expect(client.webhooks.unwrap(bytes, { headers, key: secret })).toEqual(JSON.parse(request.body));
  bytes.forEach((byte, at) => {
    const changed = bytes.with(at, byte ^ 1);
    expect(() => client.webhooks.unwrap(changed, { headers, key: secret }), `byte ${at}`).toThrow(
      WebhookUnwrapError,
    );
  });
});

for (const name of signatureHeaders) {
  httpScenario(
    `WHK-20 a request with any character of ${name} changed is refused`,
    async (world) => {
      const { request, secret } = await collectOne(world);
      for (const value of mutations(request.headers[name] ?? "")) {
        expectRefused(withHeader(request, name, value), secret, value);
      }
    },
  );

  httpScenario(`WHK-20 a request without ${name} is refused`, async (world) => {
    const { request, secret } = await collectOne(world);
    const { [name]: _, ...headers } = request.headers;
    expectRefused({ ...request, headers }, secret, name);
    expect(() => unwrap({ ...request, headers }, secret)).toThrow(`The header ${name} is missing`);
  });
}

httpScenario("WHK-21 a secret with any character changed is refused", async (world) => {
  const { request, secret } = await collectOne(world);
  const prefix = "whsec_".length;
  for (const other of mutations(secret.slice(prefix))) {
    expectRefused(request, `whsec_${other}`, other);
  }
});

httpScenario("WHK-25 a request verifies with the secret of its endpoint only", async (world) => {
  const one = await collecting(world);
  const other = await listenTo(world, "https://app.example.com/others");
  await world.credit(await open(world), "100");
  await settle(world);
  for (const [endpoint, stranger] of [
    [one, other],
    [other, one],
  ] as const) {
    const [delivery] = await deliveries(world, { webhook_id: endpoint.id });
    const request = attemptAsSigned(delivery?.attempts.at(-1));
    expectAccepted(request, await secretOf(world, endpoint));
    expectRefused(request, await secretOf(world, stranger), "the secret of the other endpoint");
  }
});

httpScenario("WHK-32 after a rotation both secrets unwrap", async (world) => {
  const endpoint = await collecting(world);
  const old = await secretOf(world, endpoint);
  await world.control("POST", `/_sandbox/webhooks/${endpoint.id}/rotate-secret`);
  await world.credit(await open(world), "100");
  const [request] = await collected(world);
  if (request === undefined) throw new Error("nothing was collected");
  const fresh = await secretOf(world, endpoint);
  expect(fresh).not.toBe(old);
  for (const secret of [old, fresh]) expectAccepted(request, secret);
});

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A receiver as the README of our client has it: what it understood, and its answers. */
async function receiverWith(parser: RequestHandler, secret: string) {
  const taken: WebhookEvent[] = [];
  const webhooks = new Drawdown({ bearerToken: "unused", webhookKey: secret }).webhooks;
  const refuse: ErrorRequestHandler = (error, _request, response, next) => {
    if (!(error instanceof WebhookUnwrapError)) return next(error);
    response.status(401).send(error.reason);
  };
  const app = express();
  app.post("/webhooks", parser, (request, response) => {
    taken.push(webhooks.unwrap(request.body, { headers: request.headers }));
    response.sendStatus(204);
  });
  app.use(refuse);
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo; // a listening server has an address
  const post = async ({ headers, body }: Signed) => {
    const init = { method: "POST", headers: { ...headers }, body };
    const response = await fetch(`http://127.0.0.1:${port}/webhooks`, init);
    return [response.status, await response.text()];
  };
  return { taken, post };
}

httpScenario("WHK-22 express.raw keeps the body as it was signed", async (world) => {
  const { request, secret } = await collectOne(world);
  const { taken, post } = await receiverWith(express.raw({ type: "application/json" }), secret);
  expect(await post(request)).toEqual([204, ""]);
  expect(taken).toEqual([JSON.parse(request.body)]);
  const body = JSON.stringify(JSON.parse(request.body), null, 2);
  expect(await post({ ...request, body })).toEqual([401, "signature_mismatch"]);
  expect(taken).toHaveLength(1);
});

httpScenario("WHK-22 a body that express.json has parsed is refused", async (world) => {
  const { request, secret } = await collectOne(world);
  const { taken, post } = await receiverWith(express.json(), secret);
  expect(await post(request)).toEqual([401, "body_not_raw"]);
  expect(taken).toEqual([]);
});

/** A sandbox that our own client is used with, by itself and in the place of the official one. */
async function withOurs() {
  const opened = await inProcess.open({ at: start, frozen: true });
  const key = "dodo_test_ours";
  const { webhooks } = new Drawdown({
    bearerToken: key,
    baseURL: opened.baseUrl,
    fetch: opened.fetch,
  });
  return { webhooks, world: new World(key, opened, ours.connect(opened, key)) };
}

test("WHK-40 our client creates, reads, changes and deletes endpoints", async () => {
  const { webhooks } = await withOurs();
  const url = "https://app.example.com/webhooks";
  const made = await webhooks.create({ url, filter_types: ["credit.added"] });
  expect(made).toMatchObject({ id: expect.stringMatching(/^whk_/), url, disabled: false });
  expect(await webhooks.retrieve(made.id)).toEqual(made);
  const changed = await webhooks.update(made.id, { disabled: true });
  expect(changed).toEqual({ ...made, disabled: true, updated_at: changed.updated_at });
  expect(await webhooks.delete(made.id)).toBeUndefined();
  await expect(webhooks.retrieve(made.id)).rejects.toBeInstanceOf(Drawdown.NotFoundError);
});

test("WHK-41 our client iterates endpoints by cursor", async () => {
  const { webhooks } = await withOurs();
  const made: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    made.unshift((await webhooks.create({ url: `https://app.example.com/${name}` })).id);
  }
  for (const limit of [1, 2, 5, 50]) {
    const listed: string[] = [];
    for await (const { id } of webhooks.list({ limit })) listed.push(id);
    expect(listed, `limit ${limit}`).toEqual(made);
  }
  const first = await webhooks.list({ limit: 3 });
  const rest = await webhooks.list({ limit: 3, iterator: first.iterator });
  expect([...first.data, ...rest.data].map((it) => it.id)).toEqual(made);
});

test("WHK-42 our client reads secrets, and reads and sets headers", async () => {
  const { webhooks } = await withOurs();
  const { id } = await webhooks.create({ url: "https://app.example.com/webhooks" });
  expect(await webhooks.retrieveSecret(id)).toEqual({ secret: expect.stringMatching(/^whsec_/) });
  const headers = { "X-Environment": "test" };
  expect(await webhooks.headers.update(id, { headers })).toBeUndefined();
  expect(await webhooks.headers.retrieve(id)).toEqual({ headers, sensitive: [] });
});

test("WHK-20 our client stands in for the official one, call for call", async () => {
  const { world } = await withOurs();
  const { request, secret, endpoint } = await collectOne(world);
  expectAccepted(request, secret);
  const path = { webhook_id: endpoint.id };
  expect(await world.ok("retrieveWebhook", { path })).toEqual(endpoint);
  expect(await world.ok("listWebhooks", { query: { limit: 1 } })).toEqual({
    data: [endpoint],
    iterator: null,
    prev_iterator: null,
    done: true,
  });
});
