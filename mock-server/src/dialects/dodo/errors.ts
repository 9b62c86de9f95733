import type { RefusalCode, WireError } from "../../http/contract.js";

const wire = (status: number, code: string): WireError => ({ status, code });

/** An answer that repeating the request cannot change, though the official client would repeat it by its status. */
const final = (status: number, code: string): WireError => ({ status, code, shouldRetry: false });

/**
 * What every refusal looks like on the wire.
 *
 * @rule ERR-02 the meaning of each status
 * @rule ERR-03 the code of each refusal
 * @rule ERR-04 the status of each code, where none is published
 * @rule AUT-04 a write with a read-only key is 403
 * @rule LED-08 a debit above the balance is INSUFFICIENT_CREDIT_BALANCE
 * @rule SDK-33 409 and the documented 500s tell the official client not to retry
 */
export const errors: { readonly [Code in RefusalCode]: WireError } = {
  "route-unknown": wire(404, "NOT_FOUND"),
  "method-not-allowed": wire(405, "METHOD_NOT_ALLOWED"),
  "not-served": final(501, "NOT_SERVED_BY_DRAWDOWN"),
  unauthenticated: wire(401, "UNAUTHORIZED"),
  "read-only-key": wire(403, "UNAUTHORIZED"),
  "read-only-key-observed": { status: 401, code: "UNAUTHORIZED", isBare: true },
  "rate-limited": wire(429, "TOO_MANY_REQUESTS"),
  "tenants-exhausted": final(429, "TOO_MANY_TENANTS"),
  "path-malformed": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "query-malformed": wire(400, "INVALID_QUERY_PARAMS"),
  "query-invalid": wire(422, "INVALID_QUERY_PARAMS"),
  "body-incomplete": wire(400, "INCOMPLETE_REQUEST_BODY"),
  "body-too-large": wire(413, "PAYLOAD_TOO_LARGE"),
  "media-type": wire(415, "UNSUPPORTED_MEDIA_TYPE"),
  "body-invalid": wire(422, "INVALID_REQUEST_BODY"),
  "key-in-use": final(409, "KEY_IN_USE"),
  "sandbox-closed": final(503, "SANDBOX_CLOSED"),
  "task-failed": final(500, "TASK_FAILED"),
  internal: final(500, "INTERNAL_SERVER_ERROR"),
  "not-found": wire(404, "NOT_FOUND"),
  "entitlement-deleted": wire(410, "CREDIT_ENTITLEMENT_IS_DELETED"),
  "entitlement-not-deleted": final(500, "INTERNAL_SERVER_ERROR"),
  "entitlement-name-taken": wire(422, "CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS"),
  "terms-inconsistent": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "value-too-small": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "amount-not-positive": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "amount-too-large": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "amount-too-precise": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "expiry-in-past": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "metadata-too-large": wire(400, "MAXIMUM_KEYS_REACHED"),
  "metadata-invalid": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "idempotency-key-used": final(409, "IDEMPOTENCY_KEY_ALREADY_EXISTS"),
  "insufficient-balance": wire(400, "INSUFFICIENT_CREDIT_BALANCE"),
  "overage-limit-exceeded": wire(400, "OVERAGE_LIMIT_EXCEEDED"),
  "entry-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "event-duplicated": wire(400, "DUPLICATE_EVENT_IDS"),
  "event-out-of-window": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "event-customer-unknown": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "meter-invalid": wire(422, "INVALID_REQUEST_BODY"),
  "meter-not-archived": final(500, "INTERNAL_SERVER_ERROR"),
  "meter-event-name-differs": wire(400, "INVALID_QUERY_PARAMS"),
  "attached-entitlement-deleted": wire(422, "CREDIT_ENTITLEMENT_IS_DELETED"),
  "meter-ids-duplicated": wire(422, "DUPLICATE_METER_IDS_IN_REQUEST"),
  "meter-ids-missing": wire(422, "MISSING_METER_IDS"),
  "meter-archived": wire(422, "METER_IS_DELETED"),
  "quantity-invalid": wire(422, "INVALID_QUANTITY"),
  "product-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "product-archived": wire(410, "PRODUCT_IS_DELETED"),
  "product-in-cart-archived": wire(422, "PRODUCT_IS_DELETED"),
  "product-not-archived": final(500, "INTERNAL_SERVER_ERROR"),
  "checkout-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "checkout-cart-empty": wire(422, "PRODUCT_CART_EMTPY"),
  "checkout-consumed": wire(422, "CHECKOUT_SESSION_CONSUMED"),
  "checkout-expired": wire(422, "CHECKOUT_SESSION_EXPIRED"),
  "discount-code-invalid": wire(422, "INVALID_DISCOUNT_CODE"),
  "checkout-below-minimum": wire(422, "TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT"),
  "several-subscriptions": wire(422, "CUSTOMER_HAS_EXISTING_SUBSCRIPTION"),
  "on-demand-usage-based": wire(422, "ON_DEMAND_USAGE_BASED_BILLING_NOT_SUPPORTED"),
  "addon-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "addons-on-usage-based": wire(422, "ADDONS_IN_USAGE_BASED_BILLING_NOT_SUPPORTED"),
  "subscription-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "subscription-inactive": wire(422, "SUBSCRIPTION_INACTIVE"),
  "subscription-paused": wire(422, "SUBSCRIPTION_ALREADY_PAUSED"),
  "subscription-not-paused": wire(422, "SUBSCRIPTION_NOT_PAUSED"),
  "plan-change-inactive": wire(422, "INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED"),
  "plan-change-on-demand": wire(422, "ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED"),
  "plan-change-pending": final(409, "PENDING_PLAN_CHANGE_EXISTS"),
  "plan-change-scheduled": final(409, "SCHEDULED_PLAN_CHANGE_EXISTS"),
  "plan-change-not-scheduled": wire(404, "SCHEDULED_PLAN_CHANGE_NOT_FOUND"),
  "proration-mode-invalid": wire(422, "INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE"),
  "unsupported-action": wire(422, "UNSUPPORTED_ACTION"),
  "usage-history-without-meters": wire(400, "INVALID_REQUEST_PARAMETERS"),
  "webhook-invalid": wire(422, "INVALID_REQUEST_BODY"),
  "webhook-iterator-invalid": wire(422, "INVALID_QUERY_PARAMS"),
  "wallet-invalid": wire(422, "INVALID_REQUEST_PARAMETERS"),
  "wallet-too-low": wire(400, "INSUFFICIENT_WALLET_FUNDS"),
  "clock-busy": final(409, "CLOCK_BUSY"),
  "clock-backwards": wire(422, "CLOCK_BACKWARDS"),
};
