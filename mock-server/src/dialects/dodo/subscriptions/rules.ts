import type { Amount } from "#domain/amount.js";
import type { Metadata } from "#domain/metadata.js";
import { addDays, addTimeframe, type Instant, type Timeframe, withinTime } from "#domain/time.js";
import { type AddonLine, addonsTotal } from "../catalogue/addons/rules.js";
import {
  type Attachment,
  type MeterLink,
  type PlanProduct,
  priceAfterDiscount,
} from "../catalogue/products/rules.js";
import type { BilledParty, BillingAddress } from "../checkout/rules.js";
import { openBooks, type PlanBooks } from "./plan-changes/books.js";

export type SubscriptionStatus = "active" | "on_hold" | "paused" | "cancelled" | "expired";

/**
 * What a subscription pays for and gets in each period. Its cart is a copy of the product's attachments, so that later
 * edits of the product leave it alone (SUB-05).
 */
export interface Plan {
  readonly productId: string;
  readonly quantity: number;
  readonly currency: string;
  /** Minor units for each billing period, add-ons included. */
  readonly recurringAmount: number;
  readonly isTaxInclusive: boolean;
  /** How often it is billed. */
  readonly frequency: Timeframe;
  /** How long the subscription lasts. */
  readonly period: Timeframe;
  readonly cart: readonly Attachment[];
  readonly meters: readonly MeterLink[];
  readonly addons: readonly AddonLine[];
}

export type ProrationMode =
  | "prorated_immediately"
  | "full_immediately"
  | "difference_immediately"
  | "do_not_bill";

/** A plan that takes over at the next billing date. */
export interface ScheduledChange {
  readonly id: string;
  readonly plan: Plan;
  readonly productName: string;
  readonly createdAt: Instant;
}

/** A plan change whose charge was declined, and waits for a card that works. */
export interface PendingChange {
  readonly plan: Plan;
  readonly mode: ProrationMode;
  /** The charge that went with a change which took effect all the same; null: the change itself waits. */
  readonly unpaid: UnpaidChange | null;
}

export interface UnpaidChange {
  /** Minor units. */
  readonly amount: number;
  readonly credits: readonly CreditChange[];
  /** Credits that the charge pays for. */
  readonly paidCredits: readonly CreditChange[];
  /** Start of the period it was made in, whose grants it may take from. */
  readonly periodStartAt: Instant;
}

export interface UnpaidCharge {
  /** Minor units. */
  readonly amount: number;
  readonly metadata: Metadata;
}

/** Credits that a plan change gives, or takes where the amount is below zero. */
export interface CreditChange {
  readonly item: Attachment;
  readonly amount: Amount;
}

/** What was said about the end of a subscription. */
export interface Cancellation {
  readonly comment: string | null;
  /** One of the reasons of the vendor's list. */
  readonly feedback: string | null;
}

/** What a customer has subscribed to. */
export interface Subscription extends Plan {
  readonly id: string;
  readonly customerId: string;
  readonly billing: BillingAddress;
  readonly billedTo: BilledParty;
  readonly status: SubscriptionStatus;
  /** Whether it is charged on request instead of at the end of each period. */
  readonly isOnDemand: boolean;
  readonly trialDays: number;
  /** Minor units its trial cost; null: it was free, or there was none. */
  readonly trialAmount: number | null;
  /** Whether the current period is the trial. */
  readonly isTrial: boolean;
  /** Start of the first paid period, which the whole term is counted from. */
  readonly startedAt: Instant;
  /** Where boundaries are counted from: the start, unless the dates were moved since. */
  readonly anchorAt: Instant;
  /** How many billing periods after the anchor the current one ends. */
  readonly periodNumber: number;
  /** The current period: start included, end excluded. */
  readonly previousBillingAt: Instant;
  readonly nextBillingAt: Instant;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly pausedAt: Instant | null;
  readonly cancelsAtNextBilling: boolean;
  readonly cancellation: Cancellation;
  readonly scheduledChange: ScheduledChange | null;
  readonly pendingChange: PendingChange | null;
  /** End of the period whose renewal was declined and is still to be paid; null: none is. */
  readonly unpaidRenewalAt: Instant | null;
  /** A charge on demand that was declined and is still to be paid; null: none is. */
  readonly unpaidCharge: UnpaidCharge | null;
  readonly planBooks: PlanBooks;
  readonly metadata: Metadata;
  /** Whether the customer's card will be declined at the next renewal. */
  readonly failsNextRenewal: boolean;
  /** Minor units of overage and metered usage that the next payment bills. */
  readonly usageDue: number;
  /** Minor units that a plan change left over, taken off the next payments (SUB-37). */
  readonly invoiceCredit: number;
}

export interface Opening {
  readonly id: string;
  readonly customerId: string;
  readonly plan: Plan;
  readonly billing: BillingAddress;
  readonly billedTo: BilledParty;
  readonly trialDays: number;
  readonly trialAmount: number | null;
  readonly isOnDemand: boolean;
  readonly metadata: Metadata;
  readonly failsNextRenewal: boolean;
}

/** What a subscription to a product pays for and gets, with the credits of `cart` in place of the product's own. */
export const planOf = (
  { id, price }: PlanProduct,
  quantity: number,
  addons: readonly AddonLine[],
  cart: readonly Attachment[],
): Plan => ({
  productId: id,
  quantity,
  currency: price.currency,
  recurringAmount: priceAfterDiscount(price) * quantity + addonsTotal(addons),
  isTaxInclusive: price.isTaxInclusive ?? false,
  frequency: price.frequency,
  period: price.period,
  cart,
  meters: price.type === "usage_based_price" ? price.meters : [],
  addons,
});

/**
 * A subscription as it begins, in its trial or in its first paid period.
 *
 * @rule SUB-01 active from the first successful payment
 * @rule SUB-05 with a copy of the product's attachments
 * @rule SUB-13 it ends after its whole period, counted from the first paid one
 * @rule SUB-20 active from the start of the trial, first billed at its end
 */
export function openSubscription(opening: Opening, now: Instant): Subscription {
  const { plan, trialDays } = opening;
  const isTrial = trialDays > 0;
  const startedAt = isTrial ? addDays(now, trialDays) : now;
  const expiresAt = addTimeframe(startedAt, plan.period);
  return {
    ...plan,
    id: opening.id,
    customerId: opening.customerId,
    billing: opening.billing,
    billedTo: opening.billedTo,
    status: "active",
    isOnDemand: opening.isOnDemand,
    trialDays,
    trialAmount: opening.trialAmount,
    isTrial,
    startedAt,
    anchorAt: startedAt,
    periodNumber: isTrial ? 0 : 1,
    previousBillingAt: now,
    nextBillingAt: isTrial ? startedAt : endOfPeriod(startedAt, plan.frequency, 1, expiresAt),
    createdAt: now,
    expiresAt,
    cancelledAt: null,
    pausedAt: null,
    cancelsAtNextBilling: false,
    cancellation: { comment: null, feedback: null },
    scheduledChange: null,
    pendingChange: null,
    unpaidRenewalAt: null,
    unpaidCharge: null,
    planBooks: openBooks(plan, now),
    metadata: opening.metadata,
    failsNextRenewal: opening.failsNextRenewal,
    usageDue: 0,
    invoiceCredit: 0,
  };
}

/**
 * The subscription in its next period.
 *
 * @rule SUB-10 boundaries follow the calendar from the anchor; a day the month lacks becomes its last
 */
export function nextPeriod(subscription: Subscription): Subscription {
  const { anchorAt, frequency, nextBillingAt, period } = subscription;
  const periodNumber = subscription.periodNumber + 1;
  // The term counts from the first paid period, so the end of a trial decides it.
  const startedAt = subscription.isTrial ? nextBillingAt : subscription.startedAt;
  const expiresAt = subscription.isTrial ? addTimeframe(startedAt, period) : subscription.expiresAt;
  return {
    ...subscription,
    startedAt,
    expiresAt,
    isTrial: false,
    periodNumber,
    previousBillingAt: subscription.nextBillingAt,
    nextBillingAt: endOfPeriod(anchorAt, frequency, periodNumber, expiresAt),
    usageDue: 0,
  };
}

/**
 * The subscription with its current period ending at another instant; later periods count from there. So does the whole
 * term where a trial is what ends then.
 */
export function movedBoundary(subscription: Subscription, at: Instant): Subscription {
  const moved = { ...subscription, nextBillingAt: at, anchorAt: at, periodNumber: 0 };
  const movesTerm = subscription.isTrial && subscription.unpaidRenewalAt === null;
  return movesTerm
    ? { ...moved, startedAt: at, expiresAt: addTimeframe(at, subscription.period) }
    : moved;
}

/** @rule SUB-54 paused: billing stops until it is resumed */
export const paused = (subscription: Subscription, now: Instant): Subscription => ({
  ...subscription,
  status: "paused",
  pausedAt: now,
});

/** Resumed (SUB-54): the period and the term end later by the length of the pause */
export function unpaused(subscription: Subscription, now: Instant): Subscription {
  const { pausedAt, nextBillingAt, expiresAt, startedAt } = subscription;
  const later = (at: Instant): Instant => withinTime(at + now - (pausedAt ?? now));
  return {
    ...movedBoundary(subscription, later(nextBillingAt)),
    status: "active",
    pausedAt: null,
    startedAt: later(startedAt),
    expiresAt: expiresAt && later(expiresAt),
  };
}

/**
 * What is to be paid once an invoice credit is taken off.
 *
 * @rule SUB-37 what a plan change left over lowers later payments
 */
export function payable(
  amount: number,
  invoiceCredit: number,
): { readonly amount: number; readonly invoiceCredit: number } {
  const used = Math.min(invoiceCredit, amount);
  return { amount: amount - used, invoiceCredit: invoiceCredit - used };
}

/** The end of a period: a whole number of billing periods after the anchor, but not after the subscription's own end. */
export function endOfPeriod(
  anchorAt: Instant,
  frequency: Timeframe,
  periodNumber: number,
  expiresAt: Instant | null,
): Instant {
  const at = addTimeframe(anchorAt, frequency, periodNumber);
  return expiresAt !== null && expiresAt < at ? expiresAt : at;
}

/**
 * The subscription in the period that `now` falls in, once what it owed is paid: periods that passed unpaid are not made
 * up. One whose next date was moved meanwhile runs from the date it was not paid at until that one.
 *
 * @rule SUB-68 the present lies in the period that a late payment pays for
 */
export function resumedPeriod(subscription: Subscription, now: Instant): Subscription {
  const { unpaidRenewalAt, nextBillingAt, anchorAt, periodNumber } = subscription;
  const paid: Subscription = { ...subscription, status: "active", unpaidRenewalAt: null };
  if (unpaidRenewalAt !== null && nextBillingAt > now) {
    const begun = nextPeriod({ ...paid, nextBillingAt: unpaidRenewalAt });
    return { ...begun, nextBillingAt, anchorAt, periodNumber };
  }
  return presentPeriod(nextPeriod(paid), now);
}

/** The subscription in the period that `now` falls in. It is not after the end of the term, which ends it. */
export function presentPeriod(subscription: Subscription, now: Instant): Subscription {
  let present = subscription;
  while (present.nextBillingAt <= now && present.nextBillingAt !== present.expiresAt) {
    present = nextPeriod(present);
  }
  return present;
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
