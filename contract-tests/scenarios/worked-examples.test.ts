import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  type Payment,
  recurringPrice,
  runMeters,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, type UsageEvent, type World, withOverage } from "../harness/world.js";
import { get, listed, on, remove } from "./support/entitlement-calls.js";
import { everything } from "./support/entitlement-fields.js";
import { refuses } from "./support/ledger-refusals.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

interface Metering {
  readonly body?: Fields;
  readonly rate?: string;
}

/** A customer on a plan of that many credits a month, with these meters. */
async function metered(
  world: World,
  amount: string,
  credit: Fields = {},
  meters = [{} as Metering],
) {
  const holding = await open(world, credit);
  const { entitlement, customer } = holding;
  const links: Fields[] = [];
  for (const { body, rate } of meters) {
    links.push(meterLink(await world.meter(body), entitlement, rate));
  }
  const plan = await sell(world, usagePrice(links), [attach(entitlement, amount)]);
  return { ...holding, subscription: await subscribe(world, plan, customer) };
}

/** What the subscription's one meter has counted. */
async function reading(world: World, { subscription }: { readonly subscription: string }) {
  const path = `/_sandbox/subscriptions/${subscription}/meters`;
  const { items } = await world.control<{ items: readonly Fields[] }>("GET", path);
  expect(items).toHaveLength(1);
  return items[0];
}

const figures = async (world: World, holding: Holding) => {
  const { balance, overage } = await world.balance(holding);
  return `${balance}, overage ${overage}`;
};

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  expect(await world.ledger(holding)).toBe(entries.map((it) => `${it}, overage 0→0`).join("\n"));
  expect(await world.audited()).toBe(entries.length);
}

scenario("LED-06 EX-01 of 100 and 50, a debit of 120 leaves 30 active", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  await world.advance("2026-01-05T00:00:00Z");
  await world.credit(holding, "50");
  await world.debit(holding, "120");
  const [depleted, active] = [
    await world.grants(holding, { status: "depleted" }),
    await world.grants(holding, { status: "active" }),
  ];
  expect(depleted).toMatchObject([{ initial_amount: "100", remaining_amount: "0" }]);
  expect(active).toMatchObject([{ initial_amount: "50", remaining_amount: "30" }]);
  expect((await world.entries(holding))[0]).toMatchObject({ amount: "120", grant_id: null });
  await ledgerIs(world, holding, [
    "credit_added +100 : 0→100",
    "credit_added +50 : 100→150",
    "credit_deducted -120 : 150→30",
  ]);
});

scenario("OVR-01 EX-04 a debit of 60 is refused, as usage it takes 40", async (world) => {
  const it = await metered(world, "40");
  const key = { idempotency_key: "order_1" };
  await refuses(world, it, { status: 400 }, () => world.debit(it, "60", key));
  expect((await world.balance(it)).balance).toBe("40");
  await use(world, it.customer, "e-1", 60);
  await runMeters(world);
  expect(await reading(world, it)).toMatchObject({ units: "60", blocked: "20" });
  await world.credit(it, "60");
  expect((await world.debit(it, "60", key)).status).toBe(201);
  await ledgerIs(world, it, [
    "credit_added +40 : 0→40",
    "credit_deducted -40 : 40→0",
    "credit_added +60 : 0→60",
    "credit_deducted -60 : 60→0",
  ]);
});

for (const [overage_behavior, at] of [
  ["forgive_at_reset", "20, overage 30"],
  ["invoice_at_billing", "20, overage 30"],
  ["carry_deficit", "20, overage 30"],
  ["carry_deficit_auto_repay", "0, overage 10"],
] as const) {
  scenario(`OVR-20 EX-10 ${overage_behavior} right after the top-up`, async (world) => {
    const credit = withOverage({ overage_limit: 50, price_per_unit: "10", overage_behavior });
    const it = await metered(world, "100", credit);
    await use(world, it.customer, "e-1", 130);
    await runMeters(world);
    expect(await figures(world, it)).toBe("0, overage 30");
    await world.advance("2026-01-16T00:00:00Z");
    await world.credit(it, "20");
    expect(await figures(world, it)).toBe(at);
    await world.advance("2026-01-31T23:59:59Z");
    expect(await figures(world, it)).toBe(at);
    await world.audited();
  });
}

scenario("ROL-08 EX-11 the 150 carried are a month's grant of their own", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "500", {
      rollover_enabled: true,
      rollover_percentage: 75,
      rollover_timeframe_count: 1,
      rollover_timeframe_interval: "Month",
    }),
  ]);
  await subscribe(world, plan, holding.customer);
  const [parent] = await world.grants(holding);
  await world.debit(holding, "300");
  await world.advance("2026-02-01T00:00:00Z");
  const grants = await world.grants(holding);
  expect(grants.find((it) => it.id === parent?.id)).toMatchObject({
    remaining_amount: "0",
    is_rolled_over: true,
  });
  expect(grants.filter((it) => it.source_type === "rollover")).toMatchObject([
    {
      initial_amount: "150",
      remaining_amount: "150",
      rollover_count: 1,
      parent_grant_id: parent?.id,
      expires_at: "2026-03-01T00:00:00.000000Z",
    },
  ]);
  await ledgerIs(world, holding, [
    "credit_added +500 : 0→500",
    "credit_deducted -300 : 500→200",
    "credit_rolled_over -150 : 200→50",
    "credit_rolled_over +150 : 50→200",
    "credit_expired -50 : 200→150",
    "credit_added +500 : 150→650",
  ]);
});

scenario("MTR-55 EX-17 3,100 units in one run make the same 3 credits", async (world) => {
  const it = await metered(world, "100", {}, [{ rate: "1000" }]);
  await use(world, it.customer, "e-1", 2500);
  await use(world, it.customer, "e-2", 600);
  await runMeters(world);
  expect(await reading(world, it)).toMatchObject({ units: "3100", uncharged_units: "100" });
  await ledgerIs(world, it, ["credit_added +100 : 0→100", "credit_deducted -3 : 100→97"]);
});

scenario("MTR-35 EX-19 two meters take 5 and 15 in one run", async (world) => {
  const [input, output] = [{ event_name: "input" }, { event_name: "output" }];
  const it = await metered(world, "100", {}, [
    { body: input, rate: "1000" },
    { body: output, rate: "200" },
  ]);
  await use(world, it.customer, "in", 5000, input);
  await use(world, it.customer, "out", 3000, output);
  await runMeters(world);
  const [, ...deductions] = [...(await world.entries(it))].reverse();
  expect(deductions.map((entry) => `${entry.transaction_type} ${entry.amount}`).sort()).toEqual([
    "credit_deducted 15",
    "credit_deducted 5",
  ]);
  expect(await figures(world, it)).toBe("80, overage 0");
  expect(await world.audited()).toBe(3);
});

scenario("LED-26 EX-22 one key gives 500 once to each customer", async (world) => {
  const ada = await open(world);
  const bob = { ...ada, customer: await world.customer({ email: "bob@example.com" }) };
  const key = { idempotency_key: "welcome_bonus_cus_1" };
  for (const holding of [ada, bob]) {
    expect(await world.credit(holding, "500", key)).toMatchObject({
      status: 201,
      body: { balance_before: "0", balance_after: "500" },
    });
    await refuses(world, holding, { status: 409 }, () => world.credit(holding, "500", key));
    expect(await world.ledger(holding)).toBe("credit_added +500 : 0→500, overage 0→0");
  }
  expect(await world.audited()).toBe(2);
});

scenario("EVT-09 EX-27 events sent twice are counted once", async (world) => {
  const it = await metered(world, "100");
  const event = (event_id: string, tokens: number) => ({
    event_id,
    customer_id: it.customer.customer_id,
    event_name: "tokens.used",
    metadata: { tokens },
  });
  const [a, b, c] = [event("a", 1), event("b", 2), event("c", 4)];
  const ingest = (...events: readonly object[]) => world.call("ingestEvents", { body: { events } });
  expect(await ingest(a, b, a)).toMatchObject({ status: 400 });
  expect(await world.ok("listEvents")).toMatchObject({ items: [] });
  expect(await ingest(a, b)).toMatchObject({ status: 200, body: { ingested_count: 2 } });
  const path = { event_id: "b" };
  const before = await world.ok<UsageEvent>("retrieveEvent", { path });
  const again = await ingest(event("b", 50), c);
  expect(again).toMatchObject({ status: 200, body: { ingested_count: 1 } });
  expect(await world.ok("retrieveEvent", { path })).toEqual(before);
  expect(await runMeters(world)).toEqual({ events: 3 });
  await ledgerIs(world, it, ["credit_added +100 : 0→100", "credit_deducted -7 : 100→93"]);
});

const aggregations = [
  ["max", "seats", [[5], [3], [8]], ["5", "0", "3"]],
  ["last", "gb", [[50], [30], [60]], ["50", "0", "10"]],
  ["count", "calls", [Array(3).fill(0), Array(4).fill(0)], ["3", "4"]],
  ["sum", "hours", [[1.5], [2.5]], ["1.5", "2.5"]],
] as const;
for (const [type, key, runs, deducted] of aggregations) {
  scenario(`MTR-54 EX-32 ${type} deducts ${deducted.join(", ")}`, async (world) => {
    const aggregation = type === "count" ? { type } : { type, key };
    const credit = { precision: type === "sum" ? 1 : 0 };
    const it = await metered(world, "100", credit, [{ body: { aggregation } }]);
    const taken: string[] = [];
    for (const [run, values] of runs.entries()) {
      const known = (await world.entries(it)).length;
      for (const [index, value] of values.entries()) {
        await use(world, it.customer, `${run}-${index}`, 0, { metadata: { [key]: value } });
      }
      await world.advance("1m");
      const entries = await world.entries(it);
      const fresh = entries.slice(0, entries.length - known);
      expect(fresh.map((entry) => entry.transaction_type)).toEqual(
        fresh.map(() => "credit_deducted"),
      );
      taken.push(fresh.map((entry) => entry.amount).join(" and ") || "0");
    }
    expect(taken).toEqual(deducted);
    await world.audited();
  });
}

scenario("ENT-21 EX-34 a pack of 50 USD is 5,000 credits in cents", async (world) => {
  const holding = await open(world, { unit: "USD cents", precision: 0 });
  const pack = await sell(world, oneTimePrice({ price: 5000 }), [
    attach(holding.entitlement, "5000"),
  ]);
  const { payment_id } = await buy(world, pack, holding.customer);
  const payment = await world.ok<Payment>("retrievePayment", { path: { payment_id } });
  expect(payment).toMatchObject({ total_amount: 5000, currency: "USD" });
  await world.debit(holding, "37");
  await ledgerIs(world, holding, [
    "credit_added +5000 : 0→5000",
    "credit_deducted -37 : 5000→4963",
  ]);
});

scenario("ENT-53 EX-36 a credit is deleted and brought back", async (world) => {
  const made = await world.entitlement(everything);
  const restore = () => world.call("undeleteCreditEntitlement", on(made.id));
  expect((await remove(world, made.id)).status).toBe(200);
  await world.refused(404, "retrieveCreditEntitlement", on(made.id));
  expect((await remove(world, made.id)).status).toBe(410);
  expect(await listed(world, { deleted: true })).toMatchObject([{ id: made.id }]);
  const { status, body } = await restore();
  expect({ status, body: body || "" }).toEqual({ status: 200, body: "" });
  expect(await get(world, made.id)).toMatchObject(everything);
  expect((await restore()).status).toBe(500);
});
