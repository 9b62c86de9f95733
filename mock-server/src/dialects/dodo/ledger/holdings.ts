import { type Account, emptyAccount } from "#domain/ledger/account.js";
import type { OverageTerms } from "#domain/ledger/rules/overage.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { type Entitlement, overageTermsOf } from "../catalogue/credits/rules.js";
import { kinds } from "../kinds.js";
import { findAccount } from "../load.js";
import { overageOf } from "../subscriptions/cart-item.js";

/** What the customer holds of the credit; an account that is stored with its first movement if there is none yet. */
export async function accountOf(
  { tx, now, nextId }: Transaction,
  entitlementId: string,
  customerId: string,
): Promise<Account> {
  const [known] = await findAccount(tx, entitlementId, customerId);
  return known ?? emptyAccount(nextId("cdb"), entitlementId, customerId, now);
}

/** The active subscriptions of a customer, oldest first. */
export const activeSubscriptions = (tx: Tx, customerId: string) =>
  tx.find(kinds.subscription, "byCustomer", customerId, { where: (it) => it.status === "active" });

/**
 * The overage settings a manual movement runs under.
 *
 * @rule OVR-05 those of the subscription that carries the credit, else the credit's own; with several, overage is
 * allowed if any allows it, up to the largest limit, with the behaviour of the oldest
 */
export async function overageFor(
  tx: Tx,
  entitlement: Entitlement,
  customerId: string,
): Promise<OverageTerms> {
  const terms = (await activeSubscriptions(tx, customerId)).flatMap(({ cart }) =>
    cart.filter((it) => it.entitlementId === entitlement.id).map(overageOf),
  );
  const [oldest] = terms;
  if (!oldest) return overageTermsOf(entitlement);
  const allowing = terms.filter((it) => it.enabled);
  const limits = allowing.map((it) => it.limit);
  return {
    enabled: allowing.length > 0,
    limit: limits.includes(null)
      ? null
      : limits.reduce((most, it) => (most === null || it?.gt(most) ? it : most), null),
    behavior: oldest.behavior,
  };
}
