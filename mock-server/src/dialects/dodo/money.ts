import { amountOf, isPositive, parseAmount, times } from "#domain/amount.js";
import { DomainError, type DomainErrorCode } from "#domain/errors.js";
import type { Warn } from "#sandbox/ports.js";
import type { Attachment } from "./catalogue/products/rules.js";

/**
 * Refuses credits whose overage would be billed in a currency that is not that of the price they come with.
 *
 * @rule OVR-60 a price in one currency is never billed in another
 * @throws DomainError product-invalid, or the code given
 */
export function refuseOtherCurrency(
  items: readonly Attachment[],
  currency: string,
  code: DomainErrorCode = "product-invalid",
): void {
  for (const { entitlementId, overageEnabled, pricePerUnit, currency: its } of items) {
    if (!overageEnabled || its === null || its === currency) continue;
    throw new DomainError(code, "OVR-60", {
      message: `Overage of ${entitlementId} costs "${pricePerUnit}" minor units of ${its}, but would be billed in ${currency}, and the sandbox has no rates; attach it with a \`currency\` of ${currency} and a \`price_per_unit\` in it, or without overage`,
    });
  }
}

/** Where a thousand units cost less than this part of a minor unit, the price was probably meant in whole units. */
const suspicious = parseAmount("0.1");

/**
 * Tells what a thousand units cost, where that is next to nothing.
 *
 * @rule WRN-02 a price is in minor units, whatever its sender had in mind
 * @param text as the request has it; absent and null are no price
 */
export function warnOfSmallPrice(
  warn: Warn,
  text: string | null | undefined,
  currency: string,
  where: string,
): void {
  if (text === null || text === undefined) return;
  const thousand = times(parseAmount(text), 1000);
  if (!isPositive(thousand) || thousand.gte(suspicious)) return;
  const minorPerUnit = amountOf(10 ** minorDigits(currency));
  warn(
    `\`${where}\` is "${text}" minor units of ${currency}, so 1,000 units cost ${thousand.div(minorPerUnit).toFixed()} ${currency}; if it was meant in ${currency}, send "${parseAmount(text).times(minorPerUnit).toFixed()}"`,
  );
}

/** Decimals of a currency: 2 of USD, none of JPY. */
const minorDigits = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;
