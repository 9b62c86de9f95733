import type { components } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";

export type HeaderRetrieveResponse = components["schemas"]["GetWebhookHeadersResponse"];
export type HeaderUpdateParams = components["schemas"]["WebhookHeadersReq"];

/** The headers that go with every delivery to an endpoint, besides those of the signature. */
export class WebhookEndpointHeaders {
  constructor(private readonly connection: Connection) {}

  /**
   * The headers of an endpoint. Those that carry a credential are named in `sensitive`, without their value.
   *
   * @throws NotFoundError
   * @example
   * const { headers, sensitive } = await client.webhooks.headers.retrieve("whk_1");
   */
  retrieve(webhookID: string, options?: RequestOptions): Promise<HeaderRetrieveResponse> {
    const { api, init } = this.connection;
    const params = { path: { webhook_id: webhookID } };
    return bodyOf(api.GET("/webhooks/{webhook_id}/headers", { params, ...init(options) }));
  }

  /**
   * Adds headers to those of an endpoint, or replaces them; headers not named stay.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when a name or value is none that HTTP allows
   * @example
   * await client.webhooks.headers.update("whk_1", { headers: { "X-Environment": "test" } });
   */
  update(webhookID: string, body: HeaderUpdateParams, options?: RequestOptions): Promise<void> {
    const { api, init } = this.connection;
    const params = { path: { webhook_id: webhookID } };
    return bodyOf(api.PATCH("/webhooks/{webhook_id}/headers", { params, body, ...init(options) }));
  }
}
