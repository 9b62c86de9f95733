import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { Entitlement } from "../harness/world.js";
import { foreign, get, listed, on, remove, update } from "./support/entitlement-calls.js";
import { everything, type Fields } from "./support/entitlement-fields.js";

const namesOf = (items: readonly Entitlement[]) => items.map((it) => it.name);

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
