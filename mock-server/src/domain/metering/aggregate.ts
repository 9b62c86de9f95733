import { type Amount, add, amountOf, isBelow, larger, zero } from "../amount.js";
import { type UsageEvent, unitsMax } from "./event.js";
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

/** What the events so far add up to. */
export interface Tally {
  readonly total: Amount;
  /** Events that counted. */
  readonly counted: number;
  /** Events whose property is missing or no number. */
  readonly skipped: number;
  /** Timestamp of the event that a `last` value comes from. */
  readonly latestAt: number;
}

export const emptyTally: Tally = {
  total: zero,
  counted: 0,
  skipped: 0,
  latestAt: Number.NEGATIVE_INFINITY,
};

/**
 * The tally after one more matching event.
 *
 * @rule MTR-20 how many, their sum, the highest, or the most recent by timestamp
 * @param countsText whether numbers written as text count too
 * @rule EVT-23 they do, unless the policy says otherwise (C9)
 * @rule MTR-57 a negative contribution is summed as it is
 */
export function tallied(
  { type, key }: Aggregation,
  tally: Tally,
  event: UsageEvent,
  countsText = true,
): Tally {
  const value = type === "count" ? one : propertyOf(event, key ?? "", countsText);
  if (value === undefined) return { ...tally, skipped: tally.skipped + 1 };
  const counted = tally.counted + 1;
  switch (type) {
    case "count":
    case "sum":
      return { ...tally, counted, total: add(tally.total, value) };
    case "max":
      return { ...tally, counted, total: counted === 1 ? value : larger(tally.total, value) };
    case "last":
      return event.at < tally.latestAt
        ? { ...tally, counted }
        : { ...tally, counted, total: value, latestAt: event.at };
  }
}

/** The tally of events in the order they were ingested. */
export function aggregate(aggregation: Aggregation, events: Iterable<UsageEvent>): Tally {
  let tally = emptyTally;
  for (const event of events) tally = tallied(aggregation, tally, event);
  return tally;
}

const one = amountOf(1);
const most = amountOf(unitsMax);

function propertyOf(
  { metadata }: UsageEvent,
  key: string,
  countsText: boolean,
): Amount | undefined {
  if (!metadata || !Object.hasOwn(metadata, key)) return undefined;
  const value = metadata[key];
  if (value === undefined || (typeof value === "string" && !countsText)) return undefined;
  const number = numberOf(value);
  return number && isBelow(number, most) ? number : undefined;
}
