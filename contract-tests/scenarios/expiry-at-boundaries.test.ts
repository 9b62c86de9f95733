import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

/** A month's period that ends half a minute after midnight, so that no minute of the worker meets it. */
async function betweenMinutes(world: World, settings = {}, more = {}) {
  const holding = await open(world, settings);
  const meter = await world.meter();
  await world.advance("30s");
  const plan = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "100", more),
  ]);
  return { ...holding, id: await subscribe(world, plan, holding.customer) };
}

const boundary = "2026-02-01T00:00:30.000000Z";

const granted = "credit_added +100 : 0→100, overage 0→0";

scenario("EXP-06 a cancelled plan's credits last to their own date", async (world) => {
  const holding = await open(world, { expires_after_days: 60 });
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("10d");
  await world.ok("updateSubscription", {
    path: { subscription_id: id },
    body: { status: "cancelled" },
  });
  await world.advance("2026-03-01T23:59:59Z");
  expect((await world.debit(holding, "30")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("70 of 100 (subscription)");
  await world.advance("2026-03-02T00:00:00Z");
  expect(await world.holdings(holding)).toBe("0 of 100 (subscription, expired)");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_expired -70 : 70→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("EXP-06 so do those of a plan that reached its term", async (world) => {
  const holding = await open(world, { expires_after_days: 40 });
  const term = { subscription_period_count: 1, subscription_period_interval: "Month" };
  const plan = await sell(world, recurringPrice(term), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("expired");
  expect((await world.debit(holding, "1")).status).toBe(201);
  await world.advance("2026-02-09T23:59:59Z");
  expect(await world.holdings(holding)).toBe("99 of 100 (subscription)");
  await world.advance("1s");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_deducted -1 : 100→99, overage 0→0",
      "credit_expired -99 : 99→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("EXP-20 the last usage of a cycle comes before its credits end", async (world) => {
  const holding = await betweenMinutes(world, { expires_after_days: 31 });
  await world.advance("2026-02-01T00:00:20Z");
  await use(world, holding.customer, "e-1", 30);
  await world.advance("2026-02-01T00:00:30Z");
  const entries = await world.entries(holding);
  expect(entries.slice(0, 3).map((it) => it.created_at)).toEqual([boundary, boundary, boundary]);
  await world.advance("2026-02-01T00:00:40Z");
  await use(world, holding.customer, "e-2", 7);
  await world.advance("2026-02-01T00:01:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_expired -70 : 70→0, overage 0→0",
      granted,
      "credit_deducted -7 : 100→93, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("EXP-20 the same holds where the boundary is on the minute", async (world) => {
  const holding = await open(world, { expires_after_days: 31 });
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "100"),
  ]);
  await subscribe(world, plan, holding.customer);
  await world.advance("2026-01-31T23:59:30Z");
  await use(world, holding.customer, "e-1", 30);
  await world.advance("2026-02-01T00:05:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_expired -70 : 70→0, overage 0→0",
      granted,
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

const drained = [
  "credit_deducted -100 : 100→0, overage 0→0",
  "overage_charged -10 : 0→0, overage 0→10",
];

for (const [behaviour, bill] of [
  ["forgive_at_reset", 1000],
  ["invoice_at_billing", 1100],
] as const) {
  scenario(`EXP-20 ${behaviour}: usage, overage, expiry, new credits`, async (world) => {
    const settings = withOverage({ price_per_unit: "10", overage_behavior: behaviour });
    const holding = await betweenMinutes(world, settings);
    await world.debit(holding, "110");
    await world.credit(holding, "20", { expires_at: boundary });
    await world.advance("2026-02-01T00:00:10Z");
    await use(world, holding.customer, "e-1", 5);
    await world.advance("2026-02-01T00:00:30Z");
    const { items } = await world.ok<{ items: { total_amount: number }[] }>("listPayments");
    expect(items[0]?.total_amount).toBe(bill);
    expect(await world.ledger(holding)).toBe(
      [
        granted,
        ...drained,
        "credit_added +20 : 0→20, overage 10→10",
        "credit_deducted -5 : 20→15, overage 10→10",
        "overage_reset -10 : 15→15, overage 10→0",
        "credit_expired -15 : 15→0, overage 0→0",
        granted,
      ].join("\n"),
    );
    expect(await world.audited()).toBe(8);
  });
}

scenario("EXP-20 overage of the last usage is on the renewal at once", async (world) => {
  const settings = { price_per_unit: "10", overage_behavior: "invoice_at_billing" };
  const holding = await betweenMinutes(world, withOverage(settings));
  await world.advance("2026-02-01T00:00:20Z");
  await use(world, holding.customer, "e-1", 110);
  await world.advance("2026-02-01T00:00:30Z");
  const { items } = await world.ok<{ items: { total_amount: number }[] }>("listPayments");
  expect(items.map((it) => it.total_amount)).toEqual([1100, 1000]);
  expect(await world.ledger(holding)).toBe(
    [granted, ...drained, "overage_reset -10 : 0→0, overage 10→0", granted].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("EXP-20 repayment comes last, out of the new credits", async (world) => {
  const settings = withOverage({ overage_behavior: "carry_deficit_auto_repay" });
  const holding = await betweenMinutes(world, settings, { expires_after_days: 31 });
  await world.credit(holding, "20");
  await world.advance("2026-02-01T00:00:20Z");
  await use(world, holding.customer, "e-1", 130);
  await world.advance("2026-02-01T00:00:30Z");
  expect(await world.holdings(holding)).toBe(
    "0 of 100 (subscription)\n0 of 20 (api)\n90 of 100 (subscription)",
  );
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_added +20 : 100→120, overage 0→0",
      "credit_deducted -120 : 120→0, overage 0→0",
      "overage_charged -10 : 0→0, overage 0→10",
      "credit_added +100 : 0→100, overage 10→10",
      "credit_deducted -10 : 100→90, overage 10→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("EXP-20 credits end at the boundary though the renewal fails", async (world) => {
  const holding = await betweenMinutes(world, { expires_after_days: 31 });
  await setCard(world, holding.id, true);
  await world.advance("2026-02-01T00:00:30Z");
  expect((await subscriptionOf(world, holding.id)).status).toBe("on_hold");
  const ended = "credit_expired -100 : 100→0, overage 0→0";
  expect(await world.ledger(holding)).toBe(`${granted}\n${ended}`);
  await world.advance("1h");
  await setCard(world, holding.id, false);
  expect(await world.ledger(holding)).toBe(`${granted}\n${ended}\n${granted}`);
  expect(await world.audited()).toBe(3);
});

scenario("EXP-21 what ends at the boundary is gone before the renewal", async (world) => {
  const holding = await open(world, { expires_after_days: 31 });
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  await subscribe(world, plan, holding.customer);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await world.holdings(holding)).toBe(
    "0 of 100 (subscription, expired)\n100 of 100 (subscription)",
  );
  expect(await world.ledger(holding)).toBe(
    [granted, "credit_expired -100 : 100→0, overage 0→0", granted].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("EXP-21 that goes for credits of any source", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const pack = await sell(world, oneTimePrice(), [
    attach(holding.entitlement, "5", { expires_after_days: 31 }),
  ]);
  await buy(world, pack, holding.customer);
  await subscribe(world, plan, holding.customer);
  await world.advance("1d");
  await world.credit(holding, "20", { expires_at: "2026-02-01T00:00:00Z" });
  await world.credit(holding, "3", { expires_at: "2026-02-01T00:00:01Z" });
  await world.advance("2026-02-01T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +5 : 0→5, overage 0→0",
      "credit_added +100 : 5→105, overage 0→0",
      "credit_added +20 : 105→125, overage 0→0",
      "credit_added +3 : 125→128, overage 0→0",
      "credit_expired -5 : 128→123, overage 0→0",
      "credit_expired -20 : 123→103, overage 0→0",
      "credit_added +100 : 103→203, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(7);
});

scenario("LED-39 a cycle's credits and what becomes of them name it", async (world) => {
  const holding = await open(world, withOverage({ overage_behavior: "forgive_at_reset" }));
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "100", { expires_after_days: 20 }),
  ]);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("21d");
  const { payment_id } = await buy(world, pack, holding.customer);
  await world.debit(holding, "8");
  await world.advance("2026-02-01T00:00:00Z");
  const entries = [...(await world.entries(holding))].reverse();
  expect(
    entries.map((it) => [it.transaction_type, it.reference_type, it.reference_id ?? null]),
  ).toEqual([
    ["credit_added", "subscription", id],
    ["credit_expired", "subscription", id],
    ["credit_added", "payment", payment_id],
    ["credit_deducted", "api", null],
    ["overage_charged", "api", null],
    ["overage_reset", "subscription", id],
    ["credit_added", "subscription", id],
  ]);
  expect(await world.balance(holding)).toMatchObject({ balance: "100", overage: "0" });
  expect(await world.audited()).toBe(7);
});

scenario(
  "EXP-20 usage that waits is taken from a grant that ends in the same minute",
  async (world) => {
    const holding = await betweenMinutes(world);
    await world.advance("1d");
    await world.credit(holding, "5", { expires_at: "2026-01-10T00:01:00Z" });
    await world.advance("2026-01-10T00:00:30Z");
    await world.debit(holding, "100");
    await use(world, holding.customer, "late", 3);
    await world.advance("2026-01-10T00:01:00Z");
    expect(await world.ledger(holding)).toBe(
      [
        granted,
        "credit_added +5 : 100→105, overage 0→0",
        "credit_deducted -100 : 105→5, overage 0→0",
        "credit_deducted -3 : 5→2, overage 0→0",
        "credit_expired -2 : 2→0, overage 0→0",
      ].join("\n"),
    );
    expect(await world.audited()).toBe(5);
  },
);
