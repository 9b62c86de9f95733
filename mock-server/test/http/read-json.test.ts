import fc from "fast-check";
import { expect, test } from "vitest";
import { excerpt } from "#http/excerpt.js";
import { readJson } from "#http/read-json.js";
import { restoreIntegers } from "#http/restore-integers.js";
import { writeJson } from "#http/write-json.js";

const read = (text: string): unknown => {
  const value = readJson(text);
  restoreIntegers(text, value);
  return value;
};

/** Written as `JSON.stringify` writes it, with blanks and escapes that change nothing. */
const written = fc.json({ maxDepth: 4 });

test("BDY-05 a text that holds no long number of metadata is read as it was", () => {
  fc.assert(
    fc.property(written, (text) => {
      const long = `[${text},"${"1".repeat(16)}"]`;
      expect(read(long)).toEqual(JSON.parse(long));
      expect(writeJson(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { seed: 7 },
  );
});

test("BDY-05 long whole numbers survive beside anything else", () => {
  fc.assert(
    fc.property(written, fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (text, n) => {
      const metadata = `{ "metadata" : { "\\u006e\\"" : ${n}, "x":1 } }`;
      const whole = `{"rest":${text},"list":[${metadata}, 17]}`;
      const value = read(whole);
      expect(writeJson(value)).toBe(
        `{"rest":${JSON.stringify(JSON.parse(text))},"list":[{"metadata":{"n\\"":${n},"x":1}},17]}`,
      );
    }),
    { seed: 7 },
  );
});

test("BDY-05 only in metadata and in filters, and only whole numbers of bearable length", () => {
  const n = "9007199254740993";
  const text = `{"metadata":{"a":${n},"b":${n}.0,"c":{"d":${n}},"e":1${"0".repeat(40)}},"n":${n},"clauses":[{"value":${n}},{"key":${n}}]}`;
  expect(read(text)).toEqual({
    ...JSON.parse(text),
    metadata: { ...JSON.parse(text).metadata, a: 9007199254740993n },
    clauses: [{ value: 9007199254740993n }, JSON.parse(text).clauses[1]],
  });
});

test("BDY-05 of two entries with one name the last counts, as in every reader", () => {
  const text = '{"metadata":{"a":9007199254740993,"a":7,"b":1,"b":-9007199254740995}}';
  expect(read(text)).toEqual({ metadata: { a: 7, b: -9007199254740995n } });
});

test("BDY-03 the beginning of a value costs no more than the beginning", () => {
  const looked: string[] = [];
  const item = (name: string) => ({
    get field() {
      looked.push(name);
      return "x".repeat(100_000);
    },
  });
  const many = Array.from({ length: 1000 }, (_, i) => item(String(i)));
  expect(excerpt(many, 40)).toBe(`[{"field":"${"x".repeat(29)}…`);
  expect(looked).toEqual(["0"]);
  expect(excerpt({ a: [1, null, { b: "é" }] }, 80)).toBe('{"a":[1,null,{"b":"é"}]}');
  expect(excerpt([], 80) + excerpt({}, 80) + excerpt("", 80)).toBe('[]{}""');
});
