import { DomainError } from "#domain/errors.js";
import { checkEvents, type UsageEvent } from "#domain/metering/event.js";
import { counts } from "#domain/metering/meter.js";
import { readInstant } from "#http/read-instant.js";
import { all } from "#sandbox/kinds.js";
import { type HandlersOf, page, withinDates } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { presentEvent } from "../present.js";
import { warnOfUncounted } from "./uncounted.js";
import { cursorOf, noteIngested } from "./worker.js";

export const usageEvents: HandlersOf<"ingestEvents" | "listEvents" | "retrieveEvent"> = {
  /**
   * @rule EVT-01 how many were stored
   * @rule EVT-04 an id that is stored already is passed over
   * @rule EVT-06 for ever
   * @rule EVT-07 across customers and event names
   * @rule EVT-09 the count is of new events only
   * @rule EVT-10 without a timestamp an event happens now
   * @rule EVT-18 one bad event stores none
   * @rule EVT-19 every customer must exist
   * @rule EVT-20 an event that no meter counts is stored like any other
   * @rule EVT-22 what the customer has left is not looked at
   */
  async ingestEvents(context, { body }) {
    const { tx, now } = context;
    const cursor = await cursorOf(tx);
    const events = body.events.map(
      (it, position): UsageEvent => ({
        id: it.event_id,
        sequence: 0,
        customerId: it.customer_id,
        name: it.event_name,
        at: it.timestamp ? readInstant(it.timestamp, `events[${position}].timestamp`) : now,
        metadata: it.metadata ?? null,
      }),
    );
    checkEvents(events, now);
    for (const [position, event] of events.entries()) {
      if (await tx.get(kinds.customer, event.customerId)) continue;
      throw new DomainError("event-customer-unknown", "EVT-19", {
        message: `events[${position}].customer_id is ${JSON.stringify(event.customerId)} but there is no such customer; create it with POST /customers first`,
      });
    }
    const fresh: UsageEvent[] = [];
    for (const event of events) {
      if (await tx.get(kinds.event, event.id)) continue;
      fresh.push(event);
      tx.put(kinds.event, { ...event, sequence: cursor.ingested + fresh.length });
    }
    const ingested = fresh.length;
    if (ingested > 0) {
      await warnOfUncounted(context, fresh);
      const { meterDelayMs } = context.settings;
      await noteIngested(context, cursor, cursor.ingested + ingested, meterDelayMs);
    }
    return { status: 200, body: { ingested_count: ingested } };
  },

  /**
   * @rule EVT-31 filters join with "and"
   * @rule EVT-32 a meter stands for its event name and filter
   * @rule EVT-33 with another event name beside it the request is refused
   * @rule EVT-34 both dates are inclusive
   * @rule EVT-36 newest timestamp first
   * @rule EVT-37 events appear at once
   */
  async listEvents({ tx, businessId }, { query }) {
    const { customer_id: customerId, event_name: name, meter_id: meterId } = query;
    const meter =
      meterId === undefined ? undefined : await load(tx, kinds.meter, meterId, "EVT-32");
    if (meter && name !== undefined && name !== meter.eventName) {
      throw new DomainError("meter-event-name-differs", "EVT-33", {
        message: `\`event_name\` is ${JSON.stringify(name)} but meter ${meter.id} counts ${JSON.stringify(meter.eventName)}; leave \`event_name\` out`,
      });
    }
    const isWithin = withinDates(query.start, query.end);
    const isWanted = (it: UsageEvent) =>
      (name === undefined || it.name === name) && (!meter || counts(meter, it)) && isWithin(it.at);
    const [index, key] =
      customerId === undefined ? (["all", all] as const) : (["byCustomer", customerId] as const);
    const found = await tx.find(kinds.event, index, key, {
      descending: true,
      where: isWanted,
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentEvent(it, businessId)) } };
  },

  /**
   * @rule EVT-08 ids are compared letter for letter
   * @rule EVT-30 with its own timestamp and all of its metadata; an unknown one is 404
   */
  async retrieveEvent({ tx, businessId }, { path }) {
    const event = await load(tx, kinds.event, path.event_id, "EVT-30");
    return { status: 200, body: presentEvent(event, businessId) };
  },
};
