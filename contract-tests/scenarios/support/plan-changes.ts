import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import {
  type Payment,
  type Product,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
} from "../../harness/storefront.js";
import type { World } from "../../harness/world.js";
import { open } from "./open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
export type Preview = components["schemas"]["ChangePlanPreviewResponse"];

export const thirtyDays = { payment_frequency_count: 30, payment_frequency_interval: "Day" };
export const nothingCharged = {
  payment_id: null,
  payment_link: null,
  client_secret: null,
  expires_on: null,
};

/** A plan at this price every thirty days. */
export const planOf = (world: World, price: number, more: Fields = {}) =>
  sell(world, recurringPrice({ ...thirtyDays, price, ...more }), []);

export const request = (id: string, product: Pick<Product, "product_id">, more: Fields = {}) => ({
  path: { subscription_id: id },
  body: {
    product_id: product.product_id,
    quantity: 1,
    proration_billing_mode: "prorated_immediately",
    ...more,
  },
});

type Request = Parameters<typeof request>;

export const change = (world: World, ...to: Request) =>
  world.ok<{ payment_id: string | null }>("changePlan", request(...to));

export const later = {
  proration_billing_mode: "full_immediately",
  effective_at: "next_billing_date",
};

export const paymentsOf = async (world: World, id: string) => {
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", {
    query: { subscription_id: id, page_size: 100 },
  });
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
};

/** What was charged for a subscription, oldest first; payments of nothing are left out. */
export const chargesOf = async (world: World, id: string) =>
  (await paymentsOf(world, id)).filter((it) => it.startsWith("succeeded") && !it.endsWith(" 0"));

export const stateOf = async (world: World, id: string) => ({
  subscription: await subscriptionOf(world, id),
  payments: await paymentsOf(world, id),
});

/** The code the change is refused with; the preview must refuse it with the same one. */
export async function refusal(world: World, status: number, ...to: Request): Promise<string> {
  const [id] = to;
  const before = await stateOf(world, id);
  const { code } = await world.refused(status, "changePlan", request(...to));
  const previewed = await world.refused(status, "previewChangePlan", request(...to));
  expect(previewed.code).toBe(code);
  expect(await stateOf(world, id)).toEqual(before);
  return code;
}

export const datesOf = async (world: World, id: string) => {
  const { previous_billing_date, next_billing_date } = await subscriptionOf(world, id);
  return `${previous_billing_date.slice(0, 10)} to ${next_billing_date.slice(0, 10)}`;
};

export const policy = (world: World, switches: Fields) =>
  world.control("PATCH", "/_sandbox/policy", switches);

/** A subscription to `basic` (30 USD), and `pro` (80 USD) to change to. */
export async function subscribed(world: World, more: Parameters<typeof subscribe>[3] = {}) {
  const { customer } = await open(world);
  const basic = await planOf(world, 3000);
  const pro = await planOf(world, 8000);
  const id = await subscribe(world, basic, customer, more);
  return { customer, basic, pro, id };
}

/** The same, half of its first period later. */
export async function halfway(world: World, more: Parameters<typeof subscribe>[3] = {}) {
  const setting = await subscribed(world, more);
  await world.advance("15d");
  return setting;
}

export const modes = [
  ["prorated_immediately", ["succeeded 2500"]],
  ["full_immediately", ["succeeded 8000"]],
  ["difference_immediately", ["succeeded 5000"]],
  ["do_not_bill", []],
] as const;
