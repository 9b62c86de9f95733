import { compare, equal, isSound, sum } from "#domain/amount.js";
import { isOpen } from "#domain/ledger/account.js";
import { fold } from "#domain/ledger/fold.js";
import { all } from "#sandbox/kinds.js";
import type { Tx } from "#sandbox/ports.js";
import type { Ledger } from "#sandbox/post.js";

export interface AuditResult {
  readonly accounts: number;
  readonly entries: number;
  /** One sentence for each figure that does not follow from the ledger. */
  readonly differences: readonly string[];
}

/** Adds every ledger up from its first entry and compares what comes out with what is stored. */
export async function audit(tx: Tx, kinds: Ledger): Promise<AuditResult> {
  const differences: string[] = [];
  let entries = 0;
  const accounts = await tx.find(kinds.account, "all", all);
  for (const account of accounts) {
    const ledger = await tx.find(kinds.entry, "byAccount", account.id);
    const grants = await tx.find(kinds.grant, "byAccount", account.id);
    const folded = fold(ledger);
    const held = sum(grants.filter(isOpen).map((it) => it.remaining));
    entries += ledger.length;
    const differs = (what: string, stored: unknown, found: unknown) =>
      differences.push(`${account.id}: ${what} is ${stored}, but the ledger gives ${found}`);
    differences.push(...folded.breaks.map((it) => `${account.id}: ${it}`));
    if (!equal(account.balance, folded.balance))
      differs("balance", account.balance, folded.balance);
    if (!equal(account.overage, folded.overage))
      differs("overage", account.overage, folded.overage);
    for (const { id, initial, remaining } of grants) {
      if (isSound(initial) && isSound(remaining) && compare(remaining, initial) <= 0) continue;
      differences.push(`${account.id}: grant ${id} holds ${remaining} of ${initial}`);
    }
    if (!equal(held, folded.balance)) differs("what its grants hold", held, folded.balance);
    if (account.entryCount !== folded.entryCount) {
      differs("entry count", account.entryCount, folded.entryCount);
    }
    if (account.lastTransactionAt !== (ledger.at(-1)?.at ?? null)) {
      differs("last transaction", account.lastTransactionAt, ledger.at(-1)?.at);
    }
  }
  return { accounts: accounts.length, entries, differences };
}
