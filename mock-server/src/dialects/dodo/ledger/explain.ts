import type { components } from "@drawdown/spec/control";
import { type Amount, add, formatAmount, subtract, sum, zero } from "#domain/amount.js";
import { type Account, type Entry, type Grant, statusOf } from "#domain/ledger/account.js";
import { formatInstant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import { kinds, periodUsageId } from "../kinds.js";
import { findAccount, load, loadEntitlement } from "../load.js";

type Schemas = components["schemas"];

/** A part of an entry: what it did to one grant, or to the overage. */
interface Part {
  readonly entry: Entry;
  readonly amount: Amount;
}

/**
 * Why a customer's balance is what it is: every grant with what it gave, and how overage moved.
 *
 * @throws DomainError not-found for an unknown credit or customer
 */
export async function explain(
  { tx }: Transaction,
  entitlementId: string,
  customerId: string,
): Promise<Schemas["Explanation"]> {
  const { unit, precision } = await loadEntitlement(tx, entitlementId, "BAL-04");
  await load(tx, kinds.customer, customerId, "BAL-04");
  const [account] = await findAccount(tx, entitlementId, customerId);
  const entries = account ? await tx.find(kinds.entry, "byAccount", account.id) : [];
  const grants = account ? await tx.find(kinds.grant, "byAccount", account.id) : [];
  const print = (amount: Amount) => formatAmount(amount, precision);
  const movement = ({ entry, amount }: Part): Schemas["ExplainedMovement"] => ({
    entry_id: entry.id,
    transaction_type: entry.type,
    at: formatInstant(entry.at),
    amount: print(amount),
    description: entry.description,
  });
  const parts = partsByGrant(entries, grants);
  const carried = carriedFrom(grants);
  const tree = (grant: Grant): Schemas["ExplainedGrant"] => ({
    id: grant.id,
    source_type: grant.source.type,
    source_id: grant.source.id,
    status: statusOf(grant),
    created_at: formatInstant(grant.createdAt),
    expires_at: grant.expiresAt && formatInstant(grant.expiresAt),
    initial: print(grant.initial),
    remaining: print(grant.remaining),
    movements: (parts.get(grant.id) ?? []).map(movement),
    carried_to: (carried.get(grant.id) ?? []).map(tree),
  });
  return {
    credit_entitlement_id: entitlementId,
    customer_id: customerId,
    unit,
    balance: print(account?.balance ?? zero),
    overage: print(account?.overage ?? zero),
    blocked: print(account ? await blockedFor({ tx }, account) : zero),
    totals: totalsOf(entries, print),
    grants: (carried.get(null) ?? []).map(tree),
    overage_movements: overageParts(entries).map(movement),
  };
}

/** What each grant gave, entry by entry. What it was issued or carried with is its initial amount, and no part. */
function partsByGrant(
  entries: readonly Entry[],
  grants: readonly Grant[],
): ReadonlyMap<string, readonly Part[]> {
  const parts = new Map<string, Part[]>(grants.map((it) => [it.id, []]));
  for (const entry of entries) {
    if (entry.isCredit) continue;
    const single = entry.grantId === null ? [] : [{ grantId: entry.grantId, amount: entry.amount }];
    for (const { grantId, amount } of entry.draws ?? single) {
      parts.get(grantId)?.push({ entry, amount: subtract(zero, amount) });
    }
  }
  return parts;
}

/** The grants that each one was carried to; under null those that nothing was carried from. */
function carriedFrom(grants: readonly Grant[]): ReadonlyMap<string | null, readonly Grant[]> {
  const carried = new Map<string | null, Grant[]>();
  for (const grant of grants) {
    const siblings = carried.get(grant.parentId);
    if (siblings) siblings.push(grant);
    else carried.set(grant.parentId, [grant]);
  }
  return carried;
}

const overageParts = (entries: readonly Entry[]): readonly Part[] =>
  entries
    .map((entry) => ({ entry, amount: subtract(entry.overageAfter, entry.overageBefore) }))
    .filter(({ amount }) => !amount.isZero());

/** What became of everything issued, by the entries alone; carrying over moves nothing in or out. */
function totalsOf(
  entries: readonly Entry[],
  print: (amount: Amount) => string,
): Schemas["Explanation"]["totals"] {
  const totals = { issued: zero, deducted: zero, expired: zero, forfeited: zero, repaid: zero };
  for (const entry of entries) {
    const { type, isCredit, amount } = entry;
    if (type === "credit_rolled_over" || type.startsWith("overage_")) continue;
    const repays = !entry.overageAfter.eq(entry.overageBefore);
    const total = isCredit
      ? "issued"
      : type === "credit_expired"
        ? "expired"
        : type === "rollover_forfeited"
          ? "forfeited"
          : repays
            ? "repaid"
            : "deducted";
    totals[total] = add(totals[total], amount);
  }
  return {
    issued: print(totals.issued),
    deducted: print(totals.deducted),
    expired: print(totals.expired),
    forfeited: print(totals.forfeited),
    repaid: print(totals.repaid),
  };
}

/** Credits of usage that neither balance nor overage could take. */
async function blockedFor(
  { tx }: Pick<Transaction, "tx">,
  { ownerId: customerId, assetId: entitlementId }: Account,
): Promise<Amount> {
  const dropped: Amount[] = [];
  for (const { id, meters } of await tx.find(kinds.subscription, "byCustomer", customerId)) {
    for (const { meterId, entitlementId: costs } of meters) {
      const usage =
        costs === entitlementId && (await tx.get(kinds.periodUsage, periodUsageId(id, meterId)));
      if (usage) dropped.push(usage.dropped);
    }
  }
  return sum(dropped);
}
