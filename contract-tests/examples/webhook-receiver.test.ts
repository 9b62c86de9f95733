import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SandboxControl } from "@drawdown/sdk/sandbox";
import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import { begin, finish, freePort, serve, whenOver } from "./support/programs.js";
import { commandsOf, isServing } from "./support/readme.js";

const key = "dodo_test_receiver";
const secret = "whsec_d2ViaG9vay1yZWNlaXZlci1leGFtcGxl";

const seenBy = async (receiver: string) => (await fetch(receiver)).json();

/** The receiver of the README on a port of its own; answers its address. */
async function startReceiver(): Promise<string> {
  const port = await freePort();
  const command = commandsOf("webhook-receiver").find((it) => it.line.endsWith("npm start"));
  if (command === undefined) throw new Error("the README does not start the receiver");
  await begin({ ...command, env: { ...command.env, PORT: String(port) } }, /listening on/);
  return `http://127.0.0.1:${port}`;
}

/** A sandbox that sends to `url`, once signed with each secret, a customer in it with 100 tokens, and the means to use them. */
async function openAccount(url: string, ...secrets: readonly string[]) {
  const at = "2026-01-01T00:00:00Z";
  const webhooks = (secrets.length === 0 ? [secret] : secrets).map((it) => ({
    key,
    url,
    secret: it,
  }));
  const baseURL = await serve({ at, frozen: true, webhooks });
  const client = new DodoPayments({ bearerToken: key, baseURL });
  const credit = await client.creditEntitlements.create({
    name: "API tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const { customer_id } = await client.customers.create({ email: "a@example.com", name: "Ada" });
  const enter = (entry_type: "credit" | "debit", amount: string) =>
    client.creditEntitlements.balances.createLedgerEntry(customer_id, {
      credit_entitlement_id: credit.id,
      entry_type,
      amount,
    });
  await enter("credit", "100");
  const control = new SandboxControl({ bearerToken: key, baseURL });
  await control.deliveries.settle();
  return { control, customer_id, use: (amount: string) => enter("debit", amount) };
}

/** Passes requests on to the receiver, but loses the answer to the first one of a type. */
async function losingAnswerTo(type: string, receiver: string): Promise<string> {
  let isLost = false;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(content-t|webh)/.test(name),
    );
    const { status } = await fetch(`${receiver}/webhooks`, {
      method: "POST",
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      body,
    });
    const loses: boolean = !isLost && JSON.parse(body).type === type;
    isLost ||= loses;
    response.writeHead(loses ? 500 : status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  whenOver(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens, so it has one
}

test("examples/webhook-receiver does what its README says", async () => {
  const [port, receiverPort] = [await freePort(), await freePort()];
  const commands = commandsOf("webhook-receiver", { 3000: receiverPort });
  const [sandbox, receiver, ...triggers] = commands;
  if (sandbox === undefined || receiver === undefined) throw new Error("the README starts less");
  await begin({ ...sandbox, args: [...sandbox.args, "--port", String(port)] }, isServing);
  await begin(
    { ...receiver, env: { ...receiver.env, PORT: String(receiverPort) } },
    /listening on/,
  );

  const baseURL = `http://127.0.0.1:${port}`;
  const control = new SandboxControl({ bearerToken: key, baseURL });
  const seen = [];
  for (const it of triggers) {
    await finish({ ...it, args: [...it.args, "--url", baseURL] });
    await control.deliveries.settle();
    seen.push(await seenBy(`http://127.0.0.1:${receiverPort}`));
    await control.webhooks.setMode({ copies: 2, shuffled: true });
  }
  const [ada] = Object.keys(seen[0].used);
  expect(seen).toEqual([
    { used: { [`${ada}`]: 40 }, processed: 4, repeated: 0 },
    {
      used: { [`${ada}`]: 40, [Object.keys(seen[1].used)[1] ?? ""]: 2 },
      processed: 8,
      repeated: 4,
    },
  ]);
});

test("webhooks that come three times, in any order, count once", async () => {
  const receiver = await startReceiver();
  const { control, customer_id, use } = await openAccount(`${receiver}/webhooks`);
  await control.webhooks.setMode({ held: true, copies: 3, shuffled: true });
  for (const amount of ["1", "2", "4", "8", "16"]) await use(amount);
  await control.webhooks.setMode({ held: false });
  await control.deliveries.settle();
  expect(await seenBy(receiver)).toEqual({
    used: { [customer_id]: 31 },
    processed: 6, // with the credit
    repeated: 10,
  });
});

test("a webhook that is sent again because its answer was lost counts once", async () => {
  const receiver = await startReceiver();
  const { control, customer_id, use } = await openAccount(
    await losingAnswerTo("credit.deducted", receiver),
  );
  await use("30");
  await control.deliveries.settle();
  await control.clock.advance({ by: "5s" });
  const { items } = await control.deliveries.list({ event_type: "credit.deducted" });
  expect(items.map((it) => it.attempts.map((attempt) => attempt.status_code))).toEqual([
    [500, 204],
  ]);
  expect(await seenBy(receiver)).toEqual({
    used: { [customer_id]: 30 },
    processed: 2,
    repeated: 1,
  });
});

test("what is signed with another secret, or changed on the way, is refused", async () => {
  const receiver = await startReceiver();
  const another = secret.replace("d2Vi", "d2Vj");
  const { control, customer_id, use } = await openAccount(`${receiver}/webhooks`, secret, another);
  await use("30");
  await control.deliveries.settle();
  const { items } = await control.deliveries.list({ event_type: "credit.deducted" });
  const [genuine, forged] = items.map((it) => it.attempts[0]);
  expect([genuine?.status_code, forged?.status_code]).toEqual([204, 401]);

  const { request_headers: headers = {}, request_body = "" } = genuine ?? {};
  const changed = request_body.replace('"amount":"30"', '"amount":"3"');
  expect(changed).not.toBe(request_body);
  const post = async (body: string) =>
    (await fetch(`${receiver}/webhooks`, { method: "POST", headers, body })).status;
  expect([await post(changed), await post(request_body)]).toEqual([401, 204]);
  expect(await seenBy(receiver)).toEqual({
    used: { [customer_id]: 30 },
    processed: 2,
    repeated: 1,
  });
});
