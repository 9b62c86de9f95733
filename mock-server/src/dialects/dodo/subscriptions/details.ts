import type { components } from "@drawdown/spec/dodo";
import type { Tx } from "#sandbox/ports.js";
import type { BillingAddress } from "../checkout/rules.js";
import { kinds } from "../kinds.js";
import { customerOf } from "../views.js";
import type { Subscription } from "./rules.js";

type Schemas = components["schemas"];
type Patch = Schemas["PatchSubscriptionRequest"];

export const addressOf = (wire: Schemas["BillingAddress"]): BillingAddress => ({
  country: wire.country,
  city: wire.city ?? null,
  state: wire.state ?? null,
  street: wire.street ?? null,
  zipcode: wire.zipcode ?? null,
});

/**
 * What a PATCH changes in whom a subscription is billed to, and in what was said about its end; null leaves a field as
 * it is.
 *
 * @rule SUB-16 the next payment has the new address, and every answer the rest
 */
export const patchedDetails = (
  { billing, billedTo, cancellation }: Subscription,
  body: Patch,
): Pick<Subscription, "billing" | "billedTo" | "cancellation"> => ({
  billing: body.billing ? addressOf(body.billing) : billing,
  billedTo: {
    businessName: body.customer_business_name ?? billedTo.businessName,
    taxId: body.tax_id ?? billedTo.taxId,
  },
  cancellation: {
    comment: body.cancellation_comment ?? cancellation.comment,
    feedback: body.cancellation_feedback ?? cancellation.feedback,
  },
});

/**
 * Gives the customer of a subscription the name that a PATCH asks for (SUB-16).
 *
 * @returns whether that is another name than before
 */
export async function renameCustomer(
  tx: Tx,
  { customerId }: Subscription,
  name: string | null,
): Promise<boolean> {
  if (name === null) return false;
  const customer = await customerOf(tx, customerId);
  if (customer.name === name) return false;
  tx.put(kinds.customer, { ...customer, name });
  return true;
}
