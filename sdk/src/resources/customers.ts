import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { CustomerPortal } from "./customer-portal.js";
import { Resource } from "./resource.js";
import { Wallets } from "./wallets.js";

type Schemas = components["schemas"];

/** A customer as stored, without what is held. */
export type Customer = Schemas["CustomerResponse"];

/** A customer to create: an email address and a name at least. */
export type CustomerCreateParams = Schemas["CreateCustomerRequest"];

/** The fields of a customer to change; one that is left out keeps its value. */
export type CustomerUpdateParams = Schemas["PatchCustomerRequest"];

/**
 * Which page of the customers, and which of them. Both ends of `created_at_gte` and `created_at_lte` are included.
 */
export type CustomerListParams = NonNullable<operations["listCustomers"]["parameters"]["query"]>;

/** All credits of a customer in one list without pages. Amounts are decimal strings, in credits. */
export type CustomerListCreditEntitlementsResponse = Schemas["CustomerCreditEntitlementsResponse"];

/** Those who buy, and hold credits. */
export class Customers extends Resource {
  /** Where customers see what they bought. */
  readonly customerPortal = new CustomerPortal(this.connection);
  /** Money that customers hold. */
  readonly wallets = new Wallets(this.connection);

  /**
   * Creates a customer.
   *
   * @throws UnprocessableEntityError when a field is missing or too long
   * @example
   * const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
   */
  create(body: CustomerCreateParams, options?: RequestOptions): APIPromise<Customer> {
    return this.connection.call("post", "/customers", { body }, options);
  }

  /**
   * One customer.
   *
   * @throws NotFoundError
   * @example
   * const customer = await client.customers.retrieve("cus_1");
   */
  retrieve(customerID: string, options?: RequestOptions): APIPromise<Customer> {
    return this.connection.call(
      "get",
      "/customers/{customer_id}",
      { path: { customer_id: customerID } },
      options,
    );
  }

  /**
   * Changes the fields given and leaves the others. Resolves with the customer as it is then.
   *
   * @throws NotFoundError
   * @example
   * await client.customers.update("cus_1", { name: "Ada Lovelace" });
   */
  update(
    customerID: string,
    body: CustomerUpdateParams,
    options?: RequestOptions,
  ): APIPromise<Customer> {
    return this.connection.call(
      "patch",
      "/customers/{customer_id}",
      { path: { customer_id: customerID }, body },
      options,
    );
  }

  /**
   * The customers, newest first.
   *
   * @example
   * for await (const customer of client.customers.list({ page_size: 100 })) console.log(customer.email);
   */
  list(query?: CustomerListParams | null, options?: RequestOptions): PagePromise<Customer> {
    return this.connection.list("/customers", { query }, options);
  }

  /**
   * What the customer holds of every credit, in one answer without pages.
   *
   * @throws NotFoundError
   * @example
   * const { items } = await client.customers.listCreditEntitlements("cus_1");
   * console.log(items[0]?.balance); // "100", in credits
   */
  listCreditEntitlements(
    customerID: string,
    options?: RequestOptions,
  ): APIPromise<CustomerListCreditEntitlementsResponse> {
    return this.connection.call(
      "get",
      "/customers/{customer_id}/credit-entitlements",
      { path: { customer_id: customerID } },
      options,
    );
  }
}
