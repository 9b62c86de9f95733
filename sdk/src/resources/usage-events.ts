import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import { type BatcherOptions, UsageEventBatcher } from "../batcher.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

/** A usage event as stored, under the id its sender chose. */
export type Event = components["schemas"]["Event"];

/** A batch of 1 to 1000 events. */
export type UsageEventIngestParams = components["schemas"]["IngestEventsRequest"];

/** How many events were new; those whose id was known are not counted. */
export type UsageEventIngestResponse = components["schemas"]["IngestEventsResponse"];

/**
 * Which page of the events, and which of them. `start` and `end` are included; `meter_id` leaves what that meter
 * would count.
 */
export type UsageEventListParams = NonNullable<operations["listEvents"]["parameters"]["query"]>;

/** What customers used, as the application reports it. */
export class UsageEvents extends Resource {
  /**
   * Stores 1 to 1000 events, all of them or none. An event whose `event_id` is stored already is skipped, which makes it
   * safe to send a batch again. `ingested_count` counts new events only, so after a retry it may be less than was sent.
   *
   * @throws BadRequestError when a timestamp is over an hour old or over five minutes ahead, or an id is twice in it
   * @example
   * await client.usageEvents.ingest({
   *   events: [{ event_id: "evt_1", customer_id: "cus_1", event_name: "tokens.used", metadata: { tokens: 128 } }],
   * });
   */
  ingest(
    body: UsageEventIngestParams,
    options?: RequestOptions,
  ): APIPromise<UsageEventIngestResponse> {
    return this.connection.call("post", "/events/ingest", { body }, options, {
      isRepeatable: true,
    });
  }

  /**
   * Collects events and sends them in batches, in the background.
   *
   * @throws DodoPaymentsError when an option makes no sense
   * @example
   * const batcher = client.usageEvents.batcher({ onError: (error) => console.error(error.message, error.events) });
   * batcher.add({ customer_id: "cus_1", event_name: "tokens.used", metadata: { tokens: 128 } });
   * await batcher.close(); // before the process ends
   */
  batcher(options?: BatcherOptions): UsageEventBatcher {
    return new UsageEventBatcher((events, signal) => this.ingest({ events }, { signal }), options);
  }

  /**
   * The stored events, newest timestamp first.
   *
   * @throws NotFoundError when there is no meter with the `meter_id` asked for
   * @example
   * for await (const event of client.usageEvents.list({ customer_id: "cus_1" })) console.log(event.timestamp);
   */
  list(query?: UsageEventListParams | null, options?: RequestOptions): PagePromise<Event> {
    return this.connection.list("/events", { query }, options);
  }

  /**
   * One event, by the id its sender chose.
   *
   * @throws NotFoundError
   * @example
   * const event = await client.usageEvents.retrieve("evt_1");
   */
  retrieve(eventID: string, options?: RequestOptions): APIPromise<Event> {
    return this.connection.call(
      "get",
      "/events/{event_id}",
      { path: { event_id: eventID } },
      options,
    );
  }
}
