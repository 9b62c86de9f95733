import type { components } from "@drawdown/spec/dodo";
import { formatAmount, zero } from "#domain/amount.js";
import type { Account } from "#domain/ledger/account.js";
import type { Policy } from "#domain/policy.js";
import { formatInstant, type Instant } from "#domain/time.js";
import type { Attachment } from "../catalogue/products/rules.js";
import type { Customer } from "../customers/rules.js";
import { figure, formatOptional } from "../present.js";
import { currencyOf } from "../present-currency.js";
import { presentMetadata } from "../present-metadata.js";
import { presentBilling, presentParty } from "../present-parties.js";
import type { UsagePeriod } from "../usage/charge.js";
import type { ScheduledChange, Subscription } from "./rules.js";

type Schemas = components["schemas"];

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
