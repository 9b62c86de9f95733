import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  type Payment,
  type Product,
  runMeters,
  sell,
  subscribe,
  usageOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { Customer, Entitlement, Holding, World } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

interface Plan extends Holding {
  readonly entitlement: Entitlement;
  readonly customer: Customer;
  readonly plan: Product;
  readonly subscription: string;
}

interface Metering {
  readonly body?: Fields;
  readonly rate?: string;
  readonly link?: Fields;
}

interface Terms {
  readonly credit?: Fields;
  readonly meters?: readonly Metering[];
  readonly amount?: string | null;
  readonly attached?: Fields;
}

/** A customer on a plan with one meter: 100 credits, one a token, unless said otherwise. */
async function onPlan(world: World, terms: Terms = {}): Promise<Plan> {
  const { meters = [{}], amount = "100" } = terms;
  const entitlement = await world.entitlement(terms.credit);
  const customer = await world.customer();
  const links: Fields[] = [];
  for (const { body, rate, link } of meters) {
    links.push({ ...meterLink(await world.meter(body), entitlement, rate), ...link });
  }
  const attached = amount === null ? [] : [attach(entitlement, amount, terms.attached)];
  const plan = await sell(world, usagePrice(links), attached);
  return { entitlement, customer, plan, subscription: await subscribe(world, plan, customer) };
}

/** One run of the worker for each value. */
async function runEach(world: World, { customer }: Plan, values: readonly number[], key: string) {
  for (const [index, value] of values.entries()) {
    await use(world, customer, `${key} ${index}`, 0, { metadata: { [key]: value } });
    await world.advance("1m");
  }
}

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  const expected = entries.map((it) => `${it}, overage 0→0`).join("\n");
  expect(await world.ledger(holding)).toBe(expected);
  expect(await world.audited()).toBe(entries.length);
}

const granted = "credit_added +100 : 0→100";

const withLimit = (overage_limit: string) => ({
  overage_enabled: true,
  overage_limit,
  price_per_unit: "10",
  currency: "USD",
});

scenario("MTR-50 units are converted at the rate, whatever the batches", async (world) => {
  const it = await onPlan(world, { meters: [{ rate: "1000" }] });
  await runEach(world, it, [2500, 600], "tokens");
  await ledgerIs(world, it, [granted, "credit_deducted -2 : 100→98", "credit_deducted -1 : 98→97"]);
});

for (const [type, values, deducted] of [
  ["max", [5, 3, 8], ["5.0 : 100.0→95.0", "3.0 : 95.0→92.0"]],
  ["last", [50, 30, 60], ["50.0 : 100.0→50.0", "10.0 : 50.0→40.0"]],
  ["sum", [1.5, 2.5], ["1.5 : 100.0→98.5", "2.5 : 98.5→96.0"]],
  ["count", [7, 7], ["1.0 : 100.0→99.0", "1.0 : 99.0→98.0"]],
] as const) {
  scenario(`MTR-50 the worker deducts what a ${type} meter measures`, async (world) => {
    const body = { aggregation: type === "count" ? { type } : { type, key: "gb" } };
    const it = await onPlan(world, { credit: { precision: 1 }, meters: [{ body }] });
    await runEach(world, it, values, "gb");
    const entries = deducted.map((entry) => `credit_deducted -${entry}`);
    const added = "credit_added +100.0 : 0.0→100.0";
    expect(await world.ledger(it)).toBe(
      [added, ...entries].map((line) => `${line}, overage 0.0→0.0`).join("\n"),
    );
    expect(await world.audited()).toBe(3);
  });
}

scenario("MTR-50 a generation costs its tokens once the worker has run", async (world) => {
  const it = await onPlan(world, { amount: "40000000" });
  await world.advance("5s");
  expect(await use(world, it.customer, "generation", 1532)).toEqual({ ingested_count: 1 });
  await world.advance("50s");
  expect(await world.balance(it)).toMatchObject({ balance: "40000000" });
  await world.advance("5s");
  await ledgerIs(world, it, [
    "credit_added +40000000 : 0→40000000",
    "credit_deducted -1532 : 40000000→39998468",
  ]);
});

scenario("MTR-35 two meters draw on one credit, each at its rate", async (world) => {
  const [input, output] = [{ event_name: "input" }, { event_name: "output" }];
  const meters = [
    { body: input, rate: "1000" },
    { body: output, rate: "200" },
  ];
  const it = await onPlan(world, { meters });
  await use(world, it.customer, "in", 5000, input);
  await runMeters(world);
  await use(world, it.customer, "out", 3000, output);
  await runMeters(world);
  // What one meter leaves over is not made up by the other.
  await use(world, it.customer, "in 2", 900, input);
  await use(world, it.customer, "out 2", 199, output);
  await runMeters(world);
  expect(await world.holdings(it)).toBe("80 of 100 (subscription)");
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -5 : 100→95",
    "credit_deducted -15 : 95→80",
  ]);
});

scenario("MTR-56 a run writes an entry a meter, not an event", async (world) => {
  const it = await onPlan(world, { meters: [{}, {}, { rate: "1000" }] });
  for (const tokens of [1, 2, 4]) await use(world, it.customer, `e${tokens}`, tokens);
  await runMeters(world);
  // The third meter has not come to a credit, so it writes nothing.
  await ledgerIs(world, it, [granted, "credit_deducted -7 : 100→93", "credit_deducted -7 : 93→86"]);
});

scenario("MTR-56 two entries cross into overage, up to the limit", async (world) => {
  const it = await onPlan(world, { amount: "40", attached: withLimit("100") });
  await runEach(world, it, [60, 100, 5], "tokens");
  expect((await usageOf(world, it.subscription)).items).toMatchObject([
    { balance: "0", overage: "100", limit_reached: true },
  ]);
  expect(await world.ledger(it)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_deducted -40 : 40→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -80 : 0→0, overage 20→100",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("MTR-56 what a balance of zero cannot pay is dropped for good", async (world) => {
  const it = await onPlan(world, { amount: "10000000" });
  await runEach(world, it, [10_000_300, 50], "tokens");
  const pack = await sell(world, oneTimePrice(), [attach(it.entitlement, "5000000")]);
  await buy(world, pack, it.customer);
  await world.advance("1h");
  await ledgerIs(world, it, [
    "credit_added +10000000 : 0→10000000",
    "credit_deducted -10000000 : 10000000→0",
    "credit_added +5000000 : 0→5000000",
  ]);
});

scenario("MTR-40 no unit is free on a meter that draws on credits", async (world) => {
  const it = await onPlan(world, { amount: "3000", meters: [{ link: { free_threshold: 1000 } }] });
  await runEach(world, it, [2500], "tokens");
  await ledgerIs(world, it, ["credit_added +3000 : 0→3000", "credit_deducted -2500 : 3000→500"]);
});

scenario("MTR-38 only a meter with a credit link touches credits", async (world) => {
  const link = { credit_entitlement_id: null, meter_units_per_credit: null, price_per_unit: "2" };
  const it = await onPlan(world, { meters: [{ link }] });
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  await ledgerIs(world, it, [granted]);
});

scenario("MTR-38 usage paid with credits adds nothing to the invoice", async (world) => {
  const it = await onPlan(world);
  await runEach(world, it, [90], "tokens");
  await world.advance("2026-02-01T00:00:00Z");
  const payments = await world.ok<{ items: Payment[] }>("listPayments");
  expect(payments.items.map((payment) => payment.total_amount)).toEqual([1000, 1000]);
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -90 : 100→10",
    "credit_added +100 : 10→110",
  ]);
});

scenario("MTR-39 a plan that issues no credits spends what is there", async (world) => {
  const it = await onPlan(world, { amount: null });
  await world.credit(it, "50");
  await use(world, it.customer, "e1", 20);
  await runMeters(world);
  expect(await world.holdings(it)).toBe("30 of 50 (api)");
  await ledgerIs(world, it, ["credit_added +50 : 0→50", "credit_deducted -20 : 50→30"]);
});

scenario("MTR-51 usage empties the oldest grant, though it ends last", async (world) => {
  const entitlement = await world.entitlement();
  const customer = await world.customer();
  const holding = { entitlement, customer };
  const tokens = (amount: string, days: number) =>
    attach(entitlement, amount, { expires_after_days: days });
  await world.credit(holding, "9", { expires_at: "2026-01-09T00:00:00Z" });
  await world.advance("2026-01-10T00:00:00Z");
  await buy(world, await sell(world, oneTimePrice(), [tokens("5000000", 365)]), customer);
  await world.advance("2026-02-01T00:00:00Z");
  const price = usagePrice([meterLink(await world.meter(), entitlement)]);
  await subscribe(world, await sell(world, price, [tokens("10000000", 30)]), customer);
  await use(world, customer, "e1", 6_000_000);
  await world.advance("1m");
  expect(await world.holdings(holding)).toBe(
    "0 of 9 (api, expired)\n0 of 5000000 (one_time)\n9000000 of 10000000 (subscription)",
  );
  expect((await world.entries(holding))[0]?.grant_id ?? null).toBeNull(); // it spans two
  await ledgerIs(world, holding, [
    "credit_added +9 : 0→9",
    "credit_expired -9 : 9→0",
    "credit_added +5000000 : 0→5000000",
    "credit_added +10000000 : 5000000→15000000",
    "credit_deducted -6000000 : 15000000→9000000",
  ]);
});

scenario("MTR-53 of two subscriptions with one meter the older pays", async (world) => {
  const it = await onPlan(world);
  await world.advance("1m");
  const newer = await subscribe(world, it.plan, it.customer);
  await use(world, it.customer, "e1", 10);
  await runMeters(world);
  const path = { subscription_id: it.subscription };
  await world.ok("updateSubscription", { path, body: { status: "cancelled" } });
  await world.advance("1m");
  await use(world, it.customer, "e2", 5);
  await runMeters(world);
  const references = (await world.entries(it)).map((entry) => entry.reference_id);
  expect(references).toEqual([newer, it.subscription, newer, it.subscription]);
  // What the older one paid is not charged to the other again.
  const deductions = ["credit_deducted -10 : 200→190", "credit_deducted -5 : 190→185"];
  await ledgerIs(world, it, [granted, "credit_added +100 : 100→200", ...deductions]);
});

scenario("MTR-63 no event has a rate; each model has its own meter", async (world) => {
  const only = (value: string) => ({
    filter: { conjunction: "and", clauses: [{ key: "model", operator: "equals", value }] },
  });
  const meters = [
    { body: only("small"), rate: "10" },
    { body: only("large"), rate: "2" },
  ];
  const it = await onPlan(world, { meters });
  for (const model of ["small", "large", "other"]) {
    const metadata = { model, tokens: 40, rate: 7, meter_units_per_credit: 1 };
    await use(world, it.customer, model, 40, { metadata });
    await runMeters(world);
  }
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -4 : 100→96",
    "credit_deducted -20 : 96→76",
  ]);
});

scenario("LED-23 usage metered and debited by hand is paid twice", async (world) => {
  const it = await onPlan(world);
  await use(world, it.customer, "generation", 30);
  expect((await world.debit(it, "30", { reason: "generation" })).status).toBe(201);
  await runMeters(world);
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -30 : 100→70",
    "credit_deducted -30 : 70→40",
  ]);
});

scenario("LED-30 usage and the reset each write their own type", async (world) => {
  const it = await onPlan(world, { attached: withLimit("50") });
  await runEach(world, it, [130], "tokens");
  await world.advance("2026-02-01T00:00:00Z");
  expect(await world.ledger(it)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -30 : 0→0, overage 0→30",
      "overage_reset -30 : 0→0, overage 30→0",
      "credit_added +100 : 0→100, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario(
  "MTR-81 usage beyond what one entry can move is dropped, and all goes on",
  async (world) => {
    const it = await onPlan(world, {
      meters: [{ rate: "0.001" }],
      credit: { overage_enabled: true, price_per_unit: "99999", currency: "USD" },
    });
    await runEach(world, it, [9e29, 0.001, 9e29], "tokens");
    const { id } = it.entitlement;
    const path = `/_sandbox/explain/${id}/${it.customer.customer_id}`;
    const { blocked } = await world.control<{ blocked: string }>("GET", path);
    expect(blocked).toBe("1799999999999999999999980000000002");
    expect(await world.ledger(it)).toBe(
      [
        "credit_added +100 : 0→100, overage 0→0",
        "credit_deducted -100 : 100→0, overage 0→0",
        "overage_charged -9999999899 : 0→0, overage 0→9999999899",
        "overage_charged -1 : 0→0, overage 9999999899→9999999900",
        "overage_charged -9999999999 : 0→0, overage 9999999900→19999999899",
      ].join("\n"),
    );
    await world.advance("P2M");
    expect(await world.audited()).toBeGreaterThan(5);
  },
);
