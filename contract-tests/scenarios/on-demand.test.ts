import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  type Payment,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

const onDemand = (more: Fields = {}) => ({
  subscription_data: { on_demand: { mandate_only: false, ...more } },
});

/** A plan of 10 USD and 100 credits, and a customer with an on-demand subscription to it. */
async function shop(world: World, settings: Fields = {}) {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer, onDemand(settings));
  return { ...holding, plan, id };
}

/** What a subscription paid, oldest first, without payments of nothing. */
async function paid(world: World, subscription_id: string): Promise<readonly number[]> {
  const query = { subscription_id, status: "succeeded", page_size: 100 };
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", { query });
  return items
    .map((it) => it.total_amount)
    .filter((it) => it > 0)
    .reverse();
}

const charge = (world: World, subscription_id: string, body: Fields = { product_price: 250 }) =>
  world.call("chargeSubscription", { path: { subscription_id }, body });

const refusesCharge = async (world: World, status: number, subscription_id: string) =>
  (
    await world.refused(status, "chargeSubscription", {
      path: { subscription_id },
      body: { product_price: 250 },
    })
  ).code;

const update = (world: World, subscription_id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

const granted = "credit_added +100 : 0→100, overage 0→0";

scenario("MTR-37 a usage-based product is not sold on demand", async (world) => {
  const plan = await sell(world, usagePrice(), []);
  const product_cart = [{ product_id: plan.product_id, quantity: 1 }];
  for (const call of ["createCheckoutSession", "previewCheckoutSession"] as const) {
    for (const mandate_only of [true, false]) {
      const body = { product_cart, ...onDemand({ mandate_only }) };
      const { code } = await world.refused(422, call, { body });
      expect(code).toBe("ON_DEMAND_USAGE_BASED_BILLING_NOT_SUPPORTED");
    }
    await world.ok(call, { body: { product_cart, subscription_data: { on_demand: null } } });
  }
});

scenario("GRT-15 a mandate alone charges nothing and issues nothing", async (world) => {
  const it = await shop(world, { mandate_only: true });
  expect(await subscriptionOf(world, it.id)).toMatchObject({ status: "active", on_demand: true });
  expect(await paid(world, it.id)).toEqual([]);
  await world.advance("2026-04-01T00:00:00Z");
  expect(await paid(world, it.id)).toEqual([]);
  expect(await world.entries(it)).toEqual([]);
});

const prices: readonly (readonly [string, Fields, number])[] = [
  ["the price of the product", {}, 1000],
  ["the price of the session", { product_price: 700 }, 700],
];
for (const [name, settings, price] of prices) {
  scenario(`GRT-15 on demand, ${name} is paid and issues credits, once`, async (world) => {
    const it = await shop(world, settings);
    expect(await paid(world, it.id)).toEqual([price]);
    expect(await world.grants(it)).toMatchObject([
      { source_type: "subscription", source_id: it.id, initial_amount: "100" },
    ]);
    await world.advance("2026-04-01T00:00:00Z");
    expect((await subscriptionOf(world, it.id)).status).toBe("active");
    expect(await paid(world, it.id)).toEqual([price]);
    expect(await world.ledger(it)).toBe(granted);
    expect(await world.audited()).toBe(1);
  });
}

scenario("GRT-15 a declined first charge on demand issues nothing", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const { status } = await buy(world, plan, holding.customer, onDemand(), "declined");
  expect(status).toBe("failed");
  expect(await world.entries(holding)).toEqual([]);
});

for (const mandate_only of [true, false]) {
  const kind = mandate_only ? "a mandate" : "a paid subscription";
  scenario(`GRT-15 a charge to ${kind} is a payment without credits`, async (world) => {
    const it = await shop(world, { mandate_only });
    const entries = await world.entries(it);
    await world.advance("10d");
    const result = await charge(world, it.id);
    expect(result.status).toBe(200);
    const { payment_id } = result.body as { payment_id: string };
    expect(await world.ok("retrievePayment", { path: { payment_id } })).toMatchObject({
      status: "succeeded",
      total_amount: 250,
      currency: "USD",
      subscription_id: it.id,
      created_at: "2026-01-11T00:00:00.000000Z",
    });
    expect((await charge(world, it.id, { product_price: 120 })).status).toBe(200);
    expect(await paid(world, it.id)).toEqual([...(mandate_only ? [] : [1000]), 250, 120]);
    expect(await world.entries(it)).toEqual(entries);
    expect((await subscriptionOf(world, it.id)).status).toBe("active");
  });
}

scenario("SUB-15 a charge needs a price in whole minor units", async (world) => {
  const it = await shop(world);
  for (const body of [{}, ...[-1, 1.5, "250", null].map((product_price) => ({ product_price }))]) {
    expect((await charge(world, it.id, body)).status, JSON.stringify(body)).toBe(422);
  }
  expect(await paid(world, it.id)).toEqual([1000]);
});

scenario("SUB-15 only an on-demand subscription is charged", async (world) => {
  const { customer } = await open(world);
  const id = await subscribe(world, await sell(world, recurringPrice(), []), customer);
  expect(await refusesCharge(world, 422, id)).toBe("SUBSCRIPTION_NOT_ON_DEMAND");
  expect(await refusesCharge(world, 404, "sub_none")).toBe("NOT_FOUND");
  expect(await paid(world, id)).toEqual([1000]);
});

scenario("SUB-15 a cancelled subscription is not charged again", async (world) => {
  const it = await shop(world);
  await update(world, it.id, { status: "cancelled" });
  expect(await refusesCharge(world, 422, it.id)).toBe("SUBSCRIPTION_INACTIVE");
  expect(await paid(world, it.id)).toEqual([1000]);
});

scenario(
  "SUB-15 one that is scheduled to end is not charged, until that is undone",
  async (world) => {
    const it = await shop(world);
    await update(world, it.id, { cancel_at_next_billing_date: true });
    expect(await refusesCharge(world, 422, it.id)).toBe(
      "CHARGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION",
    );
    await update(world, it.id, { cancel_at_next_billing_date: false });
    expect((await charge(world, it.id)).status).toBe(200);
    expect(await paid(world, it.id)).toEqual([1000, 250]);
  },
);

scenario("SUB-77 a declined charge holds the subscription until it is paid", async (world) => {
  const it = await shop(world);
  await setCard(world, it.id, true);
  expect((await charge(world, it.id)).status).toBe(200);
  expect((await subscriptionOf(world, it.id)).status).toBe("on_hold");
  expect(await refusesCharge(world, 422, it.id)).toBe("SUBSCRIPTION_INACTIVE");
  await world.advance("90d");
  expect(await paid(world, it.id)).toEqual([1000]);
  expect(await setCard(world, it.id, false)).toEqual({ fails: false, status: "active" });
  expect(await paid(world, it.id)).toEqual([1000, 250]);
  expect((await charge(world, it.id, { product_price: 120 })).status).toBe(200);
  expect(await paid(world, it.id)).toEqual([1000, 250, 120]);
  expect(await world.ledger(it)).toBe(granted);
});

scenario("SUB-77 one that is held when it goes off demand renews once paid", async (world) => {
  const it = await shop(world);
  await setCard(world, it.id, true);
  await charge(world, it.id);
  const next_billing_date = "2026-01-20T00:00:00Z";
  await update(world, it.id, { disable_on_demand: { next_billing_date } });
  await world.advance("2026-03-01T00:00:00Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("on_hold");
  await setCard(world, it.id, false);
  expect(await paid(world, it.id)).toEqual([1000, 250, 1000]);
  expect(await subscriptionOf(world, it.id)).toMatchObject({
    status: "active",
    previous_billing_date: "2026-02-20T00:00:00.000000Z",
    next_billing_date: "2026-03-20T00:00:00.000000Z",
  });
  expect(await world.audited()).toBe(2);
});

scenario("SUB-19 one charged on demand ends at the next of its dates", async (world) => {
  const it = await shop(world);
  await world.advance("2026-03-15T00:00:00Z");
  await update(world, it.id, { cancel_at_next_billing_date: true });
  expect(await subscriptionOf(world, it.id)).toMatchObject({
    status: "active",
    next_billing_date: "2026-04-01T00:00:00.000000Z",
  });
  await world.advance("2026-03-31T23:59:59Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("active");
  await world.advance("1s");
  expect(await subscriptionOf(world, it.id)).toMatchObject({
    status: "cancelled",
    cancelled_at: "2026-04-01T00:00:00.000000Z",
  });
  expect(await paid(world, it.id)).toEqual([1000]);
});

scenario("SUB-19 a pause puts off the end of one charged on demand", async (world) => {
  const it = await shop(world);
  await world.advance("2026-03-15T00:00:00Z");
  await update(world, it.id, { status: "paused" });
  await world.advance("60d");
  await update(world, it.id, { cancel_at_next_billing_date: true });
  await world.advance("30d");
  await update(world, it.id, { status: "active" });
  await world.advance("2026-06-29T23:59:59Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("active");
  await world.advance("1s");
  expect((await subscriptionOf(world, it.id)).status).toBe("cancelled");
});

scenario("SUB-19 one that is held ends after it is paid", async (world) => {
  const it = await shop(world);
  await setCard(world, it.id, true);
  await charge(world, it.id);
  await update(world, it.id, { cancel_at_next_billing_date: true });
  await world.advance("2026-03-15T00:00:00Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("on_hold");
  await setCard(world, it.id, false);
  expect((await subscriptionOf(world, it.id)).status).toBe("active");
  await world.advance("2026-04-01T00:00:00Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("cancelled");
  expect(await paid(world, it.id)).toEqual([1000, 250]);
});

scenario("SUB-34 the plan of an on-demand subscription stays", async (world) => {
  const it = await shop(world);
  const other = await sell(world, recurringPrice({ price: 5000 }), []);
  const body = {
    product_id: other.product_id,
    quantity: 1,
    proration_billing_mode: "full_immediately",
  };
  const path = { subscription_id: it.id };
  for (const call of ["changePlan", "previewChangePlan"] as const) {
    const { code } = await world.refused(422, call, { path, body });
    expect(code).toBe("ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED");
  }
  expect((await subscriptionOf(world, it.id)).product_id).toBe(it.plan.product_id);
  expect(await paid(world, it.id)).toEqual([1000]);
});

scenario("SUB-29 a subscription taken off demand renews from then on", async (world) => {
  const it = await shop(world, { product_price: 700 });
  const next_billing_date = "2026-02-10T00:00:00Z";
  await update(world, it.id, { disable_on_demand: { next_billing_date } });
  expect(await subscriptionOf(world, it.id)).toMatchObject({
    status: "active",
    on_demand: false,
    next_billing_date: "2026-02-10T00:00:00.000000Z",
  });
  expect(await refusesCharge(world, 422, it.id)).toBe("SUBSCRIPTION_NOT_ON_DEMAND");
  await world.advance("2026-02-09T23:59:59Z");
  expect(await paid(world, it.id)).toEqual([700]);
  await world.advance("2026-03-10T00:00:00Z");
  expect(await paid(world, it.id)).toEqual([700, 1000, 1000]);
  expect(await world.ledger(it)).toBe(
    [
      granted,
      "credit_added +100 : 100→200, overage 0→0",
      "credit_added +100 : 200→300, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-29 a subscription goes off demand at a time to come", async (world) => {
  const it = await shop(world);
  await world.advance("1d");
  const path = { subscription_id: it.id };
  for (const date of ["2026-01-01T12:00:00Z", "soon", null]) {
    const body = { disable_on_demand: { next_billing_date: date } };
    await world.refused(422, "updateSubscription", { path, body });
  }
  expect((await subscriptionOf(world, it.id)).on_demand).toBe(true);
});
