import { isPositive, zero } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, Grant, Posting, Reference } from "./account.js";
import { movement } from "./movement.js";

/**
 * Removes what is left of a grant, because its date has come or something ended it earlier. A grant with nothing left,
 * or already expired, changes nothing, so running it twice is harmless.
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
  const about = { reference, description: "Unused credits expired", metadata };
  const moved = movement(account, about, [
    {
      type: "credit_expired",
      amount: grant.remaining,
      balance: "takes",
      overage: "keeps",
      grantId: grant.id,
    },
  ]);
  const after = { ...grant, remaining: zero, expiresAt: now, isExpired: true, updatedAt: now };
  return { ...moved, grants: [{ before: grant, after }] };
}
