import type { Transaction } from "#sandbox/ports.js";
import type { Payment } from "../payments/rules.js";
import type { EventType } from "../webhooks/event.js";

/** Tells of something that happened to a subscription. */
export const announce = (
  { happened }: Transaction,
  type: EventType & `subscription.${string}`,
  { id }: { readonly id: string },
): void => {
  happened.push({ kind: "event", type, subject: { kind: "subscription", id } });
};

/** Tells how a payment went; nothing of one that has not been tried. */
export const announcePayment = (
  { happened }: Transaction,
  { id, status }: Pick<Payment, "id" | "status">,
): void => {
  if (status === "requires_payment_method") return;
  happened.push({ kind: "event", type: `payment.${status}`, subject: { kind: "payment", id } });
};
