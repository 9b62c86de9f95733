import { type Amount, isPositive, subtract } from "#domain/amount.js";
import type { Account, Grant } from "#domain/ledger/account.js";
import type { Entitlement } from "#domain/ledger/entitlement.js";
import type { Awaitable, Tx, Unit } from "#sandbox/ports.js";
import { holderKey, type Records } from "#sandbox/tables.js";
import { notFound } from "./context.js";

/**
 * A credit that exists and is not deleted.
 *
 * @rule ENT-31 unknown, another key's and deleted ones are all 404
 * @rule ENT-55 so are the balances, grants and ledger of a deleted one
 * @throws DomainError not-found
 */
export async function loadEntitlement(tx: Tx, id: string, rule = "ENT-31"): Promise<Entitlement> {
  const found = await tx.get("entitlement", id);
  return found && found.deletedAt === null ? found : notFound("credit entitlement", id, rule);
}

/** What callers call the records they name by id. */
const nouns = {
  addon: "add-on",
  checkout: "checkout session",
  customer: "customer",
  delivery: "delivery",
  endpoint: "webhook endpoint",
  entitlement: "credit entitlement",
  event: "event",
  meter: "meter",
  payment: "payment",
  portalSession: "portal session",
  product: "product",
  subscription: "subscription",
} as const;

/**
 * The record that a caller names by id.
 *
 * @param rule the behaviour that makes an unknown one 404
 * @throws DomainError not-found
 */
export const load = async <K extends keyof typeof nouns>(
  tx: Tx,
  kind: K,
  id: string,
  rule: string,
): Promise<Records[K]> => (await tx.get(kind, id)) ?? notFound(nouns[kind], id, rule);

/** What a customer holds of a credit: one account, or none before the first movement. */
export const findAccount = (
  tx: Tx,
  entitlementId: string,
  customerId: string,
): Awaitable<readonly Account[]> =>
  tx.find("account", "byHolder", holderKey(entitlementId, customerId));

/** Grants read at first; most debits need one or two. */
const batch = 8;

/**
 * The open grants of an account in the draw order of the policy (C1), as many as it takes to hold `amount`, or
 * all.
 */
export async function drawableGrants(
  { tx, policy }: Unit,
  account: Account,
  amount: Amount,
): Promise<readonly Grant[]> {
  const grants: Grant[] = [];
  let missing = amount;
  while (isPositive(missing)) {
    // Twice as many each time, so that a debit over very many takes a few reads.
    const limit = Math.max(grants.length, batch);
    const next = await tx.find("grant", policy.consumptionOrder, account.id, {
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
