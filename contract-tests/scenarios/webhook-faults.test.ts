import { expect } from "vitest";
import {
  type Answer,
  type Attempt,
  at,
  attemptAsSigned,
  type Delivery,
  deliveries,
  type Endpoint,
  events,
  listenTo,
  Receiver,
  secretOf,
  setMode,
  settle,
  theDelivery,
  verifiers,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import { complete, oneTimePrice, openCheckout, sell } from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

const plainMode = { held: false, copies: 1, shuffled: false, drop_next: 0, collected: false };

const modeOf = (world: World) => world.control("GET", "/_sandbox/webhooks/mode");

/** Calls the control API and answers its status. */
async function statusOf(world: World, method: string, path: string, body?: unknown) {
  const response = await world.raw(method, path, {
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status;
}

async function received(world: World, ...answers: readonly Answer[]) {
  const holding = await open(world);
  const receiver = await Receiver.open(...answers);
  const endpoint = await listenTo(world, receiver.url);
  const add = async (...amounts: readonly string[]) => {
    for (const amount of amounts) await world.credit(holding, amount);
  };
  return { ...holding, receiver, endpoint, add };
}

const amountsOf = (receiver: Receiver) => receiver.requests.map((it) => it.payload.data["amount"]);

const idsOf = (receiver: Receiver) => receiver.requests.map((it) => it.headers["webhook-id"]);

const statusesOf = async (world: World) => (await deliveries(world)).map((it) => it.status);

const resend = (world: World, { id }: Pick<Delivery, "id">) =>
  world.control<Delivery>("POST", `/_sandbox/deliveries/${id}/resend`);

const act = (world: World, { id }: Pick<Endpoint, "id">, action: string, body?: Fields) =>
  world.control<{ deliveries: number }>("POST", `/_sandbox/webhooks/${id}/${action}`, body);

const verifyAll = (attempt: Attempt | undefined, secret: string) =>
  Object.values(verifiers).map((verify) => verify(attemptAsSigned(attempt), secret));

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

deliveryScenario("WHK-31 a message that arrived can be sent again", async (world) => {
  const it = await received(world);
  await it.add("1");
  await settle(world);
  const resent = await resend(world, await theDelivery(world));
  expect(resent.attempts.map((attempt) => [attempt.number, attempt.status_code])).toEqual([
    [1, 200],
    [2, 200],
  ]);
  expect(resent.status).toBe("delivered");
  expect(new Set(idsOf(it.receiver))).toEqual(new Set([resent.event_id]));
  expect(it.receiver.requests).toHaveLength(2);
});

deliveryScenario("WHK-31 a message that failed begins its schedule anew", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = 500;
  await it.add("1");
  await settle(world);
  await world.advance("28h");
  const failed = await theDelivery(world);
  expect(failed).toMatchObject({ status: "failed" });
  const again = await resend(world, failed);
  expect(again).toMatchObject({
    status: "waiting",
    next_attempt_at: "2026-01-02T04:00:05.000000Z",
  });
  expect(it.receiver.requests).toHaveLength(9);
  await world.advance("30d");
  expect(it.receiver.requests).toHaveLength(16);
  expect(await statusesOf(world)).toEqual(["failed"]);
});

deliveryScenario("CTL-02 what is sent again while held waits, and says so", async (world) => {
  const it = await received(world);
  await it.add("1", "2");
  await settle(world);
  await setMode(world, { held: true });
  const [first] = await deliveries(world);
  expect(first).toMatchObject({ status: "delivered", held: false });
  const answer = await world.raw("POST", `/_sandbox/deliveries/${first?.id}/resend`);
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    { status: "waiting", held: true },
  ]);
  const release = 'PATCH /_sandbox/webhooks/mode {"held": false}';
  expect(answer.headers.get("drawdown-warning")).toBe(
    `deliveries are held, so nothing was sent: 1 waits until ${release}`,
  );
  const replayed = await world.raw("POST", `/_sandbox/webhooks/${it.endpoint.id}/replay`);
  expect(replayed.headers.get("drawdown-warning")).toContain("2 wait until");
  expect(await deliveries(world)).toMatchObject([{ held: true }, { held: false }, {}, {}]);
  expect(it.receiver.requests).toHaveLength(2);
  await setMode(world, { held: false });
  await settle(world);
  expect(it.receiver.requests).toHaveLength(5);
  const again = await world.raw("POST", `/_sandbox/deliveries/${first?.id}/resend`);
  expect(again.headers.get("drawdown-warning")).toBeNull();
  expect(await again.json()).toMatchObject({ status: "delivered", held: false });
});

deliveryScenario("WHK-31 a message that waits can be sent before its time", async (world) => {
  const it = await received(world, 500);
  await it.add("1");
  await settle(world);
  const resent = await resend(world, await theDelivery(world));
  expect(resent).toMatchObject({ status: "delivered", next_attempt_at: null });
  await world.advance("30d");
  expect(it.receiver.requests).toHaveLength(2);
});

deliveryScenario("WHK-31 a new endpoint can be sent what was before it", async (world) => {
  const it = await received(world);
  await it.add("1", "2");
  await world.debit(it, "1");
  await settle(world);
  const late = await Receiver.open();
  const endpoint = await listenTo(world, late.url, { filter_types: ["credit.added"] });
  expect(await act(world, endpoint, "replay")).toEqual({ deliveries: 2 });
  await settle(world);
  expect(amountsOf(late)).toEqual(["1", "2"]);
  expect(idsOf(late)).toEqual(idsOf(it.receiver).slice(0, 2));
  expect(it.receiver.requests).toHaveLength(3);
});

deliveryScenario("WHK-31 a replay sends again what arrived", async (world) => {
  const it = await received(world);
  await it.add("1", "2");
  await settle(world);
  expect(await act(world, it.endpoint, "replay")).toEqual({ deliveries: 2 });
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "1", "2"]);
  expect(new Set(idsOf(it.receiver))).toHaveLength(2);
  expect(new Set((await deliveries(world)).map((each) => each.id))).toHaveLength(4);
});

deliveryScenario("WHK-31 a replay takes both ends of its range", async (world) => {
  const it = await received(world);
  for (const amount of ["1", "2", "3", "4"]) {
    await it.add(amount);
    await world.advance("1d");
  }
  const late = await Receiver.open();
  const endpoint = await listenTo(world, late.url);
  const day = (date: number) => `2026-01-0${date}T00:00:00Z`;
  for (const [range, amounts] of [
    [{ since: day(2), until: day(3) }, ["2", "3"]],
    [{ since: day(3) }, ["3", "4"]],
    [{ until: day(1) }, ["1"]],
    [{ since: "2026-01-04T00:00:00.001Z" }, []],
    [{}, ["1", "2", "3", "4"]],
  ] as const) {
    const before = late.requests.length;
    expect(await act(world, endpoint, "replay", range)).toEqual({ deliveries: amounts.length });
    await settle(world);
    expect(amountsOf(late).slice(before), JSON.stringify(range)).toEqual(amounts);
  }
  const path = `/_sandbox/webhooks/${endpoint.id}/replay`;
  expect(await statusOf(world, "POST", path, { since: "yesterday" })).toBe(422);
});

deliveryScenario("WHK-31 all that failed for good can be recovered", async (world) => {
  const it = await received(world, 200);
  it.receiver.otherwise = 500;
  await it.add("1", "2", "3");
  await settle(world);
  await world.advance("28h");
  expect(await statusesOf(world)).toEqual(["delivered", "failed", "failed"]);
  it.receiver.otherwise = 200;
  const before = it.receiver.requests.length;
  expect(await act(world, it.endpoint, "recover")).toEqual({ deliveries: 2 });
  await settle(world);
  expect(amountsOf(it.receiver).slice(before)).toEqual(["2", "3"]);
  expect(await statusesOf(world)).toEqual(["delivered", "delivered", "delivered"]);
  expect(await act(world, it.endpoint, "recover")).toEqual({ deliveries: 0 });
});

const send = (world: World, { id }: Endpoint, body: string) =>
  world.control<Attempt>("POST", `/_sandbox/webhooks/${id}/send`, { body });

deliveryScenario("WHK-31 an example is signed and sent once", async (world) => {
  const it = await received(world, 500);
  const body = '{ "type": "credit.added",\n "data": {"amount": 1.0} }';
  const attempt = await send(world, it.endpoint, body);
  expect(attempt).toMatchObject({ number: 1, status_code: 500, error: null, request_body: body });
  expect(it.receiver.requests[0]?.body).toBe(body);
  for (const payload of verifyAll(attempt, await secretOf(world, it.endpoint))) {
    expect(payload).toEqual(JSON.parse(body));
  }
  await settle(world);
  await world.advance("3d");
  expect(it.receiver.requests).toHaveLength(1);
  expect(await events(world)).toEqual([]);
  expect((await send(world, it.endpoint, body)).status_code).toBe(200);
});

deliveryScenario("WHK-31 an example needs a body", async (world) => {
  const { endpoint } = await received(world);
  const path = `/_sandbox/webhooks/${endpoint.id}/send`;
  for (const body of [{}, { body: 7 }, { body: null }, { body: "x".repeat(1_000_001) }]) {
    expect(await statusOf(world, "POST", path, body)).toBe(422);
  }
});

deliveryScenario("WHK-31 an unknown delivery or endpoint is 404", async (world) => {
  for (const [method, path, body] of [
    ["GET", "/_sandbox/deliveries/dlv_unknown", undefined],
    ["POST", "/_sandbox/deliveries/dlv_unknown/resend", undefined],
    ["POST", "/_sandbox/webhooks/whk_unknown/replay", {}],
    ["POST", "/_sandbox/webhooks/whk_unknown/recover", undefined],
    ["POST", "/_sandbox/webhooks/whk_unknown/rotate-secret", undefined],
    ["POST", "/_sandbox/webhooks/whk_unknown/send", { body: "{}" }],
  ] as const) {
    expect(await statusOf(world, method, path, body), path).toBe(404);
  }
});

deliveryScenario("WHK-31 a deleted endpoint cannot be replayed to", async (world) => {
  const it = await received(world);
  await world.call("deleteWebhook", at(it.endpoint));
  const path = `/_sandbox/webhooks/${it.endpoint.id}/replay`;
  expect(await statusOf(world, "POST", path, {})).toBe(404);
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
