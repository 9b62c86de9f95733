import { type Amount, subtract } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, Grant, GrantSource, Posting, Reference } from "./account.js";
import { movement } from "./movement.js";
import { repaymentOf } from "./rules/overage.js";
import type { RolloverTerms } from "./rules/rollover.js";

export interface GrantParameters {
  /** How the issue is booked. */
  readonly entryType: "credit_added" | "manual_adjustment" | "auto_top_up" | "refund";
  readonly grantId: string;
  readonly amount: Amount;
  readonly source: GrantSource;
  readonly reference: Reference;
  readonly expiresAt: Instant | null;
  /** Whether it ends with the trial of its subscription. */
  readonly endsWithTrial?: boolean;
  /** Whether it lowers existing overage first. */
  readonly repaysOverage: boolean;
  readonly rollover: RolloverTerms | null;
  readonly description: string | null;
  readonly metadata: Metadata | null;
}

/**
 * Issues credits: a new grant of the whole amount, a `credit_added` entry, and, where overage repays itself, a
 * `credit_deducted` entry for the part that goes straight to the overage.
 *
 * @rule GRT-01 initial and remaining start equal
 * @rule GRT-11 a first-generation grant has no parent and has not rolled over
 * @rule OVR-44 a repayment is two entries: the full credit, then the deduction that lowers balance and overage alike
 */
export function grant(account: Account, parameters: GrantParameters, now: Instant): Posting {
  const { amount, grantId, reference, description } = parameters;
  const repaid = repaymentOf(amount, account.overage, parameters.repaysOverage);
  const about = { reference, description, metadata: parameters.metadata ?? {} };
  const moved = movement(account, about, [
    { type: parameters.entryType, amount, balance: "adds", overage: "keeps", grantId },
    { type: "credit_deducted", amount: repaid, balance: "takes", overage: "takes", grantId },
  ]);
  const issued: Grant = {
    id: grantId,
    accountId: account.id,
    source: parameters.source,
    initial: amount,
    remaining: subtract(amount, repaid),
    expiresAt: parameters.expiresAt,
    isExpired: false,
    isRolledOver: false,
    endsWithTrial: parameters.endsWithTrial ?? false,
    rolloverCount: 0,
    parentId: null,
    rollover: parameters.rollover,
    metadata: parameters.metadata,
    createdAt: now,
    updatedAt: now,
  };
  return { ...moved, grants: [{ before: null, after: issued }] };
}
