import { type Amount, amountOf, compare, parseAmount } from "../amount.js";
import { DomainError } from "../errors.js";
import type { Metadata } from "../metadata.js";

export type Operator =
  | "equals"
  | "not_equals"
  | "greater_than"
  | "greater_than_or_equals"
  | "less_than"
  | "less_than_or_equals"
  | "contains"
  | "does_not_contain";

type Value = string | number | boolean | bigint;

export interface Condition {
  readonly key: string;
  readonly operator: Operator;
  readonly value: Value;
}

/**
 * Conditions on an event's metadata, joined by one word.
 *
 * @rule MTR-10 a conjunction and its clauses
 * @rule MTR-11 a clause is a condition or a filter; one list may mix them
 */
export interface Filter {
  readonly conjunction: "and" | "or";
  readonly clauses: readonly (Condition | Filter)[];
}

const depthMax = 3;

const isFilter = (clause: Condition | Filter): clause is Filter => "clauses" in clause;

/**
 * Refuses filters nested more than three levels deep.
 *
 * @rule MTR-12 a fourth level is refused
 * @throws DomainError meter-invalid
 */
export function checkFilter(filter: Filter, where: string, depth = 1): void {
  if (depth > depthMax) {
    throw new DomainError("meter-invalid", "MTR-12", {
      message: `\`${where}\` is the ${depth}th level of filters but at most ${depthMax} are allowed; flatten it`,
    });
  }
  for (const [position, clause] of filter.clauses.entries()) {
    if (isFilter(clause)) checkFilter(clause, `${where}.clauses[${position}]`, depth + 1);
  }
}

/**
 * Whether metadata passes a filter.
 *
 * @rule MTR-14 a property the event lacks makes its condition false, whatever the operator
 * @rule MTR-16 only metadata is looked at
 */
export const matches = (filter: Filter, metadata: Metadata): boolean => {
  const holds = (clause: Condition | Filter): boolean =>
    isFilter(clause) ? matches(clause, metadata) : holdsFor(clause, metadata);
  return filter.conjunction === "and" ? filter.clauses.every(holds) : filter.clauses.some(holds);
};

function holdsFor(condition: Condition, metadata: Metadata): boolean {
  const actual = Object.hasOwn(metadata, condition.key) ? metadata[condition.key] : undefined;
  return actual !== undefined && compares(actual, condition.operator, condition.value);
}

/**
 * One comparison.
 *
 * @rule MTR-15 ordering compares numbers, also written as text; equality wants one type, or equal numbers;
 * containment is substring, letter for letter
 */
function compares(actual: Value, operator: Operator, expected: Value): boolean {
  switch (operator) {
    case "equals":
      return areEqual(actual, expected);
    case "not_equals":
      return !areEqual(actual, expected);
    case "contains":
      return contains(actual, expected);
    case "does_not_contain":
      return !contains(actual, expected);
    default: {
      const order = orderOf(actual, expected);
      return order !== undefined && holdsInOrder[operator](order);
    }
  }
}

const holdsInOrder = {
  greater_than: (order: number) => order > 0,
  greater_than_or_equals: (order: number) => order >= 0,
  less_than: (order: number) => order < 0,
  less_than_or_equals: (order: number) => order <= 0,
} as const;

const areEqual = (a: Value, b: Value): boolean =>
  typeof a === typeof b ? a === b : orderOf(a, b) === 0;

const contains = (actual: Value, expected: Value): boolean =>
  typeof actual === "string" && typeof expected === "string" && actual.includes(expected);

/** How two numbers compare, either of them possibly written as text; `undefined` when one is no number. */
function orderOf(a: Value, b: Value): number | undefined {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left && right ? compare(left, right) : undefined;
}

/** The exact value of a number, or of text that is entirely a plain decimal. */
export function numberOf(value: Value): Amount | undefined {
  if (!isNumeric(value)) return undefined;
  return typeof value === "string" ? parseAmount(value) : amountOf(value);
}

/** Whether a value is a number, or text that is entirely a plain decimal. */
export const isNumeric = (value: Value): value is number | bigint | string =>
  typeof value === "number" ||
  typeof value === "bigint" ||
  (typeof value === "string" && /^-?\d{1,60}(\.\d{1,60})?$/.test(value));
