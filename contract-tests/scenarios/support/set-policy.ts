import { expect } from "vitest";
import { attach, meterLink, sell, subscribe, usagePrice } from "../../harness/storefront.js";
import type { Holding, World } from "../../harness/world.js";
import { open } from "./open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

export const setPolicy = (world: World, policy: Fields) =>
  world.control("PATCH", "/_sandbox/policy", policy);

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
export async function ledgerIs(
  world: World,
  holding: Holding,
  entries: readonly string[],
): Promise<void> {
  expect(await world.ledger(holding)).toBe(entries.map((it) => `${it}, overage 0→0`).join("\n"));
  expect(await world.audited()).toBe(entries.length);
}

/** A customer on a metered plan of that many credits a month, one a token. */
export async function metered(world: World, amount: string, { credit = {}, link = {} } = {}) {
  const holding = await open(world, credit);
  const { entitlement, customer } = holding;
  const links = [{ ...meterLink(await world.meter(), entitlement), ...link }];
  const plan = await sell(world, usagePrice(links), [attach(entitlement, amount)]);
  return { ...holding, plan, subscription: await subscribe(world, plan, customer) };
}
