import { expect } from "vitest";
import {
  deliveries,
  events,
  listenTo,
  Receiver,
  secretOf,
  settle,
  signatureOf,
  signaturesOf,
  theDelivery,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import { attach, recurringPrice, sell, subscribe } from "../harness/storefront.js";
import { after, received, sendOne, statusesOf } from "./support/deliveries.js";
import { open } from "./support/open-holding.js";

const minute = 60;
const hour = 3600;

deliveryScenario("WHK-08 a repeat shows the subscription as it is by then", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const receiver = await Receiver.open(503);
  const endpoint = await listenTo(world, receiver.url, { filter_types: ["subscription.active"] });
  const subscription_id = await subscribe(world, plan, holding.customer);
  await settle(world);
  await world.ok("updateSubscription", {
    path: { subscription_id },
    body: { status: "cancelled" },
  });
  await world.advance("5s");
  const [first, second, ...more] = receiver.requests;
  if (first === undefined || second === undefined) throw new Error("too little arrived");
  expect(more).toEqual([]);
  expect([first, second].map((it) => it.payload.data["status"])).toEqual(["active", "cancelled"]);
  expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
  expect(second.payload.timestamp).toBe(first.payload.timestamp);
  expect(signaturesOf(second)).not.toEqual(signaturesOf(first));
  expect(signaturesOf(second)).toEqual([signatureOf(second, await secretOf(world, endpoint))]);
});

const soon = { webhookTimeoutSeconds: 0.05 };

deliveryScenario(
  "WHK-26 a receiver that does not answer in time has failed",
  async (world) => {
    const { receiver } = await sendOne(world, "hang");
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({
      status_code: null,
      error: expect.stringMatching(/./),
      response_body: null,
    });
    await world.advance("5s");
    expect(await theDelivery(world)).toMatchObject({ status: "delivered" });
    expect(receiver.requests).toHaveLength(2);
  },
  soon,
);

deliveryScenario("WHK-27 a connection that breaks off is a failure", async (world) => {
  await sendOne(world, "reset");
  const delivery = await theDelivery(world);
  expect(delivery.last).toMatchObject({ status_code: null, error: expect.stringMatching(/./) });
  expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
  await world.advance("5s");
  expect(await statusesOf(world)).toEqual(["delivered"]);
});

deliveryScenario("WHK-27 an address where nobody listens is a failure", async (world) => {
  const it = await received(world);
  it.receiver.close();
  await world.credit(it, "100");
  await settle(world);
  const delivery = await theDelivery(world);
  expect(delivery.last).toMatchObject({ status_code: null, error: expect.stringMatching(/./) });
  expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
});

deliveryScenario("WHK-27 any 2xx is a success", async (world) => {
  const it = await received(world, 200, 201, 202, 204, 299);
  for (const _ of "12345") await world.credit(it, "1");
  await world.advance("1d");
  const all = await deliveries(world);
  expect(all.map((each) => each.attempts.map((attempt) => attempt.status_code))).toEqual([
    [200],
    [201],
    [202],
    [204],
    [299],
  ]);
  expect(new Set(await statusesOf(world))).toEqual(new Set(["delivered"]));
});

for (const status of [300, 304, 400, 404, 409, 410, 429, 500, 503]) {
  deliveryScenario(`WHK-27 a ${status} is a failure`, async (world) => {
    await sendOne(world, status);
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({ status_code: status });
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  deliveryScenario(`WHK-27 a redirect by ${status} is not followed`, async (world) => {
    const elsewhere = await Receiver.open();
    await sendOne(world, { status, location: elsewhere.url });
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({ status_code: status });
    expect(elsewhere.requests).toEqual([]);
  });
}

deliveryScenario(
  "WHK-33 a receiver that finds the signature wrong is tried again",
  async (world) => {
    const { receiver } = await sendOne(world, 401);
    expect((await theDelivery(world)).last).toMatchObject({ status_code: 401 });
    await world.advance("5s");
    expect(receiver.requests).toHaveLength(2);
    expect(await statusesOf(world)).toEqual(["delivered"]);
  },
);

deliveryScenario("WHK-28 after three failures the fourth attempt succeeds", async (world) => {
  const { receiver } = await sendOne(world, 500, 500, 500);
  const seen = async () => {
    const { status, next_attempt_at } = await theDelivery(world);
    return [receiver.requests.length, status, next_attempt_at];
  };
  expect(await seen()).toEqual([1, "waiting", after(5)]);
  await world.advance("4s");
  expect(await settle(world)).toBe(0);
  expect(await seen()).toEqual([1, "waiting", after(5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([2, "waiting", after(5 * minute + 5)]);
  await world.advance("4m59s");
  expect(await seen()).toEqual([2, "waiting", after(5 * minute + 5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([3, "waiting", after(35 * minute + 5)]);
  await world.advance("29m59s");
  expect(await seen()).toEqual([3, "waiting", after(35 * minute + 5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([4, "delivered", null]);
  const { attempts } = await theDelivery(world);
  expect(attempts.map((it) => [it.number, it.at, it.status_code])).toEqual([
    [1, after(0), 500],
    [2, after(5), 500],
    [3, after(5 * minute + 5), 500],
    [4, after(35 * minute + 5), 200],
  ]);
  await world.advance("30d");
  expect(receiver.requests).toHaveLength(4);
});

deliveryScenario("WHK-28 after eight failures there is no ninth attempt", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = 500;
  await world.credit(it, "100");
  await settle(world);
  await world.advance("27h35m4s");
  expect(it.receiver.requests).toHaveLength(7);
  expect(await statusesOf(world)).toEqual(["waiting"]);
  await world.advance("1s");
  await world.advance("30d");
  expect(it.receiver.requests).toHaveLength(8);
  const delivery = await theDelivery(world);
  expect(delivery).toMatchObject({ status: "failed", next_attempt_at: null });
  const lasted = [0, 5, 5 * minute + 5, 35 * minute + 5];
  const later = [2, 7, 17, 27].map((hours) => hours * hour + 35 * minute + 5);
  expect(delivery.attempts.map((attempt) => attempt.at)).toEqual([...lasted, ...later].map(after));
});

deliveryScenario("WHK-24 all eight attempts have one id", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = 500;
  await world.credit(it, "100");
  await settle(world);
  await world.advance("30d");
  const [event] = await events(world);
  const ids = it.receiver.requests.map(({ headers }) => headers["webhook-id"]);
  expect(ids).toEqual(Array(8).fill(event?.id));
});

deliveryScenario("BND-12 of a long answer 4 kB are kept, whole characters", async (world) => {
  await sendOne(world, { status: 200, body: `x${"é".repeat(2_500_000)}` });
  const delivery = await theDelivery(world);
  expect(delivery).toMatchObject({ status: "delivered", last: { status_code: 200 } });
  // 4096 bytes end in the middle of the last letter, which is left out.
  expect(delivery.last?.response_body).toBe(`x${"é".repeat(2047)}`);
});

deliveryScenario("BND-12 of an answer without end 4 kB are kept", async (world) => {
  const it = await received(world, "endless");
  await world.credit(it, "1");
  await world.credit(it, "2");
  await settle(world);
  expect(await statusesOf(world)).toEqual(["delivered", "delivered"]);
  const [first] = await deliveries(world);
  expect(first?.attempts[0]?.response_body).toBe("x".repeat(4096));
});

deliveryScenario("WHK-27 an answer without end is an answer", async (world) => {
  const { receiver } = await sendOne(world, "endless");
  expect(receiver.requests).toHaveLength(1);
  expect(await statusesOf(world)).toEqual(["delivered"]);
});
