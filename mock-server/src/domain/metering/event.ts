import { DomainError } from "../errors.js";
import { checkMetadata, eventMetadataLimits, type Metadata } from "../metadata.js";
import { formatInstant, type Instant, instantOf, withinTime } from "../time.js";

/** One use of a service, as the application reported it. */
export interface UsageEvent {
  /** Chosen by the caller; names the event for ever (EVT-04). */
  readonly id: string;
  /** Its place in the order of ingestion, from 1. */
  readonly sequence: number;
  readonly customerId: string;
  readonly name: string;
  readonly at: Instant;
  readonly metadata: Metadata | null;
}

/** Numbers to be metered are smaller than this. 64 bits hold far fewer, and sums of a billion such numbers are exact. */
export const unitsMax = 1e30;

const ageMaxMs = 60 * 60 * 1000;
const aheadMaxMs = 5 * 60 * 1000;

/**
 * Checks the events of one request by themselves: no id twice, times within the window, metadata within limits.
 *
 * @rule EVT-05 an id twice in one request refuses the whole request
 * @rule EVT-11 at most one hour old and five minutes ahead
 * @rule EVT-12 both bounds included
 * @throws DomainError event-duplicated, event-out-of-window, metadata-too-large, metadata-invalid
 */
export function checkEvents(events: readonly UsageEvent[], now: Instant): void {
  const positions = new Map<string, number>();
  for (const [position, event] of events.entries()) {
    const first = positions.get(event.id);
    if (first !== undefined) {
      throw new DomainError("event-duplicated", "EVT-05", {
        message: `events[${first}] and events[${position}] have the same \`event_id\` "${event.id}"; each event of a request needs its own`,
      });
    }
    positions.set(event.id, position);
    checkTime(event, position, now);
    if (event.metadata) {
      checkMetadata(event.metadata, eventMetadataLimits, `events[${position}].metadata`);
      checkNumbers(event.metadata, `events[${position}].metadata`);
    }
  }
}

/**
 * @rule MTR-80 a number of 10^30 or more cannot be usage
 * @throws DomainError metadata-invalid
 */
function checkNumbers(metadata: Metadata, where: string): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "number" && typeof value !== "bigint") continue;
    if (Math.abs(Number(value)) < unitsMax) continue;
    throw new DomainError("metadata-invalid", "MTR-80", {
      message: `${where}.${key} is ${value} but numbers of an event must be between -10^30 and 10^30, both excluded; send it in larger units, or as text if it is none to count`,
    });
  }
}

function checkTime(event: UsageEvent, position: number, now: Instant): void {
  const earliest = instantOf(now - ageMaxMs);
  const latest = withinTime(now + aheadMaxMs);
  if (event.at >= earliest && event.at <= latest) return;
  throw new DomainError("event-out-of-window", "EVT-11", {
    message: `events[${position}].timestamp is ${formatInstant(event.at)} but must be from ${formatInstant(earliest)} (one hour ago) to ${formatInstant(latest)} (five minutes ahead); leave it out to use the sandbox's clock, ${formatInstant(now)}`,
  });
}
