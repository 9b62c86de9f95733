import { LegacyCallError } from "./legacy-call-error.js";

/** A number of so many digits is the decimal it was written as; one with more may be a neighbour of it. */
const exactDigitsMax = 15;

/** Credit amounts stay below 10^10. */
const amountLimit = 10_000_000_000;

/** No credit has more decimals. */
const amountDecimalsMax = 10;

/**
 * The decimal a number was written as, without exponent: 0.1 is `"0.1"` and 5e-7 is `"0.0000005"`.
 *
 * @throws LegacyCallError for what is no number, is negative, or has more than 15 digits
 */
export function exactDecimal(name: string, value: number): string {
  if (!Number.isFinite(value)) {
    throw new LegacyCallError("number_not_exact", `${name} is ${value}: ${remedy}.`);
  }
  if (value < 0) {
    throw new LegacyCallError(
      "number_out_of_range",
      `${name} is ${value} but must not be below 0.`,
    );
  }
  const [digits = "", exponent = "0"] = String(value).split("e");
  const text = shiftPoint(digits, Number(exponent));
  const { length } = text.replace(".", "").replace(/^0+|0+$/g, "");
  if (length > exactDigitsMax) {
    throw new LegacyCallError(
      "number_not_exact",
      `${name} is ${value}, which has ${length} digits, but a number is exact to ${exactDigitsMax} only: ${remedy}.`,
    );
  }
  return text;
}

/**
 * The amount of a ledger entry as the API takes it. Text is left to the server to judge.
 *
 * @throws LegacyCallError for a number that is not exact, not above 0, not below 10^10, or has more than 10 decimals
 */
export function amountText(value: number | string): string {
  if (typeof value === "string") return value;
  const text = exactDecimal("amount", value);
  const decimals = text.split(".")[1]?.length ?? 0;
  if (value === 0 || value >= amountLimit) {
    throw new LegacyCallError(
      "number_out_of_range",
      `amount is ${value} but must be above 0 and below ${amountLimit}.`,
    );
  }
  if (decimals > amountDecimalsMax) {
    throw new LegacyCallError(
      "number_out_of_range",
      `amount is ${value} with ${decimals} decimals, but a credit has at most ${amountDecimalsMax}: ${remedy}.`,
    );
  }
  return text;
}

const remedy = 'pass the decimal as text, such as "12.50"';

/** `digits` times ten to the power of `places`, exactly and in its shortest form. */
export function shiftPoint(digits: string, places: number): string {
  const [integer = "", fraction = ""] = digits.split(".");
  const padded =
    "0".repeat(Math.max(0, -places)) + integer + fraction + "0".repeat(Math.max(0, places));
  const point = integer.length + places + Math.max(0, -places);
  const whole = padded.slice(0, point).replace(/^0+(?=\d)/, "") || "0";
  const rest = padded.slice(point).replace(/0+$/, "");
  return rest === "" ? whole : `${whole}.${rest}`;
}
