export type {
  LegacyBalances,
  LegacyCreditLedgerEntry,
  LegacyCustomerCreditBalance,
  LegacyLedgerEntry,
  LegacyLedgerEntryParams,
} from "./legacy-balances.js";
export { LegacyCallError, type LegacyCallReason } from "./legacy-call-error.js";
export type { LegacyCreditEntitlements } from "./legacy-credit-entitlements.js";
export type {
  LegacyCreditEntitlement,
  LegacyCreditEntitlementCreateParams,
  LegacyCreditEntitlementUpdateParams,
  LegacyEntitlementFields,
} from "./legacy-entitlement.js";
export { toMajorUnits, toMinorUnits } from "./price.js";
export { type WithLegacyCalls, withLegacyCalls } from "./with-legacy-calls.js";
export type {
  LegacyRequestOptions,
  WrappableBalances,
  WrappableClient,
  WrappableCreditEntitlements,
} from "./wrappable-client.js";
