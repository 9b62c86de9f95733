import { isPositive } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Account, Posting, Reference } from "./account.js";
import { movement } from "./movement.js";
import type { OverageBehavior } from "./rules/overage.js";

/**
 * What the end of a cycle makes of the overage.
 *
 * @rule OVR-20 who bills, and who keeps it
 */
export const atReset: {
  readonly [Behavior in OverageBehavior]: { readonly isBilled: boolean; readonly isKept: boolean };
} = {
  forgive_at_reset: { isBilled: false, isKept: false },
  invoice_at_billing: { isBilled: true, isKept: false },
  carry_deficit: { isBilled: false, isKept: true },
  carry_deficit_auto_repay: { isBilled: false, isKept: true },
};

/**
 * Clears the overage at the end of a cycle, where the behaviour does not keep it.
 *
 * @returns the posting, or `undefined` when there is none or it is kept
 * @rule OVR-21 forgiven: to zero with one entry
 * @rule OVR-22 invoiced: the same, after it was billed
 * @rule OVR-23 carried: nothing happens
 * @rule OVR-24 carried and repaid: nothing happens here, the next grant repays
 * @rule OVR-25 no entry when there is no overage
 */
export function resetOverage(
  account: Account,
  behavior: OverageBehavior,
  { reference, metadata }: { readonly reference: Reference; readonly metadata: Metadata },
): Posting | undefined {
  if (atReset[behavior].isKept || !isPositive(account.overage)) return undefined;
  const about = { reference, description: "Overage cleared at billing cycle reset", metadata };
  const moved = movement(account, about, [
    { type: "overage_reset", amount: account.overage, balance: "keeps", overage: "takes" },
  ]);
  return { ...moved, grants: [] };
}
