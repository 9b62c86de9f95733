import { type Amount, add, amountOf, larger, zero } from "../amount.js";
import type { UsageEvent } from "./event.js";
import { numberOf } from "./filter.js";

/**
 * How matching events become one number. `key` names the metadata property; `count` needs none and ignores one.
 *
 * @rule MTR-02 count, sum, max or last
 */
export interface Aggregation {
  readonly type: "count" | "sum" | "max" | "last";
  readonly key: string | null;
}

/**
 * The number that events add up to, and how many of them had no number to add.
 *
 * @rule MTR-20 how many, their sum, the highest, or the most recent by timestamp
 * @rule EVT-23 numbers written as text count too
 * @rule MTR-57 a negative contribution is summed as it is
 * @param events matching events, in the order they were ingested
 * @returns zero for no events; `skipped` counts events whose property is missing or no number
 */
export function aggregate(
  aggregation: Aggregation,
  events: Iterable<UsageEvent>,
): { readonly total: Amount; readonly skipped: number } {
  let total: Amount | undefined;
  let skipped = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const value = contributionOf(aggregation, event);
    if (value === undefined) {
      skipped += 1;
      continue;
    }
    switch (aggregation.type) {
      case "count":
      case "sum":
        total = total ? add(total, value) : value;
        break;
      case "max":
        total = total ? larger(total, value) : value;
        break;
      case "last":
        if (event.at >= latest) {
          total = value;
          latest = event.at;
        }
    }
  }
  return { total: total ?? zero, skipped };
}

const one = amountOf(1);

function contributionOf(aggregation: Aggregation, event: UsageEvent): Amount | undefined {
  if (aggregation.type === "count") return one;
  const { metadata } = event;
  const key = aggregation.key ?? "";
  if (!metadata || !Object.hasOwn(metadata, key)) return undefined;
  const value = metadata[key];
  return value === undefined ? undefined : numberOf(value);
}
