import { expect } from "vitest";
import type { OperationId } from "../harness/clients.js";
import { scenario } from "../harness/scenario.js";
import { type Entitlement, pathOf, type World } from "../harness/world.js";
import { asOther, foreign, get, listed, on, remove, update } from "./support/entitlement-calls.js";
import { everything } from "./support/entitlement-fields.js";

const restore = (world: World, id: string) => world.call("undeleteCreditEntitlement", on(id));

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

scenario("ENT-20 undeleting into a name that is taken answers 422", async (world) => {
  const old = await world.entitlement({ name: "Tokens" });
  await remove(world, old.id);
  const holder = await world.entitlement({ name: "Tokens" });
  const { code, message } = await world.refused(422, "undeleteCreditEntitlement", on(old.id));
  expect(code).toBe("CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS");
  expect(message).toContain(holder.id);
  expect(await listed(world)).toEqual([holder]);
  await update(world, holder.id, { name: "Others" });
  expect((await restore(world, old.id)).status).toBe(200);
});

scenario("EXP-01 grants of a deleted entitlement expire all the same", async (world) => {
  const entitlement = await world.entitlement({ expires_after_days: 2 });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "100");
  await world.debit(holding, "30");
  await remove(world, entitlement.id);
  await world.advance("3d");
  await restore(world, entitlement.id);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_expired -70 : 70→0, overage 0→0",
    ].join("\n"),
  );
  const [expired] = await world.entries(holding);
  expect(expired?.created_at).toBe("2026-01-03T00:00:00.000000Z");
  expect(await world.audited()).toBe(3);
});
