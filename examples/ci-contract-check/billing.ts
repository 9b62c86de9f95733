import type DodoPayments from "dodopayments";

/** What the application asks of the billing service; the contract check makes each of these calls. */

/** A new customer's first credits. */
export async function welcome(client: DodoPayments, credit: string, email: string) {
  const { customer_id } = await client.customers.create({ email, name: email });
  await client.creditEntitlements.balances.createLedgerEntry(customer_id, {
    credit_entitlement_id: credit,
    entry_type: "credit",
    amount: "1000",
    reason: "Welcome",
    idempotency_key: `welcome-${customer_id}`,
  });
  return customer_id;
}

/** Takes what a request of the customer used. */
export const charge = (
  client: DodoPayments,
  credit: string,
  customer: string,
  request: { readonly id: string; readonly tokens: number },
) =>
  client.creditEntitlements.balances.createLedgerEntry(customer, {
    credit_entitlement_id: credit,
    entry_type: "debit",
    amount: String(request.tokens),
    idempotency_key: request.id,
  });

/** What the customer has left, by the name of the credit. */
export async function remaining(client: DodoPayments, customer: string) {
  const { items } = await client.customers.listCreditEntitlements(customer);
  return Object.fromEntries(items.map(({ name, balance }) => [name, balance]));
}
