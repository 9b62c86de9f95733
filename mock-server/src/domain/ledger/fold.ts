import { type Amount, add, equal, isSound, subtract, zero } from "../amount.js";
import type { Entry } from "./account.js";

/** What a ledger says by itself, without looking at the account. */
export interface Folded {
  readonly balance: Amount;
  readonly overage: Amount;
  readonly entryCount: number;
  /** Sentences about entries that do not follow from the one before; empty for a sound ledger. */
  readonly breaks: readonly string[];
}

/**
 * Adds up a ledger from its first entry and checks that every entry starts where the last one ended.
 *
 * @param entries the whole ledger of one account, oldest first
 * @rule LED-32 nothing moves without an entry
 */
export function fold(entries: Iterable<Entry>): Folded {
  let balance = zero;
  let overage = zero;
  let entryCount = 0;
  const breaks: string[] = [];
  for (const entry of entries) {
    entryCount += 1;
    const differs = (what: string, found: Amount | number, expected: Amount | number) =>
      breaks.push(`entry ${entry.id}: ${what} is ${found} but should be ${expected}`);
    for (const figure of figures) {
      // Two that are infinite are equal, and so would follow from one another.
      if (!isSound(entry[figure])) breaks.push(`entry ${entry.id}: ${figure} is ${entry[figure]}`);
    }
    if (entry.sequence !== entryCount) differs("sequence", entry.sequence, entryCount);
    if (!equal(entry.balanceBefore, balance))
      differs("balance_before", entry.balanceBefore, balance);
    if (!equal(entry.overageBefore, overage))
      differs("overage_before", entry.overageBefore, overage);
    const [balanceAfter, overageAfter] = effect(entry, balance, overage);
    if (!equal(entry.balanceAfter, balanceAfter))
      differs("balance_after", entry.balanceAfter, balanceAfter);
    if (!equal(entry.overageAfter, overageAfter))
      differs("overage_after", entry.overageAfter, overageAfter);
    balance = balanceAfter;
    overage = overageAfter;
  }
  return { balance, overage, entryCount, breaks };
}

const figures = [
  "amount",
  "balanceBefore",
  "balanceAfter",
  "overageBefore",
  "overageAfter",
] as const;

/** Balance and overage after an entry, from its type and amount alone. */
function effect(entry: Entry, balance: Amount, overage: Amount): readonly [Amount, Amount] {
  switch (entry.type) {
    case "overage_charged":
      return [balance, add(overage, entry.amount)];
    case "overage_reset":
      return [balance, subtract(overage, entry.amount)];
    case "credit_deducted": {
      // A deduction that repays overage lowers both figures; every other one leaves overage alone (OVR-44).
      const repays = !equal(entry.overageAfter, entry.overageBefore);
      return [subtract(balance, entry.amount), repays ? subtract(overage, entry.amount) : overage];
    }
    default:
      return [
        entry.isCredit ? add(balance, entry.amount) : subtract(balance, entry.amount),
        overage,
      ];
  }
}
