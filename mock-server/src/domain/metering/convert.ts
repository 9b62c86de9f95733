import {
  type Amount,
  add,
  amountOf,
  divideDown,
  isPositive,
  larger,
  smaller,
  subtract,
  zero,
} from "../amount.js";

/** What a meter has accounted for in one billing period. Starts as `nothingMetered` in every period. */
export interface Metered {
  /** The highest aggregate already turned into credits or carried: D of the rule. */
  readonly units: Amount;
  /** Units accounted but still too few for the smallest step of a credit. */
  readonly carried: Amount;
}

export const nothingMetered: Metered = { units: zero, carried: zero };

/** The largest whole number that a ledger entry may move (LED-14). */
const creditsMax = amountOf(9_999_999_999);

/**
 * Turns the period's aggregate into the credits to deduct now.
 *
 * @param aggregate the aggregate over all of the period's events so far
 * @param unitsPerCredit usage units that cost one credit, above zero
 * @param precision decimals of the credit
 * @returns the credits due since the last call, those beyond what one deduction may take, and the state for the next one
 * @rule MTR-54 only growth above the highest aggregate so far costs; nothing is ever given back
 * @rule MTR-81 one deduction takes at most 9999999999 credits, and what is beyond is not taken later either
 * @rule MTR-55 credits are rounded down and the units left over wait for the next call
 */
export function convert(
  metered: Metered,
  aggregate: Amount,
  unitsPerCredit: Amount,
  precision: number,
): { readonly credits: Amount; readonly beyond: Amount; readonly metered: Metered } {
  const growth = subtract(aggregate, metered.units);
  if (!isPositive(growth)) return { credits: zero, beyond: zero, metered };
  const due = divideDown(add(metered.carried, growth), unitsPerCredit, precision);
  const credits = smaller(due.credits, creditsMax);
  const beyond = subtract(due.credits, credits);
  return {
    credits,
    beyond,
    metered: { units: larger(metered.units, aggregate), carried: due.rest },
  };
}
