import { Webhook } from "standardwebhooks";
import { type Attempt, attempted, type Delivery, renewed } from "#domain/delivery/delivery.js";
import { type Endpoint, faultless } from "#domain/delivery/endpoint.js";
import { assert } from "#domain/errors.js";
import { instantMax, instantOf } from "#domain/time.js";
import { writeJson } from "#http/write-json.js";
import { schedule } from "#sandbox/agenda.js";
import { systemTime } from "#sandbox/clock.js";
import { all } from "#sandbox/kinds.js";
import type { Answered, Deliveries, Outgoing, Transaction, Tx } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { taskKinds } from "../task-kinds.js";
import { render } from "./render.js";

export const modeOf = async (tx: Tx) => (await tx.get(kinds.deliveryMode, "mode")) ?? faultless;

/** How a tenant's deliveries are put together and written down. */
export const deliveriesOf = (businessId: string): Deliveries => ({
  async ready({ tx }, busy, endpointsMax) {
    const lanes = new Map<string, readonly string[]>();
    const { isHeld, isShuffled } = await modeOf(tx);
    if (isHeld) return lanes;
    const next: Delivery[] = [];
    for (const { id } of await tx.find(kinds.endpoint, "all", all)) {
      if (busy.has(id)) continue;
      next.push(...(await tx.find(kinds.delivery, "ready", id, { limit: 1 })));
    }
    // Whoever has waited longest comes first, so that nobody waits for ever where there are too many.
    next.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { endpointId } of next.slice(0, endpointsMax)) {
      const ids = (await tx.find(kinds.delivery, "ready", endpointId)).map((it) => it.id);
      // The random part of an id comes last, so ids in the order of their ends are in no order at all.
      lanes.set(endpointId, isShuffled ? ids.sort(byEnd) : ids);
    }
    return lanes;
  },

  async compose(unit, deliveryId) {
    const { tx, now } = unit;
    const delivery = await tx.get(kinds.delivery, deliveryId);
    const mode = await modeOf(tx);
    if (delivery?.state !== "ready" || mode.isHeld) return null;
    const endpoint = await tx.get(kinds.endpoint, delivery.endpointId);
    if (!endpoint || mode.dropNext > 0) {
      tx.put(kinds.delivery, { ...delivery, state: "dropped" });
      if (endpoint) tx.put(kinds.deliveryMode, { ...mode, dropNext: mode.dropNext - 1 });
      return null;
    }
    if (endpoint.isDisabled) {
      const error = `the endpoint ${endpoint.id} is disabled`;
      const attempt = { at: now, status: null, error, headers: {}, body: "", answer: null };
      const attempts = [...delivery.attempts, attempt];
      tx.put(kinds.delivery, { ...delivery, state: "failed", attempts });
      return null;
    }
    const nextSecond = instantOf((Math.floor(now / 1000) + 1) * 1000);
    // In the last second there is none to wait for.
    if (nextSecond <= instantMax && isOverLimit(unit, endpoint)) {
      tx.put(kinds.delivery, { ...delivery, state: "waiting", nextAttemptAt: nextSecond });
      schedule(unit, taskKinds.deliver, delivery.id, nextSecond);
      return null;
    }
    const event = await tx.get(kinds.outgoingEvent, delivery.eventId);
    assert(event !== undefined, `event ${delivery.eventId} is not stored`);
    const body = writeJson(await render({ tx, businessId, policy: unit.policy }, event));
    const request = signed(endpoint, event.id, body, unit);
    if (!mode.isCollected) return { request, copies: mode.copies };
    const attempt = attemptOf(unit, request, { status: null, error: null, answer: null });
    const attempts = [...delivery.attempts, attempt];
    tx.put(kinds.delivery, { ...delivery, state: "collected", attempts });
    return null;
  },

  async conclude(unit, deliveryId, request, answered) {
    const delivery = await unit.tx.get(kinds.delivery, deliveryId);
    if (!delivery) return; // forgotten by a reset
    const after = attempted(delivery, attemptOf(unit, request, outcomeOf(answered)));
    unit.tx.put(kinds.delivery, after);
    if (after.nextAttemptAt !== null)
      schedule(unit, taskKinds.deliver, after.id, after.nextAttemptAt);
  },
});

const byEnd = (a: string, b: string): number => (a.slice(-8) < b.slice(-8) ? -1 : 1);

/** A delivery whose next attempt is due. */
export async function deliver(unit: Transaction, deliveryId: string): Promise<void> {
  const delivery = await unit.tx.get(kinds.delivery, deliveryId);
  if (delivery?.state !== "waiting" || (delivery.nextAttemptAt ?? unit.now) > unit.now) return;
  await makeReady(unit, { ...delivery, nextAttemptAt: null });
}

/** Puts a delivery on its way once more, whatever became of it. */
export const sendAgain = (unit: Transaction, delivery: Delivery): Promise<void> =>
  makeReady(unit, renewed(delivery));

/** Only what has an endpoint can be ready: it is looked for endpoint by endpoint. */
async function makeReady({ tx }: Transaction, delivery: Delivery): Promise<void> {
  const hasEndpoint = (await tx.get(kinds.endpoint, delivery.endpointId)) !== undefined;
  tx.put(kinds.delivery, { ...delivery, state: hasEndpoint ? "ready" : "dropped" });
}

/** @rule WHK-45 no more attempts in a second than the endpoint's limit; without one, any number */
function isOverLimit({ tx, now }: Transaction, endpoint: Endpoint): boolean {
  const { rateLimit, recent } = endpoint;
  if (!rateLimit) return false;
  const second = Math.floor(now / 1000);
  const attempts = recent.second === second ? recent.attempts : 0;
  if (attempts >= rateLimit) return true;
  tx.put(kinds.endpoint, { ...endpoint, recent: { second, attempts: attempts + 1 } });
  return false;
}

/**
 * A request signed by the endpoint's secret, and by the one before it while that is valid.
 *
 * @rule WHK-20 a POST of JSON with three headers
 * @rule WHK-21 signed as Standard Webhooks says
 * @rule WHK-22 the bytes that were signed are the bytes that are sent
 * @rule WHK-23 dated by the machine's clock, because verifiers compare it with theirs
 * @rule WHK-24 each attempt is signed anew under the same id
 * @rule WHK-32 a former secret signs along for 24 hours
 */
export function signed(
  endpoint: Endpoint,
  id: string,
  body: string,
  { now }: Transaction,
): Outgoing {
  const { secret, formerSecret, headers, url } = endpoint;
  const sentAt = new Date(Math.floor(systemTime() / 1000) * 1000);
  const secrets =
    formerSecret && now < formerSecret.until ? [secret, formerSecret.secret] : [secret];
  return {
    url,
    headers: {
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      "content-type": "application/json",
      "user-agent": "drawdown",
      "webhook-id": id,
      "webhook-timestamp": String(sentAt.getTime() / 1000),
      "webhook-signature": secrets.map((it) => new Webhook(it).sign(id, sentAt, body)).join(" "),
    },
    body,
  };
}

/** What an attempt came to, as it is kept. */
export const attemptOf = (
  { now }: Transaction,
  { headers, body }: Outgoing,
  outcome: Pick<Attempt, "status" | "error" | "answer">,
): Attempt => ({ at: now, ...outcome, headers, body });

export const outcomeOf = (answered: Answered): Pick<Attempt, "status" | "error" | "answer"> =>
  "error" in answered
    ? { status: null, error: answered.error, answer: null }
    : { status: answered.status, error: null, answer: answered.body };
