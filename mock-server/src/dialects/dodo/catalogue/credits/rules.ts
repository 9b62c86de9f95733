import { amountOf } from "#domain/amount.js";
import { DomainError } from "#domain/errors.js";
import type { OverageBehavior, OverageTerms } from "#domain/ledger/rules/overage.js";
import type { Instant, TimeInterval } from "#domain/time.js";

/** The settings of a credit that may change after it was created. */
export interface EntitlementTerms {
  readonly name: string;
  readonly description: string | null;
  readonly unit: string;
  readonly expiresAfterDays: number | null;
  readonly rolloverEnabled: boolean;
  readonly rolloverPercentage: number | null;
  readonly rolloverTimeframeCount: number | null;
  readonly rolloverTimeframeInterval: TimeInterval | null;
  readonly maxRolloverCount: number | null;
  readonly overageEnabled: boolean;
  /** Credits beyond zero; null means no cap. */
  readonly overageLimit: number | null;
  readonly overageBehavior: OverageBehavior;
  readonly currency: string | null;
  /** Price of one credit of overage, in minor units of the currency, as sent. */
  readonly pricePerUnit: string | null;
}

/** A reusable definition of a credit. */
export interface Entitlement extends EntitlementTerms {
  readonly id: string;
  /** Decimals of every amount of this credit, 0 to 10; fixed at creation. */
  readonly precision: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly deletedAt: Instant | null;
}

/**
 * A new credit.
 *
 * @rule ENT-01 created and updated at the same instant
 * @throws DomainError terms-inconsistent, value-too-small
 */
export function createEntitlement(
  id: string,
  precision: number,
  terms: EntitlementTerms,
  now: Instant,
): Entitlement {
  checkTerms(terms);
  return { ...terms, id, precision, createdAt: now, updatedAt: now, deletedAt: null };
}

/**
 * The credit with some settings replaced. Grants already issued keep the terms they were born with, because they
 * carry their own dates.
 *
 * @rule ENT-41 settings not named keep their value
 * @rule ENT-42 precision is not among the settings that can change
 * @rule ENT-43 the merged result obeys the same rules as a new credit
 * @rule ENT-44 only `updatedAt` moves
 * @rule ENT-45 grants already issued are not touched
 * @rule EXP-12 their expiry dates neither
 * @throws DomainError terms-inconsistent, value-too-small
 */
export function updateEntitlement(
  entitlement: Entitlement,
  changes: Partial<EntitlementTerms>,
  now: Instant,
): Entitlement {
  const merged = { ...entitlement, ...changes, updatedAt: now };
  checkTerms(merged);
  return merged;
}

/**
 * Hides the credit; its balances, grants and ledger are kept.
 *
 * @rule ENT-50 deletion is soft
 * @rule ENT-51 a second deletion is refused
 * @throws DomainError entitlement-deleted
 */
export function deleteEntitlement(entitlement: Entitlement, now: Instant): Entitlement {
  if (entitlement.deletedAt !== null) {
    throw new DomainError("entitlement-deleted", "ENT-51", {
      message: `The credit entitlement ${entitlement.id} has already been deleted; to bring it back call undelete`,
    });
  }
  return { ...entitlement, deletedAt: now, updatedAt: now };
}

/**
 * Brings a deleted credit back with everything it had.
 *
 * @rule ENT-53 all configuration is preserved
 * @throws DomainError entitlement-not-deleted (ENT-54)
 */
export function undeleteEntitlement(entitlement: Entitlement, now: Instant): Entitlement {
  if (entitlement.deletedAt === null) throw notDeleted(entitlement.id);
  return { ...entitlement, deletedAt: null, updatedAt: now };
}

/** @rule ENT-54 undeleting what is unknown or not deleted fails as a server error, as the vendor documents */
export const notDeleted = (id: string): DomainError =>
  new DomainError("entitlement-not-deleted", "ENT-54", {
    message: `The credit entitlement ${id} is not deleted, so it cannot be undeleted; list the deleted ones with deleted=true`,
  });

/**
 * The overage settings of the credit itself, which apply while no subscription overrides them.
 */
export const overageTermsOf = (terms: EntitlementTerms): OverageTerms => ({
  enabled: terms.overageEnabled,
  limit: terms.overageLimit === null ? null : amountOf(terms.overageLimit),
  behavior: terms.overageBehavior,
});

/**
 * Rules that span several settings.
 *
 * @rule ENT-12 overage needs a price
 * @rule ENT-13 a price needs a currency
 */
function checkTerms(terms: EntitlementTerms): void {
  const [count, interval] = [terms.rolloverTimeframeCount, terms.rolloverTimeframeInterval];
  if (isHalf(count, interval)) {
    const [given, missing] =
      count === null
        ? ["rollover_timeframe_interval", "rollover_timeframe_count"]
        : ["rollover_timeframe_count", "rollover_timeframe_interval"];
    throw inconsistent(
      "ENT-10",
      `\`${given}\` is set but \`${missing}\` is not; set both or neither`,
    );
  }
  if (terms.overageEnabled && terms.pricePerUnit === null) {
    throw inconsistent(
      "ENT-12",
      '`overage_enabled` is true but `price_per_unit` is missing; send the price of one credit in minor units, for example "0.5"',
    );
  }
  if (terms.pricePerUnit !== null && terms.currency === null) {
    throw inconsistent(
      "ENT-13",
      '`price_per_unit` is set but `currency` is missing; send a code such as "USD"',
    );
  }
  if (terms.pricePerUnit !== null && !isPriceAboveZero(terms.pricePerUnit)) {
    throw new DomainError("value-too-small", "ENT-18", {
      message: `\`price_per_unit\` is "${terms.pricePerUnit}" but must be above zero; leave it out for a credit without overage`,
    });
  }
}

/** @rule ENT-10 both halves of the rollover timeframe, or neither: whether one is there alone */
export const isHalf = (
  count: number | null | undefined,
  interval: TimeInterval | null | undefined,
): boolean => ((count ?? null) === null) !== ((interval ?? null) === null);

/** @rule ENT-18 a price of overage is above zero */
export const isPriceAboveZero = (price: string): boolean => /[1-9]/.test(price);

const inconsistent = (rule: string, message: string): DomainError =>
  new DomainError("terms-inconsistent", rule, { message });
