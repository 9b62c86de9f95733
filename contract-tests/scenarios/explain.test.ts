import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  runMeters,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

interface Movement {
  readonly entry_id: string;
  readonly transaction_type: string;
  readonly at: string;
  readonly amount: string;
  readonly description: string | null;
}

interface Explained {
  readonly id: string;
  readonly source_type: string;
  readonly source_id: string | null;
  readonly status: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly initial: string;
  readonly remaining: string;
  readonly movements: readonly Movement[];
  readonly carried_to: readonly Explained[];
}

interface Explanation {
  readonly credit_entitlement_id: string;
  readonly customer_id: string;
  readonly unit: string;
  readonly balance: string;
  readonly overage: string;
  readonly blocked: string;
  readonly totals: Readonly<
    Record<"issued" | "deducted" | "expired" | "forfeited" | "repaid", string>
  >;
  readonly grants: readonly Explained[];
  readonly overage_movements: readonly Movement[];
}

/** Amounts of one credit all have its decimals, so they may be added without the point. */
const whole = (amount: string) => BigInt(amount.replace(".", ""));

const sum = (amounts: readonly string[]) => amounts.reduce((all, it) => all + whole(it), 0n);

const tree = (grants: readonly Explained[]): readonly Explained[] =>
  grants.flatMap((it) => [it, ...tree(it.carried_to)]);

/** Adds the explanation up in every way it claims to add up, and holds it against the API. */
async function explained(world: World, holding: Holding): Promise<Explanation> {
  const { entitlement, customer } = holding;
  const path = `/_sandbox/explain/${entitlement.id}/${customer.customer_id}`;
  const it = await world.control<Explanation>("GET", path);
  const all = tree(it.grants);
  for (const grant of all) {
    const moved = sum(grant.movements.map(({ amount }) => amount));
    expect(whole(grant.remaining), grant.id).toBe(whole(grant.initial) + moved);
  }
  const { issued, deducted, expired, forfeited, repaid } = it.totals;
  expect(sum(all.map(({ remaining }) => remaining))).toBe(whole(it.balance));
  expect(whole(issued) - sum([deducted, expired, forfeited, repaid])).toBe(whole(it.balance));
  expect(sum(it.overage_movements.map(({ amount }) => amount))).toBe(whole(it.overage));
  const own = all.filter(({ source_type }) => source_type !== "rollover");
  expect(sum(own.map(({ initial }) => initial))).toBe(whole(issued));

  const { balance, overage } = it;
  expect(await world.balance(holding)).toMatchObject({ balance, overage });
  const held = (await world.grants(holding)).map(
    (grant) => `${grant.id} ${grant.remaining_amount}`,
  );
  expect(all.map((grant) => `${grant.id} ${grant.remaining}`).sort()).toEqual([...held].sort());

  const given = all.flatMap(({ movements }) => movements);
  const of = (movements: readonly Movement[], id: string) =>
    sum(movements.filter(({ entry_id }) => entry_id === id).map(({ amount }) => amount));
  for (const entry of await world.entries(holding)) {
    const change = entry.is_credit ? 0n : whole(entry.balance_after) - whole(entry.balance_before);
    expect(of(given, entry.id), entry.transaction_type).toBe(change);
    const overageChange = whole(entry.overage_after) - whole(entry.overage_before);
    expect(of(it.overage_movements, entry.id), entry.transaction_type).toBe(overageChange);
  }
  await world.audited();
  return it;
}

const line = ({ transaction_type, amount }: Movement) => `${transaction_type} ${amount}`;

/** A grant in a line, what was carried from it in the next: `0 of 10: credit_deducted -10`. */
const lines = (grants: readonly Explained[], indent = ""): readonly string[] =>
  grants.flatMap((it) => [
    `${indent}${it.remaining} of ${it.initial} ${it.status}: ${it.movements.map(line).join(", ")}`,
    ...lines(it.carried_to, `${indent}  `),
  ]);

scenario("LED-32 a debit that spans grants is explained in each", async (world) => {
  const holding = await open(world, { precision: 1 });
  await world.credit(holding, "10", { reason: "First" });
  await world.advance("1d");
  await world.credit(holding, "20", { expires_at: "2026-03-01T00:00:00Z" });
  await world.advance("1d");
  const { body } = await world.debit(holding, "12.5", { reason: "Usage" });
  const [newer, older] = await world.grants(holding);
  const entry_id = (body as { id: string }).id; // a ledger entry was answered
  const taken = {
    entry_id,
    transaction_type: "credit_deducted",
    at: "2026-01-03T00:00:00.000000Z",
    description: "Usage",
  };
  const api = { source_type: "api", source_id: null, carried_to: [] };
  expect(await explained(world, holding)).toEqual({
    credit_entitlement_id: holding.entitlement.id,
    customer_id: holding.customer.customer_id,
    unit: "token",
    balance: "17.5",
    overage: "0.0",
    blocked: "0.0",
    totals: { issued: "30.0", deducted: "12.5", expired: "0.0", forfeited: "0.0", repaid: "0.0" },
    grants: [
      {
        ...api,
        id: older?.id,
        status: "depleted",
        created_at: "2026-01-01T00:00:00.000000Z",
        expires_at: null,
        initial: "10.0",
        remaining: "0.0",
        movements: [{ ...taken, amount: "-10.0" }],
      },
      {
        ...api,
        id: newer?.id,
        status: "active",
        created_at: "2026-01-02T00:00:00.000000Z",
        expires_at: "2026-03-01T00:00:00.000000Z",
        initial: "20.0",
        remaining: "17.5",
        movements: [{ ...taken, amount: "-2.5" }],
      },
    ],
    overage_movements: [],
  });
});

scenario("LED-33 the explanation adds up whatever happened", async (world) => {
  const overage_behavior = "carry_deficit_auto_repay";
  const holding = await open(world, withOverage({ overage_limit: 50, overage_behavior }));
  const { entitlement, customer } = holding;
  const rolling = { rollover_enabled: true, rollover_percentage: 50, max_rollover_count: 1 };
  const price = usagePrice([meterLink(await world.meter(), entitlement)]);
  const plan = await sell(world, price, [attach(entitlement, "100", rolling)]);
  await subscribe(world, plan, customer);
  const steps: readonly (readonly [to: string, step: () => Promise<unknown>])[] = [
    ["02", () => world.credit(holding, "20", { expires_at: "2026-01-10T00:00:00Z" })],
    ["03", () => world.debit(holding, "110")],
    ["11", () => world.credit(holding, "100")],
    ["12", () => use(world, customer, "e", 160).then(() => runMeters(world))],
    ["13", () => world.credit(holding, "30")],
  ];
  for (const [day, step] of steps) {
    await world.advance(`2026-01-${day}T00:00:00Z`);
    await step();
    await explained(world, holding);
  }
  expect(await explained(world, holding)).toMatchObject({
    balance: "0",
    overage: "20",
    blocked: "10",
  });
  await world.advance("2026-02-02T00:00:00Z");
  await world.debit(holding, "20");
  await explained(world, holding);
  await world.advance("2026-03-01T00:00:00Z");
  const march = await explained(world, holding);
  expect(march.totals).toEqual({
    issued: "450",
    deducted: "230",
    expired: "40",
    forfeited: "0",
    repaid: "50",
  });
  await world.advance("2026-04-01T00:00:00Z");
  const it = await explained(world, holding);
  expect({ ...it.totals, balance: it.balance, overage: it.overage, blocked: it.blocked }).toEqual({
    issued: "550",
    deducted: "230",
    expired: "90",
    forfeited: "30",
    repaid: "50",
    balance: "150",
    overage: "0",
    blocked: "10",
  });
  expect(it.overage_movements.map(line)).toEqual([
    "overage_charged 50",
    "credit_deducted -30",
    "credit_deducted -20",
  ]);
  expect(lines(it.grants)).toEqual([
    "0 of 100 depleted: credit_deducted -100",
    "0 of 20 expired: credit_deducted -10, credit_expired -10",
    "0 of 100 depleted: credit_deducted -100",
    "0 of 30 depleted: credit_deducted -30",
    "0 of 100 depleted: credit_deducted -20, credit_deducted -20, credit_rolled_over -30, credit_expired -30",
    "  0 of 30 expired: rollover_forfeited -30",
    "0 of 100 depleted: credit_rolled_over -50, credit_expired -50",
    "  50 of 50 active: ",
    "100 of 100 active: ",
  ]);
});

scenario("BAL-02 credits carried twice hang below each other", async (world) => {
  const holding = await open(world, { precision: 2 });
  const rolling = { rollover_enabled: true, rollover_percentage: 75 };
  const price = usagePrice([meterLink(await world.meter(), holding.entitlement)]);
  const plan = await sell(world, price, [attach(holding.entitlement, "10", rolling)]);
  await subscribe(world, plan, holding.customer);
  await world.advance("2026-03-01T00:00:00Z");
  const it = await explained(world, holding);
  expect(it.totals).toMatchObject({ issued: "30.00", expired: "6.88", deducted: "0.00" });
  expect(it.balance).toBe("23.12");
  expect(lines(it.grants.slice(0, 1))).toEqual([
    "0.00 of 10.00 depleted: credit_rolled_over -7.50, credit_expired -2.50",
    "  0.00 of 7.50 depleted: credit_rolled_over -5.62, credit_expired -1.88",
    "    5.62 of 5.62 active: ",
  ]);
});

scenario("LED-32 adjustments, top-ups and refunds are explained too", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 10 }));
  const post = (transaction_type: string, entry_type: string, amount: string) =>
    world.control(
      "POST",
      `/_sandbox/balances/${holding.entitlement.id}/${holding.customer.customer_id}/entries`,
      { transaction_type, entry_type, amount },
    );
  await post("manual_adjustment", "credit", "25");
  await post("auto_top_up", "credit", "5");
  await post("refund", "debit", "12");
  await post("manual_adjustment", "debit", "20");
  const it = await explained(world, holding);
  expect(it).toMatchObject({
    balance: "0",
    overage: "2",
    totals: { issued: "30", deducted: "30", expired: "0", forfeited: "0", repaid: "0" },
  });
  expect(it.overage_movements.map(line)).toEqual(["overage_charged 2"]);
});

scenario("LED-11 only what is there can be explained", async (world) => {
  const { entitlement, customer } = await open(world);
  for (const path of [`cde_none/${customer.customer_id}`, `${entitlement.id}/cus_none`]) {
    expect((await world.raw("GET", `/_sandbox/explain/${path}`)).status).toBe(404);
  }
});
