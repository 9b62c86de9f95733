import type { Holding, World } from "../../harness/world.js";

export const open = async (world: World, settings = {}): Promise<Holding> => ({
  entitlement: await world.entitlement(settings),
  customer: await world.customer(),
});
