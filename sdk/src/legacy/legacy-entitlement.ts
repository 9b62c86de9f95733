import type {
  CreditEntitlement,
  CreditEntitlementCreateParams,
  CreditEntitlementUpdateParams,
} from "../resources/credit-entitlements.js";
import type { Currency } from "./price.js";

export type OlderTimeframe = "day" | "week" | "month" | "year";

export type OlderOverageBehaviour =
  | "bill_overage_at_billing"
  | "forgive_overage_at_reset"
  | "carry_over_deficit"
  | "carry_over_deficit_auto_repay";

/**
 * Settings of a credit that only the older guide has.
 *
 * @deprecated Each field names its current form.
 */
export interface LegacyEntitlementFields {
  /** @deprecated Leave it out; for money set `unit` and `currency` to the currency. */
  credit_type?: "custom_unit" | "fiat";
  /** @deprecated Use `unit`. */
  unit_name?: string;
  /** @deprecated Use `unit` and `currency`. */
  unit_currency?: Currency | null;
  /** @deprecated Use `expires_after_days`. */
  expiry_duration?: number | null;
  /** @deprecated Use `rollover_percentage`. */
  max_rollover_percentage?: number | null;
  /** @deprecated Use `rollover_timeframe_count: 1` and `rollover_timeframe_interval: "Month"`. */
  rollover_timeframe?: OlderTimeframe | null;
  /** @deprecated Use `overage_enabled`. */
  allow_overage?: boolean;
}

/** Fields that have one name and two meanings. */
export interface WidenedFields {
  /** A number is in whole units of the currency; text, the current form, is in its smallest unit. */
  price_per_unit?: number | string | null;
  /** The current values, or the older names of them. */
  overage_behavior?: CreditEntitlementUpdateParams["overage_behavior"] | OlderOverageBehaviour;
}

/**
 * Changes to a credit, by older names, current ones, or both.
 *
 * @deprecated Use `CreditEntitlementUpdateParams`.
 */
export type LegacyCreditEntitlementUpdateParams = Omit<
  CreditEntitlementUpdateParams,
  keyof WidenedFields
> &
  WidenedFields &
  LegacyEntitlementFields;

/**
 * Settings of a new credit, by older names, current ones, or both. Rollover and overage are off unless given; money has
 * as many decimals as its currency.
 *
 * @deprecated Use `CreditEntitlementCreateParams`.
 */
export type LegacyCreditEntitlementCreateParams = Omit<
  Partial<CreditEntitlementCreateParams>,
  "name" | keyof WidenedFields
> &
  Pick<CreditEntitlementCreateParams, "name"> &
  WidenedFields &
  LegacyEntitlementFields;

/**
 * A credit with the older names of its settings beside the current ones. `price_per_unit` and `overage_behavior` are in
 * their current form.
 *
 * @deprecated Use `CreditEntitlement`.
 */
export type LegacyCreditEntitlement = CreditEntitlement & {
  /** @deprecated Compare `unit` with `currency`: they are the same where the credit is money. */
  readonly credit_type: "custom_unit" | "fiat";
  /** @deprecated Use `unit`. */
  readonly unit_name: string;
  /** @deprecated Use `currency`. */
  readonly unit_currency: Currency | null;
  /** @deprecated Use `expires_after_days`. */
  readonly expiry_duration: number | null;
  /** @deprecated Use `rollover_percentage`. */
  readonly max_rollover_percentage: number | null;
  /** @deprecated Use `rollover_timeframe_count` and `rollover_timeframe_interval`; null unless the count is 1. */
  readonly rollover_timeframe: OlderTimeframe | null;
  /** @deprecated Use `overage_enabled`. */
  readonly allow_overage: boolean;
};
