import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { listed } from "./support/entitlement-calls.js";
import { each, refuses } from "./support/entitlement-creation.js";
import { everything, generated, optionalNulls, required } from "./support/entitlement-fields.js";

scenario("ENT-01 creating an entitlement answers 201 with all of it", async (world) => {
  const result = await world.call("createCreditEntitlement", { body: everything });
  expect(result.status).toBe(201);
  expect(result.body).toEqual({ ...everything, ...generated });
  expect(await listed(world)).toEqual([result.body]);
});

scenario("ENT-01 both timestamps of a new entitlement are the present", async (world) => {
  const now = await world.advance("2026-03-04T05:06:07Z");
  expect(await world.entitlement()).toMatchObject({ created_at: now, updated_at: now });
});

scenario("ENT-02 a create body needs its five fields, each of its type", async (world) => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    name: [undefined, null, 5, true, {}, ["Tokens"]],
    unit: [undefined, null, 5, false, {}, ["token"]],
    precision: [undefined, null, "0", true, {}, [0]],
    rollover_enabled: [undefined, null, "false", 0, {}, [false]],
    overage_enabled: [undefined, null, "false", 0, {}, [false]],
  };
  for (const [field, values] of Object.entries(wrong)) await refuses(world, each(field, values));
  expect(await listed(world)).toEqual([]);
});

scenario("ENT-02 the refusal names the field that is missing", async (world) => {
  for (const field of Object.keys(required)) {
    const body = { ...required, [field]: undefined };
    const error = await world.refused(422, "createCreditEntitlement", { body });
    expect(error.message).toContain(field);
  }
});

httpScenario("ENT-02 a create body that is no object is refused", async (world) => {
  for (const body of ["null", "[]", '"Tokens"', "7", "{", '{"name":"Tokens"', ""]) {
    const headers = { "content-type": "application/json" };
    const response = await world.raw("POST", "/credit-entitlements", { headers, body });
    expect(response.status, body).toBe(422);
    expect(await response.json(), body).toMatchObject({ code: "INVALID_REQUEST_BODY" });
  }
  expect(await listed(world)).toEqual([]);
});

scenario("ENT-03 the other create fields may be left out or null", async (world) => {
  const settled = { ...optionalNulls, overage_behavior: "forgive_at_reset", ...generated };
  expect(await world.ok("createCreditEntitlement", { body: required })).toEqual({
    ...required,
    ...settled,
  });
  const body = { ...required, ...optionalNulls, name: "With nulls" };
  expect(await world.ok("createCreditEntitlement", { body })).toEqual({ ...body, ...settled });
  for (const [field, value] of Object.entries(optionalNulls)) {
    const one = { ...required, name: `Null ${field}`, [field]: value };
    const { status } = await world.call("createCreditEntitlement", { body: one });
    expect(status, field).toBe(201);
  }
});

scenario("ENT-04 the id of an entitlement begins with cde_ and is its own", async (world) => {
  const ids = [];
  for (const name of ["A", "B", "C"]) ids.push((await world.entitlement({ name })).id);
  for (const id of ids) expect(id).toMatch(/^cde_[0-9A-Za-z]{21}$/);
  expect(new Set(ids).size).toBe(3);
});

scenario("ENT-04 an id sent by the caller is not used", async (world) => {
  expect((await world.entitlement({ id: "cent_mine" })).id).toMatch(/^cde_[0-9A-Za-z]{21}$/);
});

scenario("ENT-20 two active entitlements cannot have the same name", async (world) => {
  await world.entitlement({ name: "Tokens" });
  const taken = "CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS";
  await refuses(world, [{ name: "Tokens" }, { name: "Tokens", unit: "image" }], taken);
  for (const name of ["tokens", "TOKENS", "Tokens ", "Token"]) await world.entitlement({ name });
  expect(await listed(world)).toHaveLength(5);
});

scenario("ENT-20 the name of a deleted entitlement is free again", async (world) => {
  const { id } = await world.entitlement({ name: "Tokens" });
  await world.ok("deleteCreditEntitlement", { path: { id } });
  expect(await world.entitlement({ name: "Tokens" })).not.toMatchObject({ id });
});

httpScenario("ENT-20 another business may use the same name", async (world) => {
  await world.entitlement({ name: "Tokens" });
  const response = await world.raw("POST", "/credit-entitlements", {
    headers: { authorization: "Bearer dodo_test_other", "content-type": "application/json" },
    body: JSON.stringify({ ...required, name: "Tokens" }),
  });
  expect(response.status).toBe(201);
  expect(await listed(world)).toHaveLength(1);
});

scenario("ENT-21 credit_type, unit_name and unit_currency do not exist", async (world) => {
  const older = { credit_type: "fiat", unit_name: "US dollar", unit_currency: "USD" };
  const entitlement = await world.entitlement(older);
  expect(Object.keys(entitlement).sort()).toEqual(
    Object.keys({ ...required, ...optionalNulls, ...generated }).sort(),
  );
  expect(entitlement).toMatchObject({ unit: "token", currency: null });
  await refuses(world, [{ unit: undefined, ...older }]);
});

scenario("ENT-21 money is 5,000 credits in cents for 50 USD", async (world) => {
  const entitlement = await world.entitlement({ unit: "USD cents", precision: 0 });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "5000");
  await world.debit(holding, "37");
  expect(await world.ledger(holding)).toBe(
    "credit_added +5000 : 0→5000, overage 0→0\ncredit_deducted -37 : 5000→4963, overage 0→0",
  );
});
