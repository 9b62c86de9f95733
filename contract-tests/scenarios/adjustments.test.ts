import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { attach, buy, oneTimePrice, sell } from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

const target = ({ entitlement, customer }: Holding) =>
  `/_sandbox/balances/${entitlement.id}/${customer.customer_id}/entries`;

const kind =
  (transaction_type: string, entry_type: string) =>
  (world: World, holding: Holding, amount: string, more: Fields = {}) =>
    world.control<Fields>("POST", target(holding), {
      transaction_type,
      entry_type,
      amount,
      ...more,
    });

const adjustUp = kind("manual_adjustment", "credit");
const adjustDown = kind("manual_adjustment", "debit");
const topUp = kind("auto_top_up", "credit");
const refund = kind("refund", "debit");

/** Posts an entry of any body; answers as `422 INVALID_REQUEST_BODY`. */
async function outcome(world: World, holding: Holding, body: unknown, key = world.key) {
  const response = await world.raw("POST", target(holding), {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { code }: { code?: string } = await response.json();
  return `${response.status} ${code}`;
}

const debitOf = (amount: string) => ({
  transaction_type: "manual_adjustment",
  entry_type: "debit",
  amount,
});

async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  expect(await world.ledger(holding)).toBe(entries.join("\n"));
  expect(await world.audited()).toBe(entries.length);
}

scenario("LED-31 a manual adjustment gives credits and takes them", async (world) => {
  const holding = await open(world);
  const given = await adjustUp(world, holding, "25", { reason: "Goodwill" });
  const [grant] = await world.grants(holding);
  const adjustment = { transaction_type: "manual_adjustment", grant_id: grant?.id };
  const noOverage = { overage_before: "0", overage_after: "0" };
  expect(given).toMatchObject({
    ...adjustment,
    ...noOverage,
    is_credit: true,
    amount: "25",
    balance_before: "0",
    balance_after: "25",
  });
  await world.advance("1d");
  const taken = await adjustDown(world, holding, "10");
  expect(taken).toMatchObject({
    ...adjustment,
    ...noOverage,
    is_credit: false,
    amount: "10",
    balance_before: "25",
    balance_after: "15",
  });
  expect(grant).toMatchObject({ source_type: "api", source_id: null, initial_amount: "25" });
  const api = { reference_type: "api", reference_id: null };
  expect(await world.entries(holding)).toMatchObject([
    { id: taken["id"], ...api, created_at: "2026-01-02T00:00:00.000000Z" },
    { id: given["id"], ...api, description: "Goodwill" },
  ]);
  expect(await world.holdings(holding)).toBe("15 of 25 (api)");
  await ledgerIs(world, holding, [
    "manual_adjustment +25 : 0→25, overage 0→0",
    "manual_adjustment -10 : 25→15, overage 0→0",
  ]);
});

scenario("LED-31 an adjustment that takes from several grants names none", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10");
  await world.advance("1d");
  await adjustUp(world, holding, "20");
  expect(await adjustDown(world, holding, "15")).toMatchObject({ grant_id: null });
  expect(await world.holdings(holding)).toBe("0 of 10 (api)\n15 of 20 (api)");
  await ledgerIs(world, holding, [
    "credit_added +10 : 0→10, overage 0→0",
    "manual_adjustment +20 : 10→30, overage 0→0",
    "manual_adjustment -15 : 30→15, overage 0→0",
  ]);
});

scenario("LED-31 an adjustment takes no more than there is", async (world) => {
  const holding = await open(world);
  expect(await outcome(world, holding, debitOf("1"))).toBe("400 INSUFFICIENT_CREDIT_BALANCE");
  await adjustUp(world, holding, "40");
  expect(await outcome(world, holding, debitOf("41"))).toBe("400 INSUFFICIENT_CREDIT_BALANCE");
  await adjustDown(world, holding, "40");
  await ledgerIs(world, holding, [
    "manual_adjustment +40 : 0→40, overage 0→0",
    "manual_adjustment -40 : 40→0, overage 0→0",
  ]);
});

scenario("LED-31 an adjustment may go into overage, but not past the limit", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 100 }));
  await adjustUp(world, holding, "40");
  expect(await adjustDown(world, holding, "60")).toMatchObject({
    amount: "60",
    balance_before: "40",
    balance_after: "0",
    overage_before: "0",
    overage_after: "20",
  });
  expect(await outcome(world, holding, debitOf("81"))).toBe("400 OVERAGE_LIMIT_EXCEEDED");
  await ledgerIs(world, holding, [
    "manual_adjustment +40 : 0→40, overage 0→0",
    "manual_adjustment -40 : 40→0, overage 0→0",
    "overage_charged -20 : 0→0, overage 0→20",
  ]);
});

scenario("GRT-05 an adjustment ends when it says, else with the credit", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  await adjustUp(world, holding, "7", { expires_at: "2026-01-11T00:00:00Z" });
  await adjustUp(world, holding, "5");
  await world.advance("2026-01-30T23:59:59Z");
  expect(await world.holdings(holding)).toBe("0 of 7 (api, expired)\n5 of 5 (api)");
  await world.advance("2026-01-31T00:00:00Z");
  await ledgerIs(world, holding, [
    "manual_adjustment +7 : 0→7, overage 0→0",
    "manual_adjustment +5 : 7→12, overage 0→0",
    "credit_expired -7 : 12→5, overage 0→0",
    "credit_expired -5 : 5→0, overage 0→0",
  ]);
});

scenario("LED-30 top-ups and refunds are written under their names", async (world) => {
  const holding = await open(world);
  expect(await topUp(world, holding, "100")).toMatchObject({
    transaction_type: "auto_top_up",
    is_credit: true,
  });
  expect(await refund(world, holding, "30")).toMatchObject({
    transaction_type: "refund",
    is_credit: false,
  });
  await kind("refund", "credit")(world, holding, "5");
  expect(await world.holdings(holding)).toBe("70 of 100 (api)\n5 of 5 (api)");
  const refunds = await world.entries(holding, { transaction_type: "refund" });
  expect(refunds.map((it) => it.amount)).toEqual(["5", "30"]);
  await ledgerIs(world, holding, [
    "auto_top_up +100 : 0→100, overage 0→0",
    "refund -30 : 100→70, overage 0→0",
    "refund +5 : 70→75, overage 0→0",
  ]);
});

scenario("LED-30 an automatic top-up is never a debit", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  const body = { ...debitOf("10"), transaction_type: "auto_top_up" };
  expect(await outcome(world, holding, body)).toMatch(/^422 /);
  await ledgerIs(world, holding, ["credit_added +100 : 0→100, overage 0→0"]);
});

scenario("OVR-42 a top-up repays overage like any other grant", async (world) => {
  const overage_behavior = "carry_deficit_auto_repay";
  const holding = await open(world, withOverage({ overage_limit: 50, overage_behavior }));
  await world.debit(holding, "30");
  expect(await topUp(world, holding, "20")).toMatchObject({
    amount: "20",
    balance_before: "0",
    balance_after: "0",
    overage_before: "30",
    overage_after: "10",
  });
  await adjustUp(world, holding, "25");
  await ledgerIs(world, holding, [
    "overage_charged -30 : 0→0, overage 0→30",
    "auto_top_up +20 : 0→20, overage 30→30",
    "credit_deducted -20 : 20→0, overage 30→10",
    "manual_adjustment +25 : 0→25, overage 10→10",
    "credit_deducted -10 : 25→15, overage 10→0",
  ]);
});

scenario("CHK-26 only a refund entry takes a pack's credits back", async (world) => {
  const holding = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "100")]);
  await buy(world, pack, holding.customer);
  await world.debit(holding, "60");
  await world.advance("60d");
  expect(await world.holdings(holding)).toBe("40 of 100 (one_time)");
  await refund(world, holding, "40", { reason: "Order returned" });
  expect((await world.entries(holding))[0]).toMatchObject({
    transaction_type: "refund",
    description: "Order returned",
  });
  expect(await world.holdings(holding)).toBe("0 of 100 (one_time)");
  await ledgerIs(world, holding, [
    "credit_added +100 : 0→100, overage 0→0",
    "credit_deducted -60 : 100→40, overage 0→0",
    "refund -40 : 40→0, overage 0→0",
  ]);
});

httpScenario("LED-30 an entry that cannot be read is refused", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  const good = debitOf("5");
  for (const bad of [
    { transaction_type: undefined },
    { transaction_type: "credit_added" },
    { transaction_type: null },
    { entry_type: undefined },
    { entry_type: "both" },
    { amount: undefined },
    { amount: null },
    { amount: 5 },
    { amount: "many" },
    { reason: 7 },
    { entry_type: "credit", expires_at: "soon" },
  ]) {
    expect(await outcome(world, holding, { ...good, ...bad }), JSON.stringify(bad)).toMatch(
      /^422 /,
    );
  }
  for (const amount of ["0", "-5", "1.5", "10000000000"]) {
    for (const entry_type of ["credit", "debit"]) {
      const body = { ...good, entry_type, amount };
      expect(await outcome(world, holding, body), amount).toMatch(/^(400|422) /);
    }
  }
  const past = { ...good, entry_type: "credit", expires_at: "2025-12-31T00:00:00Z" };
  expect(await outcome(world, holding, past)).toMatch(/^(400|422) /);
  await ledgerIs(world, holding, ["credit_added +100 : 0→100, overage 0→0"]);
});

httpScenario("LED-11 an entry needs a credit and a customer that are there", async (world) => {
  const holding = await open(world);
  const gone = await world.entitlement({ name: "Gone" });
  await world.ok("deleteCreditEntitlement", { path: { id: gone.id } });
  const credit = { ...debitOf("5"), entry_type: "credit" };
  for (const wrong of [
    { ...holding, entitlement: { id: "cde_none" } },
    { ...holding, entitlement: gone },
    { ...holding, customer: { customer_id: "cus_none" } },
  ]) {
    expect(await outcome(world, wrong, credit)).toMatch(/^404 /);
  }
  expect(await world.ledger(holding)).toBe("");
  expect(await world.audited()).toBe(0);
});

httpScenario("AUT-04 a read-only key writes no entry", async (world) => {
  const holding = await open(world);
  await adjustUp(world, holding, "5");
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  expect(await outcome(world, holding, debitOf("5"), "dodo_test_viewer")).toBe("403 UNAUTHORIZED");
  await ledgerIs(world, holding, ["manual_adjustment +5 : 0→5, overage 0→0"]);
});
