import { type World, withOverage } from "../../harness/world.js";
import type { Extras } from "./requests.js";

export const pairs = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`key${i}`, i]));
export const large = " ".repeat(5001);
export const limit = { bodyBytesMax: 5000 };
export const noKey = "Basic x";
export const viewer = "Bearer dodo_test_viewer";

/** A tenant with something in it. */
export const prepare = async (world: World) => {
  const live = await world.entitlement({ name: "Live" });
  const gone = await world.entitlement({ name: "Gone" });
  const owed = await world.entitlement({ name: "Owed", ...withOverage({ overage_limit: 10 }) });
  const holder = await world.customer();
  await world.credit({ entitlement: live, customer: holder }, "5", { idempotency_key: "used" });
  await world.ok("deleteCreditEntitlement", { path: { id: gone.id } });
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  const holding = `/credit-entitlements/${live.id}/balances/${holder.customer_id}`;
  return { live, gone, owed, holder, holding };
};

export type Failure = readonly [expected: string, target: string, extras?: Extras];
