import type { Amount } from "#domain/amount.js";
import type { OverageBehavior } from "#domain/ledger/rules/overage.js";
import type { Metadata } from "#domain/metadata.js";
import type { Instant, Timeframe } from "#domain/time.js";

/**
 * A meter on a usage-based price: with an entitlement its usage costs credits, else money.
 *
 * @rule MTR-32 how many units cost one credit
 */
export interface MeterLink {
  readonly meterId: string;
  readonly meterName: string;
  readonly description: string | null;
  readonly measurementUnit: string;
  readonly entitlementId: string | null;
  readonly unitsPerCredit: Amount | null;
  /** Minor units a unit; null on a meter that costs credits. */
  readonly pricePerUnit: Amount | null;
  /** Units that cost no money; credits ignore it (MTR-40). */
  readonly freeThreshold: number;
}

interface PriceTerms {
  readonly currency: string;
  /** Minor units: of the purchase, or of each billing period. */
  readonly amount: number;
  /** Whole percent off it, 0 to 100. */
  readonly discount: number;
  readonly hasPurchasingPowerParity: boolean;
  readonly isTaxInclusive: boolean | null;
}

interface Billed extends PriceTerms {
  /** How often it is billed. */
  readonly frequency: Timeframe;
  /** How long the subscription lasts. */
  readonly period: Timeframe;
}

export interface OneTimePrice extends PriceTerms {
  readonly type: "one_time_price";
  readonly paysWhatTheyWant: boolean;
  readonly suggestedAmount: number | null;
}

export interface RecurringPrice extends Billed {
  readonly type: "recurring_price";
  readonly trialDays: number;
  /** Minor units that a trial costs; null: it is free. */
  readonly trialAmount: number | null;
  readonly isTrialDiscounted: boolean | null;
}

/** @rule MTR-25 a usage-based price has a fixed part that is billed each period */
export interface UsageBasedPrice extends Billed {
  readonly type: "usage_based_price";
  readonly meters: readonly MeterLink[];
}

/** @rule ENT-61 credits can be attached to all three */
export type Price = OneTimePrice | RecurringPrice | UsageBasedPrice;

/**
 * Minor units that one of a product costs, for each period where it is billed in periods.
 *
 * @rule CHK-30 its discount is taken off, and halves of a minor unit go up
 */
export const priceAfterDiscount = ({ amount, discount }: Price): number =>
  discounted(amount, discount);

/**
 * Minor units that the trial of one costs; null: it is free.
 *
 * @rule SUB-28 the discount is taken off it only where the price says so
 */
export function trialPriceOf(price: Price): number | null {
  const amount = trialListPriceOf(price);
  if (amount === 0) return null;
  const isDiscounted = price.type === "recurring_price" && price.isTrialDiscounted === true;
  return isDiscounted ? discounted(amount, price.discount) : amount;
}

/** The same before any discount; 0: it is free. */
export const trialListPriceOf = (price: Price): number =>
  price.type === "recurring_price" ? (price.trialAmount ?? 0) : 0;

const discounted = (amount: number, percent: number): number =>
  Math.round((amount * (100 - percent)) / 100);

/** Credits that a product issues, with its own settings in place of the entitlement's where they are set. */
export interface Attachment {
  readonly id: string;
  readonly entitlementId: string;
  readonly entitlementName: string;
  readonly unit: string;
  /** Decimals of the credit's amounts. */
  readonly precision: number;
  /** For each cycle, or for each purchase. */
  readonly creditsAmount: Amount;
  readonly expiresAfterDays: number | null;
  readonly lowBalanceThresholdPercent: number | null;
  readonly overageEnabled: boolean;
  readonly overageLimit: Amount | null;
  readonly overageBehavior: OverageBehavior;
  readonly pricePerUnit: string | null;
  readonly currency: string | null;
  readonly prorates: boolean;
  readonly rolloverEnabled: boolean;
  readonly rolloverPercentage: number | null;
  readonly rolloverTimeframe: Timeframe | null;
  readonly rolloverCountMax: number | null;
  /** Instead of `creditsAmount` at the start of a trial; null: the same (SUB-22). */
  readonly trialCredits: Amount | null;
  readonly trialCreditsExpire: boolean;
}

/** A product that begins subscriptions. */
export type PlanProduct = Product & { readonly price: RecurringPrice | UsageBasedPrice };

export const isPlan = (product: Product): product is PlanProduct =>
  product.price.type !== "one_time_price";

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly taxCategory: string;
  readonly price: Price;
  readonly attachments: readonly Attachment[];
  /** Add-ons offered with it. */
  readonly addonIds: readonly string[];
  readonly metadata: Metadata;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly archivedAt: Instant | null;
}
