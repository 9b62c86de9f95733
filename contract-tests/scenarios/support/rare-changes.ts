import {
  attach,
  type Payment,
  recurringPrice,
  sell,
  subscriptionOf,
} from "../../harness/storefront.js";
import type { World } from "../../harness/world.js";
import type { open } from "./open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Holder = Awaited<ReturnType<typeof open>>;

export const patch = (world: World, subscription_id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

export const changeRequest = (subscription_id: string, product_id: string, more: Fields = {}) => ({
  path: { subscription_id },
  body: {
    product_id,
    quantity: 1,
    proration_billing_mode: "difference_immediately",
    ...more,
  },
});

export const change = (world: World, ...to: Parameters<typeof changeRequest>) =>
  world.ok("changePlan", changeRequest(...to));

/** A plan of 10 USD a month with 100 credits. */
export const planOf = (world: World, { entitlement }: Holder, more: Fields = {}, amount = "100") =>
  sell(world, recurringPrice(more), [attach(entitlement, amount)]);

export const paymentsOf = async (world: World, subscription_id: string) => {
  const query = { subscription_id, page_size: 100 };
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", { query });
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
};

export const statusOf = async (world: World, id: string) =>
  (await subscriptionOf(world, id)).status;

export const granted = "credit_added +100 : 0→100, overage 0→0";
