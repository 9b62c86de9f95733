import { costOf } from "#domain/amount.js";
import type { Account } from "#domain/ledger/account.js";
import { atReset, resetOverage } from "#domain/ledger/settle-overage.js";
import type { Transaction } from "#sandbox/ports.js";
import type { Attachment } from "../catalogue/products/rules.js";
import { post } from "../ledger/post.js";
import { findAccount } from "../load.js";
import { closeUsage, meteredOwed } from "../usage/metered.js";
import { overagePriceOf } from "./cart-item.js";
import type { Subscription } from "./rules.js";

/** The credits of a subscription's cart that the customer has ever held. */
export async function heldBy(
  { tx }: Transaction,
  { cart, customerId }: Subscription,
): Promise<readonly { readonly item: Attachment; readonly account: Account }[]> {
  const held = [];
  for (const item of cart) {
    const [account] = await findAccount(tx, item.entitlementId, customerId);
    if (account) held.push({ item, account });
  }
  return held;
}

/** Minor units that overage and metered usage of the current period cost, as things stand. */
export const usageOwed = async (unit: Transaction, subscription: Subscription): Promise<number> =>
  (await meteredOwed(unit.tx, subscription)) + (await overageOwed(unit, subscription));

/** Minor units that overage of a subscription's credits costs, as things stand. */
export const overageOwed = async (unit: Transaction, subscription: Subscription): Promise<number> =>
  (await heldBy(unit, subscription)).reduce((sum, it) => sum + costFor(it.item, it.account), 0);

/**
 * Closes the books of the current period: overage is cleared where its behaviour says so, and metered usage goes into
 * the history.
 *
 * @returns minor units to bill for both with the next payment
 */
export const settleUsage = async (unit: Transaction, subscription: Subscription): Promise<number> =>
  (await settleOverage(unit, subscription)) + (await closeUsage(unit, subscription));

/**
 * Clears the overage of a subscription's credits, where their behaviours say so.
 *
 * @returns minor units to bill for it with the next payment
 */
export async function settleOverage(
  unit: Transaction,
  subscription: Subscription,
): Promise<number> {
  const { id, metadata } = subscription;
  let due = 0;
  for (const { item, account } of await heldBy(unit, subscription)) {
    due += costFor(item, account);
    const posting = resetOverage(account, item.overageBehavior, {
      reference: { type: "subscription", id },
      metadata,
    });
    if (posting) post(unit, account, posting);
  }
  return due;
}

/** Minor units that an account's overage costs; nothing unless the behaviour bills. */
const costFor = (item: Attachment, { overage }: Account): number =>
  atReset[item.overageBehavior].isBilled ? costOf(overage, overagePriceOf(item)) : 0;
