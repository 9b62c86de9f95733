import type { components } from "@drawdown/spec/dodo";
import type { Customer, Entitlement, Meter, World } from "./world.js";

type Schemas = components["schemas"];
export type Product = Schemas["GetProductResponse"];
export type Subscription = Schemas["SubscriptionResponse"];
export type Payment = Schemas["PaymentResponse"];
export type CreditUsage = Schemas["SubscriptionCreditUsageResponse"];

type Fields = Readonly<Record<string, unknown>>;

/** What a card does, of the four documented test cards, or that the customer gives up. */
export type Outcome =
  | "succeeds"
  | "declined"
  | "insufficient_funds"
  | "fails_at_renewal"
  | "cancelled";

/** What completing a checkout came to. */
export interface Completed {
  readonly payment_id: string;
  readonly status: "succeeded" | "failed" | "cancelled";
  readonly customer_id: string;
  readonly subscription_ids: readonly string[];
  readonly return_url: string | null;
}

const monthly = {
  currency: "USD",
  discount: 0,
  purchasing_power_parity: false,
  payment_frequency_count: 1,
  payment_frequency_interval: "Month",
  subscription_period_count: 10,
  subscription_period_interval: "Year",
};

/** A plan of 10 USD a month for ten years. */
export const recurringPrice = (more: Fields = {}): Fields => ({
  type: "recurring_price",
  ...monthly,
  price: 1000,
  ...more,
});

/** A usage-based plan of 10 USD a month for ten years, with the meters given. */
export const usagePrice = (meters: readonly Fields[] = [], more: Fields = {}): Fields => ({
  type: "usage_based_price",
  ...monthly,
  fixed_price: 1000,
  meters,
  ...more,
});

/** A single purchase of 5 USD. */
export const oneTimePrice = (more: Fields = {}): Fields => ({
  type: "one_time_price",
  currency: "USD",
  price: 500,
  discount: 0,
  purchasing_power_parity: false,
  ...more,
});

/** A meter that costs credits: one unit, one credit, unless said otherwise. */
export const meterLink = (
  meter: Meter,
  entitlement: Entitlement,
  unitsPerCredit = "1",
): Fields => ({
  meter_id: meter.id,
  credit_entitlement_id: entitlement.id,
  meter_units_per_credit: unitsPerCredit,
  free_threshold: 0,
});

/** Credits that a product issues. */
export const attach = (entitlement: Entitlement, amount: string, more: Fields = {}): Fields => ({
  credit_entitlement_id: entitlement.id,
  credits_amount: amount,
  ...more,
});

export const sell = (
  world: World,
  price: Fields,
  attachments: readonly Fields[],
  more: Fields = {},
): Promise<Product> =>
  world.ok("createProduct", {
    body: {
      name: "Plan",
      tax_category: "saas",
      price,
      credit_entitlements: attachments,
      ...more,
    },
  });

/** Opens a checkout of one product for a customer; answers the session's id. */
export async function openCheckout(
  world: World,
  product: Product,
  customer: Customer,
  { quantity = 1, line = {}, ...more }: { quantity?: number; line?: Fields } & Fields = {},
): Promise<string> {
  const { session_id } = await world.ok<{ session_id: string }>("createCheckoutSession", {
    body: {
      product_cart: [{ product_id: product.product_id, quantity, ...line }],
      customer: { customer_id: customer.customer_id },
      ...more,
    },
  });
  return session_id;
}

/** Pays a checkout with the card of that outcome. */
export const complete = (
  world: World,
  sessionId: string,
  outcome: Outcome = "succeeds",
): Promise<Completed> =>
  world.control("POST", `/_sandbox/checkouts/${sessionId}/complete`, { outcome });

/** Buys a product at once; answers what came of it. */
export const buy = async (
  world: World,
  product: Product,
  customer: Customer,
  more: Parameters<typeof openCheckout>[3] = {},
  outcome: Outcome = "succeeds",
): Promise<Completed> =>
  complete(world, await openCheckout(world, product, customer, more), outcome);

/** Buys a subscription product and answers the id of the subscription that began. */
export async function subscribe(
  world: World,
  product: Product,
  customer: Customer,
  more: Parameters<typeof openCheckout>[3] = {},
  outcome: Outcome = "succeeds",
): Promise<string> {
  const { subscription_ids } = await buy(world, product, customer, more, outcome);
  const [id] = subscription_ids;
  if (id === undefined) throw new Error("no subscription began");
  return id;
}

export const subscriptionOf = (world: World, id: string): Promise<Subscription> =>
  world.ok("retrieveSubscription", { path: { subscription_id: id } });

export const usageOf = (world: World, id: string): Promise<CreditUsage> =>
  world.ok("retrieveCreditUsage", { path: { subscription_id: id } });

/** Ingests one event that carries `tokens`; the next worker's pass deducts it. */
export const use = (
  world: World,
  customer: Customer,
  eventId: string,
  tokens: number | string,
  more: Fields = {},
): Promise<unknown> =>
  world.ok("ingestEvents", {
    body: {
      events: [
        {
          event_id: eventId,
          customer_id: customer.customer_id,
          event_name: "tokens.used",
          metadata: { tokens },
          ...more,
        },
      ],
    },
  });

/** Runs the meter worker now. */
export const runMeters = (world: World): Promise<{ readonly events: number }> =>
  world.control("POST", "/_sandbox/meters/run");

/** Decides whether the card is declined at the next renewal; a card that works again pays what is owed at once. */
export const setCard = (world: World, subscriptionId: string, fails: boolean): Promise<unknown> =>
  world.control("PUT", `/_sandbox/subscriptions/${subscriptionId}/card`, { fails });
