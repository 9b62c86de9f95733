import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  type Payment,
  recurringPrice,
  type Subscription,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usageOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Holder = Awaited<ReturnType<typeof open>>;

const begin = async (world: World, { entitlement, customer }: Holder, more = {}) =>
  subscribe(
    world,
    await sell(world, recurringPrice(), [attach(entitlement, "100", more)]),
    customer,
  );

const patched = (world: World, id: string, body: object) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body });

const refused = (world: World, id: string, body: object) =>
  world.refused(422, "updateSubscription", { path: { subscription_id: id }, body });

const reset = (world: World, id: string, { entitlement }: Holder, settings: object) =>
  patched(world, id, {
    credit_entitlement_cart: [{ credit_entitlement_id: entitlement.id, ...settings }],
  });

const cartOf = async (world: World, id: string) =>
  (await subscriptionOf(world, id)).credit_entitlement_cart;

const once = "credit_added +100 : 0→100, overage 0→0";
const twice = `${once}\ncredit_added +100 : 100→200, overage 0→0`;

scenario("SUB-06 an update sets a credit's amount, life and limits", async (world) => {
  const holding = await open(world, withOverage());
  const id = await begin(world, holding);
  const before = await cartOf(world, id);
  const settings = {
    credits_amount: "250",
    expires_after_days: 45,
    low_balance_threshold_percent: 15,
    max_rollover_count: 2,
    overage_enabled: false,
    overage_limit: "30",
    rollover_enabled: true,
    rollover_percentage: 60,
    rollover_timeframe_count: 3,
    rollover_timeframe_interval: "Week",
  };
  await reset(world, id, holding, settings);
  expect(await cartOf(world, id)).toEqual([{ ...before[0], ...settings }]);
  await reset(world, id, holding, { low_balance_threshold_percent: 40 });
  expect(await cartOf(world, id)).toEqual([
    { ...before[0], ...settings, low_balance_threshold_percent: 40 },
  ]);
  expect(await world.ledger(holding)).toBe(once);
  expect(await world.audited()).toBe(1);
});

scenario("SUB-06 behaviour, price, proration and trials stay as sold", async (world) => {
  const holding = await open(world, withOverage({ overage_behavior: "invoice_at_billing" }));
  const id = await begin(world, holding, { price_per_unit: "10" });
  const before = await subscriptionOf(world, id);
  const fixed = {
    overage_behavior: "carry_deficit",
    price_per_unit: "99",
    proration_behavior: "prorate",
    trial_credits: "1",
    trial_credits_expire_after_trial: true,
  };
  await world.call("updateSubscription", {
    path: { subscription_id: id },
    body: {
      credit_entitlement_cart: [{ credit_entitlement_id: holding.entitlement.id, ...fixed }],
    },
  });
  expect(await subscriptionOf(world, id)).toEqual(before);
  await world.debit(holding, "130");
  await world.advance("P1M");
  const { items } = await world.ok<{ items: { total_amount: number }[] }>("listPayments");
  expect(items.map((it) => it.total_amount)).toEqual([1300, 1000]);
  expect(await world.ledger(holding)).toBe(
    [
      once,
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -30 : 0→0, overage 0→30",
      "overage_reset -30 : 0→0, overage 30→0",
      once,
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("SUB-07 new settings act on later grants, not on issued ones", async (world) => {
  const holding = await open(world, { expires_after_days: 60 });
  const id = await begin(world, holding);
  const issued = await world.grants(holding);
  await reset(world, id, holding, { credits_amount: "250", expires_after_days: 90 });
  expect(await world.grants(holding)).toEqual(issued);
  expect(await world.ledger(holding)).toBe(once);
  await world.advance("P1M");
  const [latest, ...earlier] = await world.grants(holding);
  expect(earlier).toEqual(issued);
  expect(latest).toMatchObject({
    initial_amount: "250",
    expires_at: "2026-05-02T00:00:00.000000Z",
  });
  await world.advance("2026-03-02T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      once,
      "credit_added +250 : 100→350, overage 0→0",
      "credit_added +250 : 350→600, overage 0→0",
      "credit_expired -100 : 600→500, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-07 a new overage setting acts on the next deduction", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 10 }));
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  const useNow = async (eventId: string, tokens: number) => {
    await use(world, holding.customer, eventId, tokens);
    await world.advance("1m");
  };
  await useNow("e-1", 105);
  await reset(world, id, holding, { overage_enabled: false });
  await useNow("e-2", 3);
  await reset(world, id, holding, { overage_enabled: true, overage_limit: "7" });
  await useNow("e-3", 50);
  expect((await usageOf(world, id)).items).toMatchObject([{ overage: "7", limit_reached: true }]);
  expect(await world.ledger(holding)).toBe(
    [
      once,
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -5 : 0→0, overage 0→5",
      "overage_charged -2 : 0→0, overage 5→7",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-11 a renewal date in the past is refused", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await world.advance("10d");
  const before = await subscriptionOf(world, id);
  for (const next_billing_date of ["2026-01-10T23:59:59Z", "2025-12-31T00:00:00Z"]) {
    const { code } = await refused(world, id, { next_billing_date });
    expect(code).toBe("INVALID_REQUEST_PARAMETERS");
  }
  expect(await subscriptionOf(world, id)).toEqual(before);
  expect(await world.ledger(holding)).toBe(once);
  expect(await world.audited()).toBe(1);
});

scenario("SUB-11 a renewal date close to now brings the renewal about", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await world.advance("10d");
  await patched(world, id, { next_billing_date: "2026-01-11T00:05:00Z" });
  expect((await subscriptionOf(world, id)).next_billing_date).toBe("2026-01-11T00:05:00.000000Z");
  await world.advance("2026-01-11T00:04:59Z");
  expect(await world.ledger(holding)).toBe(once);
  await world.advance("2026-01-11T00:05:00Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    previous_billing_date: "2026-01-11T00:05:00.000000Z",
    next_billing_date: "2026-02-11T00:05:00.000000Z",
  });
  // The date it had before brings no second renewal.
  await world.advance("2026-02-11T00:04:59Z");
  expect(await world.ledger(holding)).toBe(twice);
  const { items } = await world.ok<{ items: unknown[] }>("listPayments");
  expect(items).toHaveLength(2);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-50 status cancelled ends a subscription at once", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await world.advance("10d");
  await patched(world, id, { status: "cancelled" });
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "cancelled",
    cancelled_at: "2026-01-11T00:00:00.000000Z",
  });
  expect(await world.ledger(holding)).toBe(once);
  expect(await world.audited()).toBe(1);
});

scenario("SUB-50 a cancellation can wait for the end of the period", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  const kept = await begin(world, holding);
  for (const it of [id, kept]) await patched(world, it, { cancel_at_next_billing_date: true });
  await patched(world, kept, { cancel_at_next_billing_date: false });
  await world.advance("2026-01-31T23:59:59Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    cancel_at_next_billing_date: true,
  });
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("cancelled");
  expect((await subscriptionOf(world, kept)).status).toBe("active");
  const { items } = await world.ok<{ items: unknown[] }>("listPayments", {
    query: { subscription_id: id },
  });
  expect(items).toHaveLength(1);
  expect(await world.ledger(holding)).toBe(`${twice}\ncredit_added +100 : 200→300, overage 0→0`);
  expect(await world.audited()).toBe(3);
});

scenario("SUB-51 credits of a cancelled plan stay until debited", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await patched(world, id, { status: "cancelled" });
  await world.advance("40d");
  expect(await world.holdings(holding)).toBe("100 of 100 (subscription)");
  expect((await world.debit(holding, "100", { reason: "cancelled" })).status).toBe(201);
  expect(await world.holdings(holding)).toBe("0 of 100 (subscription)");
  expect(await world.ledger(holding)).toBe(`${once}\ncredit_deducted -100 : 100→0, overage 0→0`);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-52 after a cancellation nothing is issued or carried", async (world) => {
  const holding = await open(world, { expires_after_days: 31 });
  const later = { ...holding, entitlement: await world.entitlement({ name: "Later" }) };
  const rolling = { rollover_enabled: true, rollover_percentage: 100 };
  const now = await begin(world, holding, rolling);
  const atEnd = await begin(world, later, rolling);
  await patched(world, now, { status: "cancelled" });
  await patched(world, atEnd, { cancel_at_next_billing_date: true });
  await world.advance("P1Y");
  expect(await world.holdings(holding)).toBe("0 of 100 (subscription, expired)");
  expect(await world.ledger(holding)).toBe(`${once}\ncredit_expired -100 : 100→0, overage 0→0`);
  expect(await world.holdings(later)).toBe("100 of 100 (subscription)");
  expect(await world.ledger(later)).toBe(once);
  const { items } = await world.ok<{ items: unknown[] }>("listPayments");
  expect(items).toHaveLength(2);
  expect(await world.audited()).toBe(3);
});

for (const [name, lifeDays] of [
  ["at the end of the period", 31],
  ["after it", 45],
] as const) {
  scenario(`SUB-52 credits that end ${name} are lost with the subscription`, async (world) => {
    const holding = await open(world, { expires_after_days: lifeDays });
    const id = await begin(world, holding, { rollover_enabled: true, rollover_percentage: 100 });
    await patched(world, id, { cancel_at_next_billing_date: true });
    await world.advance("P1Y");
    expect((await subscriptionOf(world, id)).status).toBe("cancelled");
    expect(await world.ledger(holding)).toBe(`${once}\ncredit_expired -100 : 100→0, overage 0→0`);
    expect(await world.grants(holding)).toMatchObject([
      { is_expired: true, is_rolled_over: false, rollover_count: 0 },
    ]);
  });
}

scenario(
  "SUB-52 one that was cancelled on hold grants nothing for a card that works",
  async (world) => {
    const holding = await open(world);
    const id = await begin(world, holding);
    await setCard(world, id, true);
    await world.advance("P1M");
    await patched(world, id, { status: "cancelled" });
    await setCard(world, id, false);
    await world.advance("P1M");
    expect(await world.ledger(holding)).toBe(once);
  },
);

scenario("SUB-53 the older pause field is always refused", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  const before = await subscriptionOf(world, id);
  for (const pause of [true, false]) {
    await refused(world, id, { pause });
    await refused(world, id, { pause, metadata: { a: "b" } });
  }
  expect(await subscriptionOf(world, id)).toEqual(before);
});

scenario("SUB-53 status paused and active are refused beside other changes", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  const before = await subscriptionOf(world, id);
  for (const status of ["paused", "active"]) {
    await refused(world, id, { status, metadata: { a: "b" } });
  }
  expect(await subscriptionOf(world, id)).toEqual(before);
});

const update = (world: World, subscription_id: string, body: object) =>
  world.ok<Subscription>("updateSubscription", { path: { subscription_id }, body });

scenario("SUB-16 an update changes whom the bill goes to", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice(), []);
  const id = await subscribe(world, plan, customer, {
    billing_address: { country: "US", city: "Boston" },
    customer_business_name: "Ada Ltd",
    tax_id: "US1",
  });
  expect(await subscriptionOf(world, id)).toMatchObject({
    billing: { country: "US", city: "Boston" },
    customer_business_name: "Ada Ltd",
    tax_id: "US1",
  });
  const changed = {
    billing: { country: "DE", city: "Berlin", state: null, street: "Ufer 1", zipcode: "10999" },
    customer_business_name: "Ada GmbH",
    tax_id: "DE2",
  };
  const names = { customer_name: "Ada King" };
  const shown = { ...changed, customer: { name: "Ada King" } };
  expect(await update(world, id, { ...changed, ...names })).toMatchObject(shown);
  expect(await subscriptionOf(world, id)).toMatchObject(shown);
  const path = { customer_id: customer.customer_id };
  expect(await world.ok("retrieveCustomer", { path })).toMatchObject({ name: "Ada King" });
  await world.advance("2026-02-01T00:00:00Z");
  const { items } = await world.ok<{ items: Payment[] }>("listPayments");
  const [payment_id = ""] = items.map((it) => it.payment_id);
  expect(await world.ok("retrievePayment", { path: { payment_id } })).toMatchObject({
    billing: changed.billing,
    customer: { name: "Ada King" },
  });
});

scenario("SUB-16 an update keeps what was said about the end", async (world) => {
  const { customer } = await open(world);
  const id = await subscribe(world, await sell(world, recurringPrice(), []), customer);
  const said = { cancellation_comment: "Too many tokens", cancellation_feedback: "too_expensive" };
  const ending = { cancel_at_next_billing_date: true, ...said };
  expect(await update(world, id, ending)).toMatchObject(ending);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await subscriptionOf(world, id)).toMatchObject({ status: "cancelled", ...said });
});

scenario("SUB-16 null leaves them as they are", async (world) => {
  const { customer } = await open(world);
  const more = { customer_business_name: "Ada Ltd", tax_id: "US1" };
  const id = await subscribe(world, await sell(world, recurringPrice(), []), customer, more);
  const before = await subscriptionOf(world, id);
  const nothing = {
    billing: null,
    customer_name: null,
    customer_business_name: null,
    tax_id: null,
    cancellation_comment: null,
    cancellation_feedback: null,
  };
  expect(await update(world, id, nothing)).toEqual(before);
});
