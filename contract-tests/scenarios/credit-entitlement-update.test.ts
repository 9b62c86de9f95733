import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { type World, withOverage } from "../harness/world.js";
import { asOther, foreign, get, listed, on, remove, update } from "./support/entitlement-calls.js";
import { everything, type Fields } from "./support/entitlement-fields.js";

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
