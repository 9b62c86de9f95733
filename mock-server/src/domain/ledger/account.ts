import { type Amount, isPositive, zero } from "../amount.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { RolloverTerms } from "./rules/rollover.js";

/**
 * What one customer holds of one credit, across every subscription, purchase and API grant.
 *
 * @rule BAL-01 one account per customer and credit
 * @rule BAL-03 usage accepted beyond zero is a second, non-negative number, not a negative balance
 */
export interface Account {
  readonly id: string;
  readonly assetId: string;
  readonly ownerId: string;
  /** Sum of what the open grants hold (BAL-02). Never below zero. */
  readonly balance: Amount;
  /** Usage accepted beyond zero. Never below zero. */
  readonly overage: Amount;
  /** How many entries its ledger has; the newest entry carries this number. */
  readonly entryCount: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Instant of the newest entry (BAL-07); null before the first. */
  readonly lastTransactionAt: Instant | null;
}

export type GrantSource =
  | { readonly type: "api"; readonly id: null }
  | { readonly type: "subscription" | "one_time" | "rollover"; readonly id: string };

/** One issuance of credits to one customer. */
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly source: GrantSource;
  readonly initial: Amount;
  readonly remaining: Amount;
  readonly expiresAt: Instant | null;
  /** True once something it still held was lost at `expiresAt`. */
  readonly isExpired: boolean;
  readonly isRolledOver: boolean;
  /** Whether it ends with the trial it was issued in, however long that turns out to be (EXP-10). */
  readonly endsWithTrial: boolean;
  readonly rolloverCount: number;
  readonly parentId: string | null;
  /** How what is left is carried into the next cycle; null: it is not (ROL-01, ROL-14). */
  readonly rollover: RolloverTerms | null;
  readonly metadata: Metadata | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export type EntryType =
  | "credit_added"
  | "credit_deducted"
  | "credit_expired"
  | "credit_rolled_over"
  | "rollover_forfeited"
  | "overage_charged"
  | "overage_reset"
  | "auto_top_up"
  | "manual_adjustment"
  | "refund";

/** Where a movement came from: `api` with no id, a subscription or a payment. */
export interface Reference {
  readonly type: string;
  readonly id: string | null;
}

/**
 * One movement, with both figures before and after it.
 *
 * @rule LED-34 the amount is positive; `isCredit` gives the direction
 */
export interface Entry {
  readonly id: string;
  readonly accountId: string;
  /** 1 for the account's first entry, then without gaps. */
  readonly sequence: number;
  readonly type: EntryType;
  readonly isCredit: boolean;
  readonly amount: Amount;
  readonly balanceBefore: Amount;
  readonly balanceAfter: Amount;
  readonly overageBefore: Amount;
  readonly overageAfter: Amount;
  /** The one grant it moved; null when there is no single one (LED-36). */
  readonly grantId: string | null;
  /** What each grant gave to a deduction that spans several; null when the grant, if any, is `grantId`. */
  readonly draws: readonly Draw[] | null;
  readonly reference: Reference;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly at: Instant;
}

/** What one grant gave to a deduction. */
export interface Draw {
  readonly grantId: string;
  readonly amount: Amount;
}

/** An entry as the pure functions state it; identity and place in the ledger are given where it is written. */
export type EntryFacts = Omit<Entry, "id" | "accountId" | "sequence" | "at">;

/** A grant before an action (null: it was not there) and after it. */
export interface GrantChange {
  readonly before: Grant | null;
  readonly after: Grant;
}

/**
 * Everything one action changed: the account after it, the grants it touched and the entries that explain the
 * difference, oldest first.
 */
export interface Posting {
  readonly account: Account;
  readonly grants: readonly GrantChange[];
  readonly entries: readonly EntryFacts[];
}

/** Whether the grant can still be drawn from: it holds something and has not expired. */
export const isOpen = (grant: Grant): boolean => !grant.isExpired && isPositive(grant.remaining);

/** What entries about a grant refer to: the subscription, also after it rolled over, the payment, or the API. */
export const referenceOf = ({ type, id }: GrantSource): Reference =>
  type === "one_time"
    ? { type: "payment", id }
    : { type: type === "rollover" ? "subscription" : type, id };

/** An account before its first movement: nothing in it, and not stored until something moves (BAL-05). */
export const emptyAccount = (
  id: string,
  entitlementId: string,
  customerId: string,
  now: Instant,
): Account => ({
  id,
  assetId: entitlementId,
  ownerId: customerId,
  balance: zero,
  overage: zero,
  entryCount: 0,
  createdAt: now,
  updatedAt: now,
  lastTransactionAt: null,
});

/**
 * The three states a grant can be listed by. One that was emptied before its date stays depleted after it.
 *
 * @rule GRT-08 expired, else depleted, else active
 */
export const statusOf = (grant: Grant): "active" | "expired" | "depleted" =>
  grant.isExpired ? "expired" : grant.remaining.isZero() ? "depleted" : "active";
