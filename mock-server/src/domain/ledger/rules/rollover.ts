import { type Amount, percentOf, subtract, zero } from "#domain/amount.js";
import { addDays, addTimeframe, type Instant, type Timeframe } from "#domain/time.js";
import type { Grant } from "../account.js";

/** How the credits of a grant are carried into the next cycle; a grant keeps the terms it was born with. */
export interface RolloverTerms {
  /** Hundredths of what is left that are carried; null means all of it (ROL-05). */
  readonly percentage: number | null;
  /** How long carried credits live; null means a normal lifetime (ROL-10). */
  readonly timeframe: Timeframe | null;
  /** How often the same credits may be carried; null means without limit (ROL-13). */
  readonly countMax: number | null;
  /** Normal lifetime in days; null means no end. */
  readonly lifetimeDays: number | null;
}

/** How the part that a percentage leaves behind is booked. */
export type LossEntry = "credit_expired" | "rollover_forfeited";

/** What becomes of the credits left in a grant: carried on, expired, or forfeited. They add up to what was left. */
export interface Carry {
  readonly carried: Amount;
  readonly expired: Amount;
  readonly forfeited: Amount;
}

/**
 * Splits what a grant still holds at a rollover.
 *
 * @rule ROL-04 the percentage of what is left is carried
 * @rule ROL-05 without a percentage all of it
 * @rule ROL-06 rounded down; the rest expires, so nothing is made or lost
 * @rule ROL-07 nothing at zero percent
 * @rule ROL-11 credits that were carried as often as they may be are forfeited
 * @rule ROL-12 loss by the percentage expires, unless the policy says otherwise (C20); loss by the count is forfeited
 * @rule ROL-13 without a count there is no limit; a count of zero forfeits at once
 */
export function carryOf(
  grant: Grant,
  terms: RolloverTerms,
  precision: number,
  percentageLossAs: LossEntry,
): Carry {
  const { remaining, rolloverCount } = grant;
  if (terms.countMax !== null && rolloverCount >= terms.countMax) {
    return { carried: zero, expired: zero, forfeited: remaining };
  }
  const carried = percentOf(remaining, terms.percentage ?? 100, precision);
  const lost = subtract(remaining, carried);
  return percentageLossAs === "credit_expired"
    ? { carried, expired: lost, forfeited: zero }
    : { carried, expired: zero, forfeited: lost };
}

/**
 * When carried credits expire: the timeframe, or else the normal lifetime, counted from the rollover.
 *
 * @rule ROL-09 calendar months and years
 * @rule ROL-10 a normal lifetime where no timeframe is set
 */
export function carriedUntil(terms: RolloverTerms, now: Instant): Instant | null {
  if (terms.timeframe) return addTimeframe(now, terms.timeframe);
  return terms.lifetimeDays === null ? null : addDays(now, terms.lifetimeDays);
}
