import DodoPayments from "dodopayments";
import { unstable_cache } from "next/cache";

/** Takes its address and its keys from the environment: see .env. */
export const billing = new DodoPayments();

/** What `readCredits` is cached under; the webhook route lets go of it. */
export const creditsTag = "credits";

/** A customer's credits, kept until a webhook says that they have changed. */
export const readCredits = unstable_cache(
  async (customer: string) => {
    const { items } = await billing.customers.listCreditEntitlements(customer);
    return items.map(({ name, unit, balance }) => ({ name, unit, balance }));
  },
  ["read-credits"],
  { tags: [creditsTag] },
);
