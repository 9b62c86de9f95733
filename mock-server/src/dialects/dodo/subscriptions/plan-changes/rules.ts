import type { Attachment } from "#dialects/dodo/catalogue/products/rules.js";
import { isZero, priceShareOf, shareOf, subtract, zero } from "#domain/amount.js";
import type { Policy } from "#domain/policy.js";
import { addTimeframe, type Instant } from "#domain/time.js";
import { creditsOf } from "../cart-item.js";
import {
  type CreditChange,
  endOfPeriod,
  type Plan,
  type ProrationMode,
  payable,
  type Subscription,
} from "../rules.js";
import { added, afterChange, planKey } from "./books.js";

/** A part of the current period's price that a plan change sets off or charges. */
export interface ChangeLine {
  readonly plan: Plan;
  /** Minor units for the whole period. */
  readonly price: number;
  /** How much of it counts, below zero for what is set off. */
  readonly factor: number;
  /** The same as a share: parts of a whole. */
  readonly share: { readonly part: number; readonly whole: number };
  /** Minor units. */
  readonly total: number;
}

export interface PlanChange {
  /** The subscription on its new plan. */
  readonly after: Subscription;
  /** Whether a new billing period begins with the change. */
  readonly restarts: boolean;
  readonly lines: readonly ChangeLine[];
  readonly credits: readonly CreditChange[];
  /** Credits that the charge pays for, below zero where more is set off. */
  readonly paidCredits: readonly CreditChange[];
}

/**
 * What an immediate change of plan comes to, by the share of the period that is left.
 *
 * @rule SUB-36 unused time of the old plan is set off against the time left on the new one, or the whole prices are
 * @rule SUB-44 a change that bills begins a new period, unless the policy leaves the dates alone (C15)
 */
export function changePlan(
  subscription: Subscription,
  plan: Plan,
  mode: ProrationMode,
  dates: Policy["planChangeDates"],
  now: Instant,
): PlanChange {
  const converts = subscription.isTrial && mode !== "do_not_bill";
  const restarts = mode !== "do_not_bill" && (converts || dates === "reset");
  const lines = linesOf(subscription, plan, mode, now);
  return {
    after: restarts ? restarted(subscription, plan, now) : continued(subscription, plan),
    restarts,
    lines,
    credits: converts
      ? plan.cart.map((item) => ({ item, amount: creditsOf(item, plan.quantity) }))
      : creditsFor(subscription, plan, mode, now),
    paidCredits: lines.reduce<readonly CreditChange[]>((sum, it) => added(sum, paidBy(it)), []),
  };
}

/**
 * What a change charges at once, and what it leaves over for later payments.
 *
 * @param usage minor units of metered usage that are billed along with it
 * @param invoiceCredit minor units that were left over before
 */
export function billFor(
  lines: readonly ChangeLine[],
  usage: number,
  invoiceCredit: number,
): { readonly amount: number; readonly invoiceCredit: number; readonly leftOver: number } {
  const total = lines.reduce((sum, it) => sum + it.total, usage);
  const leftOver = Math.max(-total, 0);
  return { leftOver, ...payable(Math.max(total, 0), invoiceCredit + leftOver) };
}

/** The credits of a subscription that another plan has not. */
export const droppedCredits = (
  { cart }: Subscription,
  plan: Pick<Plan, "cart">,
): readonly Attachment[] =>
  cart.filter((it) => !plan.cart.some(({ entitlementId }) => entitlementId === it.entitlementId));

/**
 * Whether a subscription is on this plan already: the same product in the same quantity, with the same add-ons.
 *
 * @rule SUB-18 changing to it is no change
 */
export const isOnPlan = (subscription: Subscription, plan: Plan): boolean =>
  planKey(subscription) === planKey(plan);

/** What a change to the plan it is on comes to. */
export const noChange = (subscription: Subscription): PlanChange => ({
  after: { ...subscription, scheduledChange: null },
  restarts: false,
  lines: [],
  credits: [],
  paidCredits: [],
});

function linesOf(
  subscription: Subscription,
  plan: Plan,
  mode: ProrationMode,
  now: Instant,
): readonly ChangeLine[] {
  const line = (of: Plan, sign: 1 | -1, isShare: boolean): ChangeLine => {
    const price = of.recurringAmount;
    const { left, whole } = isShare ? remainderOf(subscription, now) : { left: 1, whole: 1 };
    return {
      plan: of,
      price,
      factor: (sign * left) / whole,
      share: { part: sign * left, whole },
      total: sign * priceShareOf(price, left, whole),
    };
  };
  if (mode === "do_not_bill") return [];
  // Nothing was paid for a trial, so there is nothing to set off.
  if (mode === "full_immediately" || subscription.isTrial) return [line(plan, 1, false)];
  const isShare = mode === "prorated_immediately";
  return [line(subscription, -1, isShare), line(plan, 1, isShare)];
}

/** The credits of a plan that a part of its price pays for. */
const paidBy = ({ plan, share }: ChangeLine): readonly CreditChange[] =>
  plan.cart.map((item) => ({
    item,
    amount: shareOf(creditsOf(item, plan.quantity), share.part, share.whole, item.precision),
  }));

/** How much of the period is left, and how long it is, in milliseconds. */
const remainderOf = ({ previousBillingAt, nextBillingAt }: Subscription, now: Instant) => ({
  left: nextBillingAt - now,
  whole: nextBillingAt - previousBillingAt,
});

/**
 * @rule SUB-38 each attachment says whether its credits are prorated
 * @rule SUB-39 prorated: the difference of the amounts for the time that is left, given or taken
 * @rule SUB-40 not prorated: the new amount in full when the change bills, else nothing
 * @rule SUB-41 the new plan's setting decides; the old plan's where the new one has no such credit
 */
function creditsFor(
  subscription: Subscription,
  plan: Plan,
  mode: ProrationMode,
  now: Instant,
): readonly CreditChange[] {
  const { left, whole } = remainderOf(subscription, now);
  const carries = (cart: readonly Attachment[], id: string) =>
    cart.find((it) => it.entitlementId === id);
  return [...plan.cart, ...droppedCredits(subscription, plan)]
    .map((item) => {
      const [before, after] = [
        carries(subscription.cart, item.entitlementId),
        carries(plan.cart, item.entitlementId),
      ];
      const due = after ? creditsOf(after, plan.quantity) : zero;
      if (!item.prorates) return { item, amount: mode === "do_not_bill" ? zero : due };
      const had = before ? creditsOf(before, subscription.quantity) : zero;
      return { item, amount: shareOf(subtract(due, had), left, whole, item.precision) };
    })
    .filter(({ amount }) => !isZero(amount));
}

/** The subscription on another plan, in a first period that begins now; the term begins anew with it. */
function restarted(subscription: Subscription, plan: Plan, now: Instant): Subscription {
  const expiresAt = addTimeframe(now, plan.period);
  return {
    ...subscription,
    ...plan,
    scheduledChange: null,
    isTrial: false,
    startedAt: now,
    anchorAt: now,
    periodNumber: 1,
    previousBillingAt: now,
    nextBillingAt: endOfPeriod(now, plan.frequency, 1, expiresAt),
    expiresAt,
  };
}

/**
 * The subscription on another plan, with its dates as they are; another frequency counts from the next one. A change
 * that was scheduled is made by it, or replaced.
 */
function continued(subscription: Subscription, plan: Plan): Subscription {
  const { frequency, nextBillingAt } = subscription;
  const isSameFrequency =
    frequency.count === plan.frequency.count && frequency.interval === plan.frequency.interval;
  return {
    ...subscription,
    ...plan,
    scheduledChange: null,
    ...(isSameFrequency ? {} : { anchorAt: nextBillingAt, periodNumber: 0 }),
  };
}

/** The subscription on a plan that takes over with a renewal, which pays for all that it grants. */
export function renewedOn(subscription: Subscription, plan: Plan): Subscription {
  const credits = plan.cart.map((item) => ({ item, amount: creditsOf(item, plan.quantity) }));
  const { planBooks, nextBillingAt, unpaidRenewalAt } = subscription;
  return {
    ...continued(subscription, plan),
    planBooks: afterChange(planBooks, plan, credits, credits, unpaidRenewalAt ?? nextBillingAt),
  };
}
