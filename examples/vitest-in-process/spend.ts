import DodoPayments from "dodopayments";

/** Which credit of which customer. */
export interface Held {
  readonly customer: string;
  readonly credit: string;
}

/** Whether the customer has anything left to generate with. */
export async function mayGenerate(client: DodoPayments, { customer, credit }: Held) {
  const of = { credit_entitlement_id: credit };
  const { balance } = await client.creditEntitlements.balances.retrieve(customer, of);
  return balance !== "0";
}

/**
 * Takes the tokens that a request used. The same request counts once, however often it is recorded.
 *
 * @throws BadRequestError when the customer has less left
 */
export async function recordUsage(
  client: DodoPayments,
  { customer, credit }: Held,
  request: { readonly id: string; readonly tokens: number },
): Promise<void> {
  try {
    await client.creditEntitlements.balances.createLedgerEntry(customer, {
      credit_entitlement_id: credit,
      entry_type: "debit",
      amount: String(request.tokens),
      idempotency_key: request.id,
    });
  } catch (error) {
    if (!(error instanceof DodoPayments.ConflictError)) throw error; // 409: it was recorded before
  }
}

/** Takes a webhook; tells `remind` which customer's credits have expired. */
export async function takeWebhook(
  client: DodoPayments,
  request: Request,
  remind: (customer: string) => void,
): Promise<Response> {
  const headers = Object.fromEntries(request.headers);
  const event = client.webhooks.unwrap(await request.text(), { headers });
  if (event.type === "credit.expired") remind(event.data.customer_id);
  return new Response(null, { status: 204 });
}
