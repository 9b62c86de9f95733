import type { components } from "@drawdown/spec/dodo";
import { assert } from "#domain/errors.js";
import type { Account } from "#domain/ledger/account.js";
import type { Policy } from "#domain/policy.js";
import type { Tx } from "#sandbox/ports.js";
import type { Customer } from "./customers/rules.js";
import { kinds } from "./kinds.js";
import { findAccount } from "./load.js";
import { presentPayment } from "./payments/present.js";
import type { Payment } from "./payments/rules.js";
import { presentSubscription } from "./subscriptions/present.js";
import type { Subscription } from "./subscriptions/rules.js";

type Schemas = components["schemas"];

/** What it takes to show a record together with others it names. */
export interface Viewer {
  readonly tx: Tx;
  readonly businessId: string;
  readonly policy: Policy;
}

/** The customer that a stored record names, who therefore exists. */
export async function customerOf(tx: Tx, id: string): Promise<Customer> {
  const customer = await tx.get(kinds.customer, id);
  assert(customer !== undefined, `customer ${id} is named but not stored`);
  return customer;
}

/** A subscription's object, with what its customer holds of its credits. */
export async function viewSubscription(
  { tx, businessId, policy }: Viewer,
  subscription: Subscription,
): Promise<Schemas["SubscriptionResponse"]> {
  const accounts = new Map<string, Account>();
  for (const { entitlementId } of subscription.cart) {
    const [account] = await findAccount(tx, entitlementId, subscription.customerId);
    if (account) accounts.set(entitlementId, account);
  }
  const customer = await customerOf(tx, subscription.customerId);
  const { cartAmounts } = policy;
  return presentSubscription(subscription, { customer, accounts, businessId, cartAmounts });
}

/** A payment's object, with its customer. */
export const viewPayment = async (
  { tx, businessId }: Viewer,
  payment: Payment,
): Promise<Schemas["PaymentResponse"]> =>
  presentPayment(payment, await customerOf(tx, payment.customerId), businessId);
