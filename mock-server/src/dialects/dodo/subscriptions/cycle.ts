import { assert } from "#domain/errors.js";
import type { Grant, Reference } from "#domain/ledger/account.js";
import { referenceOf } from "#domain/ledger/account.js";
import { expire } from "#domain/ledger/expire.js";
import { rollOver } from "#domain/ledger/roll-over.js";
import { isPast } from "#domain/ledger/rules/expiry.js";
import type { Metadata } from "#domain/metadata.js";
import { schedule } from "#sandbox/agenda.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { post } from "../ledger/post.js";
import { charge, isDeclined } from "../payments/charge.js";
import { taskKinds } from "../task-kinds.js";
import { drain } from "../usage/worker.js";
import { announce } from "./announce.js";
import { issueToSubscriber } from "./issue.js";
import { renewedOn } from "./plan-changes/rules.js";
import {
  endingOf,
  nextPeriod,
  payable,
  resumedPeriod,
  rollsAt,
  type Subscription,
} from "./rules.js";
import { heldBy, settleUsage, usageOwed } from "./settle.js";

/**
 * Plans the end of the subscription's current period; one that is charged on request goes on until its term is over,
 * unless it is to be cancelled at its next date.
 */
export function planBoundary(unit: Transaction, subscription: Subscription): void {
  const { id, nextBillingAt } = subscription;
  planTerm(unit, subscription);
  if (!hasBoundary(subscription)) return;
  schedule(unit, taskKinds.closeCycle, id, nextBillingAt);
  schedule(unit, taskKinds.renew, id, nextBillingAt);
}

/** Plans the end of the term of a subscription on hold or charged on request; another one ends with its last period. */
export function planTerm(
  unit: Transaction,
  { id, status, isOnDemand, expiresAt }: Subscription,
): void {
  const isPlanned = status === "on_hold" || isOnDemand;
  if (isPlanned && expiresAt !== null && expiresAt > unit.now) {
    schedule(unit, taskKinds.endTerm, id, expiresAt);
  }
}

const hasBoundary = ({ isOnDemand, cancelsAtNextBilling }: Subscription): boolean =>
  !isOnDemand || cancelsAtNextBilling;

/** The subscription if this task is still meant for it: its dates may have moved since the task was planned. */
async function atBoundary({ tx, now }: Transaction, id: string): Promise<Subscription | undefined> {
  const subscription = await tx.get(kinds.subscription, id);
  assert(subscription !== undefined, `subscription ${id} is not stored`);
  // A task that was planned for the past runs as soon as it can (CLK-21).
  const isMeant =
    subscription.status === "active" &&
    subscription.nextBillingAt <= now &&
    hasBoundary(subscription);
  return isMeant ? subscription : undefined;
}

/**
 * Ends a period, before anything expires: takes the last usage, settles overage, carries credits over. A subscription
 * that ends here settles its overage once more and goes no further.
 *
 * @rule OVR-27 when the renewal is going to fail, overage stays until it is paid
 * @rule SUB-52 nothing is carried over or granted after it
 */
export async function closeCycle(unit: Transaction, subscriptionId: string): Promise<void> {
  await drain(unit, "before now");
  const subscription = await atBoundary(unit, subscriptionId);
  if (!subscription) return;
  const ending = endingOf(subscription);
  if (ending === null) await closeBooks(unit, subscription);
  else await endSubscription(unit, subscription, ending);
  if (subscription.isTrial) await endTrialCredits(unit, subscription);
}

/** Settles overage and carries credits over, unless the renewal is going to fail. */
async function closeBooks(unit: Transaction, subscription: Subscription): Promise<void> {
  const owed = subscription.usageDue + (await usageOwed(unit, subscription));
  const { amount } = renewalOf(subscription, owed);
  if (await isDeclined(unit.tx, subscription, amount)) return;
  const usageDue = subscription.usageDue + (await settleUsage(unit, subscription));
  await rollOverGrants(unit, subscription);
  unit.tx.put(kinds.subscription, { ...subscription, usageDue });
}

/**
 * Ends a subscription for good, and bills what its usage came to once more; a card that is declined pays nothing.
 *
 * @rule OVR-50 the end of a subscription settles its overage as a reset does
 * @rule SUB-50 cancelled, with the instant it happened at
 */
export async function endSubscription(
  unit: Transaction,
  subscription: Subscription,
  status: "cancelled" | "expired",
): Promise<Subscription> {
  const due = subscription.usageDue + (await settleUsage(unit, subscription));
  const { amount, invoiceCredit } = payable(due, subscription.invoiceCredit);
  if (amount > 0) {
    const declined = await isDeclined(unit.tx, subscription, amount);
    await charge(unit, { subscription, amount, isDeclined: declined });
  }
  const ended: Subscription = {
    ...subscription,
    status,
    invoiceCredit,
    usageDue: 0,
    cancelledAt: status === "cancelled" ? unit.now : subscription.cancelledAt,
    pausedAt: null,
    cancelsAtNextBilling: false,
    scheduledChange: null,
    pendingChange: null,
    unpaidRenewalAt: null,
    unpaidCharge: null,
  };
  unit.tx.put(kinds.subscription, ended);
  announce(unit, `subscription.${status}`, ended);
  return ended;
}

/**
 * The subscription on the plan that its next period is billed by, and what that comes to with the usage that is due.
 *
 * @rule SUB-43 a scheduled change takes over with the renewal, without proration
 */
function renewalOf(ending: Subscription, usageDue: number) {
  const { scheduledChange, invoiceCredit } = ending;
  const subscription: Subscription = scheduledChange
    ? renewedOn(ending, scheduledChange.plan)
    : ending;
  return { subscription, ...payable(subscription.recurringAmount + usageDue, invoiceCredit) };
}

/**
 * Bills the next period and, once paid, begins it with its credits.
 *
 * @rule SUB-02 each renewal grants the cycle's credits afresh
 * @rule SUB-03 a renewal that fails puts the subscription on hold and grants nothing
 * @rule SUB-23 the first paid cycle after a trial grants in full
 * @rule GRT-15 credits follow the payment
 */
export async function renew(unit: Transaction, subscriptionId: string): Promise<void> {
  const ending = await atBoundary(unit, subscriptionId);
  if (!ending) return;
  const owed = ending.usageDue + (await usageOwed(unit, ending));
  const { subscription, amount, invoiceCredit } = renewalOf(ending, owed);
  if (await isDeclined(unit.tx, subscription, amount)) {
    await charge(unit, { subscription, amount, isDeclined: true });
    putOnHold(unit, { ...ending, unpaidRenewalAt: ending.nextBillingAt });
    return;
  }
  await charge(unit, { subscription, amount, isDeclined: false });
  if (ending.scheduledChange) announce(unit, "subscription.plan_changed", subscription);
  announce(unit, "subscription.renewed", subscription);
  await beginPeriod(unit, nextPeriod({ ...subscription, invoiceCredit }));
}

/** Stops a subscription whose charge was declined until it is paid, or its term is over. */
export function putOnHold(unit: Transaction, subscription: Subscription): void {
  const held: Subscription = { ...subscription, status: "on_hold" };
  unit.tx.put(kinds.subscription, held);
  announce(unit, "subscription.on_hold", held);
  planTerm(unit, held);
}

/** Ends the term of a subscription on hold or charged on request; another one ends with its last period. */
export async function endTerm(unit: Transaction, subscriptionId: string): Promise<void> {
  const subscription = await unit.tx.get(kinds.subscription, subscriptionId);
  assert(subscription !== undefined, `subscription ${subscriptionId} is not stored`);
  const { status, isOnDemand, expiresAt } = subscription;
  if (expiresAt === null || expiresAt > unit.now) return;
  if (status === "on_hold" || (status === "active" && isOnDemand)) {
    await endSubscription(unit, subscription, "expired");
  }
}

/**
 * Pays what a subscription on hold owes with a card that works again, and begins the period that the present falls in.
 */
export async function recover(unit: Transaction, held: Subscription): Promise<Subscription> {
  const due = held.usageDue + (await settleUsage(unit, held));
  const { subscription, amount, invoiceCredit } = renewalOf(held, due);
  await charge(unit, { subscription, amount, isDeclined: false });
  if (held.scheduledChange) announce(unit, "subscription.plan_changed", subscription);
  const resumed = resumedPeriod({ ...subscription, invoiceCredit }, unit.now);
  announce(unit, "subscription.active", resumed);
  await beginPeriod(unit, resumed);
  return resumed;
}

/** Stores a subscription at the start of a period, grants the period's credits and plans its end. */
export async function beginPeriod(unit: Transaction, subscription: Subscription): Promise<void> {
  holdOpen(unit, subscription);
  for (const item of subscription.cart) {
    await issueToSubscriber(unit, subscription, item);
  }
}

/** Expires what is left of a trial's credits, where the plan says so and the trial ends before they do (EXP-10). */
export async function endTrialCredits(
  unit: Transaction,
  { id, customerId }: Subscription,
): Promise<void> {
  const { tx, now } = unit;
  for (const { id: accountId } of await tx.find(kinds.account, "byCustomer", customerId)) {
    const grants = await tx.find(kinds.grant, "fifo", accountId, {
      where: (it) => it.endsWithTrial && it.source.id === id && it.expiresAt !== now,
    });
    for (const grant of grants) {
      const account = await tx.get(kinds.account, accountId);
      const posting = account && expire(account, grant, await originOf(tx, grant), now);
      if (account && posting) post(unit, account, posting);
    }
  }
}

/** Stores a subscription that nothing was paid for yet, so that no credits come with it (GRT-15). */
export function holdOpen(unit: Transaction, subscription: Subscription): void {
  unit.tx.put(kinds.subscription, subscription);
  planBoundary(unit, subscription);
}

/**
 * @rule ROL-02 at the end of the cycle; what was carried at its own date within the cycle is not carried again
 * @rule ROL-15 what was carried before is carried again while its count allows
 */
async function rollOverGrants(unit: Transaction, subscription: Subscription): Promise<void> {
  for (const { account } of await heldBy(unit, subscription)) {
    const grants = await unit.tx.find(kinds.grant, "fifo", account.id, {
      where: (it) => it.source.id === subscription.id,
    });
    for (const grant of grants) {
      const wasCarriedThisPeriod =
        grant.source.type === "rollover" && grant.createdAt > subscription.previousBillingAt;
      const endsNow = grant.expiresAt === unit.now;
      if (!wasCarriedThisPeriod || endsNow) await rollOverGrant(unit, grant.id);
    }
  }
}

/**
 * What entries about a grant refer to, and the metadata they show for it: the subscription's as it is now, else what
 * the grant was issued with.
 */
async function originOf(
  tx: Tx,
  { source, metadata }: Grant,
): Promise<{ readonly reference: Reference; readonly metadata: Metadata }> {
  const reference = referenceOf(source);
  const subscription =
    reference.type === "subscription" && reference.id !== null
      ? await tx.get(kinds.subscription, reference.id)
      : undefined;
  return { reference, metadata: subscription?.metadata ?? metadata ?? {} };
}

async function rollOverGrant(unit: Transaction, grantId: string): Promise<boolean> {
  const { tx, nextId, now, policy } = unit;
  const grant = await tx.get(kinds.grant, grantId);
  const account = grant && (await tx.get(kinds.account, grant.accountId));
  const entitlement = account && (await tx.get(kinds.entitlement, account.assetId));
  assert(
    grant !== undefined && account !== undefined && entitlement !== undefined,
    `grant ${grantId} has no account, or its account no credit`,
  );
  const { precision } = entitlement;
  const { percentageLossAs } = policy;
  const origin = await originOf(tx, grant);
  const parameters = { childId: nextId("cdg"), precision, percentageLossAs, ...origin };
  const posting = rollOver(account, grant, parameters, now);
  if (posting) post(unit, account, posting);
  return posting !== undefined;
}

/**
 * What becomes of a grant whose date has come: it is carried over first if it may be, and expires otherwise.
 *
 * @rule EXP-06 the end of a subscription leaves its grants to their own dates
 */
export async function endGrant(unit: Transaction, grantId: string): Promise<void> {
  const { tx, now } = unit;
  const grant = await tx.get(kinds.grant, grantId);
  assert(grant !== undefined, `grant ${grantId} is to expire but is not stored`);
  const owner =
    grant.rollover && grant.source.id !== null
      ? await tx.get(kinds.subscription, grant.source.id)
      : undefined;
  if (owner && rollsAt(owner, now) && (await rollOverGrant(unit, grantId))) return;
  const account = await tx.get(kinds.account, grant.accountId);
  assert(account !== undefined, `account ${grant.accountId} of grant ${grantId} is not stored`);
  assert(isPast(grant.expiresAt, now), `grant ${grantId} is to expire before its date`);
  const posting = expire(account, grant, await originOf(tx, grant), now);
  if (posting) post(unit, account, posting);
}
