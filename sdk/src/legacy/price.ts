import type { components } from "@drawdown/spec/dodo";
import { exactDecimal, shiftPoint } from "./exact-decimal.js";
import { LegacyCallError } from "./legacy-call-error.js";

export type Currency = components["schemas"]["Currency"];

/** Decimals of the currencies that do not have two, as ISO 4217 has them. */
const decimals: Readonly<Partial<Record<Currency, number>>> = {
  ...{ BIF: 0, CLP: 0, DJF: 0, GNF: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, VND: 0 },
  ...{ VUV: 0, XAF: 0, XOF: 0, XPF: 0 },
  ...{ BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3 },
};

export const decimalsOf = (currency: Currency): number => decimals[currency] ?? 2;

/**
 * A price in whole units of the currency, such as dollars, as the API takes it: in its smallest unit, such as cents.
 *
 * @deprecated Write the price in the smallest unit: `price_per_unit: "0.1"` is a tenth of a cent.
 * @throws LegacyCallError for a number that is not exact, or text that is no decimal
 * @example
 * toMinorUnits(0.001, "USD"); // "0.1"
 * toMinorUnits("0.000005", "USD"); // "0.0005"
 */
export const toMinorUnits = (price: number | string, currency: Currency = "USD"): string =>
  shiftPoint(decimalText(price), decimalsOf(currency));

/**
 * A price of the API, in the smallest unit of the currency, in whole units of it.
 *
 * @deprecated Read `price_per_unit` as it is: `"0.1"` is a tenth of a cent.
 * @throws LegacyCallError for text that is no decimal
 * @example
 * toMajorUnits("0.1", "USD"); // "0.001"
 */
export const toMajorUnits = (price: string, currency: Currency = "USD"): string =>
  shiftPoint(decimalText(price), -decimalsOf(currency));

function decimalText(price: number | string): string {
  if (typeof price === "number") return exactDecimal("price_per_unit", price);
  if (/^\d+(\.\d+)?$/.test(price)) return price;
  throw new LegacyCallError(
    "value_unknown",
    `price_per_unit is ${JSON.stringify(price)}: write a plain decimal such as "0.001".`,
  );
}
