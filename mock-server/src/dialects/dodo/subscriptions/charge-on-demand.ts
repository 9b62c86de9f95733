import { refusing } from "#domain/errors.js";
import { checkMetadata, generalMetadataLimits, type Metadata } from "#domain/metadata.js";
import type { Transaction } from "#sandbox/ports.js";
import { charge, isDeclined } from "../payments/charge.js";
import type { Payment } from "../payments/rules.js";
import { putOnHold } from "./cycle.js";
import type { Subscription } from "./rules.js";

export interface ChargeRequest {
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly usesWallet: boolean;
  readonly metadata: Metadata;
}

/**
 * Charges a subscription that was made for charges on request. No cycle begins, so no credits come with it (GRT-15).
 *
 * @rule SUB-77 a charge that is declined puts it on hold until it is paid
 * @throws DomainError subscription-not-on-demand, subscription-inactive, charge-while-ending, subscription-invalid
 */
export async function chargeOnDemand(
  unit: Transaction,
  subscription: Subscription,
  { amount, currency, usesWallet, metadata }: ChargeRequest,
): Promise<Payment> {
  refuseUnchargeable(subscription, currency);
  checkMetadata(metadata, generalMetadataLimits, "`metadata`");
  const declined = usesWallet
    ? await isDeclined(unit.tx, subscription, amount)
    : subscription.failsNextRenewal;
  const asked = { subscription, amount, isDeclined: declined, usesWallet, metadata };
  const payment = await charge(unit, asked);
  if (declined) putOnHold(unit, { ...subscription, unpaidCharge: { amount, metadata } });
  return payment;
}

const refuse = refusing("subscription-invalid");

/** @rule SUB-15 only an active subscription that is charged on request, and not about to end, takes a charge */
function refuseUnchargeable(
  { id, status, isOnDemand, cancelsAtNextBilling, currency }: Subscription,
  asked: string,
): void {
  if (!isOnDemand) {
    throw refuse(
      "SUB-15",
      `The subscription ${id} renews by itself and cannot be charged on demand; begin one with \`subscription_data.on_demand\``,
      "subscription-not-on-demand",
    );
  }
  if (status !== "active") {
    throw refuse(
      "SUB-15",
      `The subscription ${id} is ${status}; only an active one can be charged`,
      "subscription-inactive",
    );
  }
  if (cancelsAtNextBilling) {
    throw refuse(
      "SUB-15",
      `The subscription ${id} is scheduled to end and takes no charge; first take that back with \`cancel_at_next_billing_date\`: false`,
      "charge-while-ending",
    );
  }
  if (asked !== currency) {
    throw refuse(
      "SUB-15",
      `\`product_currency\` is ${asked}, but the subscription ${id} is in ${currency}; leave it out`,
    );
  }
}
