import { type Amount, compare, isPositive, isZero, smaller, subtract, zero } from "../amount.js";
import { assert } from "../errors.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, EntryFacts, Grant, GrantChange, Posting, Reference } from "./account.js";
import { movement } from "./movement.js";
import { acceptable, type OverageTerms, refusal } from "./rules/overage.js";

export interface DeductParameters {
  /** How the part that the balance covers is booked. */
  readonly entryType: "credit_deducted" | "manual_adjustment" | "refund";
  readonly amount: Amount;
  readonly overage: OverageTerms;
  /** What to do when balance and overage cannot take all of it: refuse the whole, or drop what is too much. */
  readonly excess: "refuse" | "drop";
  readonly reference: Reference;
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Prints an amount for a message, at the credit's precision. */
  readonly print: (amount: Amount) => string;
}

export interface Deduction {
  /** `undefined` when nothing moved. */
  readonly posting: Posting | undefined;
  /** What was neither drawn nor became overage; zero unless excess is dropped. */
  readonly dropped: Amount;
}

/**
 * Takes `amount` from the grants in the order given, then, as far as the terms allow, from overage.
 *
 * @param grants open grants in draw order: all of them, or as many as hold the amount
 * @rule LED-06 a grant is emptied before the next is touched
 * @rule LED-36 an entry names a grant only when it moved exactly one
 * @rule LED-37 one entry, however many grants it spans
 * @rule LED-38 a debit that crosses zero is two entries: what the balance covered, then the overage
 * @rule LED-35 the overage entry's amount is how far overage moved
 * @rule LED-42 without a reason it is described in the service's words
 * @rule OVR-07 usage beyond the limit is dropped, not kept for later
 * @rule OVR-08 so is usage beyond zero without overage
 * @rule OVR-41 the balance goes first, the rest adds to existing overage
 * @throws DomainError insufficient-balance, overage-limit-exceeded, unless excess is dropped
 */
export function deduct(
  account: Account,
  grants: readonly Grant[],
  parameters: DeductParameters,
  now: Instant,
): Deduction {
  const { amount, reference, description, metadata } = parameters;
  const drawn = smaller(amount, account.balance);
  const shortfall = subtract(amount, drawn);
  const charged = acceptable(shortfall, account.overage, parameters.overage);
  const dropped = subtract(shortfall, charged);
  if (isPositive(dropped) && parameters.excess === "refuse") {
    const asked = { amount, balance: account.balance, overage: account.overage, shortfall };
    throw refusal(asked, parameters.overage, parameters.print);
  }
  if (compare(dropped, amount) === 0) return { posting: undefined, dropped };
  const touched = draw(grants, drawn, now);
  const moved = movement(account, { reference, description, metadata }, [
    {
      type: parameters.entryType,
      amount: drawn,
      balance: "takes",
      overage: "keeps",
      ...whatGave(touched),
    },
    {
      type: "overage_charged",
      amount: charged,
      balance: "keeps",
      overage: "adds",
      description: description ?? "Overage charges applied",
    },
  ]);
  return { posting: { ...moved, grants: touched }, dropped };
}

/** The grants behind a deduction as its entry names them: the single one, or each with its part. */
const whatGave = (touched: readonly GrantChange[]): Pick<EntryFacts, "grantId" | "draws"> => {
  const draws = touched.map(({ before, after }) => ({
    grantId: after.id,
    amount: before ? takenOf(before.remaining, after.remaining) : zero,
  }));
  return draws.length === 1 && draws[0]
    ? { grantId: draws[0].grantId, draws: null }
    : { grantId: null, draws };
};

/** What a grant that held `before` gave; all of it, most often. */
const takenOf = (before: Amount, after: Amount): Amount =>
  isZero(after) ? before : subtract(before, after);

/** The grants that give `amount`, first to last, before and after they gave it. */
function draw(grants: readonly Grant[], amount: Amount, now: Instant): readonly GrantChange[] {
  const touched: GrantChange[] = [];
  let open = amount;
  for (const before of grants) {
    if (!isPositive(open)) break;
    // At the very instant it ends a grant still takes the last usage before it (EXP-20); later it must be closed.
    assert(
      before.expiresAt === null || before.expiresAt >= now,
      () => `grant ${before.id} is past its expiry but still open`,
    );
    const taken = smaller(open, before.remaining);
    const remaining = taken === before.remaining ? zero : subtract(before.remaining, taken);
    touched.push({ before, after: { ...before, remaining, updatedAt: now } });
    open = subtract(open, taken);
  }
  assert(!isPositive(open), "the grants hold less than the balance says");
  return touched;
}
