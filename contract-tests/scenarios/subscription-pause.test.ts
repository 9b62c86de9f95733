import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  recurringPrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Holder = Awaited<ReturnType<typeof open>>;
type Fields = Readonly<Record<string, unknown>>;

const patch = (world: World, id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body });

/** The code an update is refused with; it must leave the subscription as it was. */
async function refusal(world: World, id: string, body: Fields): Promise<string> {
  const before = await subscriptionOf(world, id);
  const args = { path: { subscription_id: id }, body };
  const { code } = await world.refused(422, "updateSubscription", args);
  expect(await subscriptionOf(world, id)).toEqual(before);
  return code;
}

const pause = (world: World, id: string) => patch(world, id, { status: "paused" });
const resume = (world: World, id: string) => patch(world, id, { status: "active" });

/** A subscription to 100 credits a month. */
const begin = async (
  world: World,
  { entitlement, customer }: Holder,
  price: Fields = {},
  more: Fields = {},
) =>
  subscribe(
    world,
    await sell(world, recurringPrice(price), [attach(entitlement, "100", more)]),
    customer,
  );

const threeMonths = { subscription_period_count: 3, subscription_period_interval: "Month" };

const paymentsOf = async (world: World, id: string) => {
  const { items } = await world.ok<{ items: { created_at: string }[] }>("listPayments", {
    query: { subscription_id: id },
  });
  return items.map((it) => it.created_at.slice(0, 10)).reverse();
};

const first = "credit_added +100 : 0→100, overage 0→0";
const twice = `${first}\ncredit_added +100 : 100→200, overage 0→0`;

scenario("SUB-53 status paused alone pauses, status active resumes", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await world.advance("10d");
  const args = { path: { subscription_id: id } };
  const paused = await world.call("updateSubscription", { ...args, body: { status: "paused" } });
  expect(paused).toMatchObject({
    status: 200,
    body: { subscription_id: id, status: "paused", paused_at: "2026-01-11T00:00:00.000000Z" },
  });
  expect(await subscriptionOf(world, id)).toEqual(paused.body);
  const resumed = await world.call("updateSubscription", { ...args, body: { status: "active" } });
  expect(resumed).toMatchObject({
    status: 200,
    body: { subscription_id: id, status: "active", paused_at: null },
  });
  expect(await subscriptionOf(world, id)).toEqual(resumed.body);
});

scenario("SUB-53 a pause is not mixed with another change", async (world) => {
  const id = await begin(world, await open(world));
  const others = [
    { metadata: { a: "b" } },
    { cancel_at_next_billing_date: true },
    { next_billing_date: "2026-01-20T00:00:00Z" },
  ];
  for (const other of others) await refusal(world, id, { status: "paused", ...other });
  await pause(world, id);
  for (const other of others) await refusal(world, id, { status: "active", ...other });
});

scenario("SUB-53 the older pause field is refused while paused too", async (world) => {
  const id = await begin(world, await open(world));
  await pause(world, id);
  for (const value of [true, false]) await refusal(world, id, { pause: value });
});

scenario("SUB-54 what is paused is not paused again", async (world) => {
  const id = await begin(world, await open(world));
  await pause(world, id);
  await world.advance("1d");
  expect(await refusal(world, id, { status: "paused" })).toBe("SUBSCRIPTION_ALREADY_PAUSED");
});

scenario("SUB-54 what is not paused is not resumed", async (world) => {
  const id = await begin(world, await open(world));
  expect(await refusal(world, id, { status: "active" })).toBe("SUBSCRIPTION_NOT_PAUSED");
  await pause(world, id);
  await resume(world, id);
  expect(await refusal(world, id, { status: "active" })).toBe("SUBSCRIPTION_NOT_PAUSED");
});

scenario("SUB-54 only an active subscription can be paused", async (world) => {
  const holding = await open(world);
  const held = await begin(world, holding);
  const ended = await begin(world, holding);
  await patch(world, ended, { status: "cancelled" });
  await setCard(world, held, true);
  await world.advance("P1M");
  for (const id of [held, ended]) {
    expect(await refusal(world, id, { status: "paused" })).toBe("SUBSCRIPTION_INACTIVE");
  }
});

scenario("SUB-54 the dates move later by the length of the pause", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding, threeMonths);
  await world.advance("10d");
  await pause(world, id);
  await world.advance("5d");
  await resume(world, id);
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    paused_at: null,
    next_billing_date: "2026-02-06T00:00:00.000000Z",
    expires_at: "2026-04-06T00:00:00.000000Z",
  });
  await world.advance("2026-02-05T23:59:59Z");
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01"]);
  await world.advance("2026-02-06T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01", "2026-02-06"]);
  expect(await subscriptionOf(world, id)).toMatchObject({
    previous_billing_date: "2026-02-06T00:00:00.000000Z",
    next_billing_date: "2026-03-06T00:00:00.000000Z",
  });
  expect(await world.ledger(holding)).toBe(twice);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-54 two pauses add up", async (world) => {
  const id = await begin(world, await open(world), threeMonths);
  for (const length of ["36h", "12h"]) {
    await world.advance("1d");
    await pause(world, id);
    await world.advance(length);
    await resume(world, id);
  }
  expect(await subscriptionOf(world, id)).toMatchObject({
    next_billing_date: "2026-02-03T00:00:00.000000Z",
    expires_at: "2026-04-03T00:00:00.000000Z",
  });
});

scenario("SUB-54 a paused subscription outlasts renewals and its term", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding, threeMonths);
  await world.advance("10d");
  await pause(world, id);
  await world.advance("365d");
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "paused",
    paused_at: "2026-01-11T00:00:00.000000Z",
  });
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01"]);
  await resume(world, id);
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    next_billing_date: "2027-02-01T00:00:00.000000Z",
    expires_at: "2027-04-01T00:00:00.000000Z",
  });
  await world.advance("2027-02-01T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01", "2027-02-01"]);
  expect(await world.ledger(holding)).toBe(twice);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-54 after a pause the term ends later, not at its old end", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding, threeMonths);
  await world.advance("10d");
  await pause(world, id);
  await world.advance("5d");
  await resume(world, id);
  for (const [at, status] of [
    ["2026-04-01T00:00:00Z", "active"],
    ["2026-04-05T23:59:59Z", "active"],
    ["2026-04-06T00:00:00Z", "expired"],
  ] as const) {
    await world.advance(at);
    expect((await subscriptionOf(world, id)).status, at).toBe(status);
  }
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01", "2026-02-06", "2026-03-06"]);
  expect(await world.ledger(holding)).toBe(`${twice}\ncredit_added +100 : 200→300, overage 0→0`);
});

scenario("SUB-54 the term of one charged on demand ends later, too", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, recurringPrice(threeMonths), [attach(entitlement, "100")]);
  const id = await subscribe(world, plan, customer, {
    subscription_data: { on_demand: { mandate_only: false } },
  });
  await pause(world, id);
  await world.advance("120d");
  expect((await subscriptionOf(world, id)).status).toBe("paused");
  await resume(world, id);
  await world.advance("2026-07-29T23:59:59Z");
  expect((await subscriptionOf(world, id)).status).toBe("active");
  await world.advance("1s");
  expect((await subscriptionOf(world, id)).status).toBe("expired");
});

scenario("SUB-54 one that is cancelled is not paused any more", async (world) => {
  const id = await begin(world, await open(world));
  await pause(world, id);
  await patch(world, id, { status: "cancelled" });
  expect((await subscriptionOf(world, id)).paused_at).toBeNull();
});

scenario("SUB-54 a paused subscription can be cancelled", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await pause(world, id);
  await world.advance("10d");
  await patch(world, id, { status: "cancelled" });
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "cancelled",
    cancelled_at: "2026-01-11T00:00:00.000000Z",
  });
  await world.advance("P1Y");
  expect(await paymentsOf(world, id)).toEqual(["2026-01-01"]);
  expect(await world.ledger(holding)).toBe(first);
  expect(await world.audited()).toBe(1);
});

scenario("SUB-55 credits stay to be used while paused", async (world) => {
  const holding = await open(world, { expires_after_days: 60 });
  const id = await begin(world, holding);
  await world.advance("10d");
  const issued = await world.grants(holding);
  await pause(world, id);
  expect(await world.grants(holding)).toEqual(issued);
  expect((await world.debit(holding, "30")).status).toBe(201);
  await world.credit(holding, "5");
  await world.advance("5d");
  await resume(world, id);
  expect((await world.grants(holding)).at(-1)?.expires_at).toBe("2026-03-02T00:00:00.000000Z");
  expect(await world.ledger(holding)).toBe(
    [
      first,
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_added +5 : 70→75, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-55 credits expire on their own date, with no rollover", async (world) => {
  const holding = await open(world);
  const id = await begin(
    world,
    holding,
    {},
    { expires_after_days: 31, rollover_enabled: true, rollover_percentage: 100 },
  );
  await world.advance("10d");
  await pause(world, id);
  await world.advance("2026-01-31T23:59:59Z");
  expect(await world.ledger(holding)).toBe(first);
  await world.advance("2026-02-20T00:00:00Z");
  expect(await world.holdings(holding)).toBe("0 of 100 (subscription, expired)");
  expect(await world.ledger(holding)).toBe(`${first}\ncredit_expired -100 : 100→0, overage 0→0`);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-55 usage while paused is never deducted", async (world) => {
  const holding = await open(world);
  const { entitlement, customer } = holding;
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, customer);
  const useAndWait = async (eventId: string, tokens: number) => {
    await world.advance("1h");
    await use(world, customer, eventId, tokens);
    await world.advance("1h");
    await runMeters(world);
  };
  await useAndWait("e-1", 10);
  await pause(world, id);
  await useAndWait("e-2", 20);
  const paused = [first, "credit_deducted -10 : 100→90, overage 0→0"];
  expect(await world.ledger(holding)).toBe(paused.join("\n"));
  await resume(world, id);
  await useAndWait("e-3", 5);
  expect(await world.ledger(holding)).toBe(
    [...paused, "credit_deducted -5 : 90→85, overage 0→0"].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});
