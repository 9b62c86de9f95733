import type { components, operations } from "@drawdown/spec/control";
import type { Attempt, Delivery } from "#domain/delivery/delivery.js";
import { type DeliveryMode, wants } from "#domain/delivery/endpoint.js";
import { DomainError } from "#domain/errors.js";
import { addDays, formatInstant, type Instant } from "#domain/time.js";
import { readInstant } from "#http/read-instant.js";
import { isJson } from "#http/read-json.js";
import { all } from "#sandbox/kinds.js";
import type { Answered, Outgoing, Transaction } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { attemptOf, modeOf, outcomeOf, sendAgain, signed } from "./deliveries.js";
import { newSecret } from "./handlers.js";
import { dispatch } from "./record.js";
import { render } from "./render.js";

type Schemas = components["schemas"];

type Query<Id extends "readEvents" | "listDeliveries"> = NonNullable<
  operations[Id]["parameters"]["query"]
>;

/** What the control API may do to events and their deliveries. */
export const webhookControls = {
  async readEvents(
    unit: Transaction,
    businessId: string,
    query: Query<"readEvents">,
  ): Promise<Schemas["EventList"]> {
    const { tx } = unit;
    const { limit = 100 } = query;
    const events = await tx.find(kinds.outgoingEvent, "all", all, {
      limit,
      ...readOn(query),
      where: within(query),
    });
    const items = [];
    for (const event of events) {
      const payload = await render({ tx, businessId, policy: unit.policy }, event);
      items.push({
        id: event.id,
        type: event.type,
        timestamp: formatInstant(event.at),
        payload: payload as unknown as Record<string, never>, // any object
      });
    }
    return { items };
  },

  async listDeliveries(
    { tx }: Transaction,
    query: Query<"listDeliveries">,
  ): Promise<Schemas["DeliveryList"]> {
    const { webhook_id: endpointId, status, limit = 100 } = query;
    const isWanted = within(query);
    const [index, key] =
      endpointId === undefined ? (["all", all] as const) : (["byEndpoint", endpointId] as const);
    const found = await tx.find(kinds.delivery, index, key, {
      limit,
      ...readOn(query),
      where: (it) =>
        (status === undefined || statusOf(it) === status) &&
        isWanted({ id: it.id, type: it.eventType }),
    });
    const { isHeld } = await modeOf(tx);
    return { items: found.map((it) => presentDelivery(it, isHeld)) };
  },

  async retrieveDelivery({ tx }: Transaction, id: string): Promise<Schemas["Delivery"]> {
    const { isHeld } = await modeOf(tx);
    return presentDelivery(await load(tx, kinds.delivery, id, "WHK-31"), isHeld);
  },

  async resendDelivery(unit: Transaction, id: string): Promise<void> {
    await sendAgain(unit, await load(unit.tx, kinds.delivery, id, "WHK-31"));
    await warnIfHeld(unit, 1);
  },

  /** @rule WHK-31 past events can be replayed */
  async replayEvents(
    unit: Transaction,
    endpointId: string,
    { since, until }: Schemas["EventRange"],
  ): Promise<number> {
    const endpoint = await load(unit.tx, kinds.endpoint, endpointId, "WHK-31");
    const [from, to] = [instant(since, "since"), instant(until, "until")];
    const events = await unit.tx.find(kinds.outgoingEvent, "all", all, {
      where: ({ type, at }) =>
        wants(endpoint, type, unit.policy.emptyEventFilter) &&
        (from === null || at >= from) &&
        (to === null || at <= to),
    });
    for (const event of events) dispatch(unit, endpoint, event);
    await warnIfHeld(unit, events.length);
    return events.length;
  },

  async recoverDeliveries(unit: Transaction, endpointId: string): Promise<number> {
    const { id } = await load(unit.tx, kinds.endpoint, endpointId, "WHK-31");
    const lost = await unit.tx.find(kinds.delivery, "byEndpoint", id, {
      where: ({ state }) => state === "failed" || state === "dropped",
    });
    for (const delivery of lost) await sendAgain(unit, delivery);
    await warnIfHeld(unit, lost.length);
    return lost.length;
  },

  async rotateSecret(unit: Transaction, endpointId: string): Promise<string> {
    const endpoint = await load(unit.tx, kinds.endpoint, endpointId, "WHK-32");
    const secret = newSecret(unit.nextId);
    const formerSecret = { secret: endpoint.secret, until: addDays(unit.now, 1) };
    unit.tx.put(kinds.endpoint, { ...endpoint, secret, formerSecret, updatedAt: unit.now });
    return secret;
  },

  async readDeliveryMode({ tx }: Transaction): Promise<Schemas["DeliveryMode"]> {
    return presentMode(await modeOf(tx));
  },

  async setDeliveryMode(
    { tx }: Transaction,
    body: Schemas["DeliveryModeChange"],
  ): Promise<Schemas["DeliveryMode"]> {
    const before = await modeOf(tx);
    const mode: DeliveryMode = {
      id: "mode",
      isHeld: body.held ?? before.isHeld,
      copies: body.copies ?? before.copies,
      isShuffled: body.shuffled ?? before.isShuffled,
      dropNext: body.drop_next ?? before.dropNext,
      isCollected: body.collected ?? before.isCollected,
    };
    tx.put(kinds.deliveryMode, mode);
    return presentMode(mode);
  },

  /** A body of the caller's own, signed for an endpoint. */
  async composeBody(unit: Transaction, endpointId: string, body: string): Promise<Outgoing> {
    const endpoint = await load(unit.tx, kinds.endpoint, endpointId, "WHK-31");
    if (!isJson(body)) {
      throw new DomainError("webhook-invalid", "WHK-20", {
        message: "`body` is not JSON; send the text of a JSON value",
      });
    }
    return signed(endpoint, unit.nextId("msg"), body, unit);
  },

  presentAnswer: (unit: Transaction, request: Outgoing, answered: Answered): Schemas["Attempt"] =>
    presentAttempt(attemptOf(unit, request, outcomeOf(answered)), 0),
};

/** Where a listing goes on; what was read before is not looked at again. */
const readOn = ({ after }: Query<"readEvents">): { readonly from?: string } =>
  after === undefined ? {} : { from: after };

const within =
  ({ event_type: type, after }: Query<"readEvents">) =>
  (it: { readonly id: string; readonly type: string }): boolean =>
    (type === undefined || it.type === type) && (after === undefined || it.id > after);

const instant = (text: string | undefined, name: string): Instant | null =>
  text === undefined ? null : readInstant(text, name);

const statusOf = ({ state }: Delivery): Schemas["Delivery"]["status"] =>
  state === "ready" ? "waiting" : state;

/** @rule CTL-02 who sends again while deliveries are held is told that nothing leaves until they are released */
async function warnIfHeld({ tx, warn }: Transaction, count: number): Promise<void> {
  if (count === 0 || !(await modeOf(tx)).isHeld) return;
  warn(
    `deliveries are held, so nothing was sent: ${count} ${count === 1 ? "waits" : "wait"} until PATCH /_sandbox/webhooks/mode {"held": false}`,
  );
}

const presentDelivery = (it: Delivery, isHeld: boolean): Schemas["Delivery"] => ({
  id: it.id,
  webhook_id: it.endpointId,
  url: it.url,
  event_id: it.eventId,
  event_type: it.eventType,
  status: statusOf(it),
  held: isHeld && it.state === "ready",
  created_at: formatInstant(it.createdAt),
  next_attempt_at: it.nextAttemptAt && formatInstant(it.nextAttemptAt),
  attempts: it.attempts.map(presentAttempt),
});

const presentAttempt = (it: Attempt, position: number): Schemas["Attempt"] => ({
  number: position + 1,
  at: formatInstant(it.at),
  status_code: it.status,
  error: it.error,
  request_headers: it.headers,
  request_body: it.body,
  response_body: it.answer,
});

const presentMode = (it: DeliveryMode): Schemas["DeliveryMode"] => ({
  held: it.isHeld,
  copies: it.copies,
  shuffled: it.isShuffled,
  drop_next: it.dropNext,
  collected: it.isCollected,
});
