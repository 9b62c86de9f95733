import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import { Resource } from "./resource.js";

/** The address of a customer's portal; it opens for 24 hours. */
export type CustomerPortalSession = components["schemas"]["CreateCustomerPortalSessionResponse"];

/** Where the portal leads back to, and whether the link is mailed. */
export type CustomerPortalCreateParams = NonNullable<
  operations["createCustomerPortalSession"]["parameters"]["query"]
>;

/** Where customers see what they bought. */
export class CustomerPortal extends Resource {
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
  ): APIPromise<CustomerPortalSession> {
    return this.connection.call(
      "post",
      "/customers/{customer_id}/customer-portal/session",
      { path: { customer_id: customerID }, query: params },
      options,
    );
  }
}
