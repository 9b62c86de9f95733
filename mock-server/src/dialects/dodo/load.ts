import { type Amount, isPositive, subtract } from "#domain/amount.js";
import type { Account, Grant } from "#domain/ledger/account.js";
import type { Kind, Stored } from "#sandbox/kinds.js";
import type { Awaitable, Transaction, Tx } from "#sandbox/ports.js";
import type { Entitlement } from "./catalogue/credits/rules.js";
import { notFound } from "./context.js";
import { holderKey, kinds } from "./kinds.js";

/**
 * A credit that exists and is not deleted.
 *
 * @rule ENT-31 unknown, another key's and deleted ones are all 404
 * @rule ENT-55 so are the balances, grants and ledger of a deleted one
 * @throws DomainError not-found
 */
export async function loadEntitlement(tx: Tx, id: string, rule = "ENT-31"): Promise<Entitlement> {
  const found = await tx.get(kinds.entitlement, id);
  return found && found.deletedAt === null ? found : notFound("credit entitlement", id, rule);
}

/**
 * The record that a caller names by id.
 *
 * @param rule the behaviour that makes an unknown one 404
 * @throws DomainError not-found
 */
export const load = async <Record extends Stored>(
  tx: Tx,
  kind: Kind<Record>,
  id: string,
  rule: string,
): Promise<Record> => (await tx.get(kind, id)) ?? notFound(kind.noun, id, rule);

/** What a customer holds of a credit: one account, or none before the first movement. */
export const findAccount = (
  tx: Tx,
  entitlementId: string,
  customerId: string,
): Awaitable<readonly Account[]> =>
  tx.find(kinds.account, "byHolder", holderKey(entitlementId, customerId));

/** Grants read at first; most debits need one or two. */
const batch = 8;

/**
 * The open grants of an account in the draw order of the policy (C1), as many as it takes to hold `amount`, or
 * all.
 */
export async function drawableGrants(
  { tx, policy }: Transaction,
  account: Account,
  amount: Amount,
): Promise<readonly Grant[]> {
  const grants: Grant[] = [];
  let missing = amount;
  while (isPositive(missing)) {
    // Twice as many each time, so that a debit over very many takes a few reads.
    const limit = Math.max(grants.length, batch);
    const next = await tx.find(kinds.grant, policy.consumptionOrder, account.id, {
      offset: grants.length,
      limit,
    });
    for (const grant of next) {
      missing = subtract(missing, grant.remaining);
      grants.push(grant);
    }
    if (next.length < limit) break;
  }
  return grants;
}
