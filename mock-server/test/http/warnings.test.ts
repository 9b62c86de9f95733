import { expect, test } from "vitest";
import { Warnings } from "#http/warnings.js";

const told = (...sentences: readonly string[]): string | undefined => {
  const warnings = new Warnings();
  for (const sentence of sentences) warnings.add(sentence);
  return warnings.headers["drawdown-warning"];
};

test("WRN-01 nothing to tell is no header, and what is said twice is told once", () => {
  expect(told()).toBeUndefined();
  expect(told("a is ignored", "b is late", "a is ignored")).toBe("a is ignored; b is late");
});

test("WRN-01 sentences beyond the sixteenth are counted, long ones are cut", () => {
  const many = Array.from({ length: 1000 }, (_, i) => `${i} ${"long".repeat(1000)}`);
  const header = told(...many) ?? "";
  expect(header.split("; ").length).toBe(17);
  expect(header.endsWith("...; and 984 more")).toBe(true);
  expect(header.length).toBeLessThan(7000);
});

test("WRN-01 the header holds printable ASCII alone, however long its escapes", () => {
  expect(told('metadata.größe is "1,2"\r\nx: y')).toBe(
    'metadata.gr\\u00f6\\u00dfe is "1,2"\\u000d\\u000ax: y',
  );
  const escapes = told("ß".repeat(400)) ?? "";
  expect([escapes.length, escapes.endsWith("...")]).toEqual([400, true]);
});
