import { isPositive, subtract, zero } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, EntryFacts, Grant, Posting, Reference } from "./account.js";

/**
 * Removes what is left of a grant, because its date has come or something ended it earlier. A grant with nothing left, or already expired, changes
 * nothing, so running it twice is harmless.
 *
 * @returns the posting, or `undefined` when there is nothing to remove
 * @rule EXP-01 what remains leaves the balance with one `credit_expired` entry
 * @rule EXP-02 an empty grant expires without a trace
 * @rule EXP-08 overage stays as it is
 * @rule GRT-09 the grant is then expired and holds nothing
 */
export function expire(
  account: Account,
  grant: Grant,
  { reference, metadata }: { readonly reference: Reference; readonly metadata: Metadata },
  now: Instant,
): Posting | undefined {
  if (grant.isExpired || !isPositive(grant.remaining)) return undefined;
  const balance = subtract(account.balance, grant.remaining);
  const entry: EntryFacts = {
    type: "credit_expired",
    isCredit: false,
    amount: grant.remaining,
    balanceBefore: account.balance,
    balanceAfter: balance,
    overageBefore: account.overage,
    overageAfter: account.overage,
    grantId: grant.id,
    draws: null,
    reference,
    description: "Unused credits expired",
    metadata,
  };
  return {
    account: { ...account, balance },
    grants: [
      {
        before: grant,
        after: { ...grant, remaining: zero, expiresAt: now, isExpired: true, updatedAt: now },
      },
    ],
    entries: [entry],
  };
}
