import { add, compare, equal, isPositive, isSound, isZero, subtract } from "../domain/amount.js";
import { assert } from "../domain/errors.js";
import type { Account, Entry, Grant, Posting } from "../domain/ledger/account.js";
import { schedule } from "./agenda.js";
import type { Kind, TaskKind } from "./kinds.js";
import type { Transaction } from "./ports.js";

/** Where a dialect keeps its ledger. */
export interface Ledger {
  readonly account: Kind<Account, "all">;
  readonly grant: Kind<Grant, "byAccount">;
  readonly entry: Kind<Entry, "byAccount">;
  /** Prefix of the ids of entries. */
  readonly entryIds: string;
  /** What is done with a grant at its date. */
  readonly closing: TaskKind;
}

/** Makes the writer of a ledger. */
export const postTo =
  (ledger: Ledger) =>
  (unit: Transaction, before: Account, posting: Posting): readonly [Entry, ...Entry[]] =>
    post(ledger, unit, before, posting);

/**
 * Writes a posting: the account, the grants, the entries and the tasks they call for, and notes what happened.
 * Nothing else writes any of these, so they cannot disagree.
 *
 * @rule BAL-02 the balance moves by exactly what the grants gained or lost
 * @rule BAL-05 the account row appears with its first movement and stays
 * @rule BAL-07 the last transaction is the newest entry
 * @rule GRT-13 a grant's `updated_at` moves with what it holds
 * @rule GRT-18 0 ≤ remaining ≤ initial
 * @returns the entries as written, oldest first
 */
function post(
  ledger: Ledger,
  unit: Transaction,
  before: Account,
  posting: Posting,
): readonly [Entry, ...Entry[]] {
  const { tx, now } = unit;
  const { account, grants } = posting;
  assertChain(before, posting);
  assertGrants(before, posting);
  for (const { before: known, after } of grants) {
    tx.put(ledger.grant, after);
    if (!known && after.expiresAt !== null) {
      schedule(unit, ledger.closing, after.id, after.expiresAt);
    }
  }
  const entries = posting.entries.map(
    (facts, position): Entry => ({
      id: unit.nextId(ledger.entryIds),
      accountId: account.id,
      sequence: before.entryCount + position + 1,
      at: now,
      ...facts,
    }),
  );
  const after = {
    ...account,
    entryCount: before.entryCount + entries.length,
    updatedAt: now,
    lastTransactionAt: now,
  };
  for (const entry of entries) {
    tx.put(ledger.entry, entry);
    unit.happened.push({ kind: "entry", entry });
  }
  tx.put(ledger.account, after);
  unit.happened.push({ kind: "moved", before, after });
  const [first, ...rest] = entries;
  assert(first !== undefined, "a posting has at least one entry");
  return [first, ...rest];
}

function assertChain(before: Account, { account, entries }: Posting): void {
  let { balance, overage } = before;
  for (const entry of entries) {
    assert(
      equal(entry.balanceBefore, balance) && equal(entry.overageBefore, overage),
      () => `a ${entry.type} entry of ${account.id} does not start where the last one ended`,
    );
    assert(
      isSound(entry.balanceAfter) && isSound(entry.overageAfter),
      () => `a ${entry.type} entry of ${account.id} goes below zero, or is no number`,
    );
    assert(
      isSound(entry.amount) && isPositive(entry.amount),
      () => `a ${entry.type} entry of ${account.id} moves nothing, or no number`,
    );
    balance = entry.balanceAfter;
    overage = entry.overageAfter;
  }
  assert(
    equal(account.balance, balance) && equal(account.overage, overage),
    () => `the entries of ${account.id} do not end at its figures`,
  );
}

function assertGrants(before: Account, { account, grants }: Posting): void {
  let moved = subtract(before.balance, account.balance);
  for (const { before: known, after } of grants) {
    assert(
      isSound(after.remaining) &&
        isSound(after.initial) &&
        (isZero(after.remaining) || compare(after.remaining, after.initial) <= 0),
      () => `grant ${after.id} holds ${after.remaining} of ${after.initial}`,
    );
    if (known) moved = subtract(moved, known.remaining);
    if (!isZero(after.remaining)) moved = add(moved, after.remaining);
  }
  assert(isZero(moved), () => `the balance of ${account.id} and its grants differ by ${moved}`);
}
