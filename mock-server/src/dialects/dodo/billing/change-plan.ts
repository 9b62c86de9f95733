import { isPositive, smaller, subtract, sum, zero } from "../../../domain/amount.js";
import { type Grant, referenceOf } from "../../../domain/ledger/account.js";
import { deduct } from "../../../domain/ledger/deduct.js";
import { expire } from "../../../domain/ledger/expire.js";
import type { Payment } from "../../../domain/subscriptions/payment.js";
import { changePlan, totalOf } from "../../../domain/subscriptions/plan-change.js";
import {
  type CreditChange,
  type PendingChange,
  type Plan,
  type ProrationMode,
  payable,
  type Subscription,
} from "../../../domain/subscriptions/subscription.js";
import type { Unit } from "../../../sandbox/ports.js";
import { post } from "../../../sandbox/post.js";
import { findAccount } from "../load.js";
import { announce } from "./announce.js";
import { planBoundary, putOnHold, recover } from "./cycle.js";
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
    const unpaid = waitsForPayment ? null : { amount, credits: change.credits };
    const pendingChange: PendingChange = { plan, mode, unpaid };
    const declined = { ...(waitsForPayment ? subscription : after), pendingChange };
    if (waitsForPayment) {
      tx.put("subscription", declined);
    } else {
      announce(unit, "subscription.plan_changed", declined);
      putOnHold(unit, declined);
    }
    return { subscription: declined, payment };
  }
  const payment =
    amount > 0 ? await charge(unit, { subscription: after, amount, isDeclined: false }) : null;
  tx.put("subscription", after);
  announce(unit, "subscription.plan_changed", after);
  if (subscription.isTrial && !after.isTrial) await endTrialCredits(unit, subscription);
  await applyCredits(unit, subscription, after, change.credits);
  if (change.restarts) planBoundary(unit, after);
  return { subscription: after, payment };
}

/** Charges what was declined with a card that works again: a renewal, a plan change, or both. */
export async function payArrears(unit: Unit, stored: Subscription): Promise<Subscription> {
  const { pendingChange } = stored;
  const cleared = { ...stored, pendingChange: null };
  if (pendingChange?.unpaid && stored.status === "on_hold" && stored.nextBillingAt > unit.now) {
    const { amount, credits } = pendingChange.unpaid;
    const paid: Subscription = { ...cleared, status: "active" };
    await charge(unit, { subscription: paid, amount, isDeclined: false });
    unit.tx.put("subscription", paid);
    announce(unit, "subscription.active", paid);
    await applyCredits(unit, paid, paid, credits);
    planBoundary(unit, paid);
    return paid;
  }
  const running = stored.status === "on_hold" ? await recover(unit, cleared) : stored;
  if (!pendingChange || pendingChange.unpaid || running.status !== "active") return running;
  const { plan, mode } = pendingChange;
  const request = { plan, mode, waitsForPayment: true };
  return (await changeNow(unit, running, request)).subscription;
}

/**
 * Gives the credits of a change, and takes those that are too many (SUB-39): from what the current period's own grants still hold: never from other grants, never into overage
 */
async function applyCredits(
  unit: Unit,
  before: Subscription,
  after: Subscription,
  credits: readonly CreditChange[],
): Promise<void> {
  for (const { item, amount } of credits) {
    if (isPositive(amount)) await issueToSubscriber(unit, after, item, amount);
    else await takeBack(unit, before, { item, amount: subtract(zero, amount) });
  }
}

async function takeBack(
  unit: Unit,
  subscription: Subscription,
  { item, amount }: CreditChange,
): Promise<void> {
  const account = await accountOf(unit, item.entitlementId, subscription.customerId);
  const grants = await ownGrants(unit, subscription, account.id);
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

/** What the subscription's grants of its current period still hold. */
const ownGrants = (unit: Unit, { id, previousBillingAt }: Subscription, accountId: string) =>
  unit.tx.find("grant", unit.policy.consumptionOrder, accountId, {
    where: ({ source, createdAt }: Grant) =>
      source.type === "subscription" && source.id === id && createdAt >= previousBillingAt,
  });

/** A trial that ends early takes its credits along, where the plan says so (EXP-10). */
async function endTrialCredits(unit: Unit, trial: Subscription): Promise<void> {
  for (const item of trial.cart.filter((it) => it.trialCreditsExpire)) {
    const account = await accountOf(unit, item.entitlementId, trial.customerId);
    for (const grant of await ownGrants(unit, trial, account.id)) {
      const [current] = await findAccount(unit.tx, item.entitlementId, trial.customerId);
      const posting = current && expire(current, grant, referenceOf(grant.source), unit.now);
      if (current && posting) post(unit, current, posting);
    }
  }
}
