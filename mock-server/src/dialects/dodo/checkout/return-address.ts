import type { Payment } from "../payments/rules.js";
import type { Subscription } from "../subscriptions/rules.js";

/**
 * Where a customer is led back to after paying: the session's `return_url` with what came of it added to its query,
 * which stays as it was otherwise.
 *
 * @rule CHK-40 subscription_id, or payment_id where none began, then status and email
 */
export function returnAddress(
  returnUrl: string | null,
  { payment, subscriptions, email }: Paid,
): string | null {
  if (returnUrl === null) return null;
  const [subscription] = subscriptions;
  const added = new URLSearchParams({
    ...(subscription ? { subscription_id: subscription.id } : { payment_id: payment.id }),
    status: subscription?.status ?? payment.status,
    email,
  });
  const mark = returnUrl.indexOf("#");
  const [address, fragment] =
    mark === -1 ? [returnUrl, ""] : [returnUrl.slice(0, mark), returnUrl.slice(mark)];
  const joint = !address.includes("?") ? "?" : /[?&]$/.test(address) ? "" : "&";
  return `${address}${joint}${added}${fragment}`;
}

interface Paid {
  readonly payment: Pick<Payment, "id" | "status">;
  /** Those that began. */
  readonly subscriptions: readonly Pick<Subscription, "id" | "status">[];
  /** The payer's address. */
  readonly email: string;
}
