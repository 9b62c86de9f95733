import { cards, type Payment, type PaymentStatus } from "../../../domain/subscriptions/payment.js";
import type { Subscription } from "../../../domain/subscriptions/subscription.js";
import type { Unit } from "../../../sandbox/ports.js";

interface RenewalPayment {
  readonly subscription: Subscription;
  /** Minor units. */
  readonly amount: number;
  readonly status: PaymentStatus;
}

/** Writes down a charge of a running subscription. */
export function recordPayment(unit: Unit, { subscription, amount, status }: RenewalPayment): void {
  const { failure } = status === "failed" ? cards.declined : cards.succeeds;
  const { lastFour } = subscription.failsNextRenewal ? cards.fails_at_renewal : cards.succeeds;
  const payment: Payment = {
    id: unit.nextId("pay"),
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    checkoutId: null,
    status,
    amount,
    currency: subscription.currency,
    lines: [{ productId: subscription.productId, quantity: subscription.quantity }],
    billing: subscription.billing,
    cardLastFour: lastFour,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    metadata: subscription.metadata,
    createdAt: unit.now,
    updatedAt: unit.now,
  };
  unit.tx.put("payment", payment);
}
