import type { operations } from "@drawdown/spec/control";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import type { WebhookEvent } from "../webhook-event.js";
import type { ControlConnection, Schemas } from "./connection.js";
import { readLog } from "./log.js";

/** Which events: of one type, those after an id (excluded), and how many at most. */
export type EventListParams = NonNullable<operations["readEvents"]["parameters"]["query"]>;

/**
 * One event on its way to one endpoint, with every attempt so far. `event_id` is the `webhook-id` it is sent under.
 */
export type Delivery = Schemas["Delivery"];

/**
 * What was sent, byte for byte, and what came back. `status_code` is `null` where nothing answered; `error` says why.
 */
export type DeliveryAttempt = Schemas["Attempt"];

/** Which deliveries: to one endpoint, in one state, of one type, after an id (excluded), and how many at most. */
export type DeliveryListParams = NonNullable<operations["listDeliveries"]["parameters"]["query"]>;

/** How many attempts were made. */
export type DeliverySettleResponse = Schemas["Settled"];

/**
 * What happens to deliveries between the sandbox and the receiver: held, doubled, shuffled, lost, or kept unsent.
 */
export type DeliveryMode = Schemas["DeliveryMode"];

/** The fields of the mode to change; one that is left out keeps its value. */
export type DeliveryModeParams = Schemas["DeliveryModeChange"];

/** From when to when; both ends are included. Left out: from the beginning, to now. */
export type WebhookReplayParams = Schemas["EventRange"];

/** How many deliveries are going to be attempted. */
export type WebhookQueuedResponse = Schemas["Queued"];

/** The new secret, `whsec_…`. */
export type WebhookRotateSecretResponse = Schemas["Secret"];

/** The body to sign and send as it is; text that is JSON. */
export type WebhookSendParams = Schemas["AnyBody"];

/** Something that happened. Its `payload` is the body of its webhook as it would be sent now. */
export type SandboxEvent = Omit<Schemas["EventList"]["items"][number], "payload"> & {
  readonly payload: WebhookEvent;
};

/** What happened, whether or not an endpoint wanted it. */
export class SandboxEvents {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Every event so far, oldest first. `after` is the id of an event and reads on from there; `limit` is how many a page
   * holds, 1 to 1000.
   *
   * @example
   * for await (const { type, payload } of control.events.list()) console.log(type, payload.timestamp);
   *
   * @example
   * // What one call caused.
   * const before = (await control.events.list()).items.at(-1)?.id;
   * await client.creditEntitlements.balances.createLedgerEntry(customerID, debit);
   * const { items } = await control.events.list(before === undefined ? {} : { after: before });
   */
  list(query?: EventListParams | null, options?: RequestOptions): PagePromise<SandboxEvent> {
    return readLog(
      query ?? {},
      // The control document leaves payloads to the vendor's.
      (part) =>
        this.connection.call(
          "get",
          "/_sandbox/events",
          { query: { ...query, ...part } },
          options,
        ) as unknown as APIPromise<{ items: SandboxEvent[] }>,
    );
  }
}

/** What was sent to endpoints, or is going to be. */
export class SandboxDeliveries {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * The deliveries, oldest first, with every attempt and its exact bytes. `after` is the id of a delivery and reads on
   * from there; `limit` is how many a page holds, 1 to 1000.
   *
   * @example
   * for await (const { event_type, url } of control.deliveries.list({ status: "failed" })) console.log(event_type, url);
   */
  list(query?: DeliveryListParams | null, options?: RequestOptions): PagePromise<Delivery> {
    return readLog(query ?? {}, (part) =>
      this.connection.call(
        "get",
        "/_sandbox/deliveries",
        { query: { ...query, ...part } },
        options,
      ),
    );
  }

  /**
   * One delivery with every attempt.
   *
   * @throws NotFoundError
   * @example
   * const { status, attempts } = await control.deliveries.retrieve("dlv_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<Delivery> {
    return this.connection.call("get", "/_sandbox/deliveries/{id}", { path: { id } }, options);
  }

  /**
   * Attempts a delivery once more at once, whatever became of it, with the same `webhook-id`.
   *
   * @throws NotFoundError
   * @example
   * const { attempts } = await control.deliveries.resend("dlv_1");
   */
  resend(id: string, options?: RequestOptions): APIPromise<Delivery> {
    return this.connection.call(
      "post",
      "/_sandbox/deliveries/{id}/resend",
      { path: { id } },
      options,
    );
  }

  /**
   * Attempts every delivery that is due and waits for the answers: what a test awaits before it looks at what arrived.
   *
   * @example
   * await control.deliveries.settle();
   * expect(received).toHaveLength(1);
   */
  settle(options?: RequestOptions): APIPromise<DeliverySettleResponse> {
    return this.connection.call("post", "/_sandbox/deliveries/settle", {}, options);
  }
}

/** How deliveries to endpoints go wrong, and are made good. */
export class SandboxWebhooks {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * The faults that are switched on.
   *
   * @example
   * const { held, copies } = await control.webhooks.readMode();
   */
  readMode(options?: RequestOptions): APIPromise<DeliveryMode> {
    return this.connection.call("get", "/_sandbox/webhooks/mode", {}, options);
  }

  /**
   * Holds deliveries back, sends each several times, in another order, loses the next ones, or only collects what would
   * be sent. Fields left out stay as they are.
   *
   * @throws UnprocessableEntityError
   * @example
   * await control.webhooks.setMode({ copies: 2, shuffled: true }); // does the receiver count twice?
   */
  setMode(body: DeliveryModeParams, options?: RequestOptions): APIPromise<DeliveryMode> {
    return this.connection.call("patch", "/_sandbox/webhooks/mode", { body }, options);
  }

  /**
   * Sends the endpoint every event of a range (by default all) that its filter wants, those from before its creation too,
   * each with the `webhook-id` it had. Both ends of the range are included.
   *
   * @throws NotFoundError
   * @example
   * const { deliveries } = await control.webhooks.replay("whk_1", { since: "2026-01-01T00:00:00Z" });
   */
  replay(
    id: string,
    body: WebhookReplayParams = {},
    options?: RequestOptions,
  ): APIPromise<WebhookQueuedResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/webhooks/{id}/replay",
      { path: { id }, body },
      options,
    );
  }

  /**
   * Attempts again every delivery of the endpoint that failed for good or was dropped.
   *
   * @throws NotFoundError
   * @example
   * const { deliveries } = await control.webhooks.recover("whk_1");
   */
  recover(id: string, options?: RequestOptions): APIPromise<WebhookQueuedResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/webhooks/{id}/recover",
      { path: { id } },
      options,
    );
  }

  /**
   * Gives the endpoint a new secret. For 24 hours of sandbox time deliveries carry a signature by each of the two.
   *
   * @throws NotFoundError
   * @example
   * const { secret } = await control.webhooks.rotateSecret("whk_1");
   */
  rotateSecret(id: string, options?: RequestOptions): APIPromise<WebhookRotateSecretResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/webhooks/{id}/rotate-secret",
      { path: { id } },
      options,
    );
  }

  /**
   * Signs any JSON text for the endpoint and sends it once, to see what a receiver makes of it.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the body is not JSON
   * @example
   * const { status_code } = await control.webhooks.send("whk_1", { body: '{"type":"refund.succeeded","data":{}}' });
   */
  send(id: string, body: WebhookSendParams, options?: RequestOptions): APIPromise<DeliveryAttempt> {
    return this.connection.call(
      "post",
      "/_sandbox/webhooks/{id}/send",
      { path: { id }, body },
      options,
    );
  }
}
