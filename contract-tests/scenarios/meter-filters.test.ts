import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import type { UsageEvent, World } from "../harness/world.js";

type Metadata = Readonly<Record<string, string | number | boolean>>;

/** Stores one event for each metadata; its id is the name beside it. */
const ingest = async (world: World, events: Readonly<Record<string, Metadata>>): Promise<void> => {
  const { customer_id } = await world.customer();
  const body = {
    events: Object.entries(events).map(([event_id, metadata]) => ({
      event_id,
      customer_id,
      event_name: "tokens.used",
      metadata,
    })),
  };
  await world.ok("ingestEvents", { body });
};

/** The ids of the events a meter with this filter takes, sorted. */
const taken = async (world: World, filter: object): Promise<string[]> => {
  const { id } = await world.meter({ filter });
  const query = { meter_id: id, page_size: 100 };
  const list = await world.ok<{ items: UsageEvent[] }>("listEvents", { query });
  return list.items.map((it) => it.event_id).sort();
};

const all = (...clauses: readonly object[]) => ({ conjunction: "and", clauses });
const any = (...clauses: readonly object[]) => ({ conjunction: "or", clauses });
const where = (key: string, operator: string, value: unknown) => ({ key, operator, value });
const isSmall = where("model", "equals", "small");

const refuse = async (world: World, filter: object): Promise<void> => {
  const meter = { name: "x", event_name: "x", measurement_unit: "x" };
  const body = { ...meter, aggregation: { type: "count" }, filter };
  const { code } = await world.refused(422, "createMeter", { body });
  expect(code).toBe("INVALID_REQUEST_BODY");
  expect(await world.ok("listMeters")).toEqual({ items: [] });
};

scenario("MTR-10 clauses are joined by and, or by or", async (world) => {
  await ingest(world, {
    both: { model: "small", cached: true },
    first: { model: "small", cached: false },
    second: { model: "large", cached: true },
    neither: { model: "large", cached: false },
  });
  const clauses = [isSmall, where("cached", "equals", true)];
  expect(await taken(world, all(...clauses))).toEqual(["both"]);
  expect(await taken(world, any(...clauses))).toEqual(["both", "first", "second"]);
});

scenario("MTR-10 a filter names its conjunction and its clauses", async (world) => {
  await refuse(world, { clauses: [isSmall] });
  await refuse(world, { conjunction: "and" });
  await refuse(world, { conjunction: "xor", clauses: [isSmall] });
  await refuse(world, { conjunction: "AND", clauses: [isSmall] });
  await refuse(world, isSmall);
});

scenario("MTR-11 a clause list has 1 to 10 items at every level", async (world) => {
  const clauses = (count: number) =>
    Array.from({ length: count }, (_, i) => where("n", "equals", i));
  await refuse(world, all());
  await refuse(world, any(...clauses(11)));
  await refuse(world, all(isSmall, any()));
  await refuse(world, all(isSmall, any(...clauses(11))));
  await ingest(world, { ninth: { n: 9 }, tenth: { n: 10 } });
  expect(await taken(world, any(...clauses(10)))).toEqual(["ninth"]);
  expect(await taken(world, all(any(...clauses(10))))).toEqual(["ninth"]);
  expect(await taken(world, any(where("n", "equals", 10)))).toEqual(["tenth"]);
});

scenario("MTR-11 a clause list may mix conditions and filters", async (world) => {
  await ingest(world, {
    "small of ada": { model: "small", user: "ada" },
    "small of bob": { model: "small", user: "bob" },
    "small of eve": { model: "small", user: "eve" },
    "large of ada": { model: "large", user: "ada" },
  });
  const users = any(where("user", "equals", "ada"), where("user", "equals", "bob"));
  expect(await taken(world, all(isSmall, users))).toEqual(["small of ada", "small of bob"]);
  expect(await taken(world, all(users, isSmall))).toEqual(["small of ada", "small of bob"]);
});

scenario("MTR-12 filters stand in filters up to the third level", async (world) => {
  await ingest(world, { small: { model: "small" }, large: { model: "large" } });
  expect(await taken(world, all(any(all(isSmall))))).toEqual(["small"]);
});

scenario("MTR-12 a fourth level answers 422 wherever it stands", async (world) => {
  await refuse(world, all(any(all(any(isSmall)))));
  await refuse(world, all(isSmall, any(isSmall, all(isSmall, any(isSmall)))));
});

scenario("MTR-13 the eight operators each compare in their own way", async (world) => {
  await ingest(world, {
    four: { n: 4, text: "abc" },
    five: { n: 5, text: "xbcx" },
    six: { n: 6, text: "ab" },
  });
  const answers: [object, string[]][] = [
    [where("n", "equals", 5), ["five"]],
    [where("n", "not_equals", 5), ["four", "six"]],
    [where("n", "greater_than", 5), ["six"]],
    [where("n", "greater_than_or_equals", 5), ["five", "six"]],
    [where("n", "less_than", 5), ["four"]],
    [where("n", "less_than_or_equals", 5), ["five", "four"]],
    [where("text", "contains", "bc"), ["five", "four"]],
    [where("text", "does_not_contain", "bc"), ["six"]],
  ];
  for (const [condition, ids] of answers) {
    expect(await taken(world, all(condition)), JSON.stringify(condition)).toEqual(ids);
  }
});

scenario("MTR-13 the key of a condition has 1 to 100 characters", async (world) => {
  await refuse(world, all(where("", "equals", 1)));
  await refuse(world, all(where("k".repeat(101), "equals", 1)));
  await ingest(world, { short: { k: 1 }, long: { ["k".repeat(100)]: 1 } });
  expect(await taken(world, all(where("k", "equals", 1)))).toEqual(["short"]);
  expect(await taken(world, all(where("k".repeat(100), "equals", 1)))).toEqual(["long"]);
});

scenario("MTR-13 a condition names a known operator and a plain value", async (world) => {
  for (const operator of ["equal", "EQUALS", "starts_with", "", null]) {
    await refuse(world, all({ key: "n", operator, value: 1 }));
  }
  for (const value of [null, {}, [1]]) await refuse(world, all(where("n", "equals", value)));
  for (const missing of ["key", "operator", "value"]) {
    await refuse(world, all({ ...isSmall, [missing]: undefined }));
  }
  await ingest(world, { text: { v: "yes" }, number: { v: 2.5 }, boolean: { v: false } });
  expect(await taken(world, all(where("v", "equals", "yes")))).toEqual(["text"]);
  expect(await taken(world, all(where("v", "equals", 2.5)))).toEqual(["number"]);
  expect(await taken(world, all(where("v", "equals", false)))).toEqual(["boolean"]);
});

const operators = [
  "equals",
  "not_equals",
  "greater_than",
  "greater_than_or_equals",
  "less_than",
  "less_than_or_equals",
  "contains",
  "does_not_contain",
];

scenario("MTR-14 no operator takes an event without the property", async (world) => {
  await ingest(world, { bare: {}, other: { other: 1 } });
  for (const operator of operators) {
    const value = operator.includes("contain") ? "x" : 0;
    expect(await taken(world, all(where("n", operator, value))), operator).toEqual([]);
  }
  const either = any(where("n", "not_equals", 1), where("other", "equals", 1));
  expect(await taken(world, either)).toEqual(["other"]);
});

scenario("MTR-14 a property every object inherits is still absent", async (world) => {
  await ingest(world, { bare: {}, own: { constructor: "mine", toString: "mine" } });
  for (const key of ["constructor", "toString"]) {
    expect(await taken(world, all(where(key, "not_equals", "x")))).toEqual(["own"]);
  }
  expect(await taken(world, all(where("__proto__", "not_equals", "x")))).toEqual([]);
  expect(await taken(world, all(where("hasOwnProperty", "does_not_contain", "x")))).toEqual([]);
});

scenario("MTR-15 ordering compares numbers, and texts that are numbers", async (world) => {
  await ingest(world, {
    nine: { n: 9 },
    "text nine": { n: "9" },
    "text hundred": { n: "100" },
    negative: { n: "-2.5" },
    word: { n: "abc" },
    mixed: { n: "9 tokens" },
    empty: { n: "" },
    boolean: { n: true },
  });
  const below = ["negative", "nine", "text nine"];
  expect(await taken(world, all(where("n", "less_than", 100)))).toEqual(below);
  expect(await taken(world, all(where("n", "less_than", "100")))).toEqual(below);
  expect(await taken(world, all(where("n", "less_than_or_equals", -2.5)))).toEqual(["negative"]);
  expect(await taken(world, all(where("n", "greater_than", 9)))).toEqual(["text hundred"]);
  expect(await taken(world, all(where("n", "greater_than_or_equals", "9")))).toEqual([
    "nine",
    "text hundred",
    "text nine",
  ]);
  expect(await taken(world, all(where("n", "greater_than", "aaa")))).toEqual([]);
});

scenario("MTR-15 equals compares like with like, and numbers with numeric texts", async (world) => {
  await ingest(world, {
    one: { v: 1 },
    "text one": { v: "1" },
    "text 1.0": { v: "1.0" },
    yes: { v: true },
    "text true": { v: "true" },
    empty: { v: "" },
    zero: { v: 0 },
    no: { v: false },
  });
  const equal = (value: unknown) => taken(world, all(where("v", "equals", value)));
  expect(await equal(1)).toEqual(["one", "text 1.0", "text one"]);
  expect(await equal("1")).toEqual(["one", "text one"]);
  expect(await equal(true)).toEqual(["yes"]);
  expect(await equal("true")).toEqual(["text true"]);
  expect(await equal(0)).toEqual(["zero"]);
  expect(await equal("")).toEqual(["empty"]);
  expect(await equal("TRUE")).toEqual([]);
  expect(await taken(world, all(where("v", "not_equals", 1)))).toEqual([
    "empty",
    "no",
    "text true",
    "yes",
    "zero",
  ]);
});

scenario("MTR-15 contains looks for a part of a text and minds the case", async (world) => {
  await ingest(world, {
    lower: { v: "a small model" },
    upper: { v: "A Small Model" },
    whole: { v: "small" },
  });
  expect(await taken(world, all(where("v", "contains", "small")))).toEqual(["lower", "whole"]);
  expect(await taken(world, all(where("v", "contains", "smallest")))).toEqual([]);
  expect(await taken(world, all(where("v", "does_not_contain", "small")))).toEqual(["upper"]);
  expect(await taken(world, all(where("v", "contains", ".")))).toEqual([]);
});

scenario("MTR-16 a filter cannot see the fields of the event itself", async (world) => {
  await ingest(world, { plain: {}, twin: { event_id: "x", event_name: "x", customer_id: "x" } });
  for (const key of ["event_id", "event_name", "customer_id", "timestamp", "business_id"]) {
    const seen = key === "timestamp" || key === "business_id" ? [] : ["twin"];
    expect(await taken(world, all(where(key, "not_equals", "y"))), key).toEqual(seen);
  }
  expect(await taken(world, all(where("event_name", "equals", "tokens.used")))).toEqual([]);
  expect(await taken(world, all(where("metadata.event_id", "equals", "x")))).toEqual([]);
});

scenario("MTR-11 an or may hold a filter beside conditions", async (world) => {
  await ingest(world, {
    "small of ada": { model: "small", user: "ada" },
    "small of bob": { model: "small", user: "bob" },
    "large of ada": { model: "large", user: "ada" },
    "free large of bob": { model: "large", user: "bob", free: true },
  });
  const smallOfAda = all(isSmall, where("user", "equals", "ada"));
  const free = where("free", "equals", true);
  for (const clauses of [
    [smallOfAda, free],
    [free, smallOfAda],
  ]) {
    expect(await taken(world, any(...clauses))).toEqual(["free large of bob", "small of ada"]);
  }
  expect(await taken(world, any(smallOfAda))).toEqual(["small of ada"]);
});
