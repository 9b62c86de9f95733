import { type Amount, add, isPositive, smaller, subtract, zero } from "../../amount.js";
import { DomainError } from "../../errors.js";

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
 * Decides how much of `shortfall` (what a debit asks beyond the balance) may become overage: all of it, or the
 * debit is refused as a whole.
 *
 * @rule OVR-03 up to the limit; without a limit, any amount
 * @rule OVR-04 a limit of zero is no overage at all
 * @rule LED-07 without overage a debit above the balance is refused whole
 * @rule LED-09 with overage it is accepted up to the limit and refused whole beyond it
 * @throws DomainError insufficient-balance, overage-limit-exceeded
 */
export function acceptShortfall(
  shortfall: Amount,
  overage: Amount,
  terms: OverageTerms,
  print: (amount: Amount) => string,
  asked: { readonly amount: Amount; readonly balance: Amount },
): void {
  if (!isPositive(shortfall)) return;
  if (!terms.enabled || (terms.limit !== null && !isPositive(terms.limit))) {
    throw new DomainError("insufficient-balance", "LED-08", {
      message: `Insufficient credit balance: the debit of ${print(asked.amount)} is ${print(shortfall)} above the balance of ${print(asked.balance)} and overage is off; debit at most ${print(asked.balance)}, add credits, or enable overage`,
    });
  }
  if (terms.limit !== null && add(overage, shortfall).gt(terms.limit)) {
    throw new DomainError("overage-limit-exceeded", "LED-09", {
      message: `Overage limit exceeded: the debit of ${print(asked.amount)} would bring overage to ${print(add(overage, shortfall))} but the limit is ${print(terms.limit)}; debit at most ${print(add(asked.balance, subtract(terms.limit, smaller(overage, terms.limit))))}, or raise \`overage_limit\``,
    });
  }
}

/**
 * How much of a new grant repays existing overage: under `carry_deficit_auto_repay` the smaller of the two, else
 * nothing.
 *
 * @rule OVR-40 under the three other behaviours a new grant leaves overage as it is
 * @rule OVR-42 every new grant repays, not only the renewal
 * @rule OVR-43 the smaller of overage and grant
 */
export const repaymentOf = (granted: Amount, overage: Amount, behavior: OverageBehavior): Amount =>
  behavior === "carry_deficit_auto_repay" ? smaller(overage, granted) : zero;
