import { attach, type Product, recurringPrice, sell } from "../../harness/storefront.js";
import type { Entitlement, World } from "../../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

export const thirtyDays = { payment_frequency_count: 30, payment_frequency_interval: "Day" };
export const prorate = { proration_behavior: "prorate" };
export const noProrate = { proration_behavior: "no_prorate" };

export const attached = (
  world: World,
  attachments: readonly Fields[],
  price: number,
  more: Fields = {},
) => sell(world, recurringPrice({ ...thirtyDays, price, ...more }), attachments);

/** A plan of thirty days that issues this amount; it costs ten cents a credit. */
export const planOf = (
  world: World,
  { entitlement }: { readonly entitlement: Entitlement },
  amount: string,
  more: Fields = prorate,
) => attached(world, [attach(entitlement, amount, more)], Math.trunc(10 * Number(amount)));

export const change = (world: World, id: string, { product_id }: Product, more: Fields = {}) =>
  world.ok("changePlan", {
    path: { subscription_id: id },
    body: { product_id, quantity: 1, proration_billing_mode: "prorated_immediately", ...more },
  });

export const lines = (...entries: readonly string[]) => entries.join("\n");

export const first = "credit_added +100 : 0→100, overage 0→0";
export const firstOfMore = "credit_added +300 : 0→300, overage 0→0";

export const modes = [
  "prorated_immediately",
  "full_immediately",
  "difference_immediately",
] as const;
