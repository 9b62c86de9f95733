import type DodoPayments from "dodopayments";
import type { Account } from "./billing.js";
import { unavailable } from "./credits.js";

/** `POST /api/top-up`: where the customer pays for another pack. */
export async function openTopUp(client: DodoPayments, account: Account): Promise<Response> {
  try {
    const { checkout_url } = await client.checkoutSessions.create({
      product_cart: [{ product_id: account.pack, quantity: 1 }],
      customer: { customer_id: account.customer },
    });
    return Response.json({ checkout_url });
  } catch (error) {
    return unavailable(error);
  }
}
