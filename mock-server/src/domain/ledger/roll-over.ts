import { isPositive, zero } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, Grant, Posting, Reference } from "./account.js";
import { movement } from "./movement.js";
import { carriedUntil, carryOf, type LossEntry } from "./rules/rollover.js";

export interface RollOverParameters {
  /** Id of the grant that takes what is carried. */
  readonly childId: string;
  readonly precision: number;
  readonly reference: Reference;
  readonly metadata: Metadata;
  readonly percentageLossAs: LossEntry;
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
  const about = {
    reference: parameters.reference,
    description: "Credits rolled over to new period",
    metadata: parameters.metadata,
  };
  const takes = { balance: "takes", overage: "keeps", grantId: grant.id } as const;
  const moved = movement(account, about, [
    { ...takes, type: "credit_rolled_over", amount: carried },
    {
      type: "credit_rolled_over",
      amount: carried,
      balance: "adds",
      overage: "keeps",
      grantId: child.id,
    },
    {
      ...takes,
      type: "credit_expired",
      amount: expired,
      description: "Unused credits expired",
    },
    {
      ...takes,
      type: "rollover_forfeited",
      amount: forfeited,
      description: "Excess credits forfeited at rollover limit",
    },
  ]);
  const isCarried = isPositive(carried);
  const emptied: Grant = {
    ...grant,
    remaining: zero,
    isExpired: !isCarried,
    isRolledOver: isCarried,
    updatedAt: now,
  };
  const change = { before: grant, after: emptied };
  return { ...moved, grants: isCarried ? [change, { before: null, after: child }] : [change] };
}
