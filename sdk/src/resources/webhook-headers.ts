import type { components } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import { Resource } from "./resource.js";

/** The headers that can be shown, and the names of those whose values are kept secret (`sensitive`). */
export type HeaderRetrieveResponse = components["schemas"]["GetWebhookHeadersResponse"];

/** Headers to add, or to replace where their name is there already; others stay. */
export type HeaderUpdateParams = components["schemas"]["WebhookHeadersReq"];

/** The headers that go with every delivery to an endpoint, besides those of the signature. */
export class WebhookEndpointHeaders extends Resource {
  /**
   * The headers of an endpoint. Those that carry a credential are named in `sensitive`, without their value.
   *
   * @throws NotFoundError
   * @example
   * const { headers, sensitive } = await client.webhooks.headers.retrieve("whk_1");
   */
  retrieve(webhookID: string, options?: RequestOptions): APIPromise<HeaderRetrieveResponse> {
    return this.connection.call(
      "get",
      "/webhooks/{webhook_id}/headers",
      { path: { webhook_id: webhookID } },
      options,
    );
  }

  /**
   * Adds headers to those of an endpoint, or replaces them; headers not named stay.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when a name or value is none that HTTP allows
   * @example
   * await client.webhooks.headers.update("whk_1", { headers: { "X-Environment": "test" } });
   */
  update(webhookID: string, body: HeaderUpdateParams, options?: RequestOptions): APIPromise<void> {
    return this.connection.call(
      "patch",
      "/webhooks/{webhook_id}/headers",
      { path: { webhook_id: webhookID }, body },
      options,
    );
  }
}
