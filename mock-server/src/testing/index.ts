export type { Delivery, SandboxEvent } from "../client/control.js";
export type { Fetch } from "../http/call.js";
export { type LedgerMatchers, ledgerMatchers, type Verdict } from "./ledger-matchers.js";
export type { LedgerTable } from "./ledger-table.js";
export {
  openTenant,
  type TenantOptions,
  type TestTenant,
  testSeed,
  testStart,
} from "./open-tenant.js";
export type { LedgerEntry } from "./read-ledger.js";
