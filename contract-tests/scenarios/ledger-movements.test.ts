import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type LedgerEntry, pathOf, withOverage } from "../harness/world.js";
import { amounts, everyKind, everyLine, oldestFirst, repaying } from "./support/ledger-history.js";
import { open } from "./support/open-holding.js";

const types = (entries: readonly LedgerEntry[]) => entries.map((it) => it.transaction_type);

const allTypes = [
  "credit_added",
  "credit_deducted",
  "credit_expired",
  "credit_rolled_over",
  "rollover_forfeited",
  "overage_charged",
  "overage_reset",
  "manual_adjustment",
  "auto_top_up",
  "refund",
] as const;

scenario("LED-30 every movement is written with the type of its cause", async (world) => {
  const holding = await everyKind(world);
  expect(await world.ledger(holding)).toBe(everyLine);
  const counts: Record<string, number> = {};
  for (const transaction_type of allTypes) {
    const entries = await world.entries(holding, { transaction_type });
    expect(types(entries)).toEqual(entries.map(() => transaction_type));
    counts[transaction_type] = entries.length;
  }
  expect(counts).toEqual({
    ...Object.fromEntries(allTypes.map((it) => [it, 0])),
    credit_added: 3,
    credit_deducted: 3,
    credit_expired: 1,
    overage_charged: 1,
  });
  expect(await world.audited()).toBe(8);
});

scenario("LED-31 API entries are credits added and deducted", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { reason: "Manual adjustment" });
  await world.debit(holding, "4", { reason: "Manual adjustment" });
  expect(types(await oldestFirst(world, holding))).toEqual(["credit_added", "credit_deducted"]);
  expect(await amounts(world, holding, { transaction_type: "manual_adjustment" })).toEqual([]);
  expect(await world.ledger(holding)).toBe(
    "credit_added +10 : 0→10, overage 0→0\ncredit_deducted -4 : 10→6, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("LED-32 nothing moves without an entry that shows before and after", async (world) => {
  const holding = await open(world, repaying);
  const { id } = holding.entitlement;
  let known = 0;
  let figures = { balance: "0", overage: "0" };
  const moves = async (entries: number, step: () => Promise<unknown>) => {
    await step();
    const fresh = (await oldestFirst(world, holding)).slice(known);
    expect(fresh).toHaveLength(entries);
    const { balance, overage } = await world.balance(holding);
    const [first, last] = [fresh[0], fresh.at(-1)];
    expect({
      balance: first?.balance_before ?? balance,
      overage: first?.overage_before ?? overage,
    }).toEqual(figures);
    figures = { balance, overage };
    expect({
      balance: last?.balance_after ?? balance,
      overage: last?.overage_after ?? overage,
    }).toEqual(figures);
    known += entries;
  };
  await moves(1, () => world.credit(holding, "100", { expires_at: "2026-01-03T00:00:00Z" }));
  await moves(1, () => world.debit(holding, "30"));
  await moves(0, () => world.debit(holding, "0"));
  await moves(0, () => world.advance("1d"));
  await moves(1, () => world.advance("1d"));
  await moves(1, () => world.debit(holding, "5"));
  await moves(0, () =>
    world.call("updateCreditEntitlement", { path: { id }, body: { unit: "x" } }),
  );
  await moves(2, () => world.credit(holding, "8"));
  await moves(2, () => world.debit(holding, "4"));
  expect(figures).toEqual({ balance: "0", overage: "1" });
  expect(await world.holdings(holding)).toBe("0 of 100 (api, expired)\n0 of 8 (api)");
  expect(await world.audited()).toBe(8);
});

scenario("LED-33 each entry begins where the one before it ended", async (world) => {
  const holding = await everyKind(world);
  await world.credit(holding, "7");
  let balance = 0;
  let overage = 0;
  for (const entry of await oldestFirst(world, holding)) {
    expect(entry).toMatchObject({ balance_before: `${balance}`, overage_before: `${overage}` });
    const amount = Number(entry.amount);
    if (entry.transaction_type !== "overage_charged") balance += entry.is_credit ? amount : -amount;
    expect(entry.balance_after).toBe(`${balance}`);
    overage = Number(entry.overage_after);
  }
  expect(await world.balance(holding)).toMatchObject({ balance: "7", overage: "0" });
  expect([balance, overage]).toEqual([7, 0]);
  expect(await world.holdings(holding)).toBe(
    "0 of 100 (api)\n0 of 50 (api)\n0 of 60 (api, expired)\n7 of 7 (api)",
  );
  expect(await world.audited()).toBe(9);
});

scenario("LED-37 a debit is one entry however many grants it takes from", async (world) => {
  const holding = await open(world);
  for (let credits = 0; credits < 5; credits++) await world.credit(holding, "2");
  await world.debit(holding, "9");
  expect(await amounts(world, holding, { transaction_type: "credit_deducted" })).toEqual(["9"]);
  expect((await world.ledger(holding)).split("\n")[5]).toBe(
    "credit_deducted -9 : 10→1, overage 0→0",
  );
  expect(await world.audited()).toBe(6);
});

scenario("LED-38 a debit across zero is two entries and one answer", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "40");
  const crossing = await world.debit(holding, "60", { reason: "Used" });
  const [overage, deducted] = await world.entries(holding);
  expect(crossing).toMatchObject({
    status: 201,
    body: {
      id: deducted?.id,
      entry_type: "debit",
      amount: "60",
      is_credit: false,
      balance_before: "40",
      balance_after: "0",
      overage_before: "0",
      overage_after: "20",
      reason: "Used",
    },
  });
  expect(overage?.id).not.toBe(deducted?.id);
  const beyond = await world.debit(holding, "5");
  const [alone] = await world.entries(holding);
  expect(beyond.body).toMatchObject({
    id: alone?.id,
    amount: "5",
    balance_before: "0",
    balance_after: "0",
    overage_before: "20",
    overage_after: "25",
  });
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_deducted -40 : 40→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -5 : 0→0, overage 20→25",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

httpScenario("LED-47 entries stay as written and are put right by a new one", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { expires_at: "2026-01-05T00:00:00Z" });
  await world.debit(holding, "7");
  const written = await world.entries(holding);
  const { credit_entitlement_id, customer_id } = pathOf(holding);
  const balance = `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}`;
  const send = async (method: string, path: string) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ amount: "1" });
    return (await world.raw(method, `${balance}${path}`, { headers, body })).status;
  };
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    expect(await send(method, "/ledger-entries"), method).toBe(405);
    expect(await send(method, "/ledger"), method).toBe(405);
    for (const { id } of written) {
      expect(await send(method, `/ledger-entries/${id}`), method).toBe(404);
      expect(await send(method, `/ledger/${id}`), method).toBe(404);
    }
  }
  expect(await world.entries(holding)).toEqual(written);
  await world.credit(holding, "7", { reason: "Correction" });
  await world.advance("10d");
  expect((await world.entries(holding)).slice(-2)).toEqual(written);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_deducted -7 : 10→3, overage 0→0",
      "credit_added +7 : 3→10, overage 0→0",
      "credit_expired -3 : 10→7, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});
