import { kinds } from "#dialects/dodo/kinds.js";
import { charge, isDeclined } from "#dialects/dodo/payments/charge.js";
import type { Payment } from "#dialects/dodo/payments/rules.js";
import { closeUsage, meteredOwed } from "#dialects/dodo/usage/metered.js";
import { drain } from "#dialects/dodo/usage/worker.js";
import type { Transaction } from "#sandbox/ports.js";
import { announce } from "../announce.js";
import { endTrialCredits, planBoundary, putOnHold, recover } from "../cycle.js";
import {
  type Plan,
  type ProrationMode,
  presentPeriod,
  type Subscription,
  type UnpaidChange,
} from "../rules.js";
import { overageOwed, settleOverage } from "../settle.js";
import { applyCredits } from "./change-credits.js";
import { billFor, changePlan, droppedCredits } from "./rules.js";

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
 * @rule OVR-51 overage of a credit that the new plan lacks is settled with the change
 */
export async function changeNow(
  unit: Transaction,
  stored: Subscription,
  { plan, mode, waitsForPayment }: ChangeRequest,
): Promise<Changed> {
  const { tx, now, policy } = unit;
  await drain(unit, "now");
  const subscription = { ...stored, pendingChange: null };
  const change = changePlan(subscription, plan, mode, policy.planChangeDates, now);
  const left = { ...subscription, cart: droppedCredits(subscription, plan) };
  const usage = change.restarts ? await meteredOwed(tx, subscription) : 0;
  const overage = await overageOwed(unit, left);
  const isBilled = mode !== "do_not_bill";
  const { amount, invoiceCredit } = billFor(
    change.lines,
    usage + (isBilled ? overage : 0),
    subscription.invoiceCredit,
  );
  const usageDue = subscription.usageDue + (isBilled ? 0 : overage);
  const after: Subscription = { ...change.after, invoiceCredit, usageDue };
  const declined = amount > 0 && (await isDeclined(tx, subscription, amount));
  const payment =
    amount > 0 ? await charge(unit, { subscription: after, amount, isDeclined: declined }) : null;
  if (declined && waitsForPayment) {
    const waiting = { ...subscription, pendingChange: { plan, mode, unpaid: null } };
    tx.put(kinds.subscription, waiting);
    return { subscription: waiting, payment };
  }
  announce(unit, "subscription.plan_changed", after);
  await settleOverage(unit, left);
  if (change.restarts) await closeUsage(unit, subscription);
  if (subscription.isTrial && !after.isTrial) await endTrialCredits(unit, subscription);
  const periodStartAt = subscription.previousBillingAt;
  if (declined) {
    const { credits, paidCredits } = change;
    const unpaid = { amount, credits, paidCredits, periodStartAt };
    const owing = { ...after, pendingChange: { plan, mode, unpaid } };
    putOnHold(unit, owing);
    return { subscription: owing, payment };
  }
  const credited = await applyCredits(unit, after, { ...change, periodStartAt });
  tx.put(kinds.subscription, credited);
  if (change.restarts) planBoundary(unit, credited);
  return { subscription: credited, payment };
}

/**
 * Charges what was declined with a card that works again: a plan change, a charge on demand, a renewal, or several. Usage
 * from while it was on hold counts nowhere (MTR-52).
 */
export async function payArrears(unit: Transaction, stored: Subscription): Promise<Subscription> {
  if (stored.status !== "on_hold") return payWaiting(unit, stored);
  await drain(unit, "now");
  const { pendingChange, unpaidCharge } = stored;
  const owing: Subscription = {
    ...stored,
    pendingChange: pendingChange?.unpaid ? null : pendingChange,
    unpaidCharge: null,
  };
  const paid = pendingChange?.unpaid ? await payChange(unit, owing, pendingChange.unpaid) : owing;
  if (unpaidCharge) await charge(unit, { subscription: paid, ...unpaidCharge, isDeclined: false });
  const owesRenewal =
    paid.unpaidRenewalAt !== null || (!paid.isOnDemand && paid.nextBillingAt <= unit.now);
  return payWaiting(unit, owesRenewal ? await recover(unit, paid) : goOn(unit, paid));
}

/** Makes a change that waited for its payment. */
export async function payWaiting(unit: Transaction, running: Subscription): Promise<Subscription> {
  const { pendingChange, status } = running;
  if (!pendingChange || pendingChange.unpaid || status !== "active") return running;
  const { plan, mode } = pendingChange;
  const cleared = { ...running, pendingChange: null };
  return (await changeNow(unit, cleared, { plan, mode, waitsForPayment: true })).subscription;
}

/** Pays for a change that took effect long ago; its credits come now. */
async function payChange(
  unit: Transaction,
  subscription: Subscription,
  unpaid: UnpaidChange,
): Promise<Subscription> {
  await charge(unit, { subscription, amount: unpaid.amount, isDeclined: false });
  return applyCredits(unit, subscription, unpaid);
}

function goOn(unit: Transaction, subscription: Subscription): Subscription {
  const running: Subscription = { ...presentPeriod(subscription, unit.now), status: "active" };
  unit.tx.put(kinds.subscription, running);
  announce(unit, "subscription.active", running);
  planBoundary(unit, running);
  return running;
}
