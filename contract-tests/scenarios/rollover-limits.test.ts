import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  recurringPrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import type { Customer, Entitlement, Holding, World } from "../harness/world.js";

interface Plan extends Holding {
  readonly entitlement: Entitlement;
  readonly customer: Customer;
  readonly subscription: string;
}

const rolling = (rollover_percentage: number | null, more: object = {}) => ({
  rollover_enabled: true,
  rollover_percentage,
  ...more,
});

const aMonth = { rollover_timeframe_count: 1, rollover_timeframe_interval: "Month" };

/** A customer who subscribes on 1 January to a monthly plan of 100 credits. */
async function onPlan(world: World, attached: object, credit: object = {}): Promise<Plan> {
  const entitlement = await world.entitlement({ ...credit });
  const customer = await world.customer();
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100", { ...attached })]);
  return { entitlement, customer, subscription: await subscribe(world, plan, customer) };
}

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  const expected = entries.map((it) => `${it}, overage 0→0`).join("\n");
  expect(await world.ledger(holding)).toBe(expected);
  expect(await world.audited()).toBe(entries.length);
}

const granted = "credit_added +100 : 0→100";

const february = "2026-02-01T00:00:00Z";
const march = "2026-03-01T00:00:00Z";

const update = (world: World, subscription_id: string, body: object) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

/** New rollover settings for the subscription and for the credit itself. */
async function setRollover(world: World, it: Plan, settings: object): Promise<void> {
  const { id } = it.entitlement;
  await world.ok("updateCreditEntitlement", { path: { id }, body: settings });
  const cart = [{ credit_entitlement_id: id, ...settings }];
  await update(world, it.subscription, { credit_entitlement_cart: cart });
}

const halves = [
  "credit_rolled_over -50 : 100→50",
  "credit_rolled_over +50 : 50→100",
  "credit_expired -50 : 100→50",
];

scenario("ROL-01 credits issued without rollover never roll", async (world) => {
  const it = await onPlan(world, { rollover_enabled: false });
  await setRollover(world, it, rolling(50));
  await world.advance(february);
  await world.debit(it, "100"); // the grant of January, so that February's stands alone
  await world.advance(march);
  const rolled = (await world.grants(it)).map((grant) => grant.is_rolled_over).reverse();
  expect(rolled.filter(Boolean)).toHaveLength(1);
  expect(rolled[0]).toBe(false);
  await ledgerIs(world, it, [
    granted,
    "credit_added +100 : 100→200",
    "credit_deducted -100 : 200→100",
    ...halves,
    "credit_added +100 : 50→150",
  ]);
});

scenario("ROL-01 credits issued with rollover roll though it is off now", async (world) => {
  const it = await onPlan(world, rolling(50));
  await setRollover(world, it, { rollover_enabled: false });
  await world.advance(february);
  await ledgerIs(world, it, [granted, ...halves, "credit_added +100 : 50→150"]);
});

scenario("ROL-11 at the limit of two rollovers all that remains is lost", async (world) => {
  const it = await onPlan(world, rolling(100, { max_rollover_count: 2 }));
  await setRollover(world, it, { rollover_enabled: false }); // for the grants to come
  await world.advance("2026-04-01T00:00:00Z");
  const counts = (await world.grants(it)).map((grant) => grant.rollover_count).sort();
  expect(counts).toEqual([0, 0, 0, 0, 1, 2]);
  await ledgerIs(world, it, [
    granted,
    "credit_rolled_over -100 : 100→0",
    "credit_rolled_over +100 : 0→100",
    "credit_added +100 : 100→200",
    "credit_rolled_over -100 : 200→100",
    "credit_rolled_over +100 : 100→200",
    "credit_added +100 : 200→300",
    "rollover_forfeited -100 : 300→200",
    "credit_added +100 : 200→300",
  ]);
});

scenario("ROL-12 the count forfeits, the percentage expires", async (world) => {
  const it = await onPlan(world, rolling(50, { max_rollover_count: 1 }));
  await setRollover(world, it, { rollover_enabled: false });
  await world.advance(march);
  const lost = (await world.entries(it)).filter((entry) =>
    ["rollover_forfeited", "credit_expired"].includes(entry.transaction_type),
  );
  const grants = await world.grants(it);
  const sources = lost.map((entry) => grants.find((grant) => grant.id === entry.grant_id));
  expect(sources.map((grant) => [grant?.source_type, grant?.rollover_count])).toEqual([
    ["rollover", 1],
    ["subscription", 0],
  ]);
  expect(sources[0]).toMatchObject({ remaining_amount: "0", is_rolled_over: false });
  await ledgerIs(world, it, [
    granted,
    ...halves,
    "credit_added +100 : 50→150",
    "rollover_forfeited -50 : 150→100",
    "credit_added +100 : 100→200",
  ]);
});

scenario("ROL-13 a count of 0 forfeits everything at the first end", async (world) => {
  const it = await onPlan(world, rolling(50, { max_rollover_count: 0 }));
  await world.debit(it, "40");
  await world.advance(february);
  await ledgerIs(world, it, [
    granted,
    "credit_deducted -40 : 100→60",
    "rollover_forfeited -60 : 60→0",
    "credit_added +100 : 0→100",
  ]);
});

scenario("ROL-13 without a maximum credits roll on and on", async (world) => {
  const it = await onPlan(world, rolling(100, { max_rollover_count: null }));
  await setRollover(world, it, { rollover_enabled: false });
  await world.advance("2028-01-01T00:00:00Z");
  const renewals = Array.from({ length: 24 }, (_, index) => {
    const balance = 100 * (index + 1);
    return [
      `credit_rolled_over -100 : ${balance}→${balance - 100}`,
      `credit_rolled_over +100 : ${balance - 100}→${balance}`,
      `credit_added +100 : ${balance}→${balance + 100}`,
    ];
  });
  const counts = (await world.grants(it)).map((grant) => grant.rollover_count);
  expect(Math.max(...counts)).toBe(24);
  await ledgerIs(world, it, [granted, ...renewals.flat()]);
});

scenario("ROL-14 bought credits and those of the API do not roll", async (world) => {
  const it = await onPlan(world, {}, rolling(50));
  const pack = (days: number | null) =>
    sell(world, oneTimePrice(), [
      attach(it.entitlement, "70", rolling(50, { expires_after_days: days })),
    ]);
  await buy(world, await pack(null), it.customer);
  await buy(world, await pack(10), it.customer);
  await world.credit(it, "30");
  await world.advance(february);
  const bought = (await world.grants(it)).filter((grant) =>
    ["one_time", "api"].includes(grant.source_type),
  );
  expect(bought.map((grant) => [grant.remaining_amount, grant.is_rolled_over]).sort()).toEqual([
    ["0", false], // its ten days are over
    ["30", false],
    ["70", false],
  ]);
  await ledgerIs(world, it, [
    granted,
    "credit_added +70 : 100→170",
    "credit_added +70 : 170→240",
    "credit_added +30 : 240→270",
    "credit_expired -70 : 270→200",
    "credit_rolled_over -50 : 200→150",
    "credit_rolled_over +50 : 150→200",
    "credit_expired -50 : 200→150",
    "credit_added +100 : 150→250",
  ]);
});

scenario("ROL-15 carried credits roll again at the next end", async (world) => {
  const it = await onPlan(world, rolling(50));
  await world.advance(february);
  await world.advance(march);
  await ledgerIs(world, it, [
    granted,
    ...halves,
    "credit_added +100 : 50→150",
    "credit_rolled_over -25 : 150→125",
    "credit_rolled_over +25 : 125→150",
    "credit_expired -25 : 150→125",
    "credit_rolled_over -50 : 125→75",
    "credit_rolled_over +50 : 75→125",
    "credit_expired -50 : 125→75",
    "credit_added +100 : 75→175",
  ]);
});

scenario("ROL-16 credits can last their own month and the one after", async (world) => {
  const it = await onPlan(world, rolling(100, { ...aMonth, max_rollover_count: 1 }));
  const balances: string[] = [];
  for (const month of ["02", "03", "04"]) {
    await world.advance(`2026-${month}-01T00:00:00Z`);
    balances.push((await world.balance(it)).balance);
  }
  expect(balances).toEqual(["200", "200", "200"]);
  const roll = ["credit_rolled_over -100 : 100→0", "credit_rolled_over +100 : 0→100"];
  const month = ["rollover_forfeited -100 : 200→100", ...roll, "credit_added +100 : 100→200"];
  await ledgerIs(world, it, [granted, ...roll, "credit_added +100 : 100→200", ...month, ...month]);
});

for (const more of [aMonth, { ...aMonth, max_rollover_count: 2 }, { max_rollover_count: 3 }]) {
  scenario(`ROL-17 a quarter is carried with ${Object.values(more).join(" ")}`, async (world) => {
    const it = await onPlan(world, rolling(25, more));
    await world.advance(february);
    await ledgerIs(world, it, [
      granted,
      "credit_rolled_over -25 : 100→75",
      "credit_rolled_over +25 : 75→100",
      "credit_expired -75 : 100→25",
      "credit_added +100 : 25→125",
    ]);
  });
}

scenario("ROL-18 the end of a cycle rolls each grant once", async (world) => {
  const it = await onPlan(world, rolling(50, { expires_after_days: 31, ...aMonth }));
  const ledger = [granted, ...halves, "credit_added +100 : 50→150"];
  for (const instant of [february, february, "2026-02-01T00:01:00Z", "2026-02-15T00:00:00Z"]) {
    await world.advance(instant);
    await runMeters(world);
    await setCard(world, it.subscription, false); // a card that works owes nothing
    await ledgerIs(world, it, ledger);
  }
});

const ends = {
  "cancelled at once": (world: World, id: string) => update(world, id, { status: "cancelled" }),
  "cancelled with the period": (world: World, id: string) =>
    update(world, id, { cancel_at_next_billing_date: true }),
  "on hold": (world: World, id: string) => setCard(world, id, true),
};

for (const [name, end] of Object.entries(ends)) {
  scenario(`ROL-19 a subscription ${name} carries nothing over`, async (world) => {
    const it = await onPlan(world, rolling(50, { expires_after_days: 45, ...aMonth }));
    await end(world, it.subscription);
    await world.advance("2026-02-14T23:59:59Z");
    expect((await subscriptionOf(world, it.subscription)).status).toBe(
      name === "on hold" ? "on_hold" : "cancelled",
    );
    expect(await world.holdings(it)).toBe("100 of 100 (subscription)");
    await world.advance("2026-02-15T00:00:00Z");
    expect(await world.holdings(it)).toBe("0 of 100 (subscription, expired)");
    await ledgerIs(world, it, [granted, "credit_expired -100 : 100→0"]);
  });
}
