import { expect } from "vitest";
import {
  type Attempt,
  at,
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
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";
import {
  act,
  amountsOf,
  idsOf,
  received,
  statusesOf,
  statusOf,
  verifyAll,
} from "./support/webhook-faults.js";

const resend = (world: World, { id }: Pick<Delivery, "id">) =>
  world.control<Delivery>("POST", `/_sandbox/deliveries/${id}/resend`);

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
