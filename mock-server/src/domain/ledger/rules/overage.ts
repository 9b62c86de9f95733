import { type Amount, add, isPositive, larger, smaller, subtract, zero } from "#domain/amount.js";
import { DomainError } from "#domain/errors.js";

export type OverageBehavior =
  | "forgive_at_reset"
  | "invoice_at_billing"
  | "carry_deficit"
  | "carry_deficit_auto_repay";

/** The overage settings in force for one customer's credit. */
export interface OverageTerms {
  readonly enabled: boolean;
  /** Credits that may be consumed beyond zero; null means no cap. */
  readonly limit: Amount | null;
  readonly behavior: OverageBehavior;
}

/**
 * How much of `shortfall` (what is asked beyond the balance) may become overage.
 *
 * @rule OVR-03 up to the limit; without a limit, any amount
 * @rule OVR-04 a limit of zero is no overage at all
 * @rule OVR-01 without overage, nothing
 */
export function acceptable(shortfall: Amount, overage: Amount, terms: OverageTerms): Amount {
  if (!terms.enabled) return zero;
  if (terms.limit === null) return shortfall;
  return smaller(shortfall, larger(subtract(terms.limit, overage), zero));
}

export interface Asked {
  readonly amount: Amount;
  readonly balance: Amount;
  readonly overage: Amount;
  /** What the debit asks beyond the balance. */
  readonly shortfall: Amount;
}

/**
 * Why a debit that is to be taken whole or not at all is refused.
 *
 * @rule LED-07 without overage a debit above the balance is refused whole
 * @rule LED-09 with overage it is accepted up to the limit and refused whole beyond it
 * @param print prints an amount at the credit's precision
 */
export function refusal(
  asked: Asked,
  terms: OverageTerms,
  print: (amount: Amount) => string,
): DomainError {
  const { amount, balance, overage, shortfall } = asked;
  if (!terms.enabled || terms.limit === null || !isPositive(terms.limit)) {
    return new DomainError("insufficient-balance", "LED-08", {
      message: `Insufficient credit balance: the debit of ${print(amount)} is ${print(shortfall)} above the balance of ${print(balance)} and overage is off; debit at most ${print(balance)}, add credits, or enable overage`,
    });
  }
  const most = add(balance, acceptable(shortfall, overage, terms));
  return new DomainError("overage-limit-exceeded", "LED-09", {
    message: `Overage limit exceeded: the debit of ${print(amount)} would bring overage to ${print(add(overage, shortfall))} but the limit is ${print(terms.limit)}; debit at most ${print(most)}, or raise \`overage_limit\``,
  });
}

/** Which grants repay overage that repays itself: every one, or those of a billing period alone. */
export type RepaymentScope = "every_grant" | "next_cycle";

/**
 * Whether a new grant lowers existing overage first.
 *
 * @param isCycle whether it is the grant of a billing period
 * @rule OVR-40 under the three other behaviours a new grant leaves overage as it is
 * @rule OVR-42 every new grant repays, not only the renewal, unless the policy says so (C18)
 */
export const repays = (
  behavior: OverageBehavior,
  isCycle: boolean,
  scope: RepaymentScope,
): boolean => behavior === "carry_deficit_auto_repay" && (isCycle || scope === "every_grant");

/**
 * How much of a new grant goes to existing overage.
 *
 * @rule OVR-43 the smaller of overage and grant
 */
export const repaymentOf = (granted: Amount, overage: Amount, repaysOverage: boolean): Amount =>
  repaysOverage ? smaller(overage, granted) : zero;
