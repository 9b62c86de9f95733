import { expect, test } from "vitest";
import { amountOf } from "#domain/amount.js";
import { comparatorOf, type Order } from "#domain/order.js";

interface Ticket {
  readonly name: string;
  readonly priority: number | null;
  readonly amount: ReturnType<typeof amountOf>;
}

const ticket = (name: string, priority: number | null, amount: number): Ticket => ({
  name,
  priority,
  amount: amountOf(amount),
});

const tickets = [
  ticket("a", null, 9),
  ticket("b", 2, 10),
  ticket("c", 1, 9),
  ticket("d", 1, 100),
] as const;

const sorted = (order: Order<Ticket>): string => {
  const compare = comparatorOf(order);
  return tickets
    .toSorted((one, other) => compare({ ...one }, { ...other }))
    .map((it) => it.name)
    .join("");
};

test("a name sorts ascending, with null last", () => {
  expect(sorted(["priority", "name"])).toBe("cdba");
});

test("a direction turns the values around and leaves null where it goes", () => {
  expect(sorted([{ by: "priority", direction: "descending" }, "name"])).toBe("bcda");
  expect(sorted([{ by: "priority", nulls: "first" }, "name"])).toBe("acdb");
  expect(sorted([{ by: "priority", direction: "descending", nulls: "first" }, "name"])).toBe(
    "abcd",
  );
});

test("exact numbers are compared as numbers, not as the text they print", () => {
  expect(sorted(["amount", "name"])).toBe("acbd");
  expect(sorted([{ by: "amount", direction: "descending" }, "name"])).toBe("dbac");
});

test("records that tie in every field compare as equal", () => {
  expect(comparatorOf(["priority", "amount"])({ ...tickets[2] }, { ...tickets[2] })).toBe(0);
});
