import type { World } from "../../harness/world.js";

/** A new customer and a credit with these settings: the holding they may come to. */
export const open = async (world: World, settings = {}) => ({
  entitlement: await world.entitlement(settings),
  customer: await world.customer(),
});
