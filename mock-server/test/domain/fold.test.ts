import { describe, expect, test } from "vitest";
import { audit } from "#dialects/control/audit.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { ledger, post } from "#dialects/dodo/ledger/post.js";
import { amountOf, formatAmount } from "#domain/amount.js";
import { type Entry, emptyAccount, type Grant } from "#domain/ledger/account.js";
import { deduct } from "#domain/ledger/deduct.js";
import { fold } from "#domain/ledger/fold.js";
import { grant } from "#domain/ledger/grant.js";
import { documented } from "#domain/policy.js";
import { instantOf } from "#domain/time.js";
import { seededIds } from "#sandbox/ids.js";
import type { Tx } from "#sandbox/ports.js";
import { memoryStore } from "#stores/memory.js";

const now = instantOf(0);
const api = { type: "api", id: null } as const;

/** A store with one account: a credit of 100, a debit of 30, and 20 of overage after a debit of 90. */
async function ledgerOf(tx: Tx): Promise<readonly Entry[]> {
  const unit = { tx, now, nextId: seededIds("fold"), policy: documented, happened: [], warn() {} };
  const common = { reference: api, description: null };
  const credit = {
    ...common,
    source: api,
    expiresAt: null,
    rollover: null,
    repaysOverage: false,
    entryType: "credit_added",
  } as const;
  const debit = {
    ...common,
    metadata: {},
    entryType: "credit_deducted",
    excess: "refuse",
    overage: { enabled: true, limit: null, behavior: "carry_deficit" },
    print: (it: ReturnType<typeof amountOf>) => formatAmount(it, 0),
  } as const;
  const account = async () =>
    (await tx.get(kinds.account, "cdb")) ?? emptyAccount("cdb", "cde", "cus", now);
  const open = () => tx.find(kinds.grant, "fifo", "cdb") as readonly Grant[];
  const opening = await account();
  post(
    unit,
    opening,
    grant(opening, { ...credit, grantId: "g", amount: amountOf(100), metadata: null }, now),
  );
  for (const amount of [30, 90]) {
    const before = await account();
    const { posting } = deduct(before, open(), { ...debit, amount: amountOf(amount) }, now);
    if (!posting) throw new Error("nothing moved");
    post(unit, before, posting);
  }
  return tx.find(kinds.entry, "byAccount", "cdb");
}

const inStore = <Result>(work: (tx: Tx) => Promise<Result>) => memoryStore().transaction(work);

describe("the fold", () => {
  test("LED-33 a sound ledger adds up and has no breaks", async () => {
    const folded = fold(await inStore(ledgerOf));
    expect(folded.breaks).toEqual([]);
    expect([folded.balance.toFixed(), folded.overage.toFixed(), folded.entryCount]).toEqual([
      "0",
      "20",
      4,
    ]);
  });

  test("LED-33 an entry that is missing, moved or altered is named", async () => {
    const entries = await inStore(ledgerOf);
    const [first, second] = entries;
    if (!first || !second) throw new Error("no entries");
    expect(fold(entries.slice(1)).breaks[0]).toContain("sequence is 2 but should be 1");
    expect(fold([second, first]).breaks.length).toBeGreaterThan(0);
    const altered = { ...second, amount: amountOf(31) };
    expect(fold([first, altered]).breaks).toEqual([
      `entry ${second.id}: balance_after is 70 but should be 69`,
    ]);
  });
});

describe("the audit", () => {
  test("LED-32 finds an account that its ledger does not explain", async () => {
    const differences = await inStore(async (tx) => {
      await ledgerOf(tx);
      expect((await audit(tx, ledger)).differences).toEqual([]);
      const account = await tx.get(kinds.account, "cdb");
      const held = await tx.get(kinds.grant, "g");
      if (!account || !held) throw new Error("nothing stored");
      tx.put(kinds.account, {
        ...account,
        balance: amountOf(7),
        overage: amountOf(21),
        entryCount: 5,
      });
      tx.put(kinds.grant, { ...held, remaining: amountOf(3) });
      return (await audit(tx, ledger)).differences;
    });
    expect(differences).toEqual([
      "cdb: balance is 7, but the ledger gives 0",
      "cdb: overage is 21, but the ledger gives 20",
      "cdb: what its grants hold is 3, but the ledger gives 0",
      "cdb: entry count is 5, but the ledger gives 4",
    ]);
  });
});

describe("posting what is no number", () => {
  const noAmounts = [amountOf(Number.NaN), amountOf(Number.POSITIVE_INFINITY)];

  test.each(noAmounts)("LED-32 the write path refuses %s", async (amount) => {
    const crooked = memoryStore().transaction(async (tx) => {
      const unit = { tx, now, nextId: seededIds("x"), policy: documented, happened: [], warn() {} };
      const account = emptyAccount("cdb", "cde", "cus", now);
      const issued = grant(
        account,
        {
          grantId: "g",
          amount,
          source: api,
          reference: api,
          expiresAt: null,
          repaysOverage: false,
          entryType: "credit_added",
          rollover: null,
          description: null,
          metadata: null,
        },
        now,
      );
      post(unit, account, issued);
    });
    await expect(crooked).rejects.toThrow("invariant broken");
  });

  test.each(noAmounts)("LED-32 the audit names %s, wherever it is stored", async (amount) => {
    const differences = await inStore(async (tx) => {
      const [entry] = await ledgerOf(tx);
      const held = await tx.get(kinds.grant, "g");
      const account = await tx.get(kinds.account, "cdb");
      if (!entry || !held || !account) throw new Error("nothing stored");
      tx.put(kinds.entry, { ...entry, amount, balanceAfter: amount });
      tx.put(kinds.grant, { ...held, initial: amount });
      tx.put(kinds.account, { ...account, overage: amount });
      return (await audit(tx, ledger)).differences;
    });
    for (const what of ["amount", "balanceAfter"]) {
      expect(differences).toContainEqual(expect.stringMatching(`: ${what} is ${amount}$`));
    }
    expect(differences).toContainEqual(`cdb: grant g holds 0 of ${amount}`);
    expect(differences).toContainEqual(`cdb: overage is ${amount}, but the ledger gives 20`);
  });
});

describe("posting", () => {
  test("GRT-18 a posting that does not add up is a bug and writes nothing that stays", async () => {
    const store = memoryStore();
    const crooked = store.transaction(async (tx) => {
      const unit = { tx, now, nextId: seededIds("x"), policy: documented, happened: [], warn() {} };
      const opening = emptyAccount("cdb", "cde", "cus", now);
      const issued = grant(
        opening,
        {
          grantId: "g",
          amount: amountOf(5),
          source: api,
          reference: api,
          expiresAt: null,
          repaysOverage: false,
          entryType: "credit_added",
          rollover: null,
          description: null,
          metadata: null,
        },
        now,
      );
      post(unit, opening, { ...issued, account: { ...issued.account, balance: amountOf(6) } });
    });
    await expect(crooked).rejects.toThrow("invariant broken");
    expect(await store.isEmpty()).toBe(true);
  });
});
