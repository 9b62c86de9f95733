import type {
  CreditEntitlement,
  CreditEntitlementCreateParams,
  CreditEntitlementUpdateParams,
} from "../resources/credit-entitlements.js";
import { exactDecimal } from "./exact-decimal.js";
import { LegacyCallError } from "./legacy-call-error.js";
import type {
  LegacyCreditEntitlement,
  LegacyCreditEntitlementCreateParams,
  LegacyCreditEntitlementUpdateParams,
  LegacyEntitlementFields,
  WidenedFields,
} from "./legacy-entitlement.js";
import { agreed, lookUp, withoutUndefined } from "./older-names.js";
import { type Currency, decimalsOf, toMinorUnits } from "./price.js";

const intervals = { day: "Day", week: "Week", month: "Month", year: "Year" } as const;

/** Older names of overage behaviours. They are taken, never answered. */
const behaviours = {
  bill_overage_at_billing: "invoice_at_billing",
  forgive_overage_at_reset: "forgive_at_reset",
  carry_over_deficit: "carry_deficit",
  carry_over_deficit_auto_repay: "carry_deficit_auto_repay",
} as const;

/** The current form of settings for a new credit. */
export function currentCreation(
  params: LegacyCreditEntitlementCreateParams,
): CreditEntitlementCreateParams {
  const { price_per_unit: price, ...fields } = params;
  const current = currentNames(fields);
  const money = fields.unit_currency;
  const currency = current.currency ?? "USD";
  return {
    rollover_enabled: false,
    overage_enabled: false,
    ...(money ? { precision: decimalsOf(money) } : {}),
    ...current,
    ...(typeof price === "number"
      ? { price_per_unit: toMinorUnits(price, currency), currency }
      : {}),
    ...(typeof price === "string" ? { price_per_unit: price } : {}),
    // A field that is required and was given under neither name is the server's to miss.
  } as CreditEntitlementCreateParams;
}

/**
 * The current form of changes to a credit: nothing that was not given, but for the currency of a price where there is
 * none yet.
 *
 * @param storedCurrency asks which currency the credit has; needed for a price that is a number and comes without one
 */
export async function currentChanges(
  params: LegacyCreditEntitlementUpdateParams,
  storedCurrency: () => Promise<Currency | null | undefined>,
): Promise<CreditEntitlementUpdateParams> {
  const { price_per_unit: price, ...fields } = params;
  const current = currentNames(fields);
  if (price === undefined) return current;
  if (typeof price !== "number") return { ...current, price_per_unit: price };
  if (current.currency) {
    return { ...current, price_per_unit: toMinorUnits(price, current.currency) };
  }
  exactDecimal("price_per_unit", price); // refused before anything is asked
  const stored = await storedCurrency();
  return {
    ...(stored ? {} : { currency: "USD" }),
    ...current,
    price_per_unit: toMinorUnits(price, stored ?? "USD"),
  };
}

/** A credit of the API with the older names beside its own. */
export function withOlderNames(credit: CreditEntitlement): LegacyCreditEntitlement {
  const money = credit.unit === credit.currency ? credit.currency : null;
  const { rollover_timeframe_count: count, rollover_timeframe_interval: interval } = credit;
  const timeframe = (["day", "week", "month", "year"] as const).find(
    (it) => intervals[it] === interval,
  );
  return {
    ...credit,
    credit_type: money ? "fiat" : "custom_unit",
    unit_name: credit.unit,
    unit_currency: money,
    expiry_duration: credit.expires_after_days ?? null,
    max_rollover_percentage: credit.rollover_percentage ?? null,
    rollover_timeframe: (count === 1 && timeframe) || null,
    allow_overage: credit.overage_enabled,
  };
}

type Priceless = Omit<LegacyCreditEntitlementUpdateParams, "price_per_unit">;

function currentNames(fields: Priceless): Omit<CreditEntitlementUpdateParams, "price_per_unit"> {
  const {
    credit_type,
    unit_name,
    unit_currency,
    expiry_duration,
    max_rollover_percentage,
    rollover_timeframe,
    allow_overage,
    overage_behavior,
    ...current
  } = fields;
  const money = moneyOf(credit_type, unit_currency);
  const unit = agreed("unit", current.unit, "unit_name", unit_name);
  return withoutUndefined({
    ...current,
    ...timeframeOf(current, rollover_timeframe),
    unit: agreed("unit", unit, "unit_currency", money),
    currency: agreed("currency", current.currency, "unit_currency", money),
    expires_after_days: agreed(
      "expires_after_days",
      current.expires_after_days,
      "expiry_duration",
      expiry_duration,
    ),
    rollover_percentage: agreed(
      "rollover_percentage",
      current.rollover_percentage,
      "max_rollover_percentage",
      max_rollover_percentage,
    ),
    overage_enabled: agreed(
      "overage_enabled",
      current.overage_enabled,
      "allow_overage",
      allow_overage,
    ),
    overage_behavior: currentBehaviour(overage_behavior),
  });
}

function moneyOf(
  type: LegacyEntitlementFields["credit_type"],
  currency: Currency | null | undefined,
): Currency | undefined {
  if (type !== undefined && type !== "fiat" && type !== "custom_unit") {
    throw new LegacyCallError(
      "value_unknown",
      `credit_type is ${JSON.stringify(type)} but must be "custom_unit" or "fiat".`,
    );
  }
  if (type === "custom_unit" && currency) {
    throw new LegacyCallError(
      "fields_disagree",
      `credit_type is "custom_unit" but unit_currency is "${currency}"; for money it is "fiat".`,
    );
  }
  return currency ?? undefined;
}

function timeframeOf(
  current: CreditEntitlementUpdateParams,
  timeframe: LegacyEntitlementFields["rollover_timeframe"],
): Partial<CreditEntitlementUpdateParams> {
  const { rollover_timeframe_count: count, rollover_timeframe_interval: interval } = current;
  if (timeframe === undefined) return {};
  if (timeframe === null) {
    // A timeframe that has no older name is answered as null, and may come back like that.
    return count === undefined && interval === undefined
      ? { rollover_timeframe_count: null, rollover_timeframe_interval: null }
      : {};
  }
  const named = lookUp("rollover_timeframe", intervals, timeframe);
  return withoutUndefined({
    rollover_timeframe_count: agreed("rollover_timeframe_count", count, "rollover_timeframe", 1),
    rollover_timeframe_interval: agreed(
      "rollover_timeframe_interval",
      interval,
      "rollover_timeframe",
      named,
    ),
  });
}

function currentBehaviour(
  given: WidenedFields["overage_behavior"],
): CreditEntitlementUpdateParams["overage_behavior"] {
  if (typeof given !== "string" || !Object.hasOwn(behaviours, given)) {
    return given as CreditEntitlementUpdateParams["overage_behavior"]; // no older name, so a current one
  }
  return behaviours[given as keyof typeof behaviours]; // just looked up
}
