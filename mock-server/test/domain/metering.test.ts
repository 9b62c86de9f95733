import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Amount,
  add,
  amountOf,
  formatAmount,
  parseAmount,
  sum,
  zero,
} from "#domain/amount.js";
import type { Metadata } from "#domain/metadata.js";
import { aggregate } from "#domain/metering/aggregate.js";
import { convert, nothingMetered } from "#domain/metering/convert.js";
import type { UsageEvent } from "#domain/metering/event.js";
import { instantOf } from "#domain/time.js";

const event = (metadata: Metadata | null, at = 0): UsageEvent => ({
  id: "e",
  sequence: 0,
  customerId: "cus",
  name: "used",
  at: instantOf(at),
  metadata,
});

const values = (...all: (string | number | boolean | bigint)[]) =>
  all.map((v, at) => event({ v }, at));

const total = (type: "count" | "sum" | "max" | "last", events: readonly UsageEvent[]) =>
  aggregate({ type, key: "v" }, events).total.toFixed();

describe("aggregation", () => {
  test("MTR-20 count is how many events there are, whatever they carry", () => {
    expect(total("count", [...values(5, "x"), event(null)])).toBe("3");
  });

  test("MTR-20 sum adds exactly", () => {
    expect(total("sum", values(0.1, 0.2, 1e21, 1e-7))).toBe("1000000000000000000000.3000001");
  });

  test("MTR-20 max is the highest value, also among negative ones", () => {
    expect(total("max", values(-5, -3, -8))).toBe("-3");
  });

  test("MTR-20 last is the most recent by timestamp, not by arrival", () => {
    expect(total("last", [event({ v: 1 }, 10), event({ v: 2 }, 30), event({ v: 3 }, 20)])).toBe(
      "2",
    );
  });

  test("MTR-20 of two events at one instant the later arrival is the last", () => {
    expect(total("last", [event({ v: 1 }, 10), event({ v: 2 }, 10)])).toBe("2");
  });

  test("MTR-20 no events add up to zero", () => {
    for (const type of ["count", "sum", "max", "last"] as const) expect(total(type, [])).toBe("0");
  });

  test("EVT-23 numbers written as text count, anything else is skipped and reported", () => {
    const events = [...values("1500", 20, "1e3", "", "twelve", true), event(null), event({ w: 1 })];
    const { total: added, skipped } = aggregate({ type: "sum", key: "v" }, events);
    expect([added.toFixed(), skipped]).toEqual(["1520", 6]);
  });

  test("EVT-23 names that every object inherits are no properties of an event", () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(aggregate({ type: "sum", key }, values(1)).skipped).toBe(1);
    }
  });

  test("BDY-05 whole numbers beyond 2^53 are summed digit for digit", () => {
    expect(total("sum", values(9007199254740993n, "9007199254740993", 1))).toBe(
      "18014398509481987",
    );
  });

  test("MTR-80 what is too large to be usage counts nowhere", () => {
    const tooLarge = ["1".padEnd(31, "0"), "-1".padEnd(32, "0"), Number.POSITIVE_INFINITY];
    for (const type of ["sum", "max", "last"] as const) {
      const tally = aggregate({ type, key: "v" }, values("5", ...tooLarge, Number.NaN));
      expect([tally.total.toFixed(), tally.counted, tally.skipped]).toEqual(["5", 1, 4]);
    }
  });

  test("MTR-57 a negative contribution is summed as it is", () => {
    expect(total("sum", values(10, -4))).toBe("6");
  });
});

/** Credits deducted at each tick, where `aggregates` are the period's totals as each tick finds them. */
function deductions(aggregates: readonly Amount[], rate: string, precision: number) {
  let metered = nothingMetered;
  return aggregates.map((aggregated) => {
    const step = convert(metered, aggregated, parseAmount(rate), precision);
    metered = step.metered;
    return step.credits;
  });
}

const deducted = (aggregates: readonly (number | string)[], rate: string, precision = 0) =>
  deductions(
    aggregates.map((it) => parseAmount(String(it))),
    rate,
    precision,
  ).map((it) => formatAmount(it, precision));

describe("conversion to credits", () => {
  test("MTR-54 a sum that grows costs what it grew by", () => {
    expect(deducted([1532, 1532, 2000], "1")).toEqual(["1532", "0", "468"]);
  });

  test("MTR-54 a maximum costs only when it is exceeded", () => {
    expect(deducted([5, 5, 8], "1")).toEqual(["5", "0", "3"]);
  });

  test("MTR-54 a last value costs only above the highest so far", () => {
    expect(deducted([50, 30, 60], "1")).toEqual(["50", "0", "10"]);
  });

  test("MTR-57 a total that falls gives nothing back and is not charged again when it recovers", () => {
    expect(deducted([100, 40, 100, 101], "1")).toEqual(["100", "0", "0", "1"]);
  });

  test("MTR-55 units too few for a credit wait: 2,500 then 3,100 at 1,000 a credit", () => {
    expect(deducted([2500, 3100], "1000")).toEqual(["2", "1"]);
    expect(deducted([3100], "1000")).toEqual(["3"]);
  });

  test("MTR-81 one deduction takes what a ledger entry can, and the rest is beyond it for good", () => {
    const rate = parseAmount("0.00000001");
    const first = convert(nothingMetered, amountOf(1e20), rate, 2);
    expect([first.credits.toFixed(), first.beyond.toFixed()]).toEqual([
      "9999999999",
      "9999999999999999990000000001",
    ]);
    const next = convert(first.metered, add(amountOf(1e20), parseAmount("0.0000001")), rate, 2);
    expect([next.credits.toFixed(), next.beyond.toFixed()]).toEqual(["10", "0"]);
  });

  test("MTR-55 fractions are cut at the credit's precision", () => {
    expect(deducted(["1.5", "4"], "1", 1)).toEqual(["1.5", "2.5"]);
    expect(deducted([1, 2, 3], "3", 2)).toEqual(["0.33", "0.33", "0.34"]);
  });

  test("MTR-55 however usage is batched, the credits add up to the whole, rounded down", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 10 }),
        (batches, rate, precision) => {
          let running = zero;
          const aggregates = batches.map((it) => {
            running = add(running, amountOf(it));
            return running;
          });
          const inParts = sum(deductions(aggregates, String(rate), precision));
          const atOnce = sum(deductions([running], String(rate), precision));
          expect(inParts.toFixed()).toBe(atOnce.toFixed());
          const units = BigInt(batches.reduce((whole, it) => whole + it, 0));
          const steps = (units * 10n ** BigInt(precision)) / BigInt(rate);
          expect(BigInt(atOnce.times(10 ** precision).toFixed(0))).toBe(steps);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});
