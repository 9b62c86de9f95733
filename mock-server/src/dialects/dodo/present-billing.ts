import type { components } from "@drawdown/spec/dodo";
import { formatAmount, zero } from "#domain/amount.js";
import type { Customer } from "#domain/customer.js";
import type { Account } from "#domain/ledger/account.js";
import type { UsagePeriod } from "#domain/metering/charge.js";
import type { Policy } from "#domain/policy.js";
import type { Addon } from "#domain/subscriptions/addon.js";
import type { BillingAddress } from "#domain/subscriptions/checkout.js";
import type { Payment } from "#domain/subscriptions/payment.js";
import type { Attachment, MeterLink, Price, Product } from "#domain/subscriptions/product.js";
import type { ScheduledChange, Subscription } from "#domain/subscriptions/subscription.js";
import type { Wallet, WalletEntry } from "#domain/subscriptions/wallet.js";
import { formatInstant, type Instant } from "#domain/time.js";
import { figure } from "./present.js";

import { presentMetadata } from "./present-metadata.js";

type Schemas = components["schemas"];
type Currency = Schemas["Currency"];

const formatOptional = (at: Instant | null): string | null =>
  at === null ? null : formatInstant(at);

// Currencies and tax categories are of the document's enums: the body validator let no other in.
export const currencyOf = (code: string): Currency => code as Currency;

export const presentProduct = (it: Product, businessId: string): Schemas["GetProductResponse"] => ({
  product_id: it.id,
  business_id: businessId,
  brand_id: businessId,
  name: it.name,
  description: it.description,
  image: null,
  is_recurring: it.price.type !== "one_time_price",
  price: presentPrice(it.price),
  tax_category: it.taxCategory as Schemas["TaxCategory"],
  credit_entitlements: it.attachments.map(presentAttachment),
  addons: [...it.addonIds],
  entitlements: [],
  license_key_enabled: false,
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

export const presentProductItem = (
  it: Product,
  businessId: string,
): Schemas["GetProductsListResponseItem"] => ({
  product_id: it.id,
  business_id: businessId,
  name: it.name,
  description: it.description,
  image: null,
  is_recurring: it.price.type !== "one_time_price",
  currency: currencyOf(it.price.currency),
  price: it.price.amount,
  price_detail: presentPrice(it.price),
  tax_category: it.taxCategory as Schemas["TaxCategory"],
  tax_inclusive: it.price.isTaxInclusive,
  entitlements: [],
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

function presentPrice(price: Price): Schemas["Price"] {
  const common = {
    currency: currencyOf(price.currency),
    discount: price.discount,
    purchasing_power_parity: price.hasPurchasingPowerParity,
    tax_inclusive: price.isTaxInclusive,
  };
  if (price.type === "one_time_price") {
    return {
      type: price.type,
      ...common,
      price: price.amount,
      pay_what_you_want: price.paysWhatTheyWant,
      suggested_price: price.suggestedAmount,
    };
  }
  const billed = {
    ...common,
    payment_frequency_count: price.frequency.count,
    payment_frequency_interval: price.frequency.interval,
    subscription_period_count: price.period.count,
    subscription_period_interval: price.period.interval,
  };
  return price.type === "recurring_price"
    ? {
        type: price.type,
        ...billed,
        price: price.amount,
        trial_period_days: price.trialDays,
        trial_amount: price.trialAmount,
        trial_apply_discounts: price.isTrialDiscounted,
      }
    : {
        type: price.type,
        ...billed,
        fixed_price: price.amount,
        meters: price.meters.map(presentMeterLink),
      };
}

const presentMeterLink = (it: MeterLink): Schemas["AddMeterToPrice"] => ({
  meter_id: it.meterId,
  name: it.meterName,
  description: it.description,
  measurement_unit: it.measurementUnit,
  credit_entitlement_id: it.entitlementId,
  meter_units_per_credit: it.unitsPerCredit?.toFixed() ?? null,
  price_per_unit: it.pricePerUnit?.toFixed() ?? null,
  free_threshold: it.freeThreshold,
});

/** @rule ENT-64 flags and enums are the resolved ones, never null */
const presentAttachment = (it: Attachment): Schemas["CreditEntitlementMappingResponse"] => ({
  id: it.id,
  credit_entitlement_id: it.entitlementId,
  credit_entitlement_name: it.entitlementName,
  credit_entitlement_unit: it.unit,
  credits_amount: formatAmount(it.creditsAmount, it.precision),
  currency: it.currency === null ? null : currencyOf(it.currency),
  expires_after_days: it.expiresAfterDays,
  low_balance_threshold_percent: it.lowBalanceThresholdPercent,
  max_rollover_count: it.rolloverCountMax,
  overage_behavior: it.overageBehavior,
  overage_enabled: it.overageEnabled,
  overage_limit: it.overageLimit?.toFixed() ?? null,
  price_per_unit: it.pricePerUnit,
  proration_behavior: it.prorates ? "prorate" : "no_prorate",
  rollover_enabled: it.rolloverEnabled,
  rollover_percentage: it.rolloverPercentage,
  rollover_timeframe_count: it.rolloverTimeframe?.count ?? null,
  rollover_timeframe_interval: it.rolloverTimeframe?.interval ?? null,
  trial_credits: it.trialCredits && formatAmount(it.trialCredits, it.precision),
  trial_credits_expire_after_trial: it.trialCreditsExpire,
});

export const presentAddon = (it: Addon, businessId: string): Schemas["AddonResponse"] => ({
  id: it.id,
  business_id: businessId,
  name: it.name,
  description: it.description,
  image: null,
  currency: currencyOf(it.currency),
  price: it.price,
  tax_category: it.taxCategory as Schemas["TaxCategory"],
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

export const presentWallet = (it: Wallet): Schemas["CustomerWalletResponse"] => ({
  customer_id: it.customerId,
  currency: currencyOf(it.currency),
  balance: it.balance,
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

export const presentWalletEntry = (
  it: WalletEntry,
  businessId: string,
): Schemas["CustomerWalletTransactionResponse"] => ({
  id: it.id,
  business_id: businessId,
  customer_id: it.customerId,
  currency: currencyOf(it.currency),
  amount: it.amount,
  is_credit: it.isCredit,
  before_balance: it.balanceBefore,
  after_balance: it.balanceAfter,
  event_type: it.eventType,
  reason: it.reason,
  reference_object_id: it.paymentId,
  created_at: formatInstant(it.at),
});

export const presentUsagePeriod = (
  { startAt, endAt, meters }: Pick<UsagePeriod, "startAt" | "endAt" | "meters">,
  currency: string,
): Schemas["UsageHistoryItem"] => ({
  start_date: formatInstant(startAt),
  end_date: formatInstant(endAt),
  meters: meters.map((it) => ({
    id: it.meterId,
    name: it.name,
    consumed_units: it.consumed.toFixed(),
    free_threshold: it.freeThreshold,
    chargeable_units: it.chargeable.toFixed(),
    price_per_unit: it.pricePerUnit.toFixed(),
    currency: currencyOf(currency),
    total_price: it.total,
  })),
});

const presentParty = (it: Customer): Schemas["CustomerLimitedDetailsResponse"] => ({
  customer_id: it.id,
  email: it.email,
  name: it.name,
  phone_number: it.phoneNumber,
  metadata: presentMetadata(it.metadata),
});

const presentBilling = (it: BillingAddress): Schemas["BillingAddress"] => ({
  country: it.country as Schemas["BillingAddress"]["country"], // of the document's enum, as above
  city: it.city,
  state: it.state,
  street: it.street,
  zipcode: it.zipcode,
});

/** What a subscription's object shows besides the subscription itself. */
export interface SubscriptionView {
  readonly customer: Customer;
  /** By entitlement: what the customer holds. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly businessId: string;
  readonly cartAmounts: Policy["cartAmounts"];
}

/** What a subscription may have and the sandbox's have not. The service sends such fields, too, as null. */
const emptyOfSubscription = {
  custom_field_responses: null,
  discount_cycles_remaining: null,
  discount_id: null,
  discounts: null,
  payment_method_id: null,
};

/** @rule WHK-48 what is empty is null, and not left out */
export const presentSubscription = (
  it: Subscription,
  { customer, accounts, businessId, cartAmounts }: SubscriptionView,
): Schemas["SubscriptionResponse"] => ({
  ...emptyOfSubscription,
  ...presentSubscriptionCommon(it, customer),
  brand_id: businessId,
  addons: it.addons.map(({ addonId, quantity }) => ({ addon_id: addonId, quantity })),
  meters: it.meters.map((meter) => ({
    meter_id: meter.meterId,
    name: meter.meterName,
    description: meter.description,
    measurement_unit: meter.measurementUnit,
    currency: currencyOf(it.currency),
    price_per_unit: meter.pricePerUnit?.toFixed() ?? null,
    free_threshold: meter.freeThreshold,
  })),
  credit_entitlement_cart: it.cart.map((item) =>
    presentCartItem(item, it.productId, accounts.get(item.entitlementId), cartAmounts),
  ),
  meter_credit_entitlement_cart: it.meters.flatMap((meter) =>
    meter.entitlementId === null || meter.unitsPerCredit === null
      ? []
      : [
          {
            credit_entitlement_id: meter.entitlementId,
            meter_id: meter.meterId,
            meter_name: meter.meterName,
            meter_units_per_credit: meter.unitsPerCredit.toFixed(),
            product_id: it.productId,
          },
        ],
  ),
  expires_at: formatOptional(it.expiresAt),
  cancellation_comment: it.cancellation.comment,
  cancellation_feedback: it.cancellation.feedback as Schemas["NullableCancellationFeedback"], // of the document's enum
});

export const presentSubscriptionItem = (
  it: Subscription,
  customer: Customer,
  productName: string | null,
): Schemas["SubscriptionListResponseItem"] => ({
  ...presentSubscriptionCommon(it, customer),
  product_name: productName,
  discounts: [],
});

const presentScheduled = (
  { id, plan, productName, createdAt }: ScheduledChange,
  effectiveAt: Instant,
) => ({
  id,
  product_id: plan.productId,
  product_name: productName,
  product_description: null,
  quantity: plan.quantity,
  addons: plan.addons.map(({ addonId, name, quantity }) => ({ addon_id: addonId, name, quantity })),
  effective_at: formatInstant(effectiveAt),
  created_at: formatInstant(createdAt),
});

const presentSubscriptionCommon = (it: Subscription, customer: Customer) => ({
  subscription_id: it.id,
  status: it.status,
  customer: presentParty(customer),
  customer_business_name: it.billedTo.businessName,
  billing: presentBilling(it.billing),
  tax_id: it.billedTo.taxId,
  product_id: it.productId,
  quantity: it.quantity,
  currency: currencyOf(it.currency),
  recurring_pre_tax_amount: it.recurringAmount,
  tax_inclusive: it.isTaxInclusive,
  previous_billing_date: formatInstant(it.previousBillingAt),
  next_billing_date: formatInstant(it.nextBillingAt),
  payment_frequency_count: it.frequency.count,
  payment_frequency_interval: it.frequency.interval,
  subscription_period_count: it.period.count,
  subscription_period_interval: it.period.interval,
  trial_period_days: it.trialDays,
  trial_amount: it.trialAmount,
  on_demand: it.isOnDemand,
  has_payment_method: true,
  cancel_at_next_billing_date: it.cancelsAtNextBilling,
  cancelled_at: formatOptional(it.cancelledAt),
  paused_at: formatOptional(it.pausedAt),
  scheduled_change: it.scheduledChange && presentScheduled(it.scheduledChange, it.nextBillingAt),
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.createdAt),
});

/**
 * @rule SUB-08 what remains and what is overdrawn are the customer's, over all subscriptions
 * @rule BAL-20 figures are decimal strings, unless the policy says numbers (C14b)
 */
const presentCartItem = (
  it: Attachment,
  productId: string,
  account: Account | undefined,
  as: Policy["cartAmounts"],
): Schemas["CreditEntitlementCartResponse"] => ({
  credit_entitlement_id: it.entitlementId,
  credit_entitlement_name: it.entitlementName,
  unit: it.unit,
  product_id: productId,
  credits_amount: figure(it.creditsAmount, it.precision, as),
  remaining_balance: figure(account?.balance ?? zero, it.precision, as),
  overage_balance: figure(account?.overage ?? zero, it.precision, as),
  overage_enabled: it.overageEnabled,
  overage_behavior: it.overageBehavior,
  overage_limit: it.overageLimit?.toFixed() ?? null,
  expires_after_days: it.expiresAfterDays,
  low_balance_threshold_percent: it.lowBalanceThresholdPercent,
  rollover_enabled: it.rolloverEnabled,
  rollover_percentage: it.rolloverPercentage,
  rollover_timeframe_count: it.rolloverTimeframe?.count ?? null,
  rollover_timeframe_interval: it.rolloverTimeframe?.interval ?? null,
  max_rollover_count: it.rolloverCountMax,
});

/** An amount of an account, or zero where there is none yet. */
export const printed = (amount: Account["balance"] | undefined, precision: number): string =>
  amount ? formatAmount(amount, precision) : (0).toFixed(precision);

/** The same of a payment. */
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
