import { expect } from "vitest";
import type { OperationId } from "../harness/clients.js";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Entitlement, pathOf, type World, withOverage } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

const everything = {
  name: "Monthly AI tokens",
  description: "Tokens for text generation",
  unit: "token",
  precision: 2,
  expires_after_days: 30,
  rollover_enabled: true,
  rollover_percentage: 75,
  rollover_timeframe_count: 1,
  rollover_timeframe_interval: "Month",
  max_rollover_count: 3,
  overage_enabled: true,
  overage_limit: 50000,
  overage_behavior: "carry_deficit",
  currency: "EUR",
  price_per_unit: "0.0005",
};

const on = (id: string) => ({ path: { id } });

const get = (world: World, id: string): Promise<Entitlement> =>
  world.ok("retrieveCreditEntitlement", on(id));

const update = (world: World, id: string, body: Fields) =>
  world.call("updateCreditEntitlement", { ...on(id), body });

const remove = (world: World, id: string) => world.call("deleteCreditEntitlement", on(id));

const restore = (world: World, id: string) => world.call("undeleteCreditEntitlement", on(id));

async function listed(world: World, query: { deleted?: boolean } = {}): Promise<Entitlement[]> {
  const args = { query: { page_size: 100, ...query } };
  return (await world.ok<{ items: Entitlement[] }>("listCreditEntitlements", args)).items;
}

const namesOf = (items: readonly Entitlement[]) => items.map((it) => it.name);

/** Calls the API as another business on the same sandbox. */
async function asOther<Body>(world: World, method: string, path: string, body?: Fields) {
  const response = await world.raw(method, path, {
    headers: { authorization: "Bearer dodo_test_other", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as Body };
}

async function foreign(world: World): Promise<Entitlement> {
  const made = await asOther<Entitlement>(world, "POST", "/credit-entitlements", everything);
  expect(made.status).toBe(201);
  return made.body;
}

/** Each update is refused, and none of them changes the record. */
async function refuses(
  world: World,
  id: string,
  bad: readonly Fields[],
  code = "INVALID_REQUEST_BODY",
): Promise<void> {
  const before = await get(world, id);
  await world.advance("1h");
  for (const body of bad) {
    expect(await update(world, id, body), JSON.stringify(body)).toMatchObject({
      status: 422,
      body: { code, message: expect.any(String) },
    });
  }
  expect(await get(world, id)).toEqual(before);
}

// Reading

scenario("ENT-30 fetching an entitlement shows what create answered", async (world) => {
  const full = await world.entitlement(everything);
  const plain = await world.entitlement();
  await world.advance("1d");
  const fetched = await world.call("retrieveCreditEntitlement", on(full.id));
  expect({ status: fetched.status, body: fetched.body }).toEqual({ status: 200, body: full });
  expect(await get(world, plain.id)).toEqual(plain);
});

scenario("ENT-31 an unknown, deleted or foreign entitlement cannot be fetched", async (world) => {
  const deleted = await world.entitlement();
  await remove(world, deleted.id);
  const theirs = await foreign(world);
  for (const id of ["cde_unknown", deleted.id, theirs.id, deleted.business_id]) {
    const error = await world.refused(404, "retrieveCreditEntitlement", on(id));
    expect(error.code, id).toBe("NOT_FOUND");
  }
});

scenario("ENT-32 the list is an object with items, newest first", async (world) => {
  expect(await world.ok("listCreditEntitlements")).toEqual({ items: [] });
  const made: Entitlement[] = [];
  for (const name of ["B", "C", "A"]) {
    made.unshift(await world.entitlement({ name }));
    await world.advance("1s");
  }
  expect(await world.ok("listCreditEntitlements")).toEqual({ items: made });
  await update(world, made[2]?.id ?? "", { description: "changed last, created first" });
  expect(namesOf(await listed(world))).toEqual(["A", "C", "B"]);
});

scenario("ENT-33 a list shows the active entitlements or the deleted ones", async (world) => {
  await world.entitlement({ name: "Active" });
  const gone = await world.entitlement({ name: "Deleted" });
  await remove(world, gone.id);
  await foreign(world);
  expect(namesOf(await listed(world))).toEqual(["Active"]);
  expect(namesOf(await listed(world, { deleted: false }))).toEqual(["Active"]);
  expect(namesOf(await listed(world, { deleted: true }))).toEqual(["Deleted"]);
});

httpScenario("ENT-33 no value of deleted shows both", async (world) => {
  await world.entitlement({ name: "Active" });
  await remove(world, (await world.entitlement({ name: "Deleted" })).id);
  for (const value of ["all", "both", "null", "", "*", "1", "true,false", "true&deleted=false"]) {
    const answer = await world.raw("GET", `/credit-entitlements?deleted=${value}`);
    const { items = [] }: { items?: Entitlement[] } = await answer.json();
    expect([200, 422], value).toContain(answer.status);
    expect(items.length, value).toBeLessThan(2);
  }
});

scenario("ENT-34 a page holds at most 100 entitlements", async (world) => {
  for (let number = 1; number <= 101; number++) await world.entitlement({ name: `No ${number}` });
  expect(await listed(world)).toHaveLength(100);
  for (const page_size of [101, 1000]) {
    const query = { page_size };
    const error = await world.refused(422, "listCreditEntitlements", { query });
    expect(error.code).toBe("INVALID_QUERY_PARAMS");
  }
});

scenario("ENT-35 only the list of deleted entitlements shows a deleted one", async (world) => {
  const entitlement = await world.entitlement(everything);
  const customer = await world.customer();
  await world.credit({ entitlement, customer }, "5");
  await remove(world, entitlement.id);
  expect(await listed(world, { deleted: true })).toEqual([
    { ...entitlement, updated_at: expect.any(String) },
  ]);
  expect(await listed(world)).toEqual([]);
  await world.refused(404, "retrieveCreditEntitlement", on(entitlement.id));
  const path = { customer_id: customer.customer_id };
  expect(await world.ok("listCustomerCreditEntitlements", { path })).toEqual({ items: [] });
});

// Updating

scenario("ENT-40 an update answers 200 with an empty body", async (world) => {
  const { id } = await world.entitlement();
  const result = await update(world, id, { name: "Renamed" });
  expect({ status: result.status, body: result.body || "" }).toEqual({ status: 200, body: "" });
  expect((await get(world, id)).name).toBe("Renamed");
});

scenario("ENT-41 an update changes what it carries and nothing else", async (world) => {
  const other = {
    name: "Other",
    description: "Other text",
    unit: "image",
    expires_after_days: 7,
    rollover_enabled: false,
    rollover_percentage: 0,
    rollover_timeframe_count: 2,
    rollover_timeframe_interval: "Week",
    max_rollover_count: 0,
    overage_enabled: false,
    overage_limit: 0,
    overage_behavior: "invoice_at_billing",
    currency: "USD",
    price_per_unit: "2.5",
  };
  let expected = await world.entitlement(everything);
  for (const [field, value] of Object.entries(other)) {
    const updated_at = await world.advance("1m");
    expect((await update(world, expected.id, { [field]: value })).status, field).toBe(200);
    expected = { ...expected, [field]: value, updated_at };
    expect(await get(world, expected.id), field).toEqual(expected);
  }
});

scenario("ENT-41 null clears a field that may be empty", async (world) => {
  const clearing = [
    { description: null },
    { expires_after_days: null },
    { rollover_percentage: null },
    { rollover_timeframe_count: null, rollover_timeframe_interval: null },
    { max_rollover_count: null },
    { overage_limit: null },
    { price_per_unit: null },
    { currency: null },
  ];
  let expected = await world.entitlement({ ...everything, overage_enabled: false });
  for (const body of clearing) {
    expect((await update(world, expected.id, body)).status, JSON.stringify(body)).toBe(200);
    expected = { ...expected, ...body };
    expect(await get(world, expected.id), JSON.stringify(body)).toEqual(expected);
  }
  await update(world, expected.id, { overage_behavior: null });
  expect((await get(world, expected.id)).overage_behavior).toBe("forgive_at_reset");
});

const bounds: readonly (readonly [string, string, readonly unknown[], readonly unknown[]])[] = [
  ["ENT-05", "name", ["", "n".repeat(256), 5], ["n", "n".repeat(255)]],
  ["ENT-06", "description", ["d".repeat(1001), 5], ["", "d".repeat(1000)]],
  ["ENT-07", "unit", ["", "u".repeat(51), 5], ["u", "u".repeat(50)]],
  ["ENT-09", "rollover_percentage", [-1, 101, 2.5], [0, 100]],
  ["ENT-11", "rollover_timeframe_interval", ["month", "Hour"], ["Day", "Year"]],
  ["ENT-14", "overage_behavior", ["none", "bill_overage_at_billing"], ["carry_deficit"]],
  ["ENT-15", "overage_limit", [-1, 1.5, "1"], [0, 1]],
  ["ENT-16", "expires_after_days", [0, -1, 1.5], [1, 365]],
  ["ENT-17", "max_rollover_count", [-1, 1.5], [0, 1]],
  ["ENT-19", "currency", ["usd", "XXX", ""], ["USD", "JPY"]],
];

for (const [rule, field, bad, good] of bounds) {
  scenario(`${rule} an update holds ${field} to the bounds of create`, async (world) => {
    const { id } = await world.entitlement(everything);
    const bodies = bad.map((value) => ({ [field]: value }));
    await refuses(world, id, bodies);
    for (const value of good) {
      expect((await update(world, id, { [field]: value })).status, String(value)).toBe(200);
      expect(await get(world, id)).toMatchObject({ [field]: value });
    }
  });
}

scenario("ENT-18 an update holds price_per_unit to the bounds of create", async (world) => {
  const { id } = await world.entitlement(everything);
  await refuses(world, id, [{ price_per_unit: 1 }, { price_per_unit: "-1" }]);
  await refuses(world, id, [{ price_per_unit: "0" }], "INVALID_REQUEST_PARAMETERS");
});

scenario("ENT-20 an entitlement cannot take the name of another active one", async (world) => {
  const gone = await world.entitlement({ name: "Deleted" });
  await remove(world, gone.id);
  await world.entitlement({ name: "Taken" });
  const { id } = await world.entitlement({ name: "Mine" });
  const taken = { name: "Taken", description: "not stored" };
  await refuses(world, id, [taken], "CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS");
  for (const name of ["Mine", "taken", "Deleted"]) {
    expect((await update(world, id, { name })).status, name).toBe(200);
  }
});

scenario("ENT-42 precision stays as it was created", async (world) => {
  const entitlement = await world.entitlement({ precision: 0 });
  for (const precision of [2, 0, 10, null, 11, "2"]) {
    expect((await update(world, entitlement.id, { precision })).status, `${precision}`).toBe(200);
    expect(await get(world, entitlement.id), `${precision}`).toEqual(entitlement);
  }
  await update(world, entitlement.id, { precision: 2, description: "still whole" });
  const holding = { entitlement, customer: await world.customer() };
  expect(await get(world, entitlement.id)).toMatchObject({
    precision: 0,
    description: "still whole",
  });
  expect((await world.credit(holding, "1.5")).status).toBe(400);
  expect((await world.credit(holding, "1")).status).toBe(201);
  expect(await world.ledger(holding)).toBe("credit_added +1 : 0→1, overage 0→0");
});

scenario("ENT-43 an update may not leave overage without a price", async (world) => {
  const priced = await world.entitlement(withOverage({ name: "Priced" }));
  const plain = await world.entitlement();
  const half = await world.entitlement({ name: "No price yet", currency: "USD" });
  const code = "INVALID_REQUEST_PARAMETERS";
  await refuses(world, priced.id, [{ price_per_unit: null }], code);
  await refuses(world, plain.id, [{ overage_enabled: true }], code);
  await refuses(world, half.id, [{ overage_enabled: true, price_per_unit: null }], code);
  const completed = { overage_enabled: true, price_per_unit: "1" };
  expect((await update(world, half.id, completed)).status).toBe(200);
  const givenUp = { overage_enabled: false, price_per_unit: null };
  expect((await update(world, priced.id, givenUp)).status).toBe(200);
});

scenario("ENT-43 an update may not leave a price without a currency", async (world) => {
  const priced = await world.entitlement(withOverage({ name: "Priced" }));
  const plain = await world.entitlement();
  const code = "INVALID_REQUEST_PARAMETERS";
  const bad = [{ currency: null }, { currency: null, description: "not stored" }];
  await refuses(world, priced.id, bad, code);
  await refuses(world, plain.id, [{ price_per_unit: "1" }], code);
  expect((await update(world, plain.id, { price_per_unit: "1", currency: "USD" })).status).toBe(
    200,
  );
});

scenario("ENT-43 an update may not leave half a rollover timeframe", async (world) => {
  const timed = await world.entitlement(everything);
  const plain = await world.entitlement();
  const [count, interval] = ["rollover_timeframe_count", "rollover_timeframe_interval"];
  const code = "INVALID_REQUEST_PARAMETERS";
  await refuses(world, timed.id, [{ [count]: null }, { [interval]: null }], code);
  await refuses(world, plain.id, [{ [count]: 1 }, { [interval]: "Day" }], code);
  expect((await update(world, timed.id, { [count]: 6 })).status).toBe(200);
  expect((await update(world, plain.id, { [count]: 1, [interval]: "Day" })).status).toBe(200);
});

scenario("ENT-44 an update moves updated_at and leaves created_at", async (world) => {
  const made = await world.entitlement();
  for (const body of [{ name: "Renamed" }, { description: null }, {}]) {
    const updated_at = await world.advance("90m");
    expect((await update(world, made.id, body)).status).toBe(200);
    const now = await get(world, made.id);
    expect(now, JSON.stringify(body)).toMatchObject({ created_at: made.created_at, updated_at });
  }
});

scenario("ENT-45 a grant keeps its expiry and later ones get the new one", async (world) => {
  const entitlement = await world.entitlement({ expires_after_days: 30 });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "100");
  const issued = await world.grants(holding);
  await world.advance("1d");
  await update(world, entitlement.id, { expires_after_days: 5 });
  expect(await world.grants(holding)).toEqual(issued);
  await world.credit(holding, "50");
  await update(world, entitlement.id, { expires_after_days: null });
  await world.credit(holding, "7");
  expect((await world.grants(holding)).map((it) => it.expires_at).sort()).toEqual([
    "2026-01-07T00:00:00.000000Z",
    "2026-01-31T00:00:00.000000Z",
    null,
  ]);
  await world.advance("2026-03-01T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_added +50 : 100→150, overage 0→0",
      "credit_added +7 : 150→157, overage 0→0",
      "credit_expired -50 : 157→107, overage 0→0",
      "credit_expired -100 : 107→7, overage 0→0",
    ].join("\n"),
  );
});

scenario("ENT-45 overage settings count from the update on", async (world) => {
  const entitlement = await world.entitlement();
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "10");
  expect((await world.debit(holding, "15")).status).toBe(400);
  await update(world, entitlement.id, withOverage({ overage_limit: 6 }));
  expect((await world.debit(holding, "15")).status).toBe(201);
  await update(world, entitlement.id, { overage_limit: 5 });
  expect((await world.debit(holding, "1")).status).toBe(400);
  await update(world, entitlement.id, { overage_limit: null });
  expect((await world.debit(holding, "2")).status).toBe(201);
  await update(world, entitlement.id, { overage_enabled: false });
  expect((await world.debit(holding, "1")).status).toBe(400);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
      "overage_charged -5 : 0→0, overage 0→5",
      "overage_charged -2 : 0→0, overage 5→7",
    ].join("\n"),
  );
});

scenario("ENT-46 an unknown, deleted or foreign entitlement cannot be updated", async (world) => {
  const deleted = await world.entitlement();
  await remove(world, deleted.id);
  const before = await listed(world, { deleted: true });
  const theirs = await foreign(world);
  for (const id of ["cde_unknown", deleted.id, theirs.id]) {
    const args = { ...on(id), body: { name: "Changed" } };
    expect((await world.refused(404, "updateCreditEntitlement", args)).code, id).toBe("NOT_FOUND");
  }
  expect(await listed(world, { deleted: true })).toEqual(before);
  const kept = await asOther(world, "GET", `/credit-entitlements/${theirs.id}`);
  expect(kept).toEqual({ status: 200, body: theirs });
});

scenario("ENT-47 null for a field that cannot be empty counts as not sent", async (world) => {
  const made = await world.entitlement(everything);
  const fields = ["name", "unit", "rollover_enabled", "overage_enabled"];
  for (const field of fields) {
    expect((await update(world, made.id, { [field]: null })).status, field).toBe(200);
    expect(await get(world, made.id), field).toEqual(made);
  }
  const nulls = Object.fromEntries(fields.map((field) => [field, null]));
  expect((await update(world, made.id, { ...nulls, description: "new" })).status).toBe(200);
  expect(await get(world, made.id)).toEqual({ ...made, description: "new" });
});

// Deleting and undeleting

scenario("ENT-50 deleting answers 200 without a body and keeps the record", async (world) => {
  const entitlement = await world.entitlement(everything);
  const result = await remove(world, entitlement.id);
  expect({ status: result.status, body: result.body || "" }).toEqual({ status: 200, body: "" });
  expect(await listed(world)).toEqual([]);
  expect(await listed(world, { deleted: true })).toMatchObject([everything]);
});

scenario("ENT-51 a second deletion answers 410", async (world) => {
  const { id } = await world.entitlement();
  await remove(world, id);
  const deleted = await listed(world, { deleted: true });
  await world.advance("1d");
  for (let attempt = 2; attempt <= 3; attempt++) {
    const error = await world.refused(410, "deleteCreditEntitlement", on(id));
    expect(error.code).toBe("CREDIT_ENTITLEMENT_IS_DELETED");
  }
  expect(await listed(world, { deleted: true })).toEqual(deleted);
});

scenario("ENT-52 an unknown or foreign entitlement cannot be deleted", async (world) => {
  const theirs = await foreign(world);
  const deletedTheirs = await asOther<Entitlement>(world, "POST", "/credit-entitlements", {
    ...everything,
    name: "Deleted by its owner",
  });
  await asOther(world, "DELETE", `/credit-entitlements/${deletedTheirs.body.id}`);
  for (const id of ["cde_unknown", theirs.id, deletedTheirs.body.id]) {
    const error = await world.refused(404, "deleteCreditEntitlement", on(id));
    expect(error.code, id).toBe("NOT_FOUND");
  }
  const kept = await asOther(world, "GET", `/credit-entitlements/${theirs.id}`);
  expect(kept).toEqual({ status: 200, body: theirs });
});

scenario("ENT-53 undeleting brings back an entitlement with its settings", async (world) => {
  const made = await world.entitlement(everything);
  await world.advance("1d");
  await remove(world, made.id);
  const updated_at = await world.advance("1d");
  const result = await restore(world, made.id);
  expect({ status: result.status, body: result.body || "" }).toEqual({ status: 200, body: "" });
  const back = { ...made, updated_at };
  expect(await get(world, made.id)).toEqual(back);
  expect(await listed(world)).toEqual([back]);
  expect(await listed(world, { deleted: true })).toEqual([]);
});

scenario("ENT-53 an undeleted entitlement can be deleted and restored again", async (world) => {
  const { id } = await world.entitlement();
  for (let round = 1; round <= 3; round++) {
    expect((await remove(world, id)).status, `round ${round}`).toBe(200);
    expect((await restore(world, id)).status, `round ${round}`).toBe(200);
  }
  expect((await update(world, id, { name: "Back" })).status).toBe(200);
});

scenario("ENT-54 undeleting what is not deleted answers 500, never to retry", async (world) => {
  const active = await world.entitlement({ name: "Active" });
  const back = await world.entitlement({ name: "Back" });
  await remove(world, back.id);
  await restore(world, back.id);
  const theirs = await foreign(world);
  await asOther(world, "DELETE", `/credit-entitlements/${theirs.id}`);
  const before = await listed(world);
  await world.advance("1d");
  for (const id of ["cde_unknown", active.id, back.id, theirs.id]) {
    const result = await restore(world, id);
    expect({ status: result.status, body: result.body }, id).toEqual({
      status: 500,
      body: { code: "INTERNAL_SERVER_ERROR", message: expect.any(String) },
    });
    expect(result.headers.get("x-should-retry"), id).toBe("false");
  }
  expect(await listed(world)).toEqual(before);
  expect(await asOther(world, "GET", `/credit-entitlements/${theirs.id}`)).toMatchObject({
    status: 404,
  });
});

const balanceReads: readonly OperationId[] = [
  "listBalances",
  "retrieveBalance",
  "listGrants",
  "listLedger",
];

scenario("ENT-55 the balances of a deleted entitlement are out of reach", async (world) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await world.credit(holding, "100");
  await world.debit(holding, "30");
  const path = pathOf(holding);
  const readAll = () => Promise.all(balanceReads.map((id) => world.ok(id, { path })));
  const before = await readAll();
  await remove(world, holding.entitlement.id);
  for (const id of balanceReads) {
    expect((await world.refused(404, id, { path })).code, id).toBe("NOT_FOUND");
  }
  for (const entry_type of ["credit", "debit"]) {
    const body = { entry_type, amount: "5", idempotency_key: `while-deleted-${entry_type}` };
    const error = await world.refused(404, "createLedgerEntry", { path, body });
    expect(error.code, entry_type).toBe("NOT_FOUND");
  }
  await world.advance("1d");
  await restore(world, holding.entitlement.id);
  expect(await readAll()).toEqual(before);
  expect((await world.debit(holding, "70")).status).toBe(201);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_deducted -70 : 70→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

// Roles

httpScenario("ENT-57 a read-only key sees entitlements and changes none", async (world) => {
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  const holding = {
    entitlement: await world.entitlement(everything),
    customer: await world.customer(),
  };
  const gone = await world.entitlement({ name: "Deleted" });
  await remove(world, gone.id);
  await world.credit(holding, "5");
  const state = async () => [await listed(world), await listed(world, { deleted: true })];
  const before = await state();
  const viewer = { authorization: "Bearer dodo_test_viewer", "content-type": "application/json" };

  const one = `/credit-entitlements/${holding.entitlement.id}`;
  const balance = `${one}/balances/${holding.customer.customer_id}`;
  const reads = ["/credit-entitlements", "/credit-entitlements?deleted=true", one];
  const balances = [`${one}/balances`, balance, `${balance}/grants`, `${balance}/ledger`];
  for (const target of [...reads, ...balances]) {
    const mine = await world.raw("GET", target, { headers: viewer });
    expect(mine.status, target).toBe(200);
    expect(await mine.json(), target).toEqual(await (await world.raw("GET", target)).json());
  }

  const writes: readonly (readonly [string, string, Fields?])[] = [
    ["POST", "/credit-entitlements", { ...everything, name: "Not stored" }],
    ["POST", "/credit-entitlements", {}],
    ["PATCH", one, { name: "Not stored" }],
    ["DELETE", one],
    ["POST", `/credit-entitlements/${gone.id}/undelete`],
    ["POST", "/credit-entitlements/cde_unknown/undelete"],
    ["POST", `${balance}/ledger-entries`, { entry_type: "credit", amount: "1" }],
    ["POST", `${balance}/ledger-entries`, { entry_type: "debit", amount: "1" }],
  ];
  for (const [method, target, body] of writes) {
    const init = { headers: viewer, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const refused = await world.raw(method, target, init);
    expect(refused.status, `${method} ${target}`).toBe(403);
    expect(await refused.json(), `${method} ${target}`).toEqual({
      code: "UNAUTHORIZED",
      message: expect.any(String),
    });
  }
  expect(await state()).toEqual(before);
  expect(await world.ledger(holding)).toBe("credit_added +5.00 : 0.00→5.00, overage 0.00→0.00");
});
