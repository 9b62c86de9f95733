import { isPositive, smaller, subtract, sum, zero } from "../../../domain/amount.js";
import { deduct } from "../../../domain/ledger/deduct.js";
import type { Payment } from "../../../domain/subscriptions/payment.js";
import { changePlan, totalOf } from "../../../domain/subscriptions/plan-change.js";
import {
  type CreditChange,
  type PendingChange,
  type Plan,
  type ProrationMode,
  payable,
  type Subscription,
  type UnpaidChange,
} from "../../../domain/subscriptions/subscription.js";
import type { Instant } from "../../../domain/time.js";
import type { Unit } from "../../../sandbox/ports.js";
import { post } from "../../../sandbox/post.js";
import { announce } from "./announce.js";
import { endTrialCredits, planBoundary, putOnHold, recover } from "./cycle.js";
import { accountOf } from "./holdings.js";
import { issueToSubscriber } from "./issue.js";
import { closeUsage } from "./metered.js";
import { charge, isDeclined } from "./pay.js";
import { drain } from "./usage.js";

export interface ChangeRequest {
  readonly plan: Plan;
  readonly mode: ProrationMode;
  /** Whether the change waits when its charge is declined, instead of taking effect all the same. */
  readonly waitsForPayment: boolean;
}

export interface Changed {
  readonly subscription: Subscription;
  /** The charge; null when there was nothing to charge. */
  readonly payment: Payment | null;
}

/**
 * Changes the plan of an active subscription at once: takes the usage up to now, charges, and gives or takes credits.
 *
 * @rule SUB-35 when the charge is declined the change takes effect all the same, or waits for the payment
 * @rule SUB-42 credits come with the payment, so one that fails brings none
 */
export async function changeNow(
  unit: Unit,
  stored: Subscription,
  { plan, mode, waitsForPayment }: ChangeRequest,
): Promise<Changed> {
  const { tx, now, policy } = unit;
  await drain(unit, "before now");
  const subscription = { ...stored, pendingChange: null };
  const change = changePlan(subscription, plan, mode, policy.planChangeDates, now);
  const usage = change.restarts ? await closeUsage(unit, subscription) : 0;
  const total = totalOf(change.lines) + usage;
  // SUB-37: what is left over lowers later payments.
  const leftOver = subscription.invoiceCredit + Math.max(-total, 0);
  const { amount, invoiceCredit } = payable(Math.max(total, 0), leftOver);
  const after: Subscription = { ...change.after, invoiceCredit };
  if (amount > 0 && (await isDeclined(tx, subscription, amount))) {
    const payment = await charge(unit, { subscription: after, amount, isDeclined: true });
    const { credits } = change;
    const periodStartAt = subscription.previousBillingAt;
    const unpaid = waitsForPayment ? null : { amount, credits, periodStartAt };
    const pendingChange: PendingChange = { plan, mode, unpaid };
    const declined = { ...(waitsForPayment ? subscription : after), pendingChange };
    if (waitsForPayment) {
      tx.put("subscription", declined);
    } else {
      announce(unit, "subscription.plan_changed", declined);
      if (subscription.isTrial && !after.isTrial) await endTrialCredits(unit, subscription);
      putOnHold(unit, declined);
    }
    return { subscription: declined, payment };
  }
  const payment =
    amount > 0 ? await charge(unit, { subscription: after, amount, isDeclined: false }) : null;
  tx.put("subscription", after);
  announce(unit, "subscription.plan_changed", after);
  if (subscription.isTrial && !after.isTrial) await endTrialCredits(unit, subscription);
  await applyCredits(unit, after, change.credits, subscription.previousBillingAt);
  if (change.restarts) planBoundary(unit, after);
  return { subscription: after, payment };
}

/** Charges what was declined with a card that works again: a plan change, a renewal, or both. */
export async function payArrears(unit: Unit, stored: Subscription): Promise<Subscription> {
  const { pendingChange } = stored;
  if (stored.status === "on_hold") {
    const paid = pendingChange?.unpaid
      ? await payChange(unit, { ...stored, pendingChange: null }, pendingChange.unpaid)
      : stored;
    const running =
      pendingChange?.unpaid && paid.nextBillingAt > unit.now
        ? goOn(unit, paid)
        : await recover(unit, paid);
    return payWaiting(unit, running);
  }
  return payWaiting(unit, stored);
}

/** Makes a change that waited for its payment. */
async function payWaiting(unit: Unit, running: Subscription): Promise<Subscription> {
  const { pendingChange, status } = running;
  if (!pendingChange || pendingChange.unpaid || status !== "active") return running;
  const { plan, mode } = pendingChange;
  const cleared = { ...running, pendingChange: null };
  return (await changeNow(unit, cleared, { plan, mode, waitsForPayment: true })).subscription;
}

/** Pays for a change that took effect long ago; its credits come now. */
async function payChange(
  unit: Unit,
  subscription: Subscription,
  { amount, credits, periodStartAt }: UnpaidChange,
): Promise<Subscription> {
  await charge(unit, { subscription, amount, isDeclined: false });
  await applyCredits(unit, subscription, credits, periodStartAt);
  return subscription;
}

function goOn(unit: Unit, subscription: Subscription): Subscription {
  const running: Subscription = { ...subscription, status: "active" };
  unit.tx.put("subscription", running);
  announce(unit, "subscription.active", running);
  planBoundary(unit, running);
  return running;
}

/**
 * Gives the credits of a change, and takes those that are too many (SUB-39): from what the current period's own grants still hold: never from other grants, never into overage
 */
async function applyCredits(
  unit: Unit,
  subscription: Subscription,
  credits: readonly CreditChange[],
  periodStartAt: Instant,
): Promise<void> {
  for (const { item, amount } of credits) {
    if (isPositive(amount)) await issueToSubscriber(unit, subscription, item, amount);
    else
      await takeBack(unit, subscription, { item, amount: subtract(zero, amount) }, periodStartAt);
  }
}

async function takeBack(
  unit: Unit,
  subscription: Subscription,
  { item, amount }: CreditChange,
  periodStartAt: Instant,
): Promise<void> {
  const account = await accountOf(unit, item.entitlementId, subscription.customerId);
  const grants = await unit.tx.find("grant", unit.policy.consumptionOrder, account.id, {
    where: ({ source, createdAt }) =>
      source.type === "subscription" && source.id === subscription.id && createdAt >= periodStartAt,
  });
  const parameters = {
    entryType: "credit_deducted",
    amount: smaller(amount, sum(grants.map((it) => it.remaining))),
    overage: { enabled: false, limit: null, behavior: item.overageBehavior },
    excess: "drop",
    reference: { type: "subscription", id: subscription.id },
    description: "Credits taken back by a plan change",
    metadata: subscription.metadata,
    print: String,
  } as const;
  const { posting } = deduct(account, grants, parameters, unit.now);
  if (posting) post(unit, account, posting);
}
