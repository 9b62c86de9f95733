import fc from "fast-check";
import { expect, test } from "vitest";
import { kinds } from "#dialects/dodo/kinds.js";
import { amountOf, zero } from "#domain/amount.js";
import type { Grant } from "#domain/ledger/account.js";
import type { UsageEvent } from "#domain/metering/event.js";
import { instantOf } from "#domain/time.js";
import { all } from "#sandbox/kinds.js";
import type { Tx } from "#sandbox/ports.js";
import { memoryStore } from "#stores/memory.js";

const grant = (id: string, account: string, remaining: number, createdAt: number): Grant => ({
  id,
  accountId: account,
  source: { type: "api", id: null },
  initial: amountOf(10),
  remaining: remaining === 0 ? zero : amountOf(remaining),
  expiresAt: createdAt % 3 === 0 ? null : instantOf(100 - createdAt),
  isExpired: false,
  isRolledOver: false,
  endsWithTrial: false,
  rolloverCount: 0,
  parentId: null,
  rollover: null,
  metadata: null,
  createdAt: instantOf(createdAt),
  updatedAt: instantOf(createdAt),
});

const id = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
  fc.record({
    kind: fc.constant("put" as const),
    id,
    account: fc.constantFrom("x", "y"),
    remaining: fc.integer({ min: 0, max: 3 }),
    createdAt: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({ kind: fc.constant("delete" as const), id }),
);
const transaction = fc.record({ steps: fc.array(step, { maxLength: 8 }), fails: fc.boolean() });

/** The store as a list that is filtered and sorted anew on every look, with its rows in the order they were first put. */
class Naive {
  rows: Grant[] = [];

  put(record: Grant): void {
    const at = this.rows.findIndex((it) => it.id === record.id);
    if (at === -1) this.rows.push(record);
    else this.rows[at] = record;
  }

  open(account: string): readonly string[] {
    const sortKey = (it: Grant) =>
      [it.createdAt, it.expiresAt ?? Number.POSITIVE_INFINITY] as const;
    return this.rows
      .filter((it) => it.accountId === account && !it.remaining.isZero())
      .sort((a, b) => {
        const [[ac, ae], [bc, be]] = [sortKey(a), sortKey(b)];
        return ac - bc || (ae === be ? 0 : ae - be) || (a.id < b.id ? -1 : 1);
      })
      .map((it) => it.id);
  }

  all(account: string): readonly string[] {
    return this.rows
      .map((it, position) => ({ it, position }))
      .filter(({ it }) => it.accountId === account)
      .sort((a, b) => a.it.createdAt - b.it.createdAt || a.position - b.position)
      .map(({ it }) => it.id);
  }
}

async function indexes(tx: Tx, account: string) {
  const ids = (found: readonly { readonly id: string }[]) => found.map((it) => it.id);
  return {
    open: ids(await tx.find(kinds.grant, "fifo", account)),
    all: ids(await tx.find(kinds.grant, "byAccount", account)),
    newest: ids(
      await tx.find(kinds.grant, "byAccount", account, { descending: true, offset: 1, limit: 2 }),
    ),
  };
}

test("indexes agree with a list sorted anew, and a transaction that throws leaves no trace", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 12 }), async (transactions) => {
      const store = memoryStore();
      const naive = new Naive();
      for (const { steps, fails } of transactions) {
        const before = [...naive.rows];
        const done = store.transaction(async (tx) => {
          for (const it of steps) {
            if (it.kind === "put") {
              const record = grant(it.id, it.account, it.remaining, it.createdAt);
              tx.put(kinds.grant, record);
              naive.put(record);
            } else {
              tx.delete(kinds.grant, it.id);
              naive.rows = naive.rows.filter((row) => row.id !== it.id);
            }
            expect((await tx.get(kinds.grant, it.id))?.id).toBe(
              naive.rows.find((row) => row.id === it.id)?.id,
            );
          }
          if (fails) throw new Error("undo this");
        });
        if (fails) {
          await expect(done).rejects.toThrow("undo this");
          naive.rows = before;
        } else await done;
        await store.transaction(async (tx) => {
          for (const account of ["x", "y"]) {
            const all = naive.all(account);
            expect(await indexes(tx, account)).toEqual({
              open: naive.open(account),
              all,
              newest: [...all].reverse().slice(1, 3),
            });
          }
        });
      }
      expect(await store.isEmpty()).toBe(naive.rows.length === 0);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test("transactions run one after another, whatever they wait for", async () => {
  const store = memoryStore();
  const order: string[] = [];
  const slow = store.transaction(async () => {
    order.push("first begins");
    for (let i = 0; i < 50; i++) await Promise.resolve();
    order.push("first ends");
  });
  const quick = store.transaction(async () => {
    order.push("second");
  });
  await Promise.all([slow, quick]);
  expect(order).toEqual(["first begins", "first ends", "second"]);
});

const event = (number: number, at: number): UsageEvent => ({
  id: `event-${number}`,
  sequence: number,
  customerId: number % 7 === 0 ? "x" : "y",
  name: "used",
  at: instantOf(at),
  metadata: null,
});

/** What one transaction does with one event: puts it, with a time that ties with many others, or takes it out. */
const change = fc.record({
  number: fc.integer({ min: 0, max: 2000 }),
  at: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
});
const query = fc.record({
  descending: fc.boolean(),
  offset: fc.integer({ min: 0, max: 1200 }),
  limit: fc.integer({ min: 0, max: 900 }),
  from: fc.option(fc.integer({ min: 0, max: 45 }), { nil: undefined }),
  isFiltered: fc.boolean(),
});

test("a group of many records answers every query as a list sorted anew, undone transactions left out", async () => {
  const histories = fc.record({
    grown: fc.integer({ min: 0, max: 1600 }),
    transactions: fc.array(
      fc.record({ changes: fc.array(change, { maxLength: 400 }), fails: fc.boolean() }),
      { maxLength: 4 },
    ),
    queries: fc.array(query, { minLength: 1, maxLength: 5 }),
  });
  const isEven = (it: UsageEvent) => it.sequence % 2 === 0;
  await fc.assert(
    fc.asyncProperty(histories, async ({ grown, transactions, queries }) => {
      const store = memoryStore();
      // A Map keeps its keys in the order they were first put, as the store breaks ties.
      let model = new Map<string, UsageEvent>();
      const grow = Array.from({ length: grown }, (_, i) => ({ number: i, at: i % 40 }));
      for (const { changes, fails } of [{ changes: grow, fails: false }, ...transactions]) {
        const after = new Map(model);
        const done = store.transaction(async (tx) => {
          for (const { number, at } of changes) {
            const record = event(number, at ?? 0);
            if (at === null) {
              tx.delete(kinds.event, record.id);
              after.delete(record.id);
            } else {
              tx.put(kinds.event, record);
              after.set(record.id, record);
            }
          }
          if (fails) throw new Error("undo this");
        });
        if (fails) await expect(done).rejects.toThrow("undo this");
        else {
          await done;
          model = after;
        }
      }
      const sorted = [...model.values()].sort((a, b) => a.at - b.at); // stable
      await store.transaction(async (tx) => {
        for (const { descending, offset, limit, from, isFiltered } of queries) {
          const found = await tx.find(kinds.event, "all", all, {
            descending,
            offset,
            limit,
            ...(from === undefined ? {} : { from }),
            ...(isFiltered ? { where: isEven } : {}),
          });
          const wanted = sorted.filter((it) => it.at >= (from ?? 0) && (!isFiltered || isEven(it)));
          if (descending) wanted.reverse();
          expect(found.map((it) => it.id)).toEqual(
            wanted.slice(offset, offset + limit).map((it) => it.id),
          );
        }
      });
    }),
    { numRuns: 100, seed: 11 },
  );
});
