import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  addDuration,
  addMonths,
  formatInstant,
  type Instant,
  instantMax,
  instantOf,
  parseDuration,
  parseInstant,
} from "#domain/time.js";

const at = (text: string): Instant => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`not an instant: ${text}`);
  return instant;
};

describe("instants", () => {
  test("are read with any offset and printed in UTC with microseconds", () => {
    expect(formatInstant(at("2026-07-29T00:01:36.931280+02:00"))).toBe(
      "2026-07-28T22:01:36.931280Z",
    );
    expect(formatInstant(at("2026-01-01t00:00:00z"))).toBe("2026-01-01T00:00:00.000000Z");
    expect(formatInstant(at("0001-01-01T00:00:00Z"))).toBe("0001-01-01T00:00:00.000000Z");
    expect(formatInstant(instantMax)).toBe("9999-12-31T23:59:59.999000Z");
  });

  test("survive printing and reading to the microsecond", () => {
    const micros = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
    fc.assert(
      fc.property(micros, (count) => {
        const text = formatInstant(instantOf(count / 1000));
        expect(formatInstant(at(text))).toBe(text);
        expect(BigInt(Math.round(at(text) * 1000))).toBe(BigInt(count));
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  test("days and hours that do not exist are not read", () => {
    for (const text of [
      "2026-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-00-10T00:00:00Z",
      "2026-01-32T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z",
      "2026-01-01T00:00:00",
      "2026-01-01",
      "1767225600",
      "0000-01-01T00:00:00Z",
    ]) {
      expect(parseInstant(text), text).toBeUndefined();
    }
  });
});

describe("calendar arithmetic", () => {
  test("a month from the 31st ends on the last day there is", () => {
    const month = (text: string, months: number) =>
      formatInstant(addMonths(at(text), months)).slice(0, 19);
    expect(month("2026-01-31T10:20:30Z", 1)).toBe("2026-02-28T10:20:30");
    expect(month("2028-01-31T10:20:30Z", 1)).toBe("2028-02-29T10:20:30");
    expect(month("2026-01-31T10:20:30Z", 2)).toBe("2026-03-31T10:20:30");
    expect(month("2026-12-15T00:00:00Z", 1)).toBe("2027-01-15T00:00:00");
    expect(month("2024-02-29T00:00:00Z", 12)).toBe("2025-02-28T00:00:00");
  });

  test("2100 is no leap year, 2096 and 2104 are", () => {
    const years = (text: string, count: number) => formatInstant(addMonths(at(text), 12 * count));
    expect(years("2096-02-29T00:00:00Z", 4)).toBe("2100-02-28T00:00:00.000000Z");
    expect(years("2096-02-29T00:00:00Z", 8)).toBe("2104-02-29T00:00:00.000000Z");
    expect(formatInstant(addMonths(at("2100-01-31T00:00:00Z"), 1))).toBe(
      "2100-02-28T00:00:00.000000Z",
    );
    expect(formatInstant(addDays(at("2100-02-28T00:00:00Z"), 1))).toBe(
      "2100-03-01T00:00:00.000000Z",
    );
    expect(parseInstant("2100-02-29T00:00:00Z")).toBeUndefined();
    expect(formatInstant(at("2000-02-29T00:00:00Z"))).toBe("2000-02-29T00:00:00.000000Z");
  });

  test("GRT-04 a day is 24 hours", () => {
    expect(formatInstant(addDays(at("2026-01-01T05:06:07Z"), 30))).toBe(
      "2026-01-31T05:06:07.000000Z",
    );
  });

  test("durations are ISO 8601 or short, and nothing else", () => {
    const after = (text: string) => {
      const duration = parseDuration(text);
      return (
        duration && formatInstant(addDuration(at("2026-01-31T00:00:00Z"), duration)).slice(0, 19)
      );
    };
    expect(after("P1M")).toBe("2026-02-28T00:00:00");
    expect(after("P1Y2M3DT4H5M6S")).toBe("2027-04-03T04:05:06");
    expect(after("PT1.5S")).toBe("2026-01-31T00:00:01");
    expect(after("P2W")).toBe("2026-02-14T00:00:00");
    expect(after("1d12h30m15s")).toBe("2026-02-01T12:30:15");
    for (const text of ["", "P", "PT", "30", "d", "1x", "-1d", "1h1d", "P1.5M", " 1d"]) {
      expect(after(text), text).toBeUndefined();
    }
  });
});
