import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { Holding, UsageEvent, World } from "../harness/world.js";

/** A shop with one plan: 100 credits a month that never expire, one credit a token. */
async function shop(world: World, meterBody = {}, rate = "1") {
  const entitlement = await world.entitlement();
  const meter = await world.meter(meterBody);
  const customer = await world.customer();
  const price = usagePrice([meterLink(meter, entitlement, rate)]);
  const plan = await sell(world, price, [attach(entitlement, "100")]);
  return { entitlement, meter, customer, plan };
}

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  const expected = entries.map((it) => `${it}, overage 0→0`).join("\n");
  expect(await world.ledger(holding)).toBe(expected);
  expect(await world.audited()).toBe(entries.length);
}

const granted = "credit_added +100 : 0→100";

const update = (world: World, subscription_id: string, body: object) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

const eventOf = (world: World, event_id: string): Promise<UsageEvent> =>
  world.ok("retrieveEvent", { path: { event_id } });

const balanceOf = async (world: World, holding: Holding) => (await world.balance(holding)).balance;

scenario("MTR-50 usage is deducted at the next whole minute, in one go", async (world) => {
  const it = await shop(world);
  const id = await subscribe(world, it.plan, it.customer);
  await world.advance("2026-01-01T00:00:30Z");
  await use(world, it.customer, "e1", 7);
  await world.advance("2026-01-01T00:00:40Z");
  await use(world, it.customer, "e2", 4);
  await world.advance("2026-01-01T00:00:59.999999Z");
  expect(await balanceOf(world, it)).toBe("100");
  await world.advance("2026-01-01T00:01:00Z");
  expect(await balanceOf(world, it)).toBe("89");
  await use(world, it.customer, "e3", 9);
  await world.advance("2026-01-01T00:02:00Z");
  const [grant] = await world.grants(it);
  expect((await world.entries(it)).slice(0, 2)).toMatchObject(
    ["2026-01-01T00:02:00.000000Z", "2026-01-01T00:01:00.000000Z"].map((created_at) => ({
      created_at,
      transaction_type: "credit_deducted",
      is_credit: false,
      grant_id: grant?.id,
      reference_type: "subscription",
      reference_id: id,
    })),
  );
  expect(await world.holdings(it)).toBe("80 of 100 (subscription)");
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -11 : 100→89",
    "credit_deducted -9 : 89→80",
  ]);
});

scenario("MTR-58 a second run finds nothing left to deduct", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 10);
  await use(world, it.customer, "e2", 5);
  expect(await runMeters(world)).toEqual({ events: 2 });
  expect(await runMeters(world)).toEqual({ events: 0 });
  await use(world, it.customer, "e1", 99); // the id is known, so this is no new event
  expect(await runMeters(world)).toEqual({ events: 0 });
  await world.advance("1h");
  expect(await world.holdings(it)).toBe("85 of 100 (subscription)");
  await ledgerIs(world, it, [granted, "credit_deducted -15 : 100→85"]);
});

scenario("MTR-21 usage starts from nothing in every billing period", async (world) => {
  const it = await shop(world, { aggregation: { type: "max", key: "tokens" } });
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 8);
  await runMeters(world);
  await world.advance("2026-02-01T00:10:00Z");
  await use(world, it.customer, "e2", 5); // below January's peak, and the first of February
  await runMeters(world);
  expect(await world.holdings(it)).toBe("87 of 100 (subscription)\n100 of 100 (subscription)");
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -8 : 100→92",
    "credit_added +100 : 92→192",
    "credit_deducted -5 : 192→187",
  ]);
});

scenario("MTR-21 units short of a credit end with their period", async (world) => {
  const it = await shop(world, {}, "10");
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 19);
  await runMeters(world);
  await world.advance("2026-02-01T00:10:00Z");
  await use(world, it.customer, "e2", 9);
  await runMeters(world);
  await ledgerIs(world, it, [granted, "credit_deducted -1 : 100→99", "credit_added +100 : 99→199"]);
});

scenario("MTR-21 an event dated ahead counts for the period of its date", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  await world.advance("2026-01-31T23:57:30Z");
  await use(world, it.customer, "e1", 3);
  await use(world, it.customer, "e2", 40, { timestamp: "2026-02-01T00:02:00Z" });
  await world.advance("2026-02-01T00:10:00Z");
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -3 : 100→97",
    "credit_added +100 : 97→197",
    "credit_deducted -40 : 197→157",
  ]);
});

scenario("MTR-59 an event late for a settled period is kept but is free", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  await world.advance("2026-02-01T00:10:00Z");
  const late = { timestamp: "2026-01-31T23:59:00Z" };
  await use(world, it.customer, "late", 30, late);
  await use(world, it.customer, "in time", 4, { timestamp: "2026-02-01T00:05:00Z" });
  await runMeters(world);
  await world.advance("1h");
  const { timestamp } = await eventOf(world, "late");
  expect(timestamp).toMatch(/^2026-01-31T23:59:00/);
  await ledgerIs(world, it, [
    granted,
    "credit_added +100 : 100→200",
    "credit_deducted -4 : 200→196",
  ]);
});

scenario("MTR-61 what was used before the subscription began is free", async (world) => {
  const it = await shop(world);
  await world.credit(it, "50");
  await world.advance("10s");
  await use(world, it.customer, "waiting", 7);
  await world.advance("10s");
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "late", 8, { timestamp: "2026-01-01T00:00:05Z" });
  await world.advance("10s");
  await use(world, it.customer, "after", 1);
  await world.advance("5m");
  await ledgerIs(world, it, [
    "credit_added +50 : 0→50",
    "credit_added +100 : 50→150",
    "credit_deducted -1 : 150→149",
  ]);
});

scenario("MTR-52 without a subscription usage is stored and costs nothing", async (world) => {
  const it = await shop(world);
  const pack = await sell(world, oneTimePrice(), [attach(it.entitlement, "100")]);
  await buy(world, pack, it.customer);
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  await world.advance("1h");
  expect(await eventOf(world, "e1")).toMatchObject({ metadata: { tokens: 10 } });
  await ledgerIs(world, it, [granted]);
});

scenario(
  "MTR-50 a sandbox without a meter delay deducts what it ingests, and what is early in its time",
  async (world) => {
    const it = await shop(world);
    await subscribe(world, it.plan, it.customer);
    await use(world, it.customer, "now", 30);
    expect(await balanceOf(world, it)).toBe("70");
    await use(world, it.customer, "early", 5, { timestamp: "2026-01-01T00:00:20Z" });
    expect(await balanceOf(world, it)).toBe("70");
    await world.advance("21s");
    await ledgerIs(world, it, [
      granted,
      "credit_deducted -30 : 100→70",
      "credit_deducted -5 : 70→65",
    ]);
  },
  { meterDelaySeconds: 0 },
);

scenario("MTR-52 usage after a subscription was cancelled is free", async (world) => {
  const it = await shop(world);
  const id = await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  await update(world, id, { status: "cancelled" });
  await world.advance("1m");
  await use(world, it.customer, "e2", 20);
  await runMeters(world);
  await world.advance("1h");
  expect((await subscriptionOf(world, id)).status).toBe("cancelled");
  expect(await eventOf(world, "e2")).toMatchObject({ metadata: { tokens: 20 } });
  await ledgerIs(world, it, [granted, "credit_deducted -10 : 100→90"]);
});

scenario("MTR-52 usage is free while a subscription is on hold", async (world) => {
  const it = await shop(world);
  const id = await subscribe(world, it.plan, it.customer);
  await setCard(world, id, true);
  await world.advance("2026-02-01T00:10:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("on_hold");
  await use(world, it.customer, "e1", 20);
  await runMeters(world);
  await world.advance("1h");
  expect(await eventOf(world, "e1")).toMatchObject({ metadata: { tokens: 20 } });
  await ledgerIs(world, it, [granted]);
});

scenario("MTR-52 usage on a trial is deducted", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer, { subscription_data: { trial_period_days: 14 } });
  await use(world, it.customer, "e1", 10);
  await world.advance("1m");
  await ledgerIs(world, it, [granted, "credit_deducted -10 : 100→90"]);
});

scenario("MTR-52 a subscription about to be cancelled pays until its end", async (world) => {
  const it = await shop(world);
  const id = await subscribe(world, it.plan, it.customer);
  await update(world, id, { cancel_at_next_billing_date: true });
  await world.advance("2026-01-20T00:00:00Z");
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  await world.advance("2026-02-01T00:10:00Z");
  await use(world, it.customer, "e2", 20);
  await runMeters(world);
  expect((await subscriptionOf(world, id)).status).toBe("cancelled");
  await ledgerIs(world, it, [granted, "credit_deducted -10 : 100→90"]);
});

scenario("MTR-60 an archived meter deducts no more and refunds nothing", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  await world.ok("archiveMeter", { path: { id: it.meter.id } });
  await world.advance("1m");
  await use(world, it.customer, "e2", 20);
  await runMeters(world);
  await world.advance("1h");
  await ledgerIs(world, it, [granted, "credit_deducted -10 : 100→90"]);
});

scenario("MTR-60 a meter taken off the product deducts no more", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  const path = { id: it.plan.product_id };
  await world.ok("updateProduct", { path, body: { price: usagePrice([]) } });
  await world.advance("1m");
  await use(world, it.customer, "e2", 20);
  await runMeters(world);
  await ledgerIs(world, it, [granted, "credit_deducted -10 : 100→90"]);
});

scenario("MTR-58 one pass takes thousands of events, each once", async (world) => {
  const it = await shop(world);
  await subscribe(world, it.plan, it.customer);
  const { customer_id } = it.customer;
  for (let request = 0; request < 3; request++) {
    const events = Array.from({ length: 900 }, (_, i) => ({
      event_id: `e${request}-${i}`,
      customer_id,
      event_name: "tokens.used",
      metadata: { tokens: 0.03 },
    }));
    await world.ok("ingestEvents", { body: { events } });
  }
  expect(await runMeters(world)).toEqual({ events: 2700 });
  await ledgerIs(world, it, [granted, "credit_deducted -81 : 100→19"]);
  expect(await runMeters(world)).toEqual({ events: 0 });
});
