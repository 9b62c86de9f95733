import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, recurringPrice, sell, subscribe } from "../harness/storefront.js";
import type { Customer, Entitlement, Grant, Holding, World } from "../harness/world.js";

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

/** A customer who subscribes on 1 January to a monthly plan of that many credits. */
async function onPlan(world: World, amount: string, attached: object, credit = {}): Promise<Plan> {
  const entitlement = await world.entitlement(credit);
  const customer = await world.customer();
  const plan = await sell(world, recurringPrice(), [attach(entitlement, amount, { ...attached })]);
  return { entitlement, customer, subscription: await subscribe(world, plan, customer) };
}

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  const expected = entries.map((it) => `${it}, overage 0→0`).join("\n");
  expect(await world.ledger(holding)).toBe(expected);
  expect(await world.audited()).toBe(entries.length);
}

/** What a caller sees of a grant's life: `150 of 150 rollover 1, until 2026-03-01`. */
const life = (it: Grant) =>
  `${it.remaining_amount} of ${it.initial_amount} ${it.source_type} ${it.rollover_count}, ${
    it.is_rolled_over ? "rolled" : `until ${it.expires_at?.slice(0, 10) ?? "ever"}`
  }`;

const lives = async (world: World, holding: Holding) =>
  (await world.grants(holding)).map(life).sort();

const february = "2026-02-01T00:00:00Z";
const justBefore = "2026-01-31T23:59:59.999999Z";

scenario("ROL-04 75 percent of 200 carries 150 and loses 50", async (world) => {
  const it = await onPlan(world, "500", rolling(75, aMonth));
  await world.debit(it, "300");
  await world.advance(justBefore);
  expect(await lives(world, it)).toEqual(["200 of 500 subscription 0, until ever"]);
  await world.advance(february);
  expect(await lives(world, it)).toEqual([
    "0 of 500 subscription 0, rolled",
    "150 of 150 rollover 1, until 2026-03-01",
    "500 of 500 subscription 0, until ever",
  ]);
  await ledgerIs(world, it, [
    "credit_added +500 : 0→500",
    "credit_deducted -300 : 500→200",
    "credit_rolled_over -150 : 200→50",
    "credit_rolled_over +150 : 50→200",
    "credit_expired -50 : 200→150",
    "credit_added +500 : 150→650",
  ]);
});

const halved = [
  "credit_added +100 : 0→100",
  "credit_rolled_over -50 : 100→50",
  "credit_rolled_over +50 : 50→100",
  "credit_expired -50 : 100→50",
  "credit_added +100 : 50→150",
];

scenario("ROL-20 a rollover writes out, in and what was lost, at once", async (world) => {
  const it = await onPlan(world, "100", rolling(50));
  const [parent] = await world.grants(it);
  await world.advance("2026-02-03T00:00:00Z");
  const child = (await world.grants(it)).find((grant) => grant.source_type === "rollover");
  const written = [...(await world.entries(it))].reverse().slice(1, 4);
  expect(written.map((entry) => [entry.transaction_type, entry.is_credit, entry.grant_id])).toEqual(
    [
      ["credit_rolled_over", false, parent?.id],
      ["credit_rolled_over", true, child?.id],
      ["credit_expired", false, parent?.id],
    ],
  );
  expect(written.map((entry) => entry.created_at)).toEqual(
    Array.from({ length: 3 }, () => "2026-02-01T00:00:00.000000Z"),
  );
  await ledgerIs(world, it, halved);
});

scenario("ROL-21 rollover entries refer to the subscription", async (world) => {
  const it = await onPlan(world, "100", rolling(50, { max_rollover_count: 1 }));
  await world.advance("2026-03-01T00:00:00Z");
  const types = ["credit_rolled_over", "rollover_forfeited"];
  const entries = (await world.entries(it)).filter((entry) =>
    types.includes(entry.transaction_type),
  );
  expect(entries.map((entry) => [entry.reference_type, entry.reference_id])).toEqual(
    Array.from({ length: 5 }, () => ["subscription", it.subscription]),
  );
  expect(await world.ledger(it)).toContain(halved.join(", overage 0→0\n"));
  await world.audited();
});

scenario("GRT-10 a grant that rolls is closed and its child points to it", async (world) => {
  const it = await onPlan(world, "100", rolling(100));
  const [first] = await world.grants(it);
  await world.advance("2026-02-01T00:00:00Z");
  const child = (await world.grants(it)).find((grant) => grant.parent_grant_id === first?.id);
  expect(child).toMatchObject({
    initial_amount: "100",
    remaining_amount: "100",
    source_type: "rollover",
    source_id: it.subscription,
    rollover_count: 1,
    is_rolled_over: false,
    is_expired: false,
    created_at: "2026-02-01T00:00:00.000000Z",
  });
  await world.advance("2026-03-01T00:00:00Z");
  const grants = await world.grants(it);
  for (const closed of [first, child]) {
    expect(grants.find((grant) => grant.id === closed?.id)).toMatchObject({
      remaining_amount: "0",
      is_rolled_over: true,
    });
  }
  expect(grants.find((grant) => grant.parent_grant_id === child?.id)).toMatchObject({
    source_type: "rollover",
    rollover_count: 2,
    is_rolled_over: false,
    remaining_amount: "100",
  });
  await world.audited();
});

scenario("ROL-08 carried credits are a new grant, one rollover further", async (world) => {
  const it = await onPlan(world, "100", rolling(50));
  const [parent] = await world.grants(it);
  await world.advance(february);
  const children = await world.grants(it, { status: "active" });
  expect(
    children
      .map((grant) => [grant.source_type, grant.parent_grant_id ?? null, grant.rollover_count])
      .sort(),
  ).toEqual([
    ["rollover", parent?.id, 1],
    ["subscription", null, 0],
  ]);
  await ledgerIs(world, it, halved);
});

scenario("LED-30 each movement of a rollover writes its own type", async (world) => {
  const it = await onPlan(world, "100", rolling(75, { max_rollover_count: 1 }));
  await world.advance("2026-03-01T00:00:00Z");
  await ledgerIs(world, it, [
    "credit_added +100 : 0→100",
    "credit_rolled_over -75 : 100→25",
    "credit_rolled_over +75 : 25→100",
    "credit_expired -25 : 100→75",
    "credit_added +100 : 75→175",
    "rollover_forfeited -75 : 175→100",
    "credit_rolled_over -75 : 100→25",
    "credit_rolled_over +75 : 25→100",
    "credit_expired -25 : 100→75",
    "credit_added +100 : 75→175",
  ]);
});

scenario("ROL-02 credits for longer than the cycle roll at its end", async (world) => {
  const it = await onPlan(world, "100", rolling(50, { expires_after_days: 45, ...aMonth }));
  await world.advance(justBefore);
  expect(await lives(world, it)).toEqual(["100 of 100 subscription 0, until 2026-02-15"]);
  await world.advance("2026-02-20T00:00:00Z"); // past the end the first grant would have had
  expect(await lives(world, it)).toEqual([
    "0 of 100 subscription 0, rolled",
    "100 of 100 subscription 0, until 2026-03-18",
    "50 of 50 rollover 1, until 2026-03-01",
  ]);
  await ledgerIs(world, it, halved);
});

scenario("ROL-02 credits that end before the cycle roll at their end", async (world) => {
  const it = await onPlan(world, "100", rolling(50, { expires_after_days: 30, ...aMonth }));
  await world.advance("2026-01-30T23:59:59Z");
  expect(await lives(world, it)).toEqual(["100 of 100 subscription 0, until 2026-01-31"]);
  await world.advance("2026-01-31T12:00:00Z");
  expect(await lives(world, it)).toEqual([
    "0 of 100 subscription 0, rolled",
    "50 of 50 rollover 1, until 2026-02-28",
  ]);
  await ledgerIs(world, it, halved.slice(0, 4));
});

scenario(
  "ROL-02 what was carried at its own end is not carried again that cycle",
  async (world) => {
    const it = await onPlan(world, "100", rolling(50, { expires_after_days: 30, ...aMonth }));
    await world.advance("2026-02-10T00:00:00Z");
    expect(await lives(world, it)).toEqual([
      "0 of 100 subscription 0, rolled",
      "100 of 100 subscription 0, until 2026-03-03",
      "50 of 50 rollover 1, until 2026-02-28",
    ]);
    expect((await world.balance(it)).balance).toBe("150");
    await world.audited();
  },
);

scenario("ROL-02 the end of a cycle rolls no other subscription's credits", async (world) => {
  const { entitlement, customer } = await onPlan(world, "100", rolling(100));
  const holding = { entitlement, customer };
  const other = await sell(world, recurringPrice(), [attach(entitlement, "7", rolling(100))]);
  await world.advance("2026-01-15T00:00:00Z");
  await subscribe(world, other, customer);
  await world.advance(february);
  expect(await lives(world, holding)).toEqual([
    "0 of 100 subscription 0, rolled",
    "100 of 100 rollover 1, until ever",
    "100 of 100 subscription 0, until ever",
    "7 of 7 subscription 0, until ever",
  ]);
  await world.advance("2026-02-15T00:00:00Z");
  expect(await lives(world, holding)).toEqual([
    "0 of 100 subscription 0, rolled",
    "0 of 7 subscription 0, rolled",
    "100 of 100 rollover 1, until ever",
    "100 of 100 subscription 0, until ever",
    "7 of 7 rollover 1, until ever",
    "7 of 7 subscription 0, until ever",
  ]);
  await world.audited();
});

scenario("ROL-03 rollover goes first and only the rest expires", async (world) => {
  // 31 days end with January, so expiry and the end of the cycle fall together.
  const it = await onPlan(world, "100", rolling(50, { expires_after_days: 31, ...aMonth }));
  await world.advance("2026-02-10T00:00:00Z");
  await ledgerIs(world, it, halved);
});

scenario("ROL-05 without a percentage everything is carried", async (world) => {
  const it = await onPlan(world, "100", { rollover_enabled: true });
  await world.debit(it, "33");
  await world.advance(february);
  expect(await lives(world, it)).toEqual([
    "0 of 100 subscription 0, rolled",
    "100 of 100 subscription 0, until ever",
    "67 of 67 rollover 1, until ever",
  ]);
  await ledgerIs(world, it, [
    "credit_added +100 : 0→100",
    "credit_deducted -33 : 100→67",
    "credit_rolled_over -67 : 67→0",
    "credit_rolled_over +67 : 0→67",
    "credit_added +100 : 67→167",
  ]);
});

for (const [precision, amount, percentage, carried, lost] of [
  [0, "7", 75, "5", "2"],
  [2, "10.01", 33, "3.30", "6.71"],
  [0, "1", 99, "0", "1"],
] as const) {
  scenario(
    `ROL-06 ${percentage} percent of ${amount} at precision ${precision} is ${carried}`,
    async (world) => {
      const it = await onPlan(world, amount, rolling(percentage), { precision });
      await world.advance(february);
      const sum = async (type: string) =>
        (await world.entries(it, { transaction_type: type })).map((entry) => entry.amount);
      expect(await sum("credit_rolled_over")).toEqual(carried === "0" ? [] : [carried, carried]);
      expect(await sum("credit_expired")).toEqual([lost]);
      const after = (Number(carried) + Number(amount)).toFixed(precision);
      expect(await world.balance(it)).toMatchObject({ balance: after });
      await world.audited();
    },
  );
}

scenario("ROL-07 at 0 percent all of it expires", async (world) => {
  const it = await onPlan(world, "100", rolling(0));
  await world.advance(february);
  expect(await world.holdings(it)).toBe(
    "0 of 100 (subscription, expired)\n100 of 100 (subscription)",
  );
  await ledgerIs(world, it, [
    "credit_added +100 : 0→100",
    "credit_expired -100 : 100→0",
    "credit_added +100 : 0→100",
  ]);
});

for (const [count, interval, until] of [
  [10, "Day", "2026-02-10"],
  [2, "Week", "2026-02-14"],
  [1, "Month", "2026-02-28"],
  [13, "Month", "2027-02-28"],
  [2, "Year", "2028-01-31"],
] as const) {
  scenario(`ROL-09 carried credits live ${count} ${interval} from then`, async (world) => {
    const timeframe = { rollover_timeframe_count: count, rollover_timeframe_interval: interval };
    // 30 days end on 31 January, from which a month leads to the last of February.
    const it = await onPlan(world, "100", rolling(50, { expires_after_days: 30, ...timeframe }));
    await world.advance("2026-01-31T00:00:00Z");
    const [child] = await world.grants(it, { status: "active" });
    expect(child && life(child)).toBe(`50 of 50 rollover 1, until ${until}`);
    await ledgerIs(world, it, halved.slice(0, 4));
  });
}

for (const [expires_after_days, until] of [
  [45, "2026-03-18"],
  [null, "ever"],
] as const) {
  const named = expires_after_days ?? "no";
  scenario(`ROL-10 without a timeframe the lifetime is ${named} days`, async (world) => {
    const it = await onPlan(world, "100", rolling(50), { expires_after_days });
    await world.advance(february);
    expect(await lives(world, it)).toEqual([
      "0 of 100 subscription 0, rolled",
      `100 of 100 subscription 0, until ${until}`,
      `50 of 50 rollover 1, until ${until}`,
    ]);
    await ledgerIs(world, it, halved);
  });
}

scenario("GRT-12 what is carried over keeps the metadata of its source", async (world) => {
  const entitlement = await world.entitlement();
  const customer = await world.customer();
  const terms = { ...rolling(50, aMonth), max_rollover_count: 2 };
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100", terms)]);
  const metadata = { order: "A-1" };
  await subscribe(world, plan, customer, { metadata });
  await world.advance(february);
  const holding = { entitlement, customer };
  const carried = (await world.grants(holding)).filter((it) => it.source_type === "rollover");
  expect(carried).toMatchObject([{ initial_amount: "50", metadata }]);
  const moves = (await world.entries(holding)).filter(
    (it) => it.transaction_type === "credit_rolled_over",
  );
  expect(moves.map((it) => it.metadata)).toEqual([metadata, metadata]);
});
