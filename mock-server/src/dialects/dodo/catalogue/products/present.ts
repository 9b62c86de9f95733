import type { components } from "@drawdown/spec/dodo";
import { currencyOf } from "#dialects/dodo/present-currency.js";
import { presentMetadata } from "#dialects/dodo/present-metadata.js";
import { formatAmount } from "#domain/amount.js";
import { formatInstant } from "#domain/time.js";
import type { Addon } from "../addons/rules.js";
import type { Attachment, MeterLink, Price, Product } from "./rules.js";

type Schemas = components["schemas"];

// Tax categories are of the document's enum: the body validator let no other in.
const taxCategoryOf = (category: string) => category as Schemas["TaxCategory"];

export const presentProduct = (it: Product, businessId: string): Schemas["GetProductResponse"] => ({
  product_id: it.id,
  business_id: businessId,
  brand_id: businessId,
  name: it.name,
  description: it.description,
  image: null,
  is_recurring: it.price.type !== "one_time_price",
  price: presentPrice(it.price),
  tax_category: taxCategoryOf(it.taxCategory),
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
  tax_category: taxCategoryOf(it.taxCategory),
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
  tax_category: taxCategoryOf(it.taxCategory),
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});
