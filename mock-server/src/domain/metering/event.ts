import { DomainError } from "../errors.js";
import { checkMetadata, eventMetadataLimits, type Metadata } from "../metadata.js";
import { formatInstant, type Instant, instantOf } from "../time.js";

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
    }
  }
}

function checkTime(event: UsageEvent, position: number, now: Instant): void {
  const earliest = instantOf(now - ageMaxMs);
  const latest = instantOf(now + aheadMaxMs);
  if (event.at >= earliest && event.at <= latest) return;
  throw new DomainError("event-out-of-window", "EVT-11", {
    message: `events[${position}].timestamp is ${formatInstant(event.at)} but must be from ${formatInstant(earliest)} (one hour ago) to ${formatInstant(latest)} (five minutes ahead); leave it out to use the sandbox's clock, ${formatInstant(now)}`,
  });
}
