import { zero } from "#domain/amount.js";
import { instantOf } from "#domain/time.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { kinds, periodUsageId } from "../kinds.js";
import type { Subscription } from "../subscriptions/rules.js";
import { chargeFor, type MeterCharge } from "./charge.js";

/** What the meters of a subscription counted in its current period so far, and what that costs. */
export async function meterCharges(
  tx: Tx,
  { id, meters, previousBillingAt }: Subscription,
): Promise<readonly MeterCharge[]> {
  const charges = [];
  for (const link of meters) {
    const usage = await tx.get(kinds.periodUsage, periodUsageId(id, link.meterId));
    const isCurrent = usage?.periodStartAt === previousBillingAt;
    charges.push(chargeFor(link, isCurrent ? usage.tally.total : zero));
  }
  return charges;
}

/** Minor units of metered usage. */
export const totalOf = (charges: readonly MeterCharge[]): number =>
  charges.reduce((sum, { total }) => sum + total, 0);

const periodId = ({ id, previousBillingAt }: Subscription): string => `${id} ${previousBillingAt}`;

/** Minor units that metered usage of the current period costs, unless the period is closed already. */
export async function meteredOwed(tx: Tx, subscription: Subscription): Promise<number> {
  if (subscription.meters.length === 0) return 0;
  const closed = await tx.get(kinds.usagePeriod, periodId(subscription));
  return closed ? 0 : totalOf(await meterCharges(tx, subscription));
}

/**
 * Writes the period that ends into the usage history.
 *
 * @returns minor units to bill for it, once
 * @rule MTR-24 each billing period keeps what its meters came to
 */
export async function closeUsage(unit: Transaction, subscription: Subscription): Promise<number> {
  if (subscription.meters.length === 0) return 0;
  const owed = await meteredOwed(unit.tx, subscription);
  const { nextBillingAt, unpaidRenewalAt } = subscription;
  unit.tx.put(kinds.usagePeriod, {
    id: periodId(subscription),
    subscriptionId: subscription.id,
    startAt: subscription.previousBillingAt,
    // What is paid late ended at its own date.
    endAt: instantOf(Math.min(unit.now, unpaidRenewalAt ?? nextBillingAt)),
    meters: await meterCharges(unit.tx, subscription),
  });
  return owed;
}
