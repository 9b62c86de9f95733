import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  AmountError,
  type AmountErrorReason,
  add,
  compare,
  type Decimal,
  equal,
  format,
  isPositive,
  isZero,
  parse,
  subtract,
  sum,
  toWire,
} from "../src/amount.js";
import { type CustomerCreditBalance, DodoPaymentsError } from "../src/index.js";

/** Past the types, as from JavaScript. */
const loosely = (value: unknown): never => value as never;

function refusal(read: () => unknown): AmountError {
  try {
    read();
  } catch (error) {
    if (error instanceof AmountError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** A library's own Decimals, with so few digits that its sums are rounded. */
const Coarse = (parse("1").constructor as typeof Decimal).clone({ precision: 5 });

describe("parse", () => {
  test.each([
    ["12.50", "12.5"],
    ["0", "0"],
    ["-0.00", "0"],
    ["-3", "-3"],
    ["0007.10", "7.1"],
    ["9999999999.9999999999999999999999999999", "9999999999.9999999999999999999999999999"],
    ["0.0000000000000000000000000001", "0.0000000000000000000000000001"],
    [`${"0".repeat(500)}1.${"0".repeat(500)}`, "1"],
    ["9".repeat(100), "9".repeat(100)],
  ])("reads %s exactly", (text, written) => {
    expect(toWire(parse(text))).toBe(written);
    expect(`${parse(text)}`).toBe(written);
    expect(JSON.stringify(parse(text))).toBe(JSON.stringify(written));
  });

  test.each([
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "+1",
    ".5",
    "5.",
    "1e3",
    "1E-7",
    "1,000",
    "0x10",
    "1_000",
    "--1",
    "NaN",
    "Infinity",
    "1.2.3",
    "１",
  ])("refuses %j and says what to write", (text) => {
    expect(refusal(() => parse(text))).toMatchObject({
      name: "AmountError",
      reason: "not_a_decimal",
      message: `The amount ${JSON.stringify(text)} is not a plain decimal: write digits with at most one point among them, such as "12.50", without exponent, separators, spaces or a plus.`,
    });
  });

  test.each([
    [
      0.1,
      'the number 0.1, not text: write it as a string of its digits, such as "0.1", and keep what the API answers a string',
    ],
    [10, 'the number 10, not text: write "10"'],
    [10n, 'the bigint 10, not text: write "10"'],
    [
      1e21,
      'the number 1e+21, not text: write it as a string of its digits, such as "1000000000000000000000", and keep what the API answers a string',
    ],
    [Number.NaN, 'the number NaN, not text: write a decimal in quotes, such as "12.50"'],
    [-Infinity, 'the number -Infinity, not text: write a decimal in quotes, such as "12.50"'],
    [null, 'null, not text: write a decimal in quotes, such as "12.50"'],
    [undefined, 'undefined, not text: write a decimal in quotes, such as "12.50"'],
    [{}, 'of type object, not text: write a decimal in quotes, such as "12.50"'],
    [true, 'of type boolean, not text: write a decimal in quotes, such as "12.50"'],
  ])("refuses %s, which is no text, and says what to write", (value, said) => {
    const error = refusal(() => parse(loosely(value)));
    expect(error.reason).toBe("not_a_decimal");
    expect(error.message).toBe(`The amount is ${said}.`);
    expect(refusal(() => add("1", loosely(value))).message).toBe(error.message);
  });

  test("refuses more digits than a sum has room for, without repeating them all", () => {
    for (const text of ["1".repeat(101), `0.${"1".repeat(101)}`, "1".repeat(1_000_000)]) {
      const { reason, message } = refusal(() => parse(text));
      expect(reason).toBe("too_long");
      expect(message.length).toBeLessThan(200);
    }
  });

  test("an error is a DodoPaymentsError", () => {
    expect(refusal(() => parse(""))).toBeInstanceOf(DodoPaymentsError);
    expectTypeOf(refusal(() => parse("")).reason).toEqualTypeOf<AmountErrorReason>();
  });
});

describe("arithmetic", () => {
  test("adds and subtracts as on paper", () => {
    expect(toWire(add("0.1", "0.2"))).toBe("0.3");
    expect(toWire(subtract("0.3", "0.1"))).toBe("0.2");
    expect(toWire(subtract("9007199254740993", "1"))).toBe("9007199254740992");
    expect(toWire(subtract("1", "1.5"))).toBe("-0.5");
    expect(toWire(add(parse("1").times("2"), "1"))).toBe("3");
  });

  test("sums are exact at both ends at once", () => {
    const large = "9".repeat(99);
    const small = `0.${"0".repeat(99)}1`;
    expect(toWire(sum([large, small, `-${large}`]))).toBe(small);
    expect(toWire(sum(Array(1000).fill("0.1")))).toBe("100");
    expect(toWire(sum([]))).toBe("0");
    expect(toWire(sum(new Set(["1", "2"])))).toBe("3");
  });

  test("a sum that outgrows the digits is refused, never rounded", () => {
    expect(refusal(() => add("9".repeat(100), "1")).reason).toBe("too_long");
    expect(refusal(() => add(parse("1").div("3"), "1")).reason).toBe("too_long");
  });

  test("a Decimal with settings of its own is taken as it is", () => {
    expect(toWire(add(new Coarse("123456789.123"), "0.001"))).toBe("123456789.124");
    expect(toWire(new Coarse("1e-9"))).toBe("0.000000001");
    expect(toWire(new Coarse("-0"))).toBe("0");
    for (const value of [new Coarse(Number.NaN), new Coarse(Infinity)]) {
      expect(refusal(() => add("1", value)).reason).toBe("not_a_decimal");
    }
    expect(refusal(() => toWire(new Coarse("1e1000"))).reason).toBe("too_long");
  });

  test("compares by value, not by writing", () => {
    expect(["10", "9", "-1", "9.5", "0.10"].sort(compare)).toEqual([
      "-1",
      "0.10",
      "9",
      "9.5",
      "10",
    ]);
    expect([compare("1.0", "1"), compare("2", "1"), compare("1", "2")]).toEqual([0, 1, -1]);
    expect(equal("100", "100.00")).toBe(true);
    expect(equal("0.1", "0.1000000000000000000000000001")).toBe(false);
    expect([isZero("0.00"), isZero("-0"), isZero("0.0001")]).toEqual([true, true, false]);
    expect([isPositive("0.0001"), isPositive("0"), isPositive("-1")]).toEqual([true, false, false]);
  });
});

describe("format", () => {
  test.each([
    ["250", 2, "250.00"],
    ["250.00", 0, "250"],
    ["-1.5", 3, "-1.500"],
    ["-0", 2, "0.00"],
    ["0.0000000001", 10, "0.0000000001"],
    ["1".repeat(40), 0, "1".repeat(40)],
  ])("writes %s with %i decimals", (amount, precision, written) => {
    expect(format(amount, precision)).toBe(written);
    expect(format(parse(amount), precision)).toBe(written);
  });

  test("refuses to round and says how to", () => {
    const error = refusal(() => format("12.345", 2));
    expect(error.reason).toBe("too_precise");
    expect(error.message).toBe(
      "The amount 12.345 has 3 decimals but its unit has 2: round it first, such as amount.toDecimalPlaces(2).",
    );
    expect(format(parse("12.345").toDecimalPlaces(2), 2)).toBe("12.34");
    expect(refusal(() => format("0.5", 0)).reason).toBe("too_precise");
  });

  test.each([-1, 0.5, 101, Number.NaN, undefined, "2"])("refuses the precision %s", (precision) => {
    expect(refusal(() => format("1", loosely(precision))).reason).toBe("precision_invalid");
  });
});

test("amounts of the API fit, numbers do not compile", () => {
  expectTypeOf<CustomerCreditBalance["balance"]>().toExtend<Parameters<typeof isPositive>[0]>();
  expectTypeOf<number>().not.toExtend<Parameters<typeof add>[0]>();
  expectTypeOf(parse).parameters.toEqualTypeOf<[text: string]>();
});

describe("what each entry ships", () => {
  /** The modules that are left in a bundle of everything this entry exports. */
  async function modulesOf(entry: string): Promise<readonly string[]> {
    const built = await build({
      configFile: false,
      logLevel: "silent",
      resolve: { conditions: ["drawdown-source", "module", "import", "default"] },
      build: {
        write: false,
        minify: false,
        lib: { entry: fileURLToPath(new URL(`../src/${entry}`, import.meta.url)), formats: ["es"] },
      },
    });
    // One that watches is the other thing it may be; this is not told to.
    const bundles = [built].flat() as Rollup.RollupOutput[];
    return bundles.flatMap(({ output }) =>
      output.flatMap((it) => (it.type === "chunk" ? it.moduleIds : [])),
    );
  }

  test.each(["index.ts", "sandbox/index.ts"])("%s is without decimal.js", async (entry) => {
    const modules = await modulesOf(entry);
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter((it) => /decimal|src\/amount/.test(it))).toEqual([]);
  });

  test("the client is without the control API, and amounts are without either", async () => {
    expect((await modulesOf("index.ts")).filter((it) => it.includes("sandbox/"))).toEqual([]);
    expect((await modulesOf("amount.ts")).map((it) => it.split("/").at(-1)).sort()).toEqual([
      "amount.ts",
      "decimal.mjs",
      "errors.ts",
    ]);
  });
});
