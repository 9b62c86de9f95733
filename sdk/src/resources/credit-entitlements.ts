import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Balances } from "./balances.js";
import { Resource } from "./resource.js";

/**
 * A credit and its rules: precision, expiry, rollover, overage. `price_per_unit` is a decimal string in the smallest
 * unit of `currency`.
 */
export type CreditEntitlement = components["schemas"]["CreditEntitlementResponse"];

/** A credit to create. Its `precision` is the one field that can never be changed. */
export type CreditEntitlementCreateParams = components["schemas"]["CreateCreditEntitlementRequest"];

/**
 * The fields of a credit to change; one that is left out keeps its value. Grants that were issued keep their expiry
 * and rollover.
 */
export type CreditEntitlementUpdateParams = components["schemas"]["PatchCreditEntitlementRequest"];

/** Which page of the credits, counted from 0; `deleted: true` lists the deleted ones instead. */
export type CreditEntitlementListParams = NonNullable<
  operations["listCreditEntitlements"]["parameters"]["query"]
>;

/** The kinds of credit a business sells, and the rules each follows. */
export class CreditEntitlements extends Resource {
  /** What customers hold of a credit. */
  readonly balances = new Balances(this.connection);

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
  ): APIPromise<CreditEntitlement> {
    return this.connection.call("post", "/credit-entitlements", { body }, options);
  }

  /**
   * One credit.
   *
   * @throws NotFoundError when there is none with this id, or it is deleted
   * @example
   * const tokens = await client.creditEntitlements.retrieve("cde_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<CreditEntitlement> {
    return this.connection.call("get", "/credit-entitlements/{id}", { path: { id } }, options);
  }

  /**
   * Changes the settings given and leaves the others. Grants that exist keep the terms they were issued with.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the settings would not go together
   * @example
   * await client.creditEntitlements.update("cde_1", { expires_after_days: 60 });
   */
  update(
    id: string,
    body: CreditEntitlementUpdateParams,
    options?: RequestOptions,
  ): APIPromise<void> {
    return this.connection.call(
      "patch",
      "/credit-entitlements/{id}",
      { path: { id }, body },
      options,
    );
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
    return this.connection.list("/credit-entitlements", { query }, options);
  }

  /**
   * Deletes a credit; `undelete` brings it back with all its balances.
   *
   * @throws NotFoundError
   * @throws APIError with status 410 when it is deleted already
   * @example
   * await client.creditEntitlements.delete("cde_1");
   */
  delete(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("delete", "/credit-entitlements/{id}", { path: { id } }, options);
  }

  /**
   * Brings a deleted credit back.
   *
   * @throws InternalServerError when there is no such credit or it is not deleted
   * @example
   * await client.creditEntitlements.undelete("cde_1");
   */
  undelete(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call(
      "post",
      "/credit-entitlements/{id}/undelete",
      { path: { id } },
      options,
    );
  }
}
