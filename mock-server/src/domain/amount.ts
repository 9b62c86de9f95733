import { Decimal } from "decimal.js";
import { DomainError } from "./errors.js";

// A clone, because decimal.js keeps its settings in a constructor that the whole process shares.
// 80 digits, because at 20 or 38 sums and products of two NUMERIC(38,28) values are silently rounded.
const Exact = Decimal.clone({
  precision: 80,
  rounding: Decimal.ROUND_DOWN,
  toExpNeg: -40,
  toExpPos: 40,
});

declare const amountBrand: unique symbol;

/** An exact decimal number of credits or units. Never a `number`: nothing passes through binary floating point. */
export type Amount = Decimal & { readonly [amountBrand]: true };

const asAmount = (value: Decimal): Amount => value as Amount; // the one place the brand is put on

export const zero: Amount = asAmount(new Exact(0));

/** Most digits a credit amount may have before the point: values stay below 10^10. */
const integerDigitsMax = 10;

const decimalText = /^(-?)0*(\d*?)(?:\.(\d*?)0*)?$/;

/**
 * Reads a decimal such as `"12.50"` exactly.
 *
 * @throws RangeError when the text is not a plain decimal (exponents, signs other than a leading minus, `NaN`).
 */
export function parseAmount(text: string): Amount {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`not a plain decimal: ${text}`);
  return asAmount(new Exact(text));
}

/** The decimal that a number prints as, which is what its sender wrote: 0.1 is a tenth, not its binary neighbour. */
export const amountOf = (value: number | bigint): Amount => asAmount(new Exact(String(value)));

/**
 * Reads the amount of a ledger entry, which must be above zero, below 10^10 and no finer than the credit's
 * precision. Trailing zeros add no value and are accepted at any precision.
 *
 * @rule LED-13 above zero: direction is carried by the entry type, never by a sign
 * @rule LED-14 below 10^10
 * @rule LED-15 never rounded to the credit's precision, but refused
 * @throws DomainError amount-not-positive, amount-too-large, amount-too-precise
 */
export function parseCreditAmount(text: string, precision: number): Amount {
  const [, sign, integer = "", fraction = ""] = decimalText.exec(text) ?? [];
  if (sign === "-" || (integer === "" && fraction === "")) {
    throw new DomainError("amount-not-positive", "LED-13", {
      message: `\`amount\` is "${text}" but must be above zero; to take credits away send a positive amount with \`entry_type\` "debit"`,
    });
  }
  if (integer.length > integerDigitsMax) {
    throw new DomainError("amount-too-large", "LED-14", {
      message: `\`amount\` is "${text}" but must be below 10000000000 (at most ${integerDigitsMax} digits before the point)`,
    });
  }
  if (fraction.length > precision) {
    throw new DomainError("amount-too-precise", "LED-15", {
      message: `\`amount\` is "${text}" with ${fraction.length} decimals but this credit has precision ${precision}; send at most ${precision} decimals`,
    });
  }
  return parseAmount(text);
}

/**
 * Prints an amount with exactly `precision` decimals, without exponent or separators: `"250.00"`, `"100"`.
 *
 * @rule BAL-09 fixed decimals equal to the credit's precision
 */
export const formatAmount = (amount: Amount, precision: number): string =>
  amount.toFixed(precision);

export const add = (a: Amount, b: Amount): Amount => asAmount(a.plus(b));

export const subtract = (a: Amount, b: Amount): Amount => asAmount(a.minus(b));

export const smaller = (a: Amount, b: Amount): Amount => (a.lte(b) ? a : b);

export const larger = (a: Amount, b: Amount): Amount => (a.gte(b) ? a : b);

export const equal = (a: Amount, b: Amount): boolean => a.eq(b);

export const isZero = (amount: Amount): boolean => amount.isZero();

/** By its sign, without making a number to compare with; a grant is asked several times in each debit. */
export const isPositive = (amount: Amount): boolean => amount.isPositive() && !amount.isZero();

/** Whether an amount is a number, not infinite, and smaller than `limit` whichever its sign. */
export const isBelow = (amount: Amount, limit: Amount): boolean => amount.abs().lt(limit);

/** Whether an amount is a number, not infinite, and not below zero. */
export const isSound = (amount: Amount): boolean =>
  amount.isFinite() && (amount.isPositive() || amount.isZero());

/** Negative when `a` is below `b`, zero when equal, positive when above. */
export const compare = (a: Amount, b: Amount): number => a.comparedTo(b);

export const sum = (amounts: Iterable<Amount>): Amount => {
  let total = zero;
  for (const amount of amounts) total = add(total, amount);
  return total;
};

/** `amount` times a whole number, for example credits times quantity. */
export const times = (amount: Amount, count: number): Amount => asAmount(amount.times(count));

/** `percent` hundredths of `amount`, rounded down to `precision` decimals. */
export const percentOf = (amount: Amount, percent: number, precision: number): Amount =>
  asAmount(amount.times(percent).div(100).toDecimalPlaces(precision, Decimal.ROUND_DOWN));

/** `percent` hundredths of `amount`, exactly. */
export const percentExactly = (amount: Amount, percent: number): Amount =>
  asAmount(amount.times(percent).div(100));

/** The share `part / whole` of `amount`, cut to `precision` decimals toward zero. */
export const shareOf = (amount: Amount, part: number, whole: number, precision: number): Amount =>
  asAmount(amount.times(part).div(whole).toDecimalPlaces(precision, Decimal.ROUND_DOWN));

/** The share `part / whole` of a price in minor units, rounded half up. */
export const priceShareOf = (minor: number, part: number, whole: number): number =>
  new Exact(minor).times(part).div(whole).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();

/**
 * What `units` cost at `price` minor units each, in whole minor units, rounded half up.
 *
 * @rule OVR-26 half a minor unit is rounded up
 * @rule MTR-82 nothing costs more than 2^53 - 1 minor units
 */
export const costOf = (units: Amount, price: Amount): number =>
  Math.min(
    units.times(price).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber(),
    Number.MAX_SAFE_INTEGER,
  );

/**
 * Splits `units` into whole steps of `rate`: how many steps of 10^-precision credits they buy, rounded down,
 * and the units left over.
 *
 * @returns `{ credits, rest }` with `credits × rate + rest = units` and `rest ≥ 0` when `units ≥ 0`
 */
export function divideDown(
  units: Amount,
  rate: Amount,
  precision: number,
): { readonly credits: Amount; readonly rest: Amount } {
  const credits = asAmount(units.div(rate).toDecimalPlaces(precision, Decimal.ROUND_DOWN));
  return { credits, rest: asAmount(units.minus(credits.times(rate))) };
}
