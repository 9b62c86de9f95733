import { expect } from "vitest";
import type { Entitlement, World } from "../../harness/world.js";
import { everything, type Fields } from "./entitlement-fields.js";

export const on = (id: string) => ({ path: { id } });

export const get = (world: World, id: string): Promise<Entitlement> =>
  world.ok("retrieveCreditEntitlement", on(id));

export const update = (world: World, id: string, body: Fields) =>
  world.call("updateCreditEntitlement", { ...on(id), body });

export const remove = (world: World, id: string) => world.call("deleteCreditEntitlement", on(id));

export async function listed(
  world: World,
  query: { deleted?: boolean } = {},
): Promise<Entitlement[]> {
  const args = { query: { page_size: 100, ...query } };
  return (await world.ok<{ items: Entitlement[] }>("listCreditEntitlements", args)).items;
}

/** Calls the API as another business on the same sandbox. */
export async function asOther<Body>(world: World, method: string, path: string, body?: Fields) {
  const response = await world.raw(method, path, {
    headers: { authorization: "Bearer dodo_test_other", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as Body };
}

export async function foreign(world: World): Promise<Entitlement> {
  const made = await asOther<Entitlement>(world, "POST", "/credit-entitlements", everything);
  expect(made.status).toBe(201);
  return made.body;
}
