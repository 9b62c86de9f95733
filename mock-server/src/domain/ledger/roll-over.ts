import { type Amount, add, isPositive, subtract, zero } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Policy } from "../policy.js";
import type { Instant } from "../time.js";
import type { Account, EntryFacts, EntryType, Grant, Posting, Reference } from "./account.js";
import { carriedUntil, carryOf } from "./rules/rollover.js";

export interface RollOverParameters {
  /** Id of the grant that takes what is carried. */
  readonly childId: string;
  readonly precision: number;
  readonly reference: Reference;
  readonly metadata: Metadata;
  readonly percentageLossAs: Policy["percentageLossAs"];
}

/**
 * Carries what is left of a grant into a new one, at the end of a cycle or at the grant's own date. What is not carried
 * leaves the balance. A grant that does not roll, or has nothing left, changes nothing, so running it twice is harmless.
 *
 * @returns the posting, or `undefined` when there is nothing to carry or to lose
 * @rule GRT-10 the parent holds nothing and is marked; the child names it and counts one more
 * @rule ROL-01 only grants born with rollover
 * @rule ROL-03 carried before anything expires
 * @rule ROL-08 what is carried is a new grant
 * @rule ROL-18 once per grant
 * @rule ROL-20 out of the parent, into the child, then the loss: three entries that chain
 */
export function rollOver(
  account: Account,
  grant: Grant,
  parameters: RollOverParameters,
  now: Instant,
): Posting | undefined {
  const terms = grant.rollover;
  if (!terms || grant.isExpired || grant.isRolledOver || !isPositive(grant.remaining)) {
    return undefined;
  }
  const { carried, expired, forfeited } = carryOf(
    grant,
    terms,
    parameters.precision,
    parameters.percentageLossAs,
  );
  const child: Grant = {
    ...grant,
    id: parameters.childId,
    source: { type: "rollover", id: grant.source.id ?? account.id },
    initial: carried,
    remaining: carried,
    expiresAt: carriedUntil(terms, now),
    rolloverCount: grant.rolloverCount + 1,
    parentId: grant.id,
    createdAt: now,
    updatedAt: now,
  };
  let { balance } = account;
  const entries: EntryFacts[] = [];
  const move = (type: EntryType, isCredit: boolean, amount: Amount, grantId: string) => {
    if (!isPositive(amount)) return;
    const after = isCredit ? add(balance, amount) : subtract(balance, amount);
    entries.push({
      type,
      isCredit,
      amount,
      balanceBefore: balance,
      balanceAfter: after,
      overageBefore: account.overage,
      overageAfter: account.overage,
      grantId,
      draws: null,
      reference: parameters.reference,
      description: descriptions[type] ?? null,
      metadata: parameters.metadata,
    });
    balance = after;
  };
  move("credit_rolled_over", false, carried, grant.id);
  move("credit_rolled_over", true, carried, child.id);
  move("credit_expired", false, expired, grant.id);
  move("rollover_forfeited", false, forfeited, grant.id);
  const isCarried = isPositive(carried);
  const emptied: Grant = {
    ...grant,
    remaining: zero,
    isExpired: !isCarried,
    isRolledOver: isCarried,
    updatedAt: now,
  };
  const change = { before: grant, after: emptied };
  return {
    account: { ...account, balance },
    grants: isCarried ? [change, { before: null, after: child }] : [change],
    entries,
  };
}

const descriptions: { readonly [Type in EntryType]?: string } = {
  credit_rolled_over: "Credits rolled over to new period",
  credit_expired: "Unused credits expired",
  rollover_forfeited: "Excess credits forfeited at rollover limit",
};
