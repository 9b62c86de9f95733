import { type Amount, add, isPositive, smaller, subtract } from "../amount.js";
import { assert } from "../errors.js";
import type { Metadata } from "../metadata.js";
import type { Instant } from "../time.js";
import type { Account, EntryFacts, Grant, GrantChange, Posting, Reference } from "./account.js";
import { isPast } from "./rules/expiry.js";
import { acceptShortfall, type OverageTerms } from "./rules/overage.js";

export interface DeductParameters {
  readonly amount: Amount;
  readonly overage: OverageTerms;
  readonly reference: Reference;
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Prints an amount for a message, at the credit's precision. */
  readonly print: (amount: Amount) => string;
}

/**
 * Takes `amount` from the grants in the order given, then, as far as the terms allow, from overage. All or nothing.
 *
 * @param grants open grants in draw order: all of them, or as many as hold the amount
 * @rule LED-06 a grant is emptied before the next is touched
 * @rule LED-36 an entry names a grant only when it moved exactly one
 * @rule LED-37 one entry, however many grants it spans
 * @rule LED-38 a debit that crosses zero is two entries: what the balance covered, then the overage
 * @rule LED-35 the overage entry's amount is how far overage moved
 * @rule LED-42 without a reason it is described in the service's words
 * @rule OVR-41 the balance goes first, the rest adds to existing overage
 * @throws DomainError insufficient-balance, overage-limit-exceeded
 */
export function deduct(
  account: Account,
  grants: readonly Grant[],
  parameters: DeductParameters,
  now: Instant,
): Posting {
  const { amount, reference, description, metadata } = parameters;
  const drawn = smaller(amount, account.balance);
  const shortfall = subtract(amount, drawn);
  acceptShortfall(shortfall, account.overage, parameters.overage, parameters.print, {
    amount,
    balance: account.balance,
  });
  const touched = draw(grants, drawn, now);
  const balance = subtract(account.balance, drawn);
  const overage = add(account.overage, shortfall);
  const entries: EntryFacts[] = [];
  if (isPositive(drawn)) {
    entries.push({
      type: "credit_deducted",
      isCredit: false,
      amount: drawn,
      balanceBefore: account.balance,
      balanceAfter: balance,
      overageBefore: account.overage,
      overageAfter: account.overage,
      grantId: touched.length === 1 && touched[0] ? touched[0].after.id : null,
      reference,
      description,
      metadata,
    });
  }
  if (isPositive(shortfall)) {
    entries.push({
      type: "overage_charged",
      isCredit: false,
      amount: shortfall,
      balanceBefore: balance,
      balanceAfter: balance,
      overageBefore: account.overage,
      overageAfter: overage,
      grantId: null,
      reference,
      description: description ?? "Overage charges applied",
      metadata,
    });
  }
  return { account: { ...account, balance, overage }, grants: touched, entries };
}

/** The grants that give `amount`, first to last, before and after they gave it. */
function draw(grants: readonly Grant[], amount: Amount, now: Instant): readonly GrantChange[] {
  const touched: GrantChange[] = [];
  let open = amount;
  for (const before of grants) {
    if (!isPositive(open)) break;
    assert(!isPast(before.expiresAt, now), `grant ${before.id} is past its expiry but still open`);
    const taken = smaller(open, before.remaining);
    const remaining = subtract(before.remaining, taken);
    touched.push({ before, after: { ...before, remaining, updatedAt: now } });
    open = subtract(open, taken);
  }
  assert(!isPositive(open), "the grants hold less than the balance says");
  return touched;
}
