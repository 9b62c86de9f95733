import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  amountOf,
  costOf,
  formatAmount,
  parseAmount,
  parseCreditAmount,
  subtract,
} from "#domain/amount.js";
import { DomainError } from "#domain/errors.js";

const digits = (max: number) => fc.stringMatching(new RegExp(`^\\d{1,${max}}$`));

/** A decimal of NUMERIC(38,28): up to 10 digits before the point and 28 behind it. */
const decimal = fc.tuple(digits(10), digits(28)).map(([whole, rest]) => `${whole}.${rest}`);

/** The same number in steps of 10^-28. */
const scaled = (text: string): bigint => {
  const [whole = "", rest = ""] = text.split(".");
  return BigInt(whole + rest.padEnd(28, "0"));
};

const refusal = (text: string, precision: number): string => {
  try {
    parseCreditAmount(text, precision);
    return "accepted";
  } catch (error) {
    return error instanceof DomainError ? error.code : `threw ${error}`;
  }
};

describe("amounts", () => {
  test("sums and differences of 38 digits are exact", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const sum = add(parseAmount(a), parseAmount(b));
        expect(scaled(formatAmount(sum, 28))).toBe(scaled(a) + scaled(b));
        expect(subtract(sum, parseAmount(b)).eq(parseAmount(a))).toBe(true);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test("BAL-09 amounts are printed with the credit's decimals and never with an exponent", () => {
    expect(formatAmount(parseAmount("250"), 2)).toBe("250.00");
    expect(formatAmount(parseAmount("100"), 0)).toBe("100");
    expect(formatAmount(parseAmount("0.0000000001"), 10)).toBe("0.0000000001");
    expect(formatAmount(parseAmount("9999999999"), 10)).toBe("9999999999.0000000000");
  });

  test("LED-13 zero in any spelling and anything negative is not positive", () => {
    for (const text of ["0", "0.0", "000", "-1", "-0", "-0.5"]) {
      expect(refusal(text, 10), text).toBe("amount-not-positive");
    }
  });

  test("LED-14 the bound is 10^10, leading zeros aside", () => {
    expect(refusal("9999999999", 0)).toBe("accepted");
    expect(refusal("0000000009999999999", 0)).toBe("accepted");
    expect(refusal("10000000000", 0)).toBe("amount-too-large");
    expect(refusal("9".repeat(60), 0)).toBe("amount-too-large");
  });

  test("LED-15 decimals beyond the precision are refused unless they are zeros", () => {
    expect(refusal("1.5", 0)).toBe("amount-too-precise");
    expect(refusal("1.50", 1)).toBe("accepted");
    expect(refusal("5.0", 0)).toBe("accepted");
    expect(refusal("0.00000000001", 10)).toBe("amount-too-precise");
  });

  test("a plain decimal is accepted exactly when its digits fit", () => {
    fc.assert(
      fc.property(
        digits(12),
        digits(12),
        fc.integer({ min: 0, max: 10 }),
        (whole, rest, precision) => {
          const text = `${whole}.${rest}`;
          const significant = rest.replace(/0+$/, "").length;
          const expected =
            BigInt(whole + rest) === 0n
              ? "amount-not-positive"
              : BigInt(whole) >= 10n ** 10n
                ? "amount-too-large"
                : significant > precision
                  ? "amount-too-precise"
                  : "accepted";
          expect(refusal(text, precision)).toBe(expected);
        },
      ),
      { numRuns: 500, seed: 2 },
    );
  });
});

test("MTR-82 nothing costs more minor units than a number holds exactly", () => {
  expect(costOf(amountOf(3), parseAmount("0.5"))).toBe(2);
  expect(costOf(amountOf(1e30), parseAmount("99999"))).toBe(9007199254740991);
});
