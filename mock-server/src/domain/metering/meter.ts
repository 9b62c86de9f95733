import { DomainError } from "../errors.js";
import type { Instant } from "../time.js";
import type { Aggregation } from "./aggregate.js";
import type { UsageEvent } from "./event.js";
import { checkFilter, type Filter, matches } from "./filter.js";

/** What to count: which events, and how they add up. */
export interface Meter {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly eventName: string;
  readonly aggregation: Aggregation;
  readonly filter: Filter | null;
  readonly measurementUnit: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly archivedAt: Instant | null;
}

/**
 * A new meter.
 *
 * @rule MTR-03 every aggregation but `count` needs a key
 * @throws DomainError meter-invalid
 */
export function createMeter(meter: Meter): Meter {
  const { type, key } = meter.aggregation;
  if (type !== "count" && !key) {
    throw new DomainError("meter-invalid", "MTR-03", {
      message: `\`aggregation.key\` is missing but \`aggregation.type\` is "${type}"; name the metadata property to aggregate, or use "count"`,
    });
  }
  if (meter.filter) checkFilter(meter.filter, "filter");
  return meter;
}

/**
 * Whether an event counts for a meter: same name, letter for letter, and the filter holds.
 *
 * @rule EVT-21 event names are case-sensitive
 */
export const counts = (meter: Pick<Meter, "eventName" | "filter">, event: UsageEvent): boolean =>
  event.name === meter.eventName &&
  (meter.filter === null || matches(meter.filter, event.metadata ?? {}));
