import type { components } from "@drawdown/spec/dodo";
import { DodoPaymentsError } from "./errors.js";

/** An event as the batcher sends it: with an `event_id`, and with a `timestamp` unless that was `null`. */
export type BatchedUsageEvent = components["schemas"]["EventInput"];

/**
 * Why events were not delivered:
 *
 * - `refused`: the API will not take them; `cause` says why
 * - `undelivered`: it could not be reached for an hour, or `close` was aborted; they may be stored for all that
 * - `queue_full`: `maxQueued` events were waiting already
 * - `not_json`: the event cannot be written as JSON, as a `bigint` cannot
 * - `closed`: the batcher was closed before
 */
export type UsageBatchErrorReason =
  | "refused"
  | "undelivered"
  | "queue_full"
  | "not_json"
  | "closed";

/**
 * Usage events that a batcher did not deliver. Added again, they count once, because they keep their `event_id`.
 *
 * @example
 * const onError = ({ reason, events, cause }: UsageBatchError) =>
 *   console.error(reason, events.map((it) => it.event_id), cause); // "refused" ["evt_7"] BadRequestError: 400 …
 */
export class UsageBatchError extends DodoPaymentsError {
  override name = "UsageBatchError";

  constructor(
    readonly reason: UsageBatchErrorReason,
    /** In the order they were added; one, unless all of a batch met the same end. */
    readonly events: readonly BatchedUsageEvent[],
    message: string,
    /** What the last request came to, an `APIError` in most cases; absent when none was sent. */
    override readonly cause?: unknown,
  ) {
    super(message);
  }
}
