import type { SandboxOptions } from "@drawdown/mock-server";
import { expect, test } from "vitest";
import { plainHttp } from "../harness/clients.js";
import {
  at,
  deliveries,
  events,
  listenTo,
  Receiver,
  secretOf,
  settle,
  theDelivery,
  verifiers,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  recurringPrice,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { start, World } from "../harness/world.js";
import { after, received, sendOne, statusesOf } from "./support/deliveries.js";
import { open } from "./support/open-holding.js";

const amountsOf = (receiver: Receiver) => receiver.requests.map((it) => it.payload.data["amount"]);

const minute = 60;
const hour = 3600;

deliveryScenario("WHK-20 a delivery is a POST of JSON with three headers", async (world) => {
  const holding = await open(world);
  const receiver = await Receiver.open();
  await listenTo(world, `${receiver.url}/credits?tenant=1`);
  await world.credit(holding, "100");
  await settle(world);
  const [event] = await events(world);
  const [request, ...more] = receiver.requests;
  expect(more).toEqual([]);
  expect(request).toMatchObject({ method: "POST", path: "/hooks/credits?tenant=1" });
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": event?.id,
    "webhook-timestamp": expect.stringMatching(/^\d{10}$/),
    "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
  });
  expect(request?.payload).toEqual(event?.payload);
});

deliveryScenario("what was sent and answered can be looked up", async (world) => {
  const { receiver, endpoint } = await sendOne(world, { status: 201, body: "thank you" });
  const [request] = receiver.requests;
  const delivery = await theDelivery(world);
  const [event] = await events(world);
  expect(delivery).toMatchObject({
    id: expect.stringMatching(/^dlv_/),
    webhook_id: endpoint.id,
    url: receiver.url,
    event_id: event?.id,
    event_type: "credit.added",
    status: "delivered",
    created_at: after(0),
    next_attempt_at: null,
  });
  expect(delivery.attempts).toMatchObject([
    {
      number: 1,
      at: after(0),
      status_code: 201,
      error: null,
      request_body: request?.body,
      response_body: "thank you",
    },
  ]);
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    expect(delivery.last?.request_headers[name]).toBe(request?.headers[name]);
  }
  const path = `/_sandbox/deliveries/${delivery.id}`;
  const { last: _, ...listed } = delivery;
  expect(await world.control("GET", path)).toEqual(listed);
});

deliveryScenario("WHK-22 the body is JSON without blanks", async (world) => {
  const { receiver } = await sendOne(world);
  const [request] = receiver.requests;
  expect(request?.body).toBe(JSON.stringify(request?.payload));
});

deliveryScenario("WHK-29 an endpoint gets its events in their order", async (world) => {
  const it = await received(world);
  for (const amount of ["1", "2", "3", "4", "5"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4", "5"]);
});

deliveryScenario("WHK-29 one that failed does not hold up those after it", async (world) => {
  const it = await received(world, 500);
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3"]);
  await world.advance("5s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "1"]);
  expect(await statusesOf(world)).toEqual(["delivered", "delivered", "delivered"]);
});

deliveryScenario("WHK-29 an endpoint gets one delivery at a time", async (world) => {
  const it = await received(world);
  let under = 0;
  let most = 0;
  it.receiver.onRequest = async () => {
    most = Math.max(most, ++under);
    await world.balance(it);
    under--;
  };
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await settle(world);
  expect(it.receiver.requests).toHaveLength(3);
  expect(most).toBe(1);
});

deliveryScenario("WHK-29 endpoints do not wait for each other", async (world) => {
  const it = await received(world);
  const other = await Receiver.open();
  await listenTo(world, other.url);
  it.receiver.onRequest = () => other.arrived(2);
  await world.credit(it, "1");
  await world.credit(it, "2");
  await settle(world);
  expect(await statusesOf(world)).toEqual(Array.from({ length: 4 }, () => "delivered"));
  expect([amountsOf(it.receiver), amountsOf(other)]).toEqual([
    ["1", "2"],
    ["1", "2"],
  ]);
});

deliveryScenario("WHK-29 an endpoint that hangs does not hold up another", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = "hang";
  const other = await Receiver.open();
  const second = await listenTo(world, other.url);
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await other.arrived(3);
  expect(amountsOf(other)).toEqual(["1", "2", "3"]);
  it.receiver.close(); // its connections break, so that nothing has to be waited for
  await settle(world);
  const delivered = await deliveries(world, { webhook_id: second.id });
  expect(delivered.map((each) => [each.status, each.attempts.length])).toEqual([
    ["delivered", 1],
    ["delivered", 1],
    ["delivered", 1],
  ]);
});

deliveryScenario("WHK-47 localhost is this machine", async (world) => {
  const holding = await open(world);
  const receiver = await Receiver.open();
  await listenTo(world, `http://localhost:${receiver.port}/hooks`);
  await world.credit(holding, "1");
  await settle(world);
  expect(await statusesOf(world)).toEqual(["delivered"]);
  expect(receiver.types).toEqual(["credit.added"]);
});

/** A world of its own within this process. */
async function worldWith(options: SandboxOptions): Promise<World> {
  const opened = await inProcess.open({ at: start, frozen: true, ...options });
  return new World("dodo_test_scenario", opened, plainHttp.connect(opened, "dodo_test_scenario"));
}

test("a function of the test can take deliveries for any address", async () => {
  const taken: { url: string; method: string; headers: Headers; body: string }[] = [];
  const world = await worldWith({
    webhookFetch: async (request: Request) => {
      const { url, method, headers } = request;
      taken.push({ url, method, headers, body: await request.text() });
      return new Response("kept", { status: taken.length === 1 ? 500 : 202 });
    },
  });
  const endpoint = await listenTo(world, "https://app.example.com/hooks");
  const holding = await open(world);
  await world.credit(holding, "1");
  await settle(world);
  await world.advance("5s");
  expect(taken.map((it) => [it.method, it.url])).toEqual([
    ["POST", "https://app.example.com/hooks"],
    ["POST", "https://app.example.com/hooks"],
  ]);
  const secret = await secretOf(world, endpoint);
  for (const { headers, body } of taken) {
    for (const verify of Object.values(verifiers)) {
      verify({ headers: Object.fromEntries(headers), body }, secret);
    }
  }
  const { attempts, status } = await theDelivery(world);
  expect(status).toBe("delivered");
  expect(attempts.map((it) => [it.status_code, it.response_body])).toEqual([
    [500, "kept"],
    [202, "kept"],
  ]);
});

test("WHK-27 a function of the test that throws is a failure", async () => {
  const world = await worldWith({
    webhookFetch: async () => {
      throw new Error("out of order");
    },
  });
  await listenTo(world, "https://app.example.com/hooks");
  await world.credit(await open(world), "1");
  await settle(world);
  const { last, status } = await theDelivery(world);
  expect(status).toBe("waiting");
  expect(last).toMatchObject({ status_code: null, error: expect.stringContaining("out of order") });
});

deliveryScenario("SUB-62 a receiver tops up at the instant of the report", async (world) => {
  const { entitlement, customer } = await open(world);
  const holding = { entitlement, customer };
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100", { low_balance_threshold_percent: 20 }),
  ]);
  await subscribe(world, plan, customer);
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url, { filter_types: ["credit.balance_low"] });
  receiver.onRequest = ({ headers }) =>
    world.credit(holding, "85", { idempotency_key: headers["webhook-id"] });
  await use(world, customer, "e-1", 85);
  await world.advance("1m");
  await use(world, customer, "e-2", 90);
  expect(await world.advance("2h")).toBe(after(2 * hour + minute));
  expect(receiver.types).toEqual(["credit.balance_low", "credit.balance_low"]);
  const lines = (await world.entries(holding))
    .map((it) => `${it.created_at.slice(11, 19)} ${it.transaction_type} ${it.balance_after}`)
    .reverse();
  expect(lines).toEqual([
    "00:00:00 credit_added 100",
    "00:01:00 credit_deducted 15",
    "00:01:00 credit_added 100",
    "00:02:00 credit_deducted 10",
    "00:02:00 credit_added 95",
  ]);
});

deliveryScenario("SUB-62 during one advance each report is acted on in time", async (world) => {
  const { entitlement, customer } = await open(world, { expires_after_days: 10 });
  const holding = { entitlement, customer };
  const plan = await sell(world, recurringPrice(), [
    attach(entitlement, "100", { low_balance_threshold_percent: 20 }),
  ]);
  await subscribe(world, plan, customer);
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url, { filter_types: ["credit.balance_low"] });
  receiver.onRequest = () => world.credit(holding, "50");
  await world.advance("2026-01-31T00:00:00Z");
  const added = (await world.entries(holding)).filter(
    (it) => it.transaction_type !== "credit_expired",
  );
  expect(added.map((it) => [it.created_at.slice(0, 10), it.amount]).reverse()).toEqual([
    ["2026-01-01", "100"],
    ["2026-01-11", "50"],
    ["2026-01-21", "50"],
    ["2026-01-31", "50"],
  ]);
});

deliveryScenario("WHK-45 without a limit all goes out at one instant", async (world) => {
  const it = await received(world);
  for (let number = 1; number <= 25; number++) await world.credit(it, String(number));
  await settle(world);
  expect(it.receiver.requests).toHaveLength(25);
});

deliveryScenario("WHK-45 with a rate_limit the rest waits for the next second", async (world) => {
  const it = await received(world);
  await world.ok("updateWebhook", { ...at(it.endpoint), body: { rate_limit: 2 } });
  for (const amount of ["1", "2", "3", "4", "5"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2"]);
  expect(await settle(world)).toBe(0);
  await world.advance("1s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4"]);
  await world.advance("1s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4", "5"]);
  const attempts = (await deliveries(world)).flatMap((each) => each.attempts);
  expect(attempts.map((attempt) => attempt.at)).toEqual([0, 0, 1, 1, 2].map(after));
});

deliveryScenario("WHK-43 what waits for an endpoint that is disabled fails", async (world) => {
  const it = await sendOne(world, 500);
  await world.ok("updateWebhook", { ...at(it.endpoint), body: { disabled: true } });
  await world.advance("5s");
  expect(it.receiver.requests).toHaveLength(1);
  const { last, status } = await theDelivery(world);
  expect(status).not.toBe("delivered");
  expect(last).toMatchObject({ status_code: null, error: expect.stringMatching(/disabled/i) });
});

deliveryScenario("WHK-40 what waits for an endpoint that is deleted is dropped", async (world) => {
  const it = await sendOne(world, 500);
  await world.call("deleteWebhook", at(it.endpoint));
  await world.advance("2d");
  expect(it.receiver.requests).toHaveLength(1);
  expect(await theDelivery(world)).toMatchObject({ status: "dropped", next_attempt_at: null });
});

deliveryScenario(
  "where the sandbox may, it sends to other machines too",
  async (world) => {
    const receiver = await Receiver.open();
    // An address that is not a loopback one, and is this machine all the same.
    await listenTo(world, `http://0.0.0.0:${receiver.port}/hooks`);
    await world.credit(await open(world), "1");
    await settle(world);
    expect(receiver.types).toEqual(["credit.added"]);
  },
  { allowRemoteWebhooks: true },
);

deliveryScenario("a receiver that moves the clock is told that it cannot", async (world) => {
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url);
  const plan = await sell(world, recurringPrice(), []);
  await subscribe(world, plan, await world.customer());
  await settle(world);
  const answers: number[] = [];
  receiver.onRequest = async () => {
    const body = JSON.stringify({ by: "1d" });
    const headers = { "content-type": "application/json" };
    const moved = await world.raw("POST", "/_sandbox/clock/advance", { headers, body });
    answers.push(moved.status);
  };
  expect(await world.advance("P1M")).toBe("2026-02-01T00:00:00.000000Z");
  expect(answers).toEqual([409, 409]);
});
