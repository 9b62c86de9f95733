import { costOf } from "../../../domain/amount.js";
import { assert } from "../../../domain/errors.js";
import { type Account, referenceOf } from "../../../domain/ledger/account.js";
import { expire } from "../../../domain/ledger/expire.js";
import { rollOver } from "../../../domain/ledger/roll-over.js";
import { atReset, resetOverage } from "../../../domain/ledger/settle-overage.js";
import type { Attachment } from "../../../domain/subscriptions/product.js";
import {
  endingOf,
  nextPeriod,
  overagePriceOf,
  rollsAt,
  type Subscription,
} from "../../../domain/subscriptions/subscription.js";
import { schedule } from "../../../sandbox/agenda.js";
import type { Unit } from "../../../sandbox/ports.js";
import { post } from "../../../sandbox/post.js";
import { findAccount } from "../load.js";
import { issueToSubscriber } from "./issue.js";
import { recordPayment } from "./pay.js";
import { drain } from "./usage.js";

/** Plans the end of the subscription's current period. */
export function planBoundary(unit: Unit, { id, nextBillingAt }: Subscription): void {
  schedule(unit, "close-cycle", id, nextBillingAt);
  schedule(unit, "renew", id, nextBillingAt);
}

/** The subscription if this task is still meant for it: its dates may have moved since the task was planned. */
async function atBoundary({ tx, now }: Unit, id: string): Promise<Subscription | undefined> {
  const subscription = await tx.get("subscription", id);
  assert(subscription !== undefined, `subscription ${id} is not stored`);
  const isMeant = subscription.status === "active" && subscription.nextBillingAt === now;
  return isMeant ? subscription : undefined;
}

/**
 * Ends a period, before anything expires: takes the last usage, settles overage, carries credits over. A subscription
 * that ends here settles its overage once more and goes no further.
 *
 * @rule OVR-27 when the renewal is going to fail, overage stays until it is paid
 * @rule OVR-50 the end of a subscription settles its overage as a reset does
 * @rule SUB-52 nothing is carried over or granted after it
 */
export async function closeCycle(unit: Unit, subscriptionId: string): Promise<void> {
  const { tx, now } = unit;
  await drain(unit, "before now");
  const subscription = await atBoundary(unit, subscriptionId);
  if (!subscription) return;
  const ending = endingOf(subscription);
  const willFail = ending === null && subscription.failsNextRenewal;
  const overageDue = willFail ? 0 : await settleOverage(unit, subscription);
  if (ending === null && !willFail) await rollOverGrants(unit, subscription);
  tx.put("subscription", {
    ...subscription,
    overageDue,
    ...(ending === null
      ? {}
      : {
          status: ending,
          cancelledAt: ending === "cancelled" ? now : subscription.cancelledAt,
          cancelsAtNextBilling: false,
        }),
  });
  if (ending !== null && overageDue > 0) {
    recordPayment(unit, { subscription, amount: overageDue, status: "succeeded" });
  }
}

/**
 * Bills the next period and, once paid, begins it with its credits.
 *
 * @rule SUB-02 each renewal grants the cycle's credits afresh
 * @rule SUB-03 a renewal that fails puts the subscription on hold and grants nothing
 * @rule SUB-23 the first paid cycle after a trial grants in full
 * @rule GRT-15 credits follow the payment
 */
export async function renew(unit: Unit, subscriptionId: string): Promise<void> {
  const subscription = await atBoundary(unit, subscriptionId);
  if (!subscription) return;
  if (subscription.failsNextRenewal) {
    let amount = subscription.recurringAmount;
    for (const { item, account } of await heldBy(unit, subscription))
      amount += costFor(item, account);
    recordPayment(unit, { subscription, amount, status: "failed" });
    unit.tx.put("subscription", { ...subscription, status: "on_hold" });
    const { id, expiresAt } = subscription;
    if (expiresAt !== null) schedule(unit, "end-term", id, expiresAt);
    return;
  }
  const amount = subscription.recurringAmount + subscription.overageDue;
  recordPayment(unit, { subscription, amount, status: "succeeded" });
  await beginPeriod(unit, nextPeriod(subscription));
}

/** Ends the term of a subscription that is on hold; a running one ends with its last period. */
export async function endTerm({ tx }: Unit, subscriptionId: string): Promise<void> {
  const subscription = await tx.get("subscription", subscriptionId);
  assert(subscription !== undefined, `subscription ${subscriptionId} is not stored`);
  if (subscription.status !== "on_hold") return;
  tx.put("subscription", { ...subscription, status: "expired" });
}

/** Stores a subscription at the start of a period, grants the period's credits and plans its end. */
export async function beginPeriod(unit: Unit, subscription: Subscription): Promise<void> {
  unit.tx.put("subscription", subscription);
  for (const item of subscription.cart) {
    await issueToSubscriber(unit, subscription, item);
  }
  planBoundary(unit, subscription);
}

/** The credits of a subscription's cart that the customer has ever held. */
async function heldBy(
  { tx }: Unit,
  { cart, customerId }: Subscription,
): Promise<readonly { readonly item: Attachment; readonly account: Account }[]> {
  const held = [];
  for (const item of cart) {
    const [account] = await findAccount(tx, item.entitlementId, customerId);
    if (account) held.push({ item, account });
  }
  return held;
}

/**
 * Clears the overage of a subscription's credits, where their behaviours say so.
 *
 * @returns minor units to bill for it with the next payment
 */
export async function settleOverage(unit: Unit, subscription: Subscription): Promise<number> {
  const reference = { type: "subscription", id: subscription.id };
  let due = 0;
  for (const { item, account } of await heldBy(unit, subscription)) {
    due += costFor(item, account);
    const posting = resetOverage(account, item.overageBehavior, reference);
    if (posting) post(unit, account, posting);
  }
  return due;
}

/** Minor units that an account's overage costs; nothing unless the behaviour bills. */
const costFor = (item: Attachment, { overage }: Account): number =>
  atReset[item.overageBehavior].isBilled ? costOf(overage, overagePriceOf(item)) : 0;

/**
 * @rule ROL-02 at the end of the cycle; what was carried at its own date within the cycle is not carried again
 * @rule ROL-15 what was carried before is carried again while its count allows
 */
async function rollOverGrants(unit: Unit, subscription: Subscription): Promise<void> {
  for (const { account } of await heldBy(unit, subscription)) {
    const grants = await unit.tx.find("grant", "open", account.id, {
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

async function rollOverGrant(unit: Unit, grantId: string): Promise<boolean> {
  const { tx, nextId, now } = unit;
  const grant = await tx.get("grant", grantId);
  const account = grant && (await tx.get("account", grant.accountId));
  const entitlement = account && (await tx.get("entitlement", account.entitlementId));
  assert(
    grant !== undefined && account !== undefined && entitlement !== undefined,
    `grant ${grantId} has no account, or its account no credit`,
  );
  const { precision } = entitlement;
  const reference = referenceOf(grant.source);
  const posting = rollOver(account, grant, { childId: nextId("cdg"), precision, reference }, now);
  if (posting) post(unit, account, posting);
  return posting !== undefined;
}

/**
 * What becomes of a grant whose date has come: it is carried over first if it may be, and expires otherwise.
 *
 * @rule EXP-06 the end of a subscription leaves its grants to their own dates
 */
export async function endGrant(unit: Unit, grantId: string): Promise<void> {
  const { tx, now } = unit;
  const grant = await tx.get("grant", grantId);
  assert(grant !== undefined, `grant ${grantId} is to expire but is not stored`);
  const owner =
    grant.rollover && grant.source.id !== null
      ? await tx.get("subscription", grant.source.id)
      : undefined;
  if (owner && rollsAt(owner, now) && (await rollOverGrant(unit, grantId))) return;
  const account = await tx.get("account", grant.accountId);
  assert(account !== undefined, `account ${grant.accountId} of grant ${grantId} is not stored`);
  const posting = expire(account, grant, referenceOf(grant.source), now);
  if (posting) post(unit, account, posting);
}
