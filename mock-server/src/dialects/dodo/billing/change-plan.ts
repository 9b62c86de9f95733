import { isPositive, smaller, subtract, sum, zero } from "../../../domain/amount.js";
import { deduct } from "../../../domain/ledger/deduct.js";
import type { Payment } from "../../../domain/subscriptions/payment.js";
import { billFor, changePlan } from "../../../domain/subscriptions/plan-change.js";
import type {
  CreditChange,
  Plan,
  ProrationMode,
  Subscription,
  UnpaidChange,
} from "../../../domain/subscriptions/subscription.js";
import type { Instant } from "../../../domain/time.js";
import type { Unit } from "../../../sandbox/ports.js";
import { post } from "../../../sandbox/post.js";
import { announce } from "./announce.js";
import { endTrialCredits, planBoundary, putOnHold, recover } from "./cycle.js";
import { accountOf } from "./holdings.js";
import { issueToSubscriber } from "./issue.js";
import { closeUsage, meteredOwed } from "./metered.js";
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
  const usage = change.restarts ? await meteredOwed(tx, subscription) : 0;
  const { amount, invoiceCredit } = billFor(change.lines, usage, subscription.invoiceCredit);
  const after: Subscription = { ...change.after, invoiceCredit };
  const declined = amount > 0 && (await isDeclined(tx, subscription, amount));
  const payment =
    amount > 0 ? await charge(unit, { subscription: after, amount, isDeclined: declined }) : null;
  if (declined && waitsForPayment) {
    const waiting = { ...subscription, pendingChange: { plan, mode, unpaid: null } };
    tx.put("subscription", waiting);
    return { subscription: waiting, payment };
  }
  announce(unit, "subscription.plan_changed", after);
  if (change.restarts) await closeUsage(unit, subscription);
  if (subscription.isTrial && !after.isTrial) await endTrialCredits(unit, subscription);
  const periodStartAt = subscription.previousBillingAt;
  if (declined) {
    const unpaid = { amount, credits: change.credits, periodStartAt };
    const owing = { ...after, pendingChange: { plan, mode, unpaid } };
    putOnHold(unit, owing);
    return { subscription: owing, payment };
  }
  tx.put("subscription", after);
  await applyCredits(unit, after, change.credits, periodStartAt);
  if (change.restarts) planBoundary(unit, after);
  return { subscription: after, payment };
}

/** Charges what was declined with a card that works again: a plan change, a renewal, or both. */
export async function payArrears(unit: Unit, stored: Subscription): Promise<Subscription> {
  if (stored.status !== "on_hold") return payWaiting(unit, stored);
  const unpaid = stored.pendingChange?.unpaid;
  if (!unpaid) return payWaiting(unit, await recover(unit, stored));
  const paid = await payChange(unit, { ...stored, pendingChange: null }, unpaid);
  return paid.nextBillingAt > unit.now ? goOn(unit, paid) : recover(unit, paid);
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
 * Gives the credits of a change, and takes those that are too many (SUB-39) from what the grants of its period still
 * hold: never from other grants, and never into overage.
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
