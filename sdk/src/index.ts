export { APIPromise } from "./api-promise.js";
export type { BatcherOptions, UsageEventBatcher, UsageEventInput } from "./batcher.js";
export type { PathOptions } from "./client.js";
export { DodoPayments, DodoPayments as default } from "./client.js";
export type { RequestOptions } from "./connection.js";
export type { CursorPage, CursorPagePromise } from "./cursor-page.js";
export type { ConnectionErrorFacts, WebhookUnwrapReason } from "./errors.js";
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  DodoPaymentsError,
  InternalServerError,
  LostAnswerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
  WebhookUnwrapError,
} from "./errors.js";
export type { HeadersLike } from "./headers.js";
export type { Logger, LogLevel } from "./log.js";
export type { Page, PagePromise, PageQuery } from "./page.js";
export type {
  AddonCreateParams,
  AddonListParams,
  AddonResponse,
  Addons,
  AddonUpdateParams,
} from "./resources/addons.js";
export type {
  BalanceCreateLedgerEntryParams,
  BalanceCreateLedgerEntryResponse,
  BalanceListGrantsParams,
  BalanceListGrantsResponse,
  BalanceListLedgerParams,
  BalanceListParams,
  BalanceRetrieveParams,
  Balances,
  CreditLedgerEntry,
  CustomerCreditBalance,
} from "./resources/balances.js";
export type {
  CheckoutSessionCreateParams,
  CheckoutSessionPreviewParams,
  CheckoutSessionPreviewResponse,
  CheckoutSessionResponse,
  CheckoutSessionStatus,
  CheckoutSessions,
} from "./resources/checkout-sessions.js";
export type {
  CreditEntitlement,
  CreditEntitlementCreateParams,
  CreditEntitlementListParams,
  CreditEntitlements,
  CreditEntitlementUpdateParams,
} from "./resources/credit-entitlements.js";
export type {
  CustomerPortal,
  CustomerPortalCreateParams,
  CustomerPortalSession,
} from "./resources/customer-portal.js";
export type {
  Customer,
  CustomerCreateParams,
  CustomerListCreditEntitlementsResponse,
  CustomerListParams,
  Customers,
  CustomerUpdateParams,
} from "./resources/customers.js";
export type { Meter, MeterCreateParams, MeterListParams, Meters } from "./resources/meters.js";
export type {
  Payment,
  PaymentListParams,
  PaymentListResponse,
  Payments,
} from "./resources/payments.js";
export type {
  Product,
  ProductCreateParams,
  ProductListParams,
  ProductListResponse,
  Products,
  ProductUpdateParams,
} from "./resources/products.js";
export type {
  Subscription,
  SubscriptionChangePlanParams,
  SubscriptionChangePlanResponse,
  SubscriptionChargeParams,
  SubscriptionChargeResponse,
  SubscriptionListParams,
  SubscriptionListResponse,
  SubscriptionPreviewChangePlanParams,
  SubscriptionPreviewChangePlanResponse,
  SubscriptionRetrieveCreditUsageResponse,
  SubscriptionRetrieveUsageHistoryParams,
  SubscriptionRetrieveUsageHistoryResponse,
  Subscriptions,
  SubscriptionUpdateParams,
} from "./resources/subscriptions.js";
export type {
  Event,
  UsageEventIngestParams,
  UsageEventIngestResponse,
  UsageEventListParams,
  UsageEvents,
} from "./resources/usage-events.js";
export type {
  CustomerWalletTransaction,
  LedgerEntryCreateParams,
  LedgerEntryListParams,
  WalletLedgerEntries,
} from "./resources/wallet-ledger-entries.js";
export type { CustomerWallet, WalletListResponse, Wallets } from "./resources/wallets.js";
export type {
  HeaderRetrieveResponse,
  HeaderUpdateParams,
  WebhookEndpointHeaders,
} from "./resources/webhook-headers.js";
export type {
  UnwrapOptions,
  WebhookCreateParams,
  WebhookDetails,
  WebhookListParams,
  WebhookRetrieveSecretResponse,
  Webhooks,
  WebhookUpdateParams,
} from "./resources/webhooks.js";
export type { ClientOptions, Environment, Fetch, FetchOptions } from "./settings.js";
export type { RawBody, ReceivedHeaders } from "./unwrap.js";
export type { BatchedUsageEvent, UsageBatchErrorReason } from "./usage-batch-error.js";
export { UsageBatchError } from "./usage-batch-error.js";
export type { WebhookEvent, WebhookEventOf, WebhookEventType } from "./webhook-event.js";
