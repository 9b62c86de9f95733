import { type Endpoint, wants } from "#domain/delivery/endpoint.js";
import { all } from "#sandbox/kinds.js";
import type { Fact, Recorded, Transaction } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { activeSubscriptions } from "../ledger/holdings.js";
import { type EventType, eventOf, type Subject } from "./event.js";
import { lowBalances } from "./low-balance.js";

/**
 * Writes down the events of a transaction, and a delivery of each to every endpoint that wants it.
 *
 * @rule WHK-46 an endpoint gets what happens from its creation on
 * @rule WHK-25 every endpoint gets an event under the same id
 */
export async function record(unit: Transaction): Promise<Recorded> {
  const endpoints = await unit.tx.find(kinds.endpoint, "all", all);
  let isReady = false;
  for (const happening of unit.happened) {
    for (const { type, subject } of await eventsOf(unit, happening)) {
      const event = { id: unit.nextId("msg"), type, subject, at: unit.now };
      unit.tx.put(kinds.outgoingEvent, event);
      for (const endpoint of endpoints.filter((it) =>
        wants(it, type, unit.policy.emptyEventFilter),
      )) {
        dispatch(unit, endpoint, event);
        isReady = true;
      }
    }
  }
  return { isReady, hasEndpoints: endpoints.length > 0 };
}

/** Puts an event on its way to an endpoint. */
export function dispatch(
  unit: Transaction,
  { id: endpointId, url }: Endpoint,
  event: { readonly id: string; readonly type: EventType },
): void {
  unit.tx.put(kinds.delivery, {
    id: unit.nextId("dlv"),
    endpointId,
    url,
    eventId: event.id,
    eventType: event.type,
    state: "ready",
    attempts: [],
    failures: 0,
    nextAttemptAt: null,
    createdAt: unit.now,
  });
}

interface Announced {
  readonly type: EventType;
  readonly subject: Subject;
}

async function eventsOf({ tx }: Transaction, happening: Fact): Promise<readonly Announced[]> {
  switch (happening.kind) {
    case "event":
      return [happening as Announced]; // announce.ts alone makes them in this dialect
    case "entry": {
      const type = eventOf(happening.entry);
      return type ? [{ type, subject: { kind: "entry", id: happening.entry.id } }] : [];
    }
    case "planned":
      return [];
    case "moved": {
      const { before, after } = happening;
      if (after.balance.gte(before.balance)) return [];
      const subscriptions = await activeSubscriptions(tx, after.ownerId);
      return lowBalances(before, after, subscriptions).map((balance) => ({
        type: "credit.balance_low",
        subject: { kind: "low-balance", balance },
      }));
    }
  }
}
