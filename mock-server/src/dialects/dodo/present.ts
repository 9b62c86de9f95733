import type { components } from "@drawdown/spec/dodo";
import { type Amount, formatAmount } from "#domain/amount.js";
import type { Account, Entry, Grant } from "#domain/ledger/account.js";
import type { UsageEvent } from "#domain/metering/event.js";
import type { Filter } from "#domain/metering/filter.js";
import type { Meter } from "#domain/metering/meter.js";
import type { Policy } from "#domain/policy.js";
import { formatInstant, type Instant } from "#domain/time.js";
import type { Entitlement } from "./catalogue/credits/rules.js";
import type { Customer } from "./customers/rules.js";

import { presentMetadata, presentValue } from "./present-metadata.js";

type Schemas = components["schemas"];

/** An instant in the form of the wire, or null where there is none. */
export const formatOptional = (at: Instant | null): string | null =>
  at === null ? null : formatInstant(at);

export const presentEntitlement = (
  it: Entitlement,
  businessId: string,
): Schemas["CreditEntitlementResponse"] => ({
  id: it.id,
  business_id: businessId,
  name: it.name,
  description: it.description,
  unit: it.unit,
  precision: it.precision,
  expires_after_days: it.expiresAfterDays,
  rollover_enabled: it.rolloverEnabled,
  rollover_percentage: it.rolloverPercentage,
  rollover_timeframe_count: it.rolloverTimeframeCount,
  rollover_timeframe_interval: it.rolloverTimeframeInterval,
  max_rollover_count: it.maxRolloverCount,
  overage_enabled: it.overageEnabled,
  overage_limit: it.overageLimit,
  overage_behavior: it.overageBehavior,
  // A value of the document's currency enum: the body validator let no other in.
  currency: it.currency as Schemas["CreditEntitlementResponse"]["currency"] & {},
  price_per_unit: it.pricePerUnit,
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

/** A figure as text of the credit's precision, or as a number where the policy says so. */
export const figure = (amount: Amount, precision: number, as: "string" | "number"): string =>
  as === "string" ? formatAmount(amount, precision) : (amount.toNumber() as unknown as string); // departs from the document, as the service was seen to

/** @rule BAL-08 balance and overage are decimal strings, unless the policy says numbers (C14) */
export const presentBalance = (
  it: Account,
  precision: number,
  balanceAmounts: Policy["balanceAmounts"],
): Schemas["CustomerCreditBalanceResponse"] => ({
  id: it.id,
  customer_id: it.ownerId,
  credit_entitlement_id: it.assetId,
  balance: figure(it.balance, precision, balanceAmounts),
  overage: figure(it.overage, precision, balanceAmounts),
  last_transaction_at: formatOptional(it.lastTransactionAt),
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

/**
 * @rule GRT-02 where the grant came from
 * @rule GRT-03 and the id of it, null for the API
 * @rule GRT-12 with the metadata of its source
 */
export const presentGrant = (
  it: Grant,
  account: Account,
  precision: number,
): Schemas["CreditGrantResponse"] => ({
  id: it.id,
  customer_id: account.ownerId,
  credit_entitlement_id: account.assetId,
  initial_amount: formatAmount(it.initial, precision),
  remaining_amount: formatAmount(it.remaining, precision),
  source_type: it.source.type,
  source_id: it.source.id,
  parent_grant_id: it.parentId,
  rollover_count: it.rolloverCount,
  is_expired: it.isExpired,
  is_rolled_over: it.isRolledOver,
  expires_at: formatOptional(it.expiresAt),
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

/**
 * @rule LED-39 the reference names what caused the movement
 * @rule LED-41 every entry carries the brand: the business's primary one
 * @param as type of the figures
 */
export const presentEntry = (
  it: Entry,
  account: Account,
  precision: number,
  businessId: string,
  as: Policy["webhookAmounts"] = "string",
): Schemas["CreditLedgerEntryResponse"] => ({
  id: it.id,
  business_id: businessId,
  brand_id: businessId,
  customer_id: account.ownerId,
  credit_entitlement_id: account.assetId,
  grant_id: it.grantId,
  transaction_type: it.type,
  amount: figure(it.amount, precision, as),
  is_credit: it.isCredit,
  balance_before: figure(it.balanceBefore, precision, as),
  balance_after: figure(it.balanceAfter, precision, as),
  overage_before: figure(it.overageBefore, precision, as),
  overage_after: figure(it.overageAfter, precision, as),
  description: it.description,
  reference_type: it.reference.type,
  reference_id: it.reference.id,
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.at),
});

export const presentCustomer = (it: Customer, businessId: string): Schemas["CustomerResponse"] => ({
  customer_id: it.id,
  business_id: businessId,
  email: it.email,
  name: it.name,
  phone_number: it.phoneNumber,
  metadata: presentMetadata(it.metadata),
  created_at: formatInstant(it.createdAt),
});

export const presentMeter = (it: Meter, businessId: string): Schemas["MeterResponse"] => ({
  id: it.id,
  business_id: businessId,
  name: it.name,
  description: it.description,
  event_name: it.eventName,
  aggregation: { type: it.aggregation.type, key: it.aggregation.key },
  filter: it.filter && presentFilter(it.filter),
  measurement_unit: it.measurementUnit,
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

const presentFilter = (filter: Filter): NonNullable<Schemas["MeterResponse"]["filter"]> => ({
  conjunction: filter.conjunction,
  clauses: filter.clauses.map((clause) =>
    "clauses" in clause
      ? presentFilter(clause)
      : { key: clause.key, operator: clause.operator, value: presentValue(clause.value) },
  ),
});

export const presentEvent = (it: UsageEvent, businessId: string): Schemas["Event"] => ({
  event_id: it.id,
  business_id: businessId,
  customer_id: it.customerId,
  event_name: it.name,
  timestamp: formatInstant(it.at),
  metadata: presentMetadata(it.metadata),
});
