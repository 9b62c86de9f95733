import { type Amount, parseAmount, times } from "#domain/amount.js";
import type { OverageTerms } from "#domain/ledger/rules/overage.js";
import type { RolloverTerms } from "#domain/ledger/rules/rollover.js";
import { addDays, type Instant } from "#domain/time.js";
import type { Attachment } from "../catalogue/products/rules.js";

/**
 * Credits for one cycle.
 *
 * @rule SUB-04 times the quantity
 */
export const creditsOf = (item: Attachment, quantity: number): Amount =>
  times(item.creditsAmount, quantity);

/**
 * Credits at the start of a trial.
 *
 * @rule SUB-21 the trial's own amount instead of the cycle's
 * @rule SUB-22 without one the same as a cycle's
 */
export const trialCreditsOf = (item: Attachment, quantity: number): Amount =>
  times(item.trialCredits ?? item.creditsAmount, quantity);

/** The overage settings in force under a cart item. */
export const overageOf = (item: Attachment): OverageTerms => ({
  enabled: item.overageEnabled,
  limit: item.overageLimit,
  behavior: item.overageBehavior,
});

/** How a grant of this item rolls over; null: it does not. */
export const rolloverOf = (item: Attachment): RolloverTerms | null =>
  item.rolloverEnabled
    ? {
        percentage: item.rolloverPercentage,
        timeframe: item.rolloverTimeframe,
        countMax: item.rolloverCountMax,
        lifetimeDays: item.expiresAfterDays,
      }
    : null;

/** Price of one credit of overage in minor units; zero where none is set. */
export const overagePriceOf = (item: Attachment): Amount => parseAmount(item.pricePerUnit ?? "0");

/**
 * When a grant of this item ends.
 *
 * @rule EXP-04 the product's lifetime, not the entitlement's
 * @param endsAt when it ends at the latest, for example with a trial; null: only by its lifetime
 */
export const grantExpiry = (
  item: Attachment,
  now: Instant,
  endsAt: Instant | null,
): Instant | null => {
  const natural = item.expiresAfterDays === null ? null : addDays(now, item.expiresAfterDays);
  return natural !== null && endsAt !== null && natural < endsAt ? natural : (endsAt ?? natural);
};
