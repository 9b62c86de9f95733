import type { components } from "@drawdown/spec/dodo";
import { formatInstant } from "#domain/time.js";
import type { Customer } from "../customers/rules.js";
import { currencyOf } from "../present-currency.js";
import { presentMetadata } from "../present-metadata.js";
import { presentBilling, presentParty } from "../present-parties.js";
import type { Payment } from "./rules.js";

type Schemas = components["schemas"];

/** What a payment may have and the sandbox's have not. The service sends such fields, too, as null. */
const emptyOfPayment = {
  card_holder_name: null,
  card_issuing_country: null,
  custom_field_responses: null,
  discount_id: null,
  discounts: null,
  invoice_id: null,
  invoice_url: null,
  payment_method_id: null,
  refund_status: null,
};

/** @rule CHK-43 what never settled has no tax and no method */
const ofSettled = <Value>({ status }: Payment, value: Value): Value | null =>
  status === "succeeded" ? value : null;

export const presentPayment = (
  it: Payment,
  customer: Customer,
  businessId: string,
): Schemas["PaymentResponse"] => ({
  ...emptyOfPayment,
  ...presentPaymentCommon(it, customer, businessId),
  business_id: businessId,
  billing: presentBilling(it.billing),
  tax: ofSettled(it, 0),
  settlement_amount: it.amount,
  settlement_currency: currencyOf(it.currency),
  settlement_tax: ofSettled(it, 0),
  checkout_session_id: it.checkoutId,
  product_cart: it.lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
  card_type: isByCard(it) ? "credit" : null,
  error_code: it.errorCode,
  error_message: it.errorMessage,
  retry_attempt: 0,
  is_update_payment_method: false,
  payment_link: null,
  disputes: [],
  refunds: [],
  updated_at: formatInstant(it.updatedAt),
});

export const presentPaymentItem = (
  it: Payment,
  customer: Customer,
  businessId: string,
): Schemas["GetPaymentsListResponseItem"] => ({
  ...presentPaymentCommon(it, customer, businessId),
  has_license_key: false,
});

/**
 * Whether a card was charged, or shown for later charges where nothing was due.
 *
 * @rule WAL-10 what the wallet pays alone names no card
 */
const isByCard = ({ amount, fromWallet, cardLastFour }: Payment): boolean =>
  cardLastFour !== null && (amount === 0 || fromWallet < amount);

const presentPaymentCommon = (it: Payment, customer: Customer, businessId: string) => ({
  payment_id: it.id,
  brand_id: businessId,
  status: it.status,
  customer: presentParty(customer),
  currency: currencyOf(it.currency),
  total_amount: it.amount,
  subscription_id: it.subscriptionId,
  subscription_ids: it.subscriptionId === null ? [] : [it.subscriptionId],
  is_multi_subscription: false,
  metadata: presentMetadata(it.metadata),
  payment_method: isByCard(it) ? ofSettled(it, "card") : null,
  payment_method_type: isByCard(it) ? "credit" : null,
  payment_provider: "dodo" as const,
  card_last_four: isByCard(it) ? it.cardLastFour : null,
  card_network: isByCard(it) ? "VISA" : null,
  digital_products_delivered: false,
  created_at: formatInstant(it.createdAt),
});
