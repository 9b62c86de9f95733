import DodoPayments from "dodopayments";
import type { Account } from "./billing.js";

/** `GET /api/credits`: what the meter shows. */
export async function readCredits(client: DodoPayments, account: Account): Promise<Response> {
  try {
    const of = { credit_entitlement_id: account.credit };
    const { balances } = client.creditEntitlements;
    const [credit, { balance, overage }, { items: grants }] = await Promise.all([
      client.creditEntitlements.retrieve(account.credit),
      balances.retrieve(account.customer, of),
      balances.listGrants(account.customer, { ...of, status: "active", page_size: 100 }),
    ]);
    const granted = grants.reduce((sum, it) => sum + Number(it.initial_amount), 0);
    const [soonest] = grants
      .flatMap(({ expires_at: at, remaining_amount: amount }) => (at ? [{ at, amount }] : []))
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    return Response.json({
      unit: credit.unit,
      balance,
      overage,
      // For the length of a bar. Amounts stay text, since a number may not hold all their digits.
      share: granted === 0 ? 0 : Number(balance) / granted,
      expiring: soonest ?? null,
    });
  } catch (error) {
    return unavailable(error);
  }
}

/** Tells the page that the billing service is out of reach, and nothing about it. Anything else is a bug. */
export function unavailable(error: unknown): Response {
  if (!(error instanceof DodoPayments.APIError)) throw error;
  return Response.json({ message: "Credits are unavailable." }, { status: 502 });
}
