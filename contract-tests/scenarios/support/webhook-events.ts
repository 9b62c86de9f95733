import { caused, typesOf } from "../../harness/receiver.js";
import { attach, recurringPrice, sell, subscribe } from "../../harness/storefront.js";
import type { World } from "../../harness/world.js";
import { open } from "./open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

/** A customer with a subscription to 100 credits for 10 USD a month. */
export async function subscribed(
  world: World,
  attached: Fields = {},
  credit: Fields = {},
  price = {},
) {
  const holding = await open(world, credit);
  const plan = await sell(world, recurringPrice(price), [
    attach(holding.entitlement, "100", attached),
  ]);
  return { ...holding, plan, id: await subscribe(world, plan, holding.customer) };
}

export const patch = (world: World, subscription_id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

export const typesCaused = async (world: World, action: () => Promise<unknown>) =>
  typesOf(await caused(world, action));

export const renewal = ["payment.succeeded", "subscription.renewed", "credit.added"];
