/** What the ledger can refuse, in the order the checks run. What each looks like on the wire is the dialect's business. */
export type DomainErrorCode =
  | "not-found"
  | "entitlement-deleted"
  | "entitlement-not-deleted"
  | "entitlement-name-taken"
  | "terms-inconsistent"
  | "value-too-small"
  | "amount-not-positive"
  | "amount-too-large"
  | "amount-too-precise"
  | "expiry-in-past"
  | "metadata-too-large"
  | "metadata-invalid"
  | "idempotency-key-used"
  | "insufficient-balance"
  | "overage-limit-exceeded"
  | "entry-invalid"
  | "event-duplicated"
  | "event-out-of-window"
  | "event-customer-unknown"
  | "meter-invalid"
  | "meter-not-archived"
  | "meter-event-name-differs"
  | "attached-entitlement-deleted"
  | "meter-ids-duplicated"
  | "meter-ids-missing"
  | "meter-archived"
  | "quantity-invalid"
  | "product-invalid"
  | "product-archived"
  | "product-in-cart-archived"
  | "product-not-archived"
  | "checkout-invalid"
  | "checkout-cart-empty"
  | "checkout-consumed"
  | "checkout-expired"
  | "discount-code-invalid"
  | "checkout-below-minimum"
  | "several-subscriptions"
  | "on-demand-usage-based"
  | "addon-invalid"
  | "addons-on-usage-based"
  | "subscription-invalid"
  | "subscription-inactive"
  | "subscription-paused"
  | "subscription-not-paused"
  | "subscription-not-on-demand"
  | "charge-while-ending"
  | "plan-change-while-ending"
  | "plan-change-inactive"
  | "plan-change-on-demand"
  | "plan-change-pending"
  | "plan-change-scheduled"
  | "plan-change-not-scheduled"
  | "proration-mode-invalid"
  | "unsupported-action"
  | "usage-history-without-meters"
  | "webhook-invalid"
  | "webhook-iterator-invalid"
  | "wallet-invalid"
  | "wallet-too-low"
  | "clock-busy"
  | "clock-backwards"
  | "world-ended";

export interface Refusal {
  /** Names the thing, its value, the limit and the fix. */
  readonly message: string;
}

/** An expected failure. Throwing one undoes everything its transaction did. */
export class DomainError extends Error {
  override readonly name = "DomainError";

  constructor(
    readonly code: DomainErrorCode,
    /** Id of the behaviour that asks for the refusal. */
    readonly rule: string,
    refusal: Refusal,
  ) {
    super(refusal.message);
  }
}

/** Makes the refusals of one subject, which have a code in common unless they name another. */
export const refusing =
  (subject: DomainErrorCode) =>
  (rule: string, message: string, code: DomainErrorCode = subject): DomainError =>
    new DomainError(code, rule, { message });

/**
 * Fails loudly on a state that no input can cause: a bug in Drawdown, never a user's mistake.
 *
 * @param message a function where printing what it names, time and again, would cost more than the check
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (condition) return;
  throw new Error(`invariant broken: ${typeof message === "string" ? message : message()}`);
}
