import { type Amount, isPositive, percentExactly } from "#domain/amount.js";
import type { Account } from "#domain/ledger/account.js";
import type { Subscription } from "../subscriptions/rules.js";

/** A balance that has fallen below what a subscription calls low. */
export interface LowBalance {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly entitlementId: string;
  readonly entitlementName: string;
  readonly precision: number;
  readonly available: Amount;
  readonly creditsAmount: Amount;
  readonly thresholdPercent: number;
  readonly threshold: Amount;
}

/**
 * The thresholds a movement has crossed downward, one for each subscription that has one.
 *
 * @param subscriptions active ones of the customer, oldest first
 * @rule SUB-60 below the percentage of the cycle's credits
 * @rule SUB-61 at the threshold is not below it
 * @rule SUB-62 once for each crossing: what was below already crosses nothing
 * @rule SUB-63 whatever the movement is, by the balance over all subscriptions
 * @rule SUB-64 no threshold, or one of zero, is never crossed
 * @rule SUB-65 each subscription has its own; without one nothing is low
 */
export function lowBalances(
  before: Account,
  after: Account,
  subscriptions: readonly Subscription[],
): readonly LowBalance[] {
  if (after.balance.gte(before.balance)) return [];
  return subscriptions.flatMap(({ id, cart }) =>
    cart.flatMap((item) => {
      const { lowBalanceThresholdPercent: percent, creditsAmount } = item;
      if (item.entitlementId !== after.assetId || percent === null) return [];
      const threshold = percentExactly(creditsAmount, percent);
      const crosses = before.balance.gte(threshold) && after.balance.lt(threshold);
      if (!isPositive(threshold) || !crosses) return [];
      return [
        {
          customerId: after.ownerId,
          subscriptionId: id,
          entitlementId: item.entitlementId,
          entitlementName: item.entitlementName,
          precision: item.precision,
          available: after.balance,
          creditsAmount,
          thresholdPercent: percent,
          threshold,
        },
      ];
    }),
  );
}
