import type {
  BalanceCreateLedgerEntryParams,
  BalanceCreateLedgerEntryResponse,
  BalanceListGrantsParams,
  BalanceListGrantsResponse,
  BalanceListLedgerParams,
  BalanceListParams,
  BalanceRetrieveParams,
  CreditLedgerEntry,
  CustomerCreditBalance,
} from "../resources/balances.js";
import type {
  CreditEntitlement,
  CreditEntitlementCreateParams,
  CreditEntitlementListParams,
  CreditEntitlementUpdateParams,
} from "../resources/credit-entitlements.js";

/**
 * Last argument of every method, as far as clients agree on it.
 *
 * @deprecated Use `RequestOptions`.
 */
export interface LegacyRequestOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | null | undefined>>;
  /** Milliseconds one attempt may take. */
  readonly timeout?: number;
  /** How often the request is sent again, 0 or more. */
  readonly maxRetries?: number;
}

/** The first page of a list, as far as it matters here. */
type Items<Item> = PromiseLike<{ readonly items: Item[] }>;

/**
 * The balance calls of a client.
 *
 * @deprecated Call the client itself: `client.creditEntitlements.balances`.
 */
export interface WrappableBalances {
  list(
    creditEntitlementID: string,
    query?: BalanceListParams | null,
    options?: LegacyRequestOptions,
  ): Items<CustomerCreditBalance>;
  retrieve(
    customerID: string,
    params: BalanceRetrieveParams,
    options?: LegacyRequestOptions,
  ): PromiseLike<CustomerCreditBalance>;
  listGrants(
    customerID: string,
    params: BalanceListGrantsParams,
    options?: LegacyRequestOptions,
  ): Items<BalanceListGrantsResponse>;
  listLedger(
    customerID: string,
    params: BalanceListLedgerParams,
    options?: LegacyRequestOptions,
  ): Items<CreditLedgerEntry>;
  createLedgerEntry(
    customerID: string,
    params: BalanceCreateLedgerEntryParams,
    options?: LegacyRequestOptions,
  ): PromiseLike<BalanceCreateLedgerEntryResponse>;
}

/**
 * The credit calls of a client.
 *
 * @deprecated Call the client itself: `client.creditEntitlements`.
 */
export interface WrappableCreditEntitlements {
  readonly balances: WrappableBalances;
  create(
    body: CreditEntitlementCreateParams,
    options?: LegacyRequestOptions,
  ): PromiseLike<CreditEntitlement>;
  retrieve(id: string, options?: LegacyRequestOptions): PromiseLike<CreditEntitlement>;
  update(
    id: string,
    body: CreditEntitlementUpdateParams,
    options?: LegacyRequestOptions,
  ): PromiseLike<void>;
  list(
    query?: CreditEntitlementListParams | null,
    options?: LegacyRequestOptions,
  ): Items<CreditEntitlement>;
  delete(id: string, options?: LegacyRequestOptions): PromiseLike<void>;
  undelete(id: string, options?: LegacyRequestOptions): PromiseLike<void>;
}

/**
 * What a client has to have for the older calls: `DodoPayments` of this package has it, and that of `dodopayments`.
 *
 * @deprecated Call the client itself.
 */
export interface WrappableClient {
  readonly creditEntitlements: WrappableCreditEntitlements;
}
