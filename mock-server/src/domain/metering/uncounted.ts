import type { Aggregation } from "./aggregate.js";
import type { UsageEvent } from "./event.js";
import { isNumeric } from "./filter.js";

/** Why an event that a meter is there for adds nothing to it: its time is past, or what it is to add is not there. */
export type UncountedReason = "late" | "property-missing" | "not-a-number";

/** Events that a meter did not count, for one reason. */
export interface Uncounted {
  readonly reason: UncountedReason;
  readonly events: number;
  readonly lastEventId: string;
}

/** Why a matching event has nothing to aggregate; undefined: it has. */
export function whyNoValue(
  { type, key }: Aggregation,
  { metadata }: UsageEvent,
  countsText: boolean,
): Exclude<UncountedReason, "late"> | undefined {
  if (type === "count") return undefined;
  const value = metadata && Object.hasOwn(metadata, key ?? "") ? metadata[key ?? ""] : undefined;
  if (value === undefined) return "property-missing";
  return isNumeric(value) && (countsText || typeof value !== "string") ? undefined : "not-a-number";
}

/** What was not counted so far, after one more event. */
export function withUncounted(
  known: readonly Uncounted[],
  reason: UncountedReason,
  { id: lastEventId }: UsageEvent,
): readonly Uncounted[] {
  const before = known.find((it) => it.reason === reason)?.events ?? 0;
  return [
    ...known.filter((it) => it.reason !== reason),
    { reason, events: before + 1, lastEventId },
  ];
}
