import type { components, operations } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";
import { type PagePromise, paginate } from "../page.js";
import { Balances } from "./balances.js";

export type CreditEntitlement = components["schemas"]["CreditEntitlementResponse"];
export type CreditEntitlementCreateParams = components["schemas"]["CreateCreditEntitlementRequest"];
export type CreditEntitlementUpdateParams = components["schemas"]["PatchCreditEntitlementRequest"];
export type CreditEntitlementListParams = NonNullable<
  operations["listCreditEntitlements"]["parameters"]["query"]
>;

/** The kinds of credit a business sells, and the rules each follows. */
export class CreditEntitlements {
  /** What customers hold of a credit. */
  readonly balances: Balances;

  constructor(private readonly connection: Connection) {
    this.balances = new Balances(connection);
  }

  /**
   * Creates a credit. `precision` is the number of decimals of its amounts and stays for good; `price_per_unit` is in the
   * smallest unit of the currency, so `"1"` is one cent in USD.
   *
   * @throws UnprocessableEntityError when a field is missing or two of them do not go together
   * @example
   * const tokens = await client.creditEntitlements.create({
   *   name: "Tokens", unit: "token", precision: 0, expires_after_days: 30, rollover_enabled: false, overage_enabled: false,
   * });
   */
  create(
    body: CreditEntitlementCreateParams,
    options?: RequestOptions,
  ): Promise<CreditEntitlement> {
    const { api, init } = this.connection;
    return bodyOf(api.POST("/credit-entitlements", { body, ...init(options) }));
  }

  /**
   * One credit.
   *
   * @throws NotFoundError when there is none with this id, or it is deleted
   * @example
   * const tokens = await client.creditEntitlements.retrieve("cde_1");
   */
  retrieve(id: string, options?: RequestOptions): Promise<CreditEntitlement> {
    const { api, init } = this.connection;
    const params = { path: { id } };
    return bodyOf(api.GET("/credit-entitlements/{id}", { params, ...init(options) }));
  }

  /**
   * Changes the settings given and leaves the others. Grants that exist keep the terms they were issued with.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the settings would not go together
   * @example
   * await client.creditEntitlements.update("cde_1", { expires_after_days: 60 });
   */
  update(id: string, body: CreditEntitlementUpdateParams, options?: RequestOptions): Promise<void> {
    const { api, init } = this.connection;
    const params = { path: { id } };
    return bodyOf(api.PATCH("/credit-entitlements/{id}", { params, body, ...init(options) }));
  }

  /**
   * The credits, newest first; with `deleted: true` the deleted ones.
   *
   * @example
   * for await (const credit of client.creditEntitlements.list()) console.log(credit.name);
   */
  list(
    query?: CreditEntitlementListParams | null,
    options?: RequestOptions,
  ): PagePromise<CreditEntitlement> {
    const { api, init } = this.connection;
    return paginate(query, (page) => {
      const params = { query: { ...query, ...page } };
      return bodyOf(api.GET("/credit-entitlements", { params, ...init(options) }));
    });
  }

  /**
   * Deletes a credit; `undelete` brings it back with all its balances.
   *
   * @throws NotFoundError
   * @throws APIError with status 410 when it is deleted already
   * @example
   * await client.creditEntitlements.delete("cde_1");
   */
  delete(id: string, options?: RequestOptions): Promise<void> {
    const { api, init } = this.connection;
    const params = { path: { id } };
    return bodyOf(api.DELETE("/credit-entitlements/{id}", { params, ...init(options) }));
  }

  /**
   * Brings a deleted credit back.
   *
   * @throws InternalServerError when there is no such credit or it is not deleted
   * @example
   * await client.creditEntitlements.undelete("cde_1");
   */
  undelete(id: string, options?: RequestOptions): Promise<void> {
    const { api, init } = this.connection;
    const params = { path: { id } };
    return bodyOf(api.POST("/credit-entitlements/{id}/undelete", { params, ...init(options) }));
  }
}
