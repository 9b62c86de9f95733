import type { Metadata } from "#domain/metadata.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { announcePayment } from "../subscriptions/announce.js";
import type { Subscription } from "../subscriptions/rules.js";
import { cards, type Payment } from "./rules.js";
import { moveWallet, walletId } from "./wallets/rules.js";

/** A charge of a running subscription. */
export interface Charge {
  readonly subscription: Subscription;
  /** Minor units. */
  readonly amount: number;
  /** Whether the card is declined. */
  readonly isDeclined: boolean;
  /** Whether the customer's wallet may pay; true unless said otherwise. */
  readonly usesWallet?: boolean;
  /** In place of the subscription's own. */
  readonly metadata?: Metadata;
}

/** Minor units the customer's wallet has for a payment in a currency. */
export const fundsOf = async (tx: Tx, customerId: string, currency: string): Promise<number> =>
  (await tx.get(kinds.wallet, walletId(customerId, currency)))?.balance ?? 0;

/**
 * Whether a charge is going to fail: the card is declined, and the wallet does not pay all of it.
 *
 * @rule WAL-07 the wallet pays first, so a card that fails matters for the rest alone
 */
export const isDeclined = async (
  tx: Tx,
  { customerId, currency, failsNextRenewal }: Subscription,
  amount: number,
): Promise<boolean> => failsNextRenewal && amount > (await fundsOf(tx, customerId, currency));

/** Charges a running subscription, and writes the payment down. One that fails takes nothing from the wallet. */
export async function charge(unit: Transaction, asked: Charge): Promise<Payment> {
  const { subscription, amount } = asked;
  const { customerId, currency } = subscription;
  const { failure } = asked.isDeclined ? cards.declined : cards.succeeds;
  const { lastFour } = subscription.failsNextRenewal ? cards.fails_at_renewal : cards.succeeds;
  const usesWallet = !asked.isDeclined && (asked.usesWallet ?? true);
  const payment: Payment = {
    id: unit.nextId("pay"),
    customerId,
    subscriptionId: subscription.id,
    checkoutId: null,
    status: asked.isDeclined ? "failed" : "succeeded",
    amount,
    fromWallet: usesWallet ? Math.min(amount, await fundsOf(unit.tx, customerId, currency)) : 0,
    currency,
    lines: [{ productId: subscription.productId, quantity: subscription.quantity }],
    billing: subscription.billing,
    cardLastFour: lastFour,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    metadata: asked.metadata ?? subscription.metadata,
    createdAt: unit.now,
    updatedAt: unit.now,
  };
  announcePayment(unit, payment);
  await settle(unit, payment);
  return payment;
}

/** Stores a payment, and takes its part from the customer's wallet. */
export async function settle(unit: Transaction, payment: Payment): Promise<void> {
  const { tx, now } = unit;
  tx.put(kinds.payment, payment);
  if (payment.fromWallet === 0) return;
  const wallet = await tx.get(kinds.wallet, walletId(payment.customerId, payment.currency));
  if (!wallet) return;
  const moved = moveWallet(
    wallet,
    {
      entryId: unit.nextId("cwt"),
      amount: payment.fromWallet,
      isCredit: false,
      eventType: "payment",
      reason: null,
      paymentId: payment.id,
    },
    now,
  );
  tx.put(kinds.wallet, moved.wallet);
  tx.put(kinds.walletEntry, moved.entry);
}
