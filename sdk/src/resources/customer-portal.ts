import type { components, operations } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";

export type CustomerPortalSession = components["schemas"]["CreateCustomerPortalSessionResponse"];
export type CustomerPortalCreateParams = NonNullable<
  operations["createCustomerPortalSession"]["parameters"]["query"]
>;

/** Where customers see what they bought. */
export class CustomerPortal {
  constructor(private readonly connection: Connection) {}

  /**
   * Makes a link to the portal that works for 24 hours, and mails it with `send_email: true`.
   *
   * @throws NotFoundError
   * @example
   * const { link } = await client.customers.customerPortal.create("cus_1");
   */
  create(
    customerID: string,
    params?: CustomerPortalCreateParams | null,
    options?: RequestOptions,
  ): Promise<CustomerPortalSession> {
    const { api, init } = this.connection;
    return bodyOf(
      api.POST("/customers/{customer_id}/customer-portal/session", {
        params: { path: { customer_id: customerID }, query: { ...params } },
        ...init(options),
      }),
    );
  }
}
