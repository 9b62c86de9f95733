import { add, compare, equal, isNegative, subtract, zero } from "../domain/amount.js";
import { assert } from "../domain/errors.js";
import type { Account, Entry, Grant, Posting } from "../domain/ledger/account.js";
import { schedule } from "./agenda.js";
import type { Unit } from "./ports.js";

/**
 * Writes a posting: the account, the grants, the entries and the tasks they call for. Nothing else writes any of
 * these, so they cannot disagree.
 *
 * @rule BAL-02 the balance moves by exactly what the grants gained or lost
 * @rule BAL-05 the account row appears with its first movement and stays
 * @rule BAL-07 the last transaction is the newest entry
 * @rule GRT-13 a grant's `updated_at` moves with what it holds
 * @rule GRT-18 0 ≤ remaining ≤ initial
 * @returns the entries as written, oldest first
 */
export async function post(
  unit: Unit,
  before: Account,
  posting: Posting,
): Promise<readonly [Entry, ...Entry[]]> {
  const { tx, now } = unit;
  const { account } = posting;
  assertChain(before, posting);
  let moved = zero;
  for (const grant of posting.grants) {
    const known = await tx.get("grant", grant.id);
    assertGrant(grant);
    moved = add(moved, known ? subtract(grant.remaining, known.remaining) : grant.remaining);
    await tx.put("grant", grant);
    if (!known && grant.expiresAt !== null) {
      await schedule(unit, "expire-grant", grant.id, grant.expiresAt);
    }
  }
  assert(
    equal(moved, subtract(account.balance, before.balance)),
    `the balance of ${account.id} moved by ${subtract(account.balance, before.balance)}, its grants by ${moved}`,
  );
  const entries = posting.entries.map(
    (facts, position): Entry => ({
      ...facts,
      id: unit.nextId("cdl"),
      accountId: account.id,
      sequence: before.entryCount + position + 1,
      at: now,
    }),
  );
  for (const entry of entries) await tx.put("entry", entry);
  await tx.put("account", {
    ...account,
    entryCount: before.entryCount + entries.length,
    updatedAt: now,
    lastTransactionAt: now,
  });
  const [first, ...rest] = entries;
  assert(first !== undefined, "a posting has at least one entry");
  return [first, ...rest];
}

function assertChain(before: Account, { account, entries }: Posting): void {
  let { balance, overage } = before;
  for (const entry of entries) {
    assert(
      equal(entry.balanceBefore, balance) && equal(entry.overageBefore, overage),
      `a ${entry.type} entry of ${account.id} does not start where the last one ended`,
    );
    assert(
      !isNegative(entry.balanceAfter) && !isNegative(entry.overageAfter),
      `a ${entry.type} entry of ${account.id} goes below zero`,
    );
    balance = entry.balanceAfter;
    overage = entry.overageAfter;
  }
  assert(
    equal(account.balance, balance) && equal(account.overage, overage),
    `the entries of ${account.id} do not end at its figures`,
  );
}

function assertGrant(grant: Grant): void {
  assert(
    !isNegative(grant.remaining) && compare(grant.remaining, grant.initial) <= 0,
    `grant ${grant.id} holds ${grant.remaining} of ${grant.initial}`,
  );
}
