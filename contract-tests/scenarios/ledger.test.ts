import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import {
  type Holding,
  type LedgerEntry,
  pathOf,
  type World,
  withOverage,
} from "../harness/world.js";

const open = async (world: World, settings = {}): Promise<Holding> => ({
  entitlement: await world.entitlement(settings),
  customer: await world.customer(),
});

const oldestFirst = async (world: World, holding: Holding, query = {}): Promise<LedgerEntry[]> =>
  [...(await world.entries(holding, query))].reverse();

const amounts = async (world: World, holding: Holding, query = {}) =>
  (await world.entries(holding, query)).map((it) => it.amount);

const types = (entries: readonly LedgerEntry[]) => entries.map((it) => it.transaction_type);

const answer = (status: number, code: string) => ({
  status,
  body: { code, message: expect.any(String) },
});

const listLedger = (world: World, holding: Holding, query = {}) =>
  world.call("listLedger", { path: pathOf(holding), query });

const repaying = withOverage({ overage_behavior: "carry_deficit_auto_repay" });

/** Writes one entry of each kind that API calls and the clock can write, and a repayment. */
async function everyKind(world: World): Promise<Holding> {
  const holding = await open(world, repaying);
  const metadata = { order: 1 };
  await world.credit(holding, "100", { reason: "Welcome", metadata });
  await world.advance("1d");
  await world.credit(holding, "50");
  await world.debit(holding, "170", { reason: "Usage", metadata });
  await world.advance("1d");
  await world.credit(holding, "60", { expires_at: "2026-01-04T00:00:00Z" });
  await world.debit(holding, "15");
  await world.advance("1d");
  return holding;
}

const everyLine = [
  "credit_added +100 : 0→100, overage 0→0",
  "credit_added +50 : 100→150, overage 0→0",
  "credit_deducted -150 : 150→0, overage 0→0",
  "overage_charged -20 : 0→0, overage 0→20",
  "credit_added +60 : 0→60, overage 20→20",
  "credit_deducted -20 : 60→40, overage 20→0",
  "credit_deducted -15 : 40→25, overage 0→0",
  "credit_expired -25 : 25→0, overage 0→0",
].join("\n");

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

scenario("LED-34 amounts are positive and is_credit tells the direction", async (world) => {
  const holding = await everyKind(world);
  const entries = await oldestFirst(world, holding);
  for (const { amount } of entries) expect(amount).toMatch(/^[1-9]\d*$/);
  expect(entries.map((it) => [it.transaction_type, it.is_credit])).toEqual([
    ["credit_added", true],
    ["credit_added", true],
    ["credit_deducted", false],
    ["overage_charged", false],
    ["credit_added", true],
    ["credit_deducted", false],
    ["credit_deducted", false],
    ["credit_expired", false],
  ]);
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-35 an overage entry states how far overage moved", async (world) => {
  const holding = await open(world, withOverage({ precision: 1 }));
  await world.credit(holding, "10");
  await world.debit(holding, "12.5");
  await world.debit(holding, "4");
  const charged = await oldestFirst(world, holding, { transaction_type: "overage_charged" });
  expect(charged.map((it) => [it.amount, it.overage_before, it.overage_after])).toEqual([
    ["2.5", "0.0", "2.5"],
    ["4.0", "2.5", "6.5"],
  ]);
  expect(await world.holdings(holding)).toBe("0.0 of 10.0 (api)");
  await world.audited();
});

scenario("LED-36 grant_id names the one grant that was touched, if it was one", async (world) => {
  const holding = await open(world, withOverage());
  const idOf = (result: { body: unknown }) => (result.body as { grant_id: string }).grant_id;
  const a = idOf(await world.credit(holding, "10"));
  await world.advance("1h");
  const b = idOf(await world.credit(holding, "20"));
  await world.advance("1h");
  const c = idOf(await world.credit(holding, "30", { expires_at: "2026-01-02T00:00:00Z" }));
  expect(new Set([a, b, c]).size).toBe(3);
  expect((await world.debit(holding, "4")).body).toMatchObject({ grant_id: a });
  expect((await world.debit(holding, "6")).body).toMatchObject({ grant_id: a }); // all it had
  expect((await world.debit(holding, "25")).body).toMatchObject({ grant_id: null });
  await world.advance("1d");
  expect((await world.debit(holding, "3")).body).toMatchObject({ grant_id: null });
  expect(
    (await oldestFirst(world, holding)).map((it) => [it.transaction_type, it.grant_id]),
  ).toEqual([
    ["credit_added", a],
    ["credit_added", b],
    ["credit_added", c],
    ["credit_deducted", a],
    ["credit_deducted", a],
    ["credit_deducted", null],
    ["credit_expired", c],
    ["overage_charged", null],
  ]);
  expect(await world.holdings(holding)).toBe(
    "0 of 10 (api)\n0 of 20 (api)\n0 of 30 (api, expired)",
  );
  await world.audited();
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

scenario("LED-39 entries from the API refer to the api and to no id", async (world) => {
  const holding = await everyKind(world);
  for (const entry of await world.entries(holding)) {
    expect(entry).toMatchObject({ reference_type: "api", reference_id: null });
  }
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-40 an entry shows the metadata of its call, or an empty object", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "10", { metadata: { from: "credit", count: 2, ok: true } });
  await world.debit(holding, "4");
  await world.debit(holding, "1", { metadata: null });
  await world.debit(holding, "8", { metadata: { from: "debit" } });
  expect((await oldestFirst(world, holding)).map((it) => it.metadata)).toStrictEqual([
    { from: "credit", count: 2, ok: true },
    {},
    {},
    { from: "debit" },
    { from: "debit" },
  ]);
  expect(await world.holdings(holding)).toBe("0 of 10 (api)");
  await world.audited();
});

scenario("LED-41 each entry carries the primary brand of the business", async (world) => {
  const holding = await everyKind(world);
  const { business_id } = await world.customer({ email: "bob@example.com", name: "Bob" });
  for (const entry of await world.entries(holding)) {
    expect(entry).toMatchObject({ business_id, brand_id: business_id });
  }
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-42 an expiry is described as in the service", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { expires_at: "2026-01-02T00:00:00Z", reason: "Hello" });
  await world.advance("1d");
  expect((await oldestFirst(world, holding)).map((it) => it.description)).toEqual([
    "Hello",
    "Unused credits expired",
  ]);
  expect(await world.holdings(holding)).toBe("0 of 10 (api, expired)");
  expect(await world.audited()).toBe(2);
});

scenario("LED-42 overage of a debit without reason is described as well", async (world) => {
  const holding = await open(world, withOverage());
  await world.debit(holding, "3");
  expect((await oldestFirst(world, holding)).map((it) => it.description)).toEqual([
    "Overage charges applied",
  ]);
  expect(await world.ledger(holding)).toBe("overage_charged -3 : 0→0, overage 0→3");
  expect(await world.audited()).toBe(1);
});

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
