import type { components, operations } from "@drawdown/spec/dodo";
import { verifiedText } from "#verifier";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { CursorPagePromise } from "../cursor-page.js";
import { parsed, type RawBody, type ReceivedHeaders, textOf } from "../unwrap.js";
import type { WebhookEvent } from "../webhook-event.js";
import { Resource } from "./resource.js";
import { WebhookEndpointHeaders } from "./webhook-headers.js";

type Schemas = components["schemas"];

/** An endpoint as stored, without its secret and its headers. `filter_types` is `null` where every event is sent. */
export type WebhookDetails = Schemas["WebhookDetails"];

/** An endpoint to create: an http or https address, and which events it wants (left out: all). */
export type WebhookCreateParams = Schemas["CreateWebhookRequest"];

/**
 * The fields of an endpoint to change; one that is left out keeps its value, a list of events replaces the whole
 * list.
 */
export type WebhookUpdateParams = Schemas["PatchWebhookRequest"];

/** Where in the list of endpoints to go on (`iterator`), and how many there are to a page (`limit`, 1 to 250). */
export type WebhookListParams = NonNullable<operations["listWebhooks"]["parameters"]["query"]>;

/** What the deliveries of an endpoint are signed with, `whsec_…`. */
export type WebhookRetrieveSecretResponse = Schemas["GetWebhookSecretResponse"];

/** What `unwrap` verifies with. */
export interface UnwrapOptions {
  /** The headers of the request, as they arrived. */
  readonly headers: ReceivedHeaders;
  /** The secret of the endpoint, `whsec_…`. Default: `webhookKey` of the client. */
  readonly key?: string | null | undefined;
}

/** Endpoints that events are sent to, and the events that arrive there. */
export class Webhooks extends Resource {
  /** The headers that go with every delivery to an endpoint. */
  readonly headers = new WebhookEndpointHeaders(this.connection);

  /**
   * Creates an endpoint, which receives what happens from now on. With an `idempotency_key` the request is sent again
   * when its answer is lost; a repeat answers with the endpoint of the first time.
   *
   * @throws UnprocessableEntityError when the address is none, or an event unknown
   * @example
   * const endpoint = await client.webhooks.create({
   *   url: "https://app.example.com/webhooks", filter_types: ["credit.added", "credit.balance_low"],
   * });
   */
  create(body: WebhookCreateParams, options?: RequestOptions): APIPromise<WebhookDetails> {
    const isRepeatable = typeof body.idempotency_key === "string";
    return this.connection.call("post", "/webhooks", { body }, options, { isRepeatable });
  }

  /**
   * The endpoints, newest first.
   *
   * @example
   * for await (const endpoint of client.webhooks.list()) console.log(endpoint.url, endpoint.disabled);
   */
  list(
    query?: WebhookListParams | null,
    options?: RequestOptions,
  ): CursorPagePromise<WebhookDetails> {
    return this.connection.listByCursor("/webhooks", { query }, options);
  }

  /**
   * One endpoint.
   *
   * @throws NotFoundError
   * @example
   * const endpoint = await client.webhooks.retrieve("whk_1");
   */
  retrieve(webhookID: string, options?: RequestOptions): APIPromise<WebhookDetails> {
    return this.connection.call(
      "get",
      "/webhooks/{webhook_id}",
      { path: { webhook_id: webhookID } },
      options,
    );
  }

  /**
   * Changes the fields given and leaves the others. Resolves with the endpoint as it is then.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the address is none, or an event unknown
   * @example
   * await client.webhooks.update("whk_1", { disabled: true }); // nothing is sent until it is false again
   */
  update(
    webhookID: string,
    body: WebhookUpdateParams,
    options?: RequestOptions,
  ): APIPromise<WebhookDetails> {
    return this.connection.call(
      "patch",
      "/webhooks/{webhook_id}",
      { path: { webhook_id: webhookID }, body },
      options,
    );
  }

  /**
   * Removes an endpoint; what still waits to be sent to it is not sent.
   *
   * @throws NotFoundError when there is none with this id, or it is deleted
   * @example
   * await client.webhooks.delete("whk_1");
   */
  delete(webhookID: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call(
      "delete",
      "/webhooks/{webhook_id}",
      { path: { webhook_id: webhookID } },
      options,
    );
  }

  /**
   * The secret that deliveries to an endpoint are signed with, as `unwrap` takes it.
   *
   * @throws NotFoundError
   * @example
   * const { secret } = await client.webhooks.retrieveSecret("whk_1");
   * const event = client.webhooks.unwrap(body, { headers, key: secret });
   */
  retrieveSecret(
    webhookID: string,
    options?: RequestOptions,
  ): APIPromise<WebhookRetrieveSecretResponse> {
    return this.connection.call(
      "get",
      "/webhooks/{webhook_id}/secret",
      { path: { webhook_id: webhookID } },
      options,
    );
  }

  /**
   * The event in a request, once its signature is verified. The body has to be as it arrived, byte for byte; the
   * timestamp may be 300 seconds off this machine's clock, either way. Sends nothing.
   *
   * @throws WebhookUnwrapError when the signature is not right, or when there is no secret or no headers to verify with:
   *   nothing comes through unverified; in a bundle for browsers always
   * @example
   * app.post("/webhooks", express.raw({ type: "application/json" }), (request, response) => {
   *   const event = client.webhooks.unwrap(request.body, { headers: request.headers });
   *   if (event.type === "credit.balance_low") console.log(event.data.available_balance);
   *   response.sendStatus(204);
   * });
   *
   * @example
   * // Where requests are those of `fetch`.
   * const event = client.webhooks.unwrap(await request.text(), { headers: request.headers, key: "whsec_…" });
   */
  unwrap(body: RawBody, options: UnwrapOptions): WebhookEvent {
    // From JavaScript the options may be left out, which is not to be a way around verification.
    const { headers, key = this.connection.settings.webhookKey }: Partial<UnwrapOptions> =
      options ?? {};
    return parsed(verifiedText(body, headers, key)) as WebhookEvent; // the vendor signed it
  }

  /**
   * The event in a request, whoever sent it: for tests, and for payloads that are not signed.
   *
   * @throws WebhookUnwrapError when the body is not a JSON object, or was parsed before
   * @example
   * const event = client.webhooks.unsafeUnwrap(body);
   */
  unsafeUnwrap(body: RawBody): WebhookEvent {
    return parsed(textOf(body)) as WebhookEvent; // unchecked, as the name says
  }
}
