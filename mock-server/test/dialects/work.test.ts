import { expect, test } from "vitest";
import { kinds } from "#dialects/dodo/kinds.js";
import { explain } from "#dialects/dodo/ledger/explain.js";
import { drawableGrants } from "#dialects/dodo/load.js";
import { deliveriesOf } from "#dialects/dodo/webhooks/deliveries.js";
import { newEndpoint } from "#dialects/dodo/webhooks/handlers.js";
import { amountOf } from "#domain/amount.js";
import type { Delivery } from "#domain/delivery/delivery.js";
import type { Account, Grant } from "#domain/ledger/account.js";
import { documented } from "#domain/policy.js";
import { instantOf } from "#domain/time.js";
import { seededIds } from "#sandbox/ids.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { memoryStore } from "#stores/memory.js";

/** How much is done for one call, whatever the time it takes: it does not grow with what is stored beside it. */

const now = instantOf(0);
const nextId = seededIds("work");
const count = 5000;

const unitOf = (tx: Tx): Transaction => ({
  tx,
  now,
  nextId,
  policy: documented,
  happened: [],
  warn: () => {},
});

const account: Account = {
  id: "cdb",
  assetId: "cde",
  ownerId: "cus",
  balance: amountOf(2 * count),
  overage: amountOf(0),
  entryCount: 0,
  createdAt: now,
  updatedAt: now,
  lastTransactionAt: null,
};

const grantOf = (number: number): Grant => ({
  id: `cdg_${String(number).padStart(6, "0")}`,
  accountId: account.id,
  source: { type: "api", id: null },
  initial: amountOf(2),
  remaining: amountOf(2),
  expiresAt: null,
  isExpired: false,
  isRolledOver: false,
  endsWithTrial: false,
  rolloverCount: 0,
  parentId: null,
  rollover: null,
  metadata: null,
  createdAt: now,
  updatedAt: now,
});

/** Does work with a store of so many grants of one account, and tells how often it looked for and found something. */
async function withGrants<Result>(
  make: (number: number) => Grant,
  work: (unit: Transaction) => Promise<Result>,
) {
  const reads = { finds: 0, found: 0 };
  const result = await memoryStore().transaction(async (tx) => {
    tx.put(kinds.account, account);
    for (let i = 0; i < count; i++) tx.put(kinds.grant, make(i));
    tx.put(kinds.customer, {
      id: account.ownerId,
      email: "a@example.com",
      name: "A",
      phoneNumber: null,
      metadata: {},
      createdAt: now,
    });
    tx.put(kinds.entitlement, {
      id: account.assetId,
      name: "Tokens",
      description: null,
      unit: "token",
      precision: 0,
      expiresAfterDays: null,
      rolloverEnabled: false,
      rolloverPercentage: null,
      rolloverTimeframeCount: null,
      rolloverTimeframeInterval: null,
      maxRolloverCount: null,
      overageEnabled: false,
      overageLimit: null,
      overageBehavior: "forgive_at_reset",
      currency: null,
      pricePerUnit: null,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    });
    return work(unitOf(counted(tx, reads)));
  });
  return { result, reads };
}

function counted(tx: Tx, reads: { finds: number; found: number }): Tx {
  return {
    get: (kind, id) => tx.get(kind, id),
    put: (kind, record) => tx.put(kind, record),
    delete: (kind, id) => tx.delete(kind, id),
    async find(kind, index, key, options) {
      const found = await tx.find(kind, index, key, options);
      reads.finds += 1;
      reads.found += found.length;
      return found;
    },
  };
}

test("a debit over many grants takes a few reads, each of them of other grants", async () => {
  const { result, reads } = await withGrants(grantOf, (unit) =>
    drawableGrants(unit, account, account.balance),
  );
  expect(result).toHaveLength(count);
  expect(new Set(result.map((it) => it.id)).size).toBe(count);
  expect(reads.found).toBe(count);
  expect(reads.finds).toBeLessThan(15);
});

test("a debit of little reads little, however many grants there are", async () => {
  const { result, reads } = await withGrants(grantOf, (unit) =>
    drawableGrants(unit, account, amountOf(3)),
  );
  expect(result.length).toBeLessThan(10);
  expect(reads).toEqual({ finds: 1, found: result.length });
});

test("an explanation looks at each grant once to find what it was carried from", async () => {
  let looks = 0;
  const watched = (number: number): Grant => ({
    ...grantOf(number),
    get parentId() {
      looks += 1;
      return number % 2 === 0 ? null : grantOf(number - 1).id;
    },
  });
  const { result } = await withGrants(watched, (unit) =>
    explain(unit, account.assetId, account.ownerId),
  );
  expect(result.grants).toHaveLength(count / 2);
  expect(result.grants[7]?.carried_to.map((it) => it.id)).toEqual([grantOf(15).id]);
  expect(looks).toBeLessThan(3 * count);
});

test("what waits for an endpoint that is being sent to is not read", async () => {
  const endpoints = ["first", "second"].map((description) =>
    newEndpoint(nextId, now, {
      url: "http://localhost/webhooks",
      description,
      isDisabled: false,
      filterTypes: null,
      headers: {},
      metadata: {},
      rateLimit: null,
    }),
  );
  const [busy, idle] = endpoints.map((it) => it.id);
  if (busy === undefined || idle === undefined) throw new Error("there are two endpoints");
  const delivery = (endpointId: string): Delivery => ({
    id: nextId("dlv"),
    endpointId,
    url: "http://localhost/webhooks",
    eventId: "msg",
    eventType: "credit.added",
    state: "ready",
    attempts: [],
    failures: 0,
    nextAttemptAt: null,
    createdAt: now,
  });
  const reads = { finds: 0, found: 0 };
  await memoryStore().transaction(async (tx) => {
    for (const it of endpoints) tx.put(kinds.endpoint, it);
    for (let i = 0; i < count; i++) tx.put(kinds.delivery, delivery(busy));
    const waiting = delivery(idle);
    tx.put(kinds.delivery, waiting);
    const { ready } = deliveriesOf("bus");
    const unit = unitOf(counted(tx, reads));
    expect([...(await ready(unit, new Set([busy]), 16))]).toEqual([[idle, [waiting.id]]]);
    expect(reads.found).toBeLessThan(10);
    // Of all endpoints the one that has waited longest comes first.
    expect([...(await ready(unit, new Set(), 1)).keys()]).toEqual([busy]);
  });
});
