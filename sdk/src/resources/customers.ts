import type { components, operations } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";
import { type PagePromise, paginate } from "../page.js";
import { CustomerPortal } from "./customer-portal.js";
import { Wallets } from "./wallets.js";

type Schemas = components["schemas"];
export type Customer = Schemas["CustomerResponse"];
export type CustomerCreateParams = Schemas["CreateCustomerRequest"];
export type CustomerUpdateParams = Schemas["PatchCustomerRequest"];
export type CustomerListParams = NonNullable<operations["listCustomers"]["parameters"]["query"]>;
export type CustomerListCreditEntitlementsResponse = Schemas["CustomerCreditEntitlementsResponse"];

/** Those who buy, and hold credits. */
export class Customers {
  /** Where customers see what they bought. */
  readonly customerPortal: CustomerPortal;
  /** Money that customers hold. */
  readonly wallets: Wallets;

  constructor(private readonly connection: Connection) {
    this.customerPortal = new CustomerPortal(connection);
    this.wallets = new Wallets(connection);
  }

  /**
   * Creates a customer.
   *
   * @throws UnprocessableEntityError when a field is missing or too long
   * @example
   * const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
   */
  create(body: CustomerCreateParams, options?: RequestOptions): Promise<Customer> {
    const { api, init } = this.connection;
    return bodyOf(api.POST("/customers", { body, ...init(options) }));
  }

  /**
   * One customer.
   *
   * @throws NotFoundError
   * @example
   * const customer = await client.customers.retrieve("cus_1");
   */
  retrieve(customerID: string, options?: RequestOptions): Promise<Customer> {
    const { api, init } = this.connection;
    const params = { path: { customer_id: customerID } };
    return bodyOf(api.GET("/customers/{customer_id}", { params, ...init(options) }));
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
  ): Promise<Customer> {
    const { api, init } = this.connection;
    const params = { path: { customer_id: customerID } };
    return bodyOf(api.PATCH("/customers/{customer_id}", { params, body, ...init(options) }));
  }

  /**
   * The customers, newest first.
   *
   * @example
   * for await (const customer of client.customers.list({ page_size: 100 })) console.log(customer.email);
   */
  list(query?: CustomerListParams | null, options?: RequestOptions): PagePromise<Customer> {
    const { api, init } = this.connection;
    return paginate(query, (page) =>
      bodyOf(api.GET("/customers", { params: { query: { ...query, ...page } }, ...init(options) })),
    );
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
  ): Promise<CustomerListCreditEntitlementsResponse> {
    const { api, init } = this.connection;
    const params = { path: { customer_id: customerID } };
    return bodyOf(
      api.GET("/customers/{customer_id}/credit-entitlements", { params, ...init(options) }),
    );
  }
}
