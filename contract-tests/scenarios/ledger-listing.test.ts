import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Holding, pathOf, type World } from "../harness/world.js";
import { amounts, everyKind, everyLine } from "./support/ledger-history.js";
import { answer } from "./support/ledger-refusals.js";
import { open } from "./support/open-holding.js";

const listLedger = (world: World, holding: Holding, query = {}) =>
  world.call("listLedger", { path: pathOf(holding), query });

scenario("LED-43 the ledger is narrowed by type and dates and comes in pages", async (world) => {
  const holding = await open(world);
  for (const [amount, debit] of [
    ["10", "1"],
    ["20", "2"],
    ["30", "3"],
  ] as const) {
    await world.credit(holding, amount);
    await world.debit(holding, debit);
    await world.advance("1d");
  }
  const list = (query: object) => amounts(world, holding, query);
  expect(await list({})).toEqual(["3", "30", "2", "20", "1", "10"]);
  expect(await list({ transaction_type: "credit_added" })).toEqual(["30", "20", "10"]);
  expect(await list({ transaction_type: "credit_deducted" })).toEqual(["3", "2", "1"]);
  expect(await list({ transaction_type: "credit_expired" })).toEqual([]);
  expect(await list({ start_date: "2026-01-01T12:00:00Z" })).toEqual(["3", "30", "2", "20"]);
  expect(await list({ end_date: "2026-01-02T12:00:00Z" })).toEqual(["2", "20", "1", "10"]);
  const second = { start_date: "2026-01-01T12:00:00Z", end_date: "2026-01-02T12:00:00Z" };
  expect(await list(second)).toEqual(["2", "20"]);
  expect(await list({ ...second, transaction_type: "credit_added" })).toEqual(["20"]);
  expect(await list({ page_size: 4, page_number: 0 })).toEqual(["3", "30", "2", "20"]);
  expect(await list({ page_size: 4, page_number: 1 })).toEqual(["1", "10"]);
  expect(await list({ page_size: 4, page_number: 2 })).toEqual([]);
  const added = { transaction_type: "credit_added", page_size: 2 };
  expect(await list({ ...added, page_number: 1 })).toEqual(["10"]);
  expect((await listLedger(world, holding)).body).toStrictEqual({
    items: await world.entries(holding),
  });
  const unknown = { ...holding, entitlement: { id: "cde_none" } };
  expect(await listLedger(world, unknown)).toMatchObject(answer(404, "NOT_FOUND"));
  expect(await world.holdings(holding)).toBe("4 of 10 (api)\n20 of 20 (api)\n30 of 30 (api)");
  await world.audited();
});

scenario("LED-44 both dates include the entries of exactly that instant", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "1");
  await world.advance("2026-01-05T10:00:00.250000Z");
  await world.credit(holding, "2");
  await world.advance("1d");
  await world.credit(holding, "3");
  const from = (start_date: string) => amounts(world, holding, { start_date });
  const until = (end_date: string) => amounts(world, holding, { end_date });
  expect(await from("2026-01-05T10:00:00.249999Z")).toEqual(["3", "2"]);
  expect(await from("2026-01-05T10:00:00.250Z")).toEqual(["3", "2"]);
  expect(await from("2026-01-05T10:00:00.250001Z")).toEqual(["3"]);
  expect(await until("2026-01-05T10:00:00.249999Z")).toEqual(["1"]);
  expect(await until("2026-01-05T10:00:00.250Z")).toEqual(["2", "1"]);
  expect(await until("2026-01-05T12:00:00.250+02:00")).toEqual(["2", "1"]);
  const instant = "2026-01-05T10:00:00.250000Z";
  expect(await amounts(world, holding, { start_date: instant, end_date: instant })).toEqual(["2"]);
  expect(await world.holdings(holding)).toBe("1 of 1 (api)\n2 of 2 (api)\n3 of 3 (api)");
  await world.audited();
});

scenario("LED-45 an unknown type or an unreadable date is refused", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "1");
  const queries = [
    ...["CREDIT_ADDED", "CreditAdded", "credit", "credit_added,refund"].map((it) => ({
      transaction_type: it,
    })),
    ...["yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "12 o'clock"].flatMap((it) => [
      { start_date: it },
      { end_date: it },
    ]),
  ];
  for (const query of queries) {
    expect(await listLedger(world, holding, query), JSON.stringify(query)).toMatchObject(
      answer(422, "INVALID_QUERY_PARAMS"),
    );
  }
  expect(await world.holdings(holding)).toBe("1 of 1 (api)");
  await world.audited();
});

scenario("LED-46 the newest entry is listed first", async (world) => {
  const holding = await open(world);
  for (const amount of ["5", "1", "9"]) {
    await world.credit(holding, amount);
    await world.credit(holding, `${amount}0`); // at the same instant
    await world.advance("1s");
  }
  expect(await amounts(world, holding)).toEqual(["90", "9", "10", "1", "50", "5"]);
  const created = (await world.entries(holding)).map((it) => it.created_at);
  expect(created).toEqual([...created].sort().reverse());
  expect(await world.holdings(holding)).toBe(
    [
      "5 of 5 (api)",
      "50 of 50 (api)",
      "1 of 1 (api)",
      "10 of 10 (api)",
      "9 of 9 (api)",
      "90 of 90 (api)",
    ].join("\n"),
  );
  await world.audited();
});

httpScenario("LED-48 past balances are read from the ledger and nowhere else", async (world) => {
  const holding = await everyKind(world);
  const { credit_entitlement_id, customer_id } = pathOf(holding);
  const balance = `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}`;
  for (const name of ["history", "snapshots", "snapshot"]) {
    expect((await world.raw("GET", `${balance}/${name}`)).status, name).toBe(404);
  }
  const asOf = async (end_date: string) => {
    const [entry] = await world.entries(holding, { end_date, page_size: 1 });
    return [entry?.balance_after, entry?.overage_after];
  };
  expect(await asOf("2026-01-01T12:00:00Z")).toEqual(["100", "0"]);
  expect(await asOf("2026-01-02T12:00:00Z")).toEqual(["0", "20"]);
  expect(await asOf("2026-01-03T12:00:00Z")).toEqual(["25", "0"]);
  expect(await asOf("2026-01-04T12:00:00Z")).toEqual(["0", "0"]);
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});
