import { Decimal } from "decimal.js";
import { DodoPaymentsError } from "./errors.js";

export type { Decimal } from "decimal.js";

/** An amount of credits: its text, as the API has it, or a `Decimal` that was parsed or calculated from one. */
export type AmountLike = string | Decimal;

/** Why an amount was refused. */
export type AmountErrorReason = "not_a_decimal" | "too_long" | "too_precise" | "precision_invalid";

/**
 * An amount that cannot be read, or not be written without changing it.
 *
 * @example
 * try {
 *   format("12.345", 2);
 * } catch (error) {
 *   if (!(error instanceof AmountError)) throw error;
 *   console.log(error.reason); // "too_precise"
 * }
 */
export class AmountError extends DodoPaymentsError {
  override name = "AmountError";

  constructor(
    /** What is wrong, for a program; `message` says it for people. */
    readonly reason: AmountErrorReason,
    message: string,
  ) {
    super(message);
  }
}

/** Most digits before the point, and most after it. Amounts of the API have 10 and 28. */
const digitsMax = 100;

// A clone, because decimal.js keeps its settings in a constructor that the whole process shares. Room for both halves
// and for the carries of 10^56 additions, so that no sum is rounded; what a division leaves is cut, as the ledger does.
const Exact = Decimal.clone({
  precision: 2 * digitsMax + 56,
  rounding: Decimal.ROUND_DOWN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});

/**
 * Reads a decimal such as `"12.50"` exactly: digits with at most one point among them, and perhaps a minus before them.
 *
 * @throws AmountError `not_a_decimal` for everything else, numbers included: a number has been rounded to binary already;
 *   `too_long` above 100 digits before or after the point
 * @example
 * const left = parse(held.balance).minus("0.25");
 */
export function parse(text: string): Decimal {
  const given: unknown = text; // from JavaScript it may be anything
  if (typeof given !== "string") throw notText(given);
  if (!/^-?\d+(?:\.\d+)?$/.test(given)) {
    throw new AmountError(
      "not_a_decimal",
      `The amount ${quoted(given)} is not a plain decimal: write digits with at most one point among them, such as "12.50", without exponent, separators, spaces or a plus.`,
    );
  }
  // Counted before it is read: whatever does not fit would take long to read, or be rounded.
  const [integer = "", fraction = ""] = given.replace(/^-?0*/, "").split(".");
  if (integer.length > digitsMax || fraction.replace(/0+$/, "").length > digitsMax) {
    throw tooLong(given);
  }
  return exactly(new Exact(given));
}

/**
 * Below zero when `a` is less than `b`, 0 when they are equal, above zero when it is more; as `sort` takes it.
 *
 * @throws AmountError
 * @example
 * balances.sort((a, b) => compare(b.balance, a.balance)); // most first
 */
export const compare = (a: AmountLike, b: AmountLike): -1 | 0 | 1 =>
  read(a).comparedTo(read(b)) as -1 | 0 | 1; // neither is NaN

/**
 * Whether two amounts are the same, however they are written.
 *
 * @throws AmountError
 * @example
 * equal("100", "100.00"); // true
 */
export const equal = (a: AmountLike, b: AmountLike): boolean => read(a).equals(read(b));

/**
 * Whether nothing is there.
 *
 * @throws AmountError
 * @example
 * isZero("0.00"); // true
 */
export const isZero = (amount: AmountLike): boolean => read(amount).isZero();

/**
 * Whether there is something: above zero, not zero.
 *
 * @throws AmountError
 * @example
 * if (!isPositive(held.balance)) return new Response(null, { status: 402 });
 */
export const isPositive = (amount: AmountLike): boolean => read(amount).greaterThan(0);

/**
 * `a` and `b` together, exactly.
 *
 * @throws AmountError
 * @example
 * add("0.1", "0.2").toString(); // "0.3"
 */
export const add = (a: AmountLike, b: AmountLike): Decimal => exactly(read(a).plus(read(b)));

/**
 * `a` less `b`, exactly; below zero when `b` is more.
 *
 * @throws AmountError
 * @example
 * const short = subtract(price, held.balance);
 */
export const subtract = (a: AmountLike, b: AmountLike): Decimal => exactly(read(a).minus(read(b)));

/**
 * All amounts together, exactly; zero when there are none.
 *
 * @throws AmountError
 * @example
 * const granted = sum(grants.map((it) => it.remaining_amount));
 */
export function sum(amounts: Iterable<AmountLike>): Decimal {
  let total = new Exact(0);
  for (const amount of amounts) total = add(total, amount);
  return total;
}

/**
 * An amount with exactly as many decimals as its unit has, as the API prints it. Never rounds.
 *
 * @param precision of the credit entitlement, 0 to 100
 * @throws AmountError `too_precise` when the amount is finer, `precision_invalid`
 * @example
 * format("250", 2); // "250.00"
 * format(parse("10").div("3").toDecimalPlaces(2), 2); // "3.33": cut on purpose, as the ledger does
 */
export function format(amount: AmountLike, precision: number): string {
  if (!Number.isInteger(precision) || precision < 0 || precision > digitsMax) {
    throw new AmountError(
      "precision_invalid",
      `The precision is ${String(precision)}: write a whole number from 0 to ${digitsMax}, such as the precision of the credit entitlement.`,
    );
  }
  const value = read(amount);
  if (value.decimalPlaces() > precision) {
    throw new AmountError(
      "too_precise",
      `The amount ${value} has ${value.decimalPlaces()} decimals but its unit has ${precision}: round it first, such as amount.toDecimalPlaces(${precision}).`,
    );
  }
  return value.toFixed(precision);
}

/**
 * An amount as requests take it: a plain decimal of as many decimals as it needs, without exponent.
 *
 * @throws AmountError
 * @example
 * await balances.createLedgerEntry(customerID, { credit_entitlement_id, entry_type: "debit", amount: toWire(cost) });
 */
export const toWire = (amount: AmountLike): string => read(amount).toFixed();

/** A `Decimal` may come from anywhere, with settings of its own, or not be finite; its digits are taken as they are. */
function read(amount: AmountLike): Decimal {
  return Decimal.isDecimal(amount) ? exactly(new Exact(amount)) : parse(amount as string);
}

/** The amount itself, when it is one that no addition rounds; zero has no sign. */
function exactly(value: Decimal): Decimal {
  if (!value.isFinite()) throw notText(value);
  if (value.isZero()) return new Exact(0);
  if (value.e >= digitsMax || value.decimalPlaces() > digitsMax) throw tooLong(value.toString());
  return value;
}

function notText(value: unknown): AmountError {
  return new AmountError(
    "not_a_decimal",
    `The amount is ${kindOf(value)}, not text: write ${suggestion(value)}.`,
  );
}

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (Decimal.isDecimal(value)) return `the Decimal ${value}`;
  return typeof value === "number" || typeof value === "bigint"
    ? `the ${typeof value} ${value}`
    : `of type ${typeof value}`;
};

/** The same amount in writing, where it has one. */
function suggestion(value: unknown): string {
  const isWritten = typeof value === "bigint" || Number.isSafeInteger(value);
  if (isWritten) return `"${value}"`;
  if (typeof value === "number" && Number.isFinite(value)) {
    return `it as a string of its digits, such as "${new Exact(value).toFixed()}", and keep what the API answers a string`;
  }
  return 'a decimal in quotes, such as "12.50"';
}

const tooLong = (text: string): AmountError =>
  new AmountError(
    "too_long",
    `The amount ${quoted(text)} has more than ${digitsMax} digits before or after the point: round it first, such as amount.toDecimalPlaces(28).`,
  );

/** Messages are read by people: what is too long for a line is cut. */
const quoted = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
