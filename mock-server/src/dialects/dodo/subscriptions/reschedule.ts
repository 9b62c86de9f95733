import type { components } from "@drawdown/spec/dodo";
import { refusing } from "#domain/errors.js";
import { addTimeframe, formatInstant, type Instant } from "#domain/time.js";
import { readInstant } from "#http/read-instant.js";
import type { Transaction } from "#sandbox/ports.js";
import { drain } from "../usage/worker.js";
import { endSubscription, planBoundary, planTerm } from "./cycle.js";
import { payWaiting } from "./plan-changes/change-plan.js";
import { movedBoundary, paused, presentPeriod, type Subscription, unpaused } from "./rules.js";

type Patch = components["schemas"]["PatchSubscriptionRequest"];

/** What a PATCH changes in when, and whether, the subscription is billed. */
export async function rescheduled(
  unit: Transaction,
  stored: Subscription,
  body: Patch,
): Promise<Subscription> {
  const subscription = extended(unit, ending(unit, stored, body), body);
  if (body.disable_on_demand) {
    return disableOnDemand(unit, subscription, body.disable_on_demand.next_billing_date);
  }
  const moved = body.next_billing_date
    ? moveBilling(unit, subscription, body.next_billing_date)
    : subscription;
  if (body.status) await drain(unit, "now");
  switch (body.status) {
    case "cancelled":
      return endSubscription(unit, moved, "cancelled");
    case "paused":
      return pause(unit, moved);
    case "active":
      return resume(unit, moved);
    default:
      return moved;
  }
}

/**
 * @rule SUB-53 pausing and resuming are asked for alone, and by status; the older `pause` is refused
 */
export function refuseMixed(body: Patch): void {
  if (body.pause !== undefined && body.pause !== null) {
    throw refuse(
      "SUB-53",
      '`pause` is no longer accepted; send `status`: "paused" or "active" instead',
    );
  }
  if (!body.status || body.status === "cancelled") return;
  if (body.status !== "paused" && body.status !== "active") {
    throw refuse(
      "SUB-53",
      `\`status\` is "${body.status}" but can be set to "cancelled", "paused" and "active" only`,
    );
  }
  if (Object.keys(body).length > 1) {
    throw refuse(
      "SUB-53",
      `\`status\` "${body.status}" stands beside other changes; send it alone`,
    );
  }
}

const ended: ReadonlySet<string> = new Set(["cancelled", "expired"]);

/** @rule SUB-09 cancelled, failed and expired are final: nothing of billing changes any more */
export function refuseEnded({ id, status }: Subscription, body: Patch): void {
  const asks =
    body.next_billing_date ||
    (body.cancel_at_next_billing_date ?? null) !== null ||
    body.status === "cancelled" ||
    body.subscription_period_count ||
    body.subscription_period_interval ||
    body.disable_on_demand;
  if (!asks || !ended.has(status)) return;
  throw refuse("SUB-09", `The subscription ${id} is ${status}, which is final; start a new one`);
}

const refuse = refusing("subscription-invalid");

function pause(unit: Transaction, subscription: Subscription): Subscription {
  const { id, status } = subscription;
  if (status === "paused") {
    throw refuse("SUB-54", `The subscription ${id} is paused already`, "subscription-paused");
  }
  if (status !== "active") {
    throw refuse(
      "SUB-54",
      `The subscription ${id} is ${status}; only an active one can be paused`,
      "subscription-inactive",
    );
  }
  return paused(subscription, unit.now);
}

/** @rule SUB-59 a change that waited for its payment when the pause began is made when it ends, if the card works */
async function resume(unit: Transaction, subscription: Subscription): Promise<Subscription> {
  if (subscription.status !== "paused") {
    throw refuse(
      "SUB-54",
      `The subscription ${subscription.id} is ${subscription.status}, not paused, so it cannot be resumed`,
      "subscription-not-paused",
    );
  }
  const resumed = unpaused(subscription, unit.now);
  planBoundary(unit, resumed);
  return resumed.failsNextRenewal ? resumed : payWaiting(unit, resumed);
}

/**
 * The end that is scheduled, or taken back. A change that waits for its payment is called off by it.
 *
 * @rule SUB-19 one that is charged on request ends at the next of its dates too
 */
function ending(unit: Transaction, subscription: Subscription, body: Patch): Subscription {
  const ends = body.cancel_at_next_billing_date ?? subscription.cancelsAtNextBilling;
  if (ends === subscription.cancelsAtNextBilling) return subscription;
  if (!ends) return { ...subscription, cancelsAtNextBilling: false };
  const { pendingChange, isOnDemand, pausedAt } = subscription;
  const scheduled: Subscription = {
    ...(isOnDemand ? presentPeriod(subscription, pausedAt ?? unit.now) : subscription),
    cancelsAtNextBilling: true,
    pendingChange: pendingChange?.unpaid ? pendingChange : null,
  };
  if (isOnDemand && scheduled.status === "active") planBoundary(unit, scheduled);
  return scheduled;
}

/** @rule SUB-11 only to a later time; later boundaries count from there. The date it has already changes nothing. */
function moveBilling(
  unit: Transaction,
  subscription: Subscription,
  text: string,
  name = "next_billing_date",
): Subscription {
  const at = readInstant(text, name);
  if (at <= unit.now) {
    throw refuse(
      "SUB-11",
      `Cannot change next_billing_date to past time: it is ${formatInstant(at)} but now is ${formatInstant(unit.now)}; send a later one`,
    );
  }
  if (at === subscription.nextBillingAt && subscription.unpaidRenewalAt === null) {
    return subscription;
  }
  refuseBeyondTerm(subscription, at, name);
  const moved = movedBoundary(subscription, at);
  planBoundary(unit, moved);
  return moved;
}

/** @rule SUB-69 the next date is not after the end of the term; a trial has none yet, its term begins at that date */
function refuseBeyondTerm(subscription: Subscription, at: Instant, name: string): void {
  const { id, expiresAt, isTrial, unpaidRenewalAt } = subscription;
  if (isTrial && unpaidRenewalAt === null) return;
  if (expiresAt === null || at <= expiresAt) return;
  throw refuse(
    "SUB-69",
    `\`${name}\` is ${formatInstant(at)}, but the subscription ${id} ends at ${formatInstant(expiresAt)}; send an earlier date, or extend its term with \`subscription_period_count\``,
  );
}

/** @rule SUB-29 a subscription that was charged on request renews by itself from the date given */
function disableOnDemand(
  unit: Transaction,
  subscription: Subscription,
  date: string,
): Subscription {
  if (!subscription.isOnDemand) {
    throw refuse(
      "SUB-34",
      `\`disable_on_demand\` is set, but the subscription ${subscription.id} is not charged on demand`,
    );
  }
  const renewing = { ...subscription, isOnDemand: false };
  return moveBilling(unit, renewing, date, "disable_on_demand.next_billing_date");
}

/** @rule SUB-56 the term, counted from the start of the first paid period, can only become longer */
function extended(unit: Transaction, subscription: Subscription, body: Patch): Subscription {
  const { subscription_period_count: count, subscription_period_interval: interval } = body;
  if (!count && !interval) return subscription;
  const period = {
    count: count ?? subscription.period.count,
    interval: interval ?? subscription.period.interval,
  };
  const expiresAt = addTimeframe(subscription.startedAt, period);
  if (subscription.expiresAt !== null && expiresAt <= subscription.expiresAt) {
    throw refuse(
      "SUB-56",
      `The subscription ${subscription.id} would end at ${formatInstant(expiresAt)}, but it lasts until ${formatInstant(subscription.expiresAt)}; a period can only be extended`,
    );
  }
  const longer = { ...subscription, period, expiresAt };
  planTerm(unit, longer);
  return longer;
}
