import { type Amount, parseAmount, times } from "../amount.js";
import type { GrantParameters } from "../ledger/grant.js";
import type { OverageTerms } from "../ledger/rules/overage.js";
import type { RolloverTerms } from "../ledger/rules/rollover.js";
import type { Metadata } from "../metadata.js";
import { addDays, addTimeframe, type Instant, type Timeframe } from "../time.js";
import type { BillingAddress } from "./checkout.js";
import type { Attachment, MeterLink, Product, RecurringPrice, UsageBasedPrice } from "./product.js";

export type SubscriptionStatus =
  | "pending"
  | "active"
  | "on_hold"
  | "paused"
  | "cancelled"
  | "failed"
  | "expired";

/**
 * What a customer has subscribed to. Its cart is a copy of the product's attachments, so that later edits of the
 * product leave it alone (SUB-05).
 */
export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly billing: BillingAddress;
  readonly status: SubscriptionStatus;
  readonly currency: string;
  /** Minor units for each billing period. */
  readonly recurringAmount: number;
  readonly frequency: Timeframe;
  readonly period: Timeframe;
  readonly trialDays: number;
  /** Whether the current period is the trial. */
  readonly isTrial: boolean;
  /** Start of the first paid period, which all later boundaries are counted from. */
  readonly anchorAt: Instant;
  /** How many billing periods after the anchor the current one ends. */
  readonly periodNumber: number;
  /** The current period: start included, end excluded. */
  readonly previousBillingAt: Instant;
  readonly nextBillingAt: Instant;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly cancelsAtNextBilling: boolean;
  readonly metadata: Metadata;
  readonly cart: readonly Attachment[];
  readonly meters: readonly MeterLink[];
  /** Whether the customer's card will be declined at the next renewal. */
  readonly failsNextRenewal: boolean;
  /** Minor units of overage that the next payment bills. */
  readonly overageDue: number;
}

export interface Opening {
  readonly id: string;
  readonly customerId: string;
  readonly product: Product & { readonly price: RecurringPrice | UsageBasedPrice };
  readonly quantity: number;
  readonly billing: BillingAddress;
  readonly trialDays: number;
  readonly cart: readonly Attachment[];
  readonly metadata: Metadata;
  readonly failsNextRenewal: boolean;
}

/**
 * A subscription as it begins, in its trial or in its first paid period.
 *
 * @rule SUB-01 active from the first successful payment
 * @rule SUB-05 with a copy of the product's attachments
 * @rule SUB-13 it ends after its whole period, counted from the first paid one
 * @rule SUB-20 active from the start of the trial, first billed at its end
 */
export function openSubscription(opening: Opening, now: Instant): Subscription {
  const { product, trialDays } = opening;
  const { price } = product;
  const isTrial = trialDays > 0;
  const anchorAt = isTrial ? addDays(now, trialDays) : now;
  const expiresAt = addTimeframe(anchorAt, price.period);
  return {
    id: opening.id,
    customerId: opening.customerId,
    productId: product.id,
    quantity: opening.quantity,
    billing: opening.billing,
    status: "active",
    currency: price.currency,
    recurringAmount: price.amount * opening.quantity,
    frequency: price.frequency,
    period: price.period,
    trialDays,
    isTrial,
    anchorAt,
    periodNumber: isTrial ? 0 : 1,
    previousBillingAt: now,
    nextBillingAt: isTrial ? anchorAt : boundary(anchorAt, price.frequency, 1, expiresAt),
    createdAt: now,
    expiresAt,
    cancelledAt: null,
    cancelsAtNextBilling: false,
    metadata: opening.metadata,
    cart: opening.cart,
    meters: price.type === "usage_based_price" ? price.meters : [],
    failsNextRenewal: opening.failsNextRenewal,
    overageDue: 0,
  };
}

/**
 * The subscription in its next period.
 *
 * @rule SUB-10 boundaries follow the calendar from the anchor; a day the month lacks becomes its last
 */
export function nextPeriod(subscription: Subscription): Subscription {
  const { anchorAt, frequency, expiresAt } = subscription;
  const periodNumber = subscription.periodNumber + 1;
  return {
    ...subscription,
    isTrial: false,
    periodNumber,
    previousBillingAt: subscription.nextBillingAt,
    nextBillingAt: boundary(anchorAt, frequency, periodNumber, expiresAt),
    overageDue: 0,
  };
}

/** The end of a period: a whole number of billing periods after the anchor, but not after the subscription's own end. */
function boundary(
  anchorAt: Instant,
  frequency: Timeframe,
  periodNumber: number,
  expiresAt: Instant | null,
): Instant {
  const at = addTimeframe(anchorAt, frequency, periodNumber);
  return expiresAt !== null && expiresAt < at ? expiresAt : at;
}

/**
 * The subscription in the period that `now` falls in, after being on hold: periods that passed unpaid are not made up.
 */
export function resumedPeriod(subscription: Subscription, now: Instant): Subscription {
  let resumed = nextPeriod(subscription);
  while (resumed.nextBillingAt <= now && endingOf(resumed) === null) resumed = nextPeriod(resumed);
  return { ...resumed, status: "active" };
}

/** Why the subscription does not go on at its next billing date; `null`: it goes on. */
export function endingOf(subscription: Subscription): "cancelled" | "expired" | null {
  if (subscription.cancelsAtNextBilling) return "cancelled";
  const { expiresAt, nextBillingAt } = subscription;
  return expiresAt !== null && expiresAt <= nextBillingAt ? "expired" : null;
}

/**
 * Whether unused credits are carried over at `now`: while the subscription runs, unless this very instant ends it or
 * its renewal fails.
 *
 * @rule ROL-19 no rollover on cancellation or a failed renewal
 */
export const rollsAt = (subscription: Subscription, now: Instant): boolean =>
  subscription.status === "active" &&
  (subscription.nextBillingAt > now ||
    (endingOf(subscription) === null && !subscription.failsNextRenewal));

/**
 * Credits for one cycle.
 *
 * @rule SUB-04 times the quantity
 */
export const creditsOf = (item: Attachment, quantity: number): Amount =>
  times(item.creditsAmount, quantity);

/**
 * Credits at the start of a trial.
 *
 * @rule SUB-21 the trial's own amount instead of the cycle's
 * @rule SUB-22 without one the same as a cycle's
 */
export const trialCreditsOf = (item: Attachment, quantity: number): Amount =>
  times(item.trialCredits ?? item.creditsAmount, quantity);

/** The overage settings in force under a cart item. */
export const overageOf = (item: Attachment): OverageTerms => ({
  enabled: item.overageEnabled,
  limit: item.overageLimit,
  behavior: item.overageBehavior,
});

/** How a grant of this item rolls over; null: it does not. */
export const rolloverOf = (item: Attachment): RolloverTerms | null =>
  item.rolloverEnabled
    ? {
        percentage: item.rolloverPercentage,
        timeframe: item.rolloverTimeframe,
        countMax: item.rolloverCountMax,
        lifetimeDays: item.expiresAfterDays,
      }
    : null;

/** Price of one credit of overage in minor units; zero where none is set. */
export const overagePriceOf = (item: Attachment): Amount => parseAmount(item.pricePerUnit ?? "0");

/**
 * A grant of this item: the settings it is born with.
 *
 * @rule EXP-04 the product's lifetime, not the entitlement's
 * @param endsAt when it ends at the latest, for example with a trial; null: only by its lifetime
 */
export const grantTerms = (
  item: Attachment,
  now: Instant,
  endsAt: Instant | null,
): Pick<GrantParameters, "expiresAt" | "overageBehavior"> => {
  const natural = item.expiresAfterDays === null ? null : addDays(now, item.expiresAfterDays);
  return {
    expiresAt:
      natural !== null && endsAt !== null && natural < endsAt ? natural : (endsAt ?? natural),
    overageBehavior: item.overageBehavior,
  };
};
