import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  recurringPrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

interface Terms {
  readonly credit?: object;
  readonly attached?: Readonly<Record<string, unknown>>;
  readonly rate?: string;
}

/** A customer on a metered plan of that many credits a month. */
async function metered(world: World, amount: string, terms: Terms = {}) {
  const holding = await open(world, terms.credit);
  const { entitlement, customer } = holding;
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, entitlement, terms.rate)]), [
    attach(entitlement, amount, terms.attached),
  ]);
  return { ...holding, meter, subscription: await subscribe(world, plan, customer) };
}

type Metered = Awaited<ReturnType<typeof metered>>;

async function spend(world: World, { customer }: Metered, id: string, tokens: number | string) {
  await use(world, customer, id, tokens);
  await runMeters(world);
}

interface Reading {
  readonly meter_id: string;
  readonly credit_entitlement_id: string | null;
  readonly units: string;
  readonly uncharged_units: string;
  readonly events: number;
  readonly skipped_events: number;
  readonly blocked: string;
}

/** What the subscription's one meter has counted. */
async function reading(world: World, { subscription, meter, entitlement }: Metered) {
  const path = `/_sandbox/subscriptions/${subscription}/meters`;
  const { items } = await world.control<{ items: readonly Reading[] }>("GET", path);
  const [first] = items;
  expect(items).toHaveLength(1);
  expect(first).toMatchObject({ meter_id: meter.id, credit_entitlement_id: entitlement.id });
  return first;
}

const counted = (units: string, uncharged_units: string, events: number, more: object = {}) => ({
  units,
  uncharged_units,
  events,
  skipped_events: 0,
  blocked: "0",
  ...more,
});

const close = (world: World, { subscription }: { subscription: string }) =>
  world.control("POST", `/_sandbox/subscriptions/${subscription}/close-cycle`);

async function paymentsOf(world: World, { subscription }: Metered): Promise<readonly string[]> {
  const { items } = await world.ok<{ items: { status: string; total_amount: number }[] }>(
    "listPayments",
    { query: { subscription_id: subscription } },
  );
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
}

async function ledgerIs(world: World, it: Metered, entries: readonly string[]): Promise<void> {
  expect(await world.ledger(it)).toBe(entries.join("\n"));
  expect(await world.audited()).toBe(entries.length);
}

const mid = "2026-01-16T00:00:00Z";
const overdrawing = (overage_behavior: string) => ({
  credit: withOverage({ overage_limit: 50, price_per_unit: "10", overage_behavior }),
});
const granted = "credit_added +100 : 0→100, overage 0→0";
const overdrawn = [
  granted,
  "credit_deducted -100 : 100→0, overage 0→0",
  "overage_charged -30 : 0→0, overage 0→30",
];
const cleared = "overage_reset -30 : 0→0, overage 30→0";

scenario("OVR-07 EX-05 usage past the limit is counted as blocked", async (world) => {
  const it = await metered(world, "40", { credit: withOverage({ overage_limit: 100 }) });
  await spend(world, it, "e-1", 60);
  expect(await reading(world, it)).toMatchObject(counted("60", "0", 1));
  await spend(world, it, "e-2", 100);
  expect(await reading(world, it)).toMatchObject(counted("160", "0", 2, { blocked: "20" }));
  await world.credit(it, "50");
  await runMeters(world);
  expect(await reading(world, it)).toMatchObject(counted("160", "0", 2, { blocked: "20" }));
  await ledgerIs(world, it, [
    "credit_added +40 : 0→40, overage 0→0",
    "credit_deducted -40 : 40→0, overage 0→0",
    "overage_charged -20 : 0→0, overage 0→20",
    "overage_charged -80 : 0→0, overage 20→100",
    "credit_added +50 : 0→50, overage 100→100",
  ]);
});

scenario("OVR-08 EX-24 usage at zero is blocked, in all periods", async (world) => {
  const it = await metered(world, "10000000");
  await spend(world, it, "e-1", 10_000_300);
  expect(await reading(world, it)).toMatchObject(counted("10000300", "0", 1, { blocked: "300" }));
  const pack = await sell(world, oneTimePrice(), [attach(it.entitlement, "5000000")]);
  await buy(world, pack, it.customer);
  await world.advance("2026-02-02T00:00:00Z");
  expect(await reading(world, it)).toMatchObject(counted("0", "0", 0, { blocked: "300" }));
  await spend(world, it, "e-2", 15_000_007);
  expect(await reading(world, it)).toMatchObject(counted("15000007", "0", 1, { blocked: "307" }));
  await ledgerIs(world, it, [
    "credit_added +10000000 : 0→10000000, overage 0→0",
    "credit_deducted -10000000 : 10000000→0, overage 0→0",
    "credit_added +5000000 : 0→5000000, overage 0→0",
    "credit_added +10000000 : 5000000→15000000, overage 0→0",
    "credit_deducted -15000000 : 15000000→0, overage 0→0",
  ]);
});

scenario("OVR-08 blocked usage is told in credits, not units", async (world) => {
  const it = await metered(world, "2", { rate: "1000" });
  await spend(world, it, "e-1", 5000);
  expect(await reading(world, it)).toMatchObject(counted("5000", "0", 1, { blocked: "3" }));
  await ledgerIs(world, it, [
    "credit_added +2 : 0→2, overage 0→0",
    "credit_deducted -2 : 2→0, overage 0→0",
  ]);
});

scenario("MTR-55 EX-17 units wait until they make a whole credit", async (world) => {
  const it = await metered(world, "100", { rate: "1000" });
  expect(await reading(world, it)).toMatchObject(counted("0", "0", 0));
  await use(world, it.customer, "e-1", 2500);
  expect(await reading(world, it)).toMatchObject(counted("0", "0", 0));
  await runMeters(world);
  expect(await reading(world, it)).toMatchObject(counted("2500", "500", 1));
  await spend(world, it, "e-2", 600);
  expect(await reading(world, it)).toMatchObject(counted("3100", "100", 2));
  await world.advance("2026-02-02T00:00:00Z");
  expect(await reading(world, it)).toMatchObject(counted("0", "0", 0));
  await spend(world, it, "e-3", 999);
  expect(await reading(world, it)).toMatchObject(counted("999", "999", 1));
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -2 : 100→98, overage 0→0",
    "credit_deducted -1 : 98→97, overage 0→0",
    "credit_added +100 : 97→197, overage 0→0",
  ]);
});

scenario("EVT-23 an event without a number is skipped and told", async (world) => {
  const it = await metered(world, "100");
  await spend(world, it, "e-1", "many");
  await use(world, it.customer, "e-2", 0, { metadata: { words: 5 } });
  await spend(world, it, "e-3", 7);
  await spend(world, it, "e-4", "3");
  expect(await reading(world, it)).toMatchObject(counted("10", "0", 2, { skipped_events: 2 }));
});

scenario("EXP-20 a closed cycle counts usage, settles, then grants", async (world) => {
  const it = await metered(world, "100", overdrawing("invoice_at_billing"));
  await world.advance(mid);
  await use(world, it.customer, "e-1", 130, { timestamp: "2026-01-15T23:59:00Z" });
  expect(await close(world, it)).toEqual({
    status: "active",
    previous_billing_date: "2026-01-16T00:00:00.000000Z",
    next_billing_date: "2026-02-16T00:00:00.000000Z",
  });
  expect(await paymentsOf(world, it)).toEqual(["succeeded 1000", "succeeded 1300"]);
  expect(await reading(world, it)).toMatchObject(counted("0", "0", 0));
  await ledgerIs(world, it, [...overdrawn, cleared, granted]);
});

scenario("EXP-20 a closed cycle rolls over before it grants", async (world) => {
  const rolling = { rollover_enabled: true, rollover_percentage: 50 };
  const it = await metered(world, "100", { attached: rolling });
  await world.advance(mid);
  await use(world, it.customer, "e-1", 20, { timestamp: "2026-01-15T23:59:00Z" });
  await close(world, it);
  expect((await world.holdings(it)).split("\n").sort()).toEqual([
    "0 of 100 (subscription)",
    "100 of 100 (subscription)",
    "40 of 40 (rollover)",
  ]);
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -20 : 100→80, overage 0→0",
    "credit_rolled_over -40 : 80→40, overage 0→0",
    "credit_rolled_over +40 : 40→80, overage 0→0",
    "credit_expired -40 : 80→40, overage 0→0",
    "credit_added +100 : 40→140, overage 0→0",
  ]);
});

scenario("EXP-20 a closed cycle repays overage from its credits last", async (world) => {
  const it = await metered(world, "100", overdrawing("carry_deficit_auto_repay"));
  await spend(world, it, "e-1", 130);
  await world.advance(mid);
  await close(world, it);
  expect(await paymentsOf(world, it)).toEqual(["succeeded 1000", "succeeded 1000"]);
  await ledgerIs(world, it, [
    ...overdrawn,
    "credit_added +100 : 0→100, overage 30→30",
    "credit_deducted -30 : 100→70, overage 30→0",
  ]);
});

scenario("SUB-10 periods count from a closed cycle on", async (world) => {
  const it = await metered(world, "100");
  await world.advance(mid);
  await close(world, it);
  await world.advance("2026-02-15T23:59:59Z");
  const twice = [granted, "credit_added +100 : 100→200, overage 0→0"];
  await ledgerIs(world, it, twice);
  await world.advance("2026-02-16T00:00:00Z");
  await ledgerIs(world, it, [...twice, "credit_added +100 : 200→300, overage 0→0"]);
  expect((await subscriptionOf(world, it.subscription)).next_billing_date).toContain("2026-03-16");
});

scenario("SUB-03 a closed cycle that is not paid grants nothing", async (world) => {
  const it = await metered(world, "100", overdrawing("forgive_at_reset"));
  await world.advance(mid);
  await setCard(world, it.subscription, true);
  expect(await close(world, it)).toMatchObject({ status: "on_hold" });
  await ledgerIs(world, it, [granted]);
  await setCard(world, it.subscription, false);
  expect((await subscriptionOf(world, it.subscription)).status).toBe("active");
  await ledgerIs(world, it, [granted, "credit_added +100 : 100→200, overage 0→0"]);
});

scenario("SUB-50 closing the last cycle of a subscription cancels it", async (world) => {
  const it = await metered(world, "100");
  await world.advance(mid);
  await world.ok("updateSubscription", {
    path: { subscription_id: it.subscription },
    body: { cancel_at_next_billing_date: true },
  });
  expect(await close(world, it)).toMatchObject({ status: "cancelled" });
  await ledgerIs(world, it, [granted]);
});

httpScenario("SUB-52 only the cycle of an active subscription can be closed", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const [cancelled, held] = [
    await subscribe(world, plan, holding.customer),
    await subscribe(world, plan, holding.customer),
  ];
  await world.ok("updateSubscription", {
    path: { subscription_id: cancelled },
    body: { status: "cancelled" },
  });
  await setCard(world, held, true);
  await world.advance("2026-02-01T00:00:00Z");
  const entries = await world.ledger(holding);
  for (const [id, status, code] of [
    [cancelled, 422, "SUBSCRIPTION_INACTIVE"],
    [held, 422, "SUBSCRIPTION_INACTIVE"],
    ["sub_none", 404, "NOT_FOUND"],
  ] as const) {
    const response = await world.raw("POST", `/_sandbox/subscriptions/${id}/close-cycle`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  }
  expect((await world.raw("GET", "/_sandbox/subscriptions/sub_none/meters")).status).toBe(404);
  expect(await world.ledger(holding)).toBe(entries);
});

httpScenario("AUT-04 a read-only key reads meters but closes no cycle", async (world) => {
  const it = await metered(world, "100");
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  const headers = { authorization: "Bearer dodo_test_viewer" };
  const path = `/_sandbox/subscriptions/${it.subscription}`;
  expect((await world.raw("GET", `${path}/meters`, { headers })).status).toBe(200);
  expect((await world.raw("POST", `${path}/close-cycle`, { headers })).status).toBe(403);
  await ledgerIs(world, it, [granted]);
});
