import { expect } from "vitest";
import {
  type Delivery,
  deliveries,
  events,
  listenTo,
  Receiver,
  secretOf,
  setMode,
  settle,
  theDelivery,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import { complete, oneTimePrice, openCheckout, sell } from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import {
  act,
  amountsOf,
  idsOf,
  received,
  statusesOf,
  statusOf,
  verifyAll,
} from "./support/webhook-faults.js";

const plainMode = { held: false, copies: 1, shuffled: false, drop_next: 0, collected: false };

const modeOf = (world: World) => world.control("GET", "/_sandbox/webhooks/mode");

deliveryScenario("WHK-29 the mode changes field by field", async (world) => {
  expect(await modeOf(world)).toEqual(plainMode);
  expect(await setMode(world, { copies: 2, shuffled: true })).toEqual({
    ...plainMode,
    copies: 2,
    shuffled: true,
  });
  expect(await setMode(world, { drop_next: 3, copies: 1 })).toEqual({
    ...plainMode,
    shuffled: true,
    drop_next: 3,
  });
  expect(await setMode(world, { shuffled: false, drop_next: 0 })).toEqual(plainMode);
  expect(await modeOf(world)).toEqual(plainMode);
});

deliveryScenario("WHK-29 a mode that makes no sense is refused", async (world) => {
  const bad: readonly unknown[] = [
    {},
    [],
    "held",
    { held: "yes" },
    { held: null },
    { copies: 0 },
    { copies: 11 },
    { copies: 1.5 },
    { copies: "2" },
    { shuffled: 1 },
    { drop_next: -1 },
    { drop_next: 1_000_001 },
    { drop_next: 0.5 },
    { collected: "no" },
    { helt: true },
    { held: true, copies: 0 },
  ];
  for (const body of bad) {
    expect(
      await statusOf(world, "PATCH", "/_sandbox/webhooks/mode", body),
      JSON.stringify(body),
    ).toBe(422);
  }
  expect(await modeOf(world)).toEqual(plainMode);
});

deliveryScenario("WHK-29 what is held back goes out when released", async (world) => {
  const it = await received(world);
  await setMode(world, { held: true });
  await it.add("1", "2", "3");
  expect(await settle(world)).toBe(0);
  await world.advance("3d");
  expect(it.receiver.requests).toEqual([]);
  const waiting = await deliveries(world);
  expect(waiting.map((each) => [each.status, each.attempts])).toEqual([
    ["waiting", []],
    ["waiting", []],
    ["waiting", []],
  ]);
  await setMode(world, { held: false });
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3"]);
  const [first] = await deliveries(world);
  expect(first).toMatchObject({
    status: "delivered",
    created_at: "2026-01-01T00:00:00.000000Z",
    attempts: [{ number: 1, at: "2026-01-04T00:00:00.000000Z" }],
  });
});

deliveryScenario("WHK-30 copies arrive with the same webhook-id", async (world) => {
  const it = await received(world);
  await setMode(world, { copies: 3 });
  await it.add("1", "2");
  await settle(world);
  const [first, second] = (await events(world)).map((event) => event.id);
  expect(idsOf(it.receiver).sort()).toEqual([first, first, first, second, second, second].sort());
  const all = await deliveries(world);
  expect(all.map((each) => [each.status, each.attempts.length])).toEqual([
    ["delivered", 3],
    ["delivered", 3],
  ]);
  const secret = await secretOf(world, it.endpoint);
  for (const attempt of all.flatMap((each) => each.attempts)) verifyAll(attempt, secret);
});

for (const [answers, status] of [
  [[500, 200], "delivered"],
  [[200, 500], "waiting"],
] as const) {
  deliveryScenario(`WHK-30 of two copies the last decides: ${answers}`, async (world) => {
    const it = await received(world, ...answers);
    await setMode(world, { copies: 2 });
    await it.add("1");
    await settle(world);
    const delivery = await theDelivery(world);
    expect(delivery.attempts.map((attempt) => attempt.status_code)).toEqual(answers);
    expect(delivery.status).toBe(status);
  });
}

const eight = ["1", "2", "3", "4", "5", "6", "7", "8"];

/** The order in which eight deliveries go out. */
async function orderOf(world: World, shuffled: boolean) {
  const it = await received(world);
  await setMode(world, { held: true, shuffled });
  await it.add(...eight);
  await setMode(world, { held: false });
  await settle(world);
  return amountsOf(it.receiver).map(String);
}

const orders = new Set<string>();

deliveryScenario(
  "WHK-29 shuffled deliveries go out in another order, always the same",
  async (world) => {
    const order = await orderOf(world, true);
    expect([...order].sort()).toEqual(eight);
    expect(order).not.toEqual(eight);
    orders.add(order.join());
    expect(orders.size).toBe(1);
  },
);

deliveryScenario("WHK-29 unless shuffled, what was held keeps its order", async (world) => {
  expect(await orderOf(world, false)).toEqual(eight);
});

deliveryScenario("WHK-31 the next deliveries can be lost and recovered", async (world) => {
  const it = await received(world);
  await setMode(world, { drop_next: 2 });
  await it.add("1", "2", "3");
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["3"]);
  expect(await modeOf(world)).toEqual(plainMode);
  const [lost] = await deliveries(world);
  expect(lost).toMatchObject({ status: "dropped", attempts: [], next_attempt_at: null });
  expect(await statusesOf(world)).toEqual(["dropped", "dropped", "delivered"]);
  await world.advance("3d");
  expect(amountsOf(it.receiver)).toEqual(["3"]);
  expect(await act(world, it.endpoint, "recover")).toEqual({ deliveries: 2 });
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["3", "1", "2"]);
  expect(new Set(await statusesOf(world))).toEqual(new Set(["delivered"]));
});

deliveryScenario("WHK-20 collected deliveries are signed and never sent", async (world) => {
  const it = await received(world);
  await setMode(world, { collected: true });
  await it.add("1");
  await settle(world);
  await world.advance("3d");
  expect(it.receiver.requests).toEqual([]);
  const [event] = await events(world);
  const { attempts, last, ...delivery } = await theDelivery(world);
  expect(delivery).toMatchObject({
    status: "collected",
    event_id: event?.id,
    next_attempt_at: null,
  });
  expect(attempts).toMatchObject([
    { number: 1, status_code: null, error: null, response_body: null },
  ]);
  expect(last?.request_headers).toMatchObject({ "webhook-id": event?.id });
  for (const payload of verifyAll(last, await secretOf(world, it.endpoint))) {
    expect(payload).toEqual(event?.payload);
  }
});

deliveryScenario("WHK-20 collected deliveries may be for any address", async (world) => {
  await setMode(world, { collected: true });
  await listenTo(world, "https://app.example.com/hooks");
  await world.credit(await open(world), "1");
  await settle(world);
  expect(await statusesOf(world)).toEqual(["collected"]);
});

deliveryScenario("WHK-20 deliveries can be listed by what they are", async (world) => {
  const it = await received(world);
  const other = await Receiver.open();
  other.otherwise = 500;
  const failing = await listenTo(world, other.url, { filter_types: ["credit.added"] });
  await it.add("1", "2");
  await world.debit(it, "1");
  await settle(world);
  const all = await deliveries(world);
  expect(all).toHaveLength(5);
  const ids = (list: readonly Delivery[]) => list.map((each) => each.id);
  const matching = (wanted: (each: Delivery) => boolean) => ids(all.filter(wanted));
  for (const [query, wanted] of [
    [{ webhook_id: failing.id }, (each: Delivery) => each.webhook_id === failing.id],
    [{ status: "waiting" }, (each: Delivery) => each.status === "waiting"],
    [{ status: "failed" }, () => false],
    [{ event_type: "credit.deducted" }, (each: Delivery) => each.event_type === "credit.deducted"],
    [{ webhook_id: it.endpoint.id, status: "waiting" }, () => false],
  ] as const) {
    expect(ids(await deliveries(world, query)), JSON.stringify(query)).toEqual(matching(wanted));
  }
  expect(matching((each) => each.status === "waiting")).toHaveLength(2);
  expect(ids(await deliveries(world, { limit: 2 }))).toEqual(ids(all).slice(0, 2));
  const [, second] = all;
  expect(ids(await deliveries(world, { after: second?.id ?? "", limit: 2 }))).toEqual(
    ids(all).slice(2, 4),
  );
  for (const query of ["status=lost", "limit=0", "limit=1001", "limit=few"]) {
    expect(await statusOf(world, "GET", `/_sandbox/deliveries?${query}`), query).toBe(422);
  }
});

deliveryScenario("WHK-30 an endless receiver stops the clock at its instant", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5", { expires_at: "2026-01-02T00:00:00Z" });
  const receiver = await Receiver.open();
  const endpoint = await listenTo(world, receiver.url);
  receiver.onRequest = () => world.credit(holding, "1");
  const response = await world.raw("POST", "/_sandbox/clock/advance", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ by: "30d" }),
  });
  receiver.onRequest = () => undefined;
  const { code, message } = (await response.json()) as { code: string; message: string };
  expect([response.status, code], message).toEqual([500, "TASK_FAILED"]);
  expect(
    [endpoint.id, receiver.url].some((it) => message.includes(it)),
    message,
  ).toBe(true);
  expect(await world.control("GET", "/_sandbox/clock")).toMatchObject({
    now: "2026-01-02T00:00:00.000000Z",
  });
  expect(await world.advance("1d")).toBe("2026-01-03T00:00:00.000000Z");
});

deliveryScenario(
  "WHK-30 a receiver that calls back outside an advance just goes on",
  async (world) => {
    const it = await received(world);
    const pack = await sell(world, oneTimePrice(), []);
    const session = await openCheckout(world, pack, it.customer);
    it.receiver.onRequest = ({ payload }) =>
      payload.type === "credit.added" && payload.data["amount"] === "1"
        ? complete(world, session)
        : undefined;
    await it.add("1");
    await it.receiver.arrived(2);
    await settle(world);
    expect(it.receiver.types).toEqual(["credit.added", "payment.succeeded"]);
    expect(await statusesOf(world)).toEqual(["delivered", "delivered"]);
  },
);
