import type { components } from "@drawdown/spec/dodo";
import { call, type Reach } from "../client/control.js";

/** One movement of a customer's credits, as the API lists it. */
export type LedgerEntry = components["schemas"]["CreditLedgerEntryResponse"];

/** Most entries that one call lists. */
const pageSize = 100;

/**
 * Every entry of a ledger, oldest first.
 *
 * @throws Error when the credit or the customer is unknown
 */
export async function readLedger(
  tenant: Reach,
  customerId: string,
  creditEntitlementId: string,
): Promise<readonly LedgerEntry[]> {
  const ids = [creditEntitlementId, customerId].map(encodeURIComponent);
  const path = `/credit-entitlements/${ids[0]}/balances/${ids[1]}/ledger`;
  const newestFirst: LedgerEntry[] = [];
  for (let page = 0; ; page++) {
    const query = `?page_number=${page}&page_size=${pageSize}`;
    const { items } = await call<{ items: LedgerEntry[] }>(tenant, "GET", path + query);
    newestFirst.push(...items);
    if (items.length < pageSize) return newestFirst.reverse();
  }
}
