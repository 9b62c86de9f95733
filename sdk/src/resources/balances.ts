import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];
type Query<Id extends "listBalances" | "listGrants" | "listLedger"> = NonNullable<
  operations[Id]["parameters"]["query"]
>;

/**
 * What one customer holds of one credit: `balance` in live grants, and the `overage` used beyond zero. Both are
 * decimal strings, in credits.
 */
export type CustomerCreditBalance = Schemas["CustomerCreditBalanceResponse"];

/**
 * One movement, with balance and overage before and after it. `amount` is a decimal string above zero; `is_credit`
 * tells its direction.
 */
export type CreditLedgerEntry = Schemas["CreditLedgerEntryResponse"];

/** Which page of the balances of a credit, or whose. */
export type BalanceListParams = Query<"listBalances">;
/** Which credit; the customer is the argument before it. */
export interface BalanceRetrieveParams {
  credit_entitlement_id: string;
}

/**
 * Which credit, and which of its grants; without a `status` those in every state. The customer is the argument before
 * it.
 */
export type BalanceListGrantsParams = BalanceRetrieveParams & Query<"listGrants">;

/**
 * One issuance of credits: what came, what is left, where it came from, and until when it lasts (`null`: for ever).
 */
export type BalanceListGrantsResponse = Schemas["CreditGrantResponse"];

/**
 * Which credit, and which of its entries. `start_date` and `end_date` are included. The customer is the argument
 * before it.
 */
export type BalanceListLedgerParams = BalanceRetrieveParams & Query<"listLedger">;

/**
 * A movement to make by hand. `amount` is a decimal string above zero, no finer than the credit's precision; with an
 * `idempotency_key` it happens once.
 */
export type BalanceCreateLedgerEntryParams = BalanceRetrieveParams &
  Schemas["CreateLedgerEntryRequest"];

/**
 * The movement that was made: `id` is its first entry in the ledger. It has not the shape of a `CreditLedgerEntry`.
 */
export type BalanceCreateLedgerEntryResponse = Schemas["CreateLedgerEntryResponse"];

/** What customers hold of a credit. Amounts are decimal strings, in credits. */
export class Balances extends Resource {
  /**
   * The balances of one credit, of all its customers or of the one asked for.
   *
   * @throws NotFoundError when there is no such credit
   * @example
   * for await (const held of client.creditEntitlements.balances.list("cde_1")) console.log(held.balance);
   */
  list(
    creditEntitlementID: string,
    query?: BalanceListParams | null,
    options?: RequestOptions,
  ): PagePromise<CustomerCreditBalance> {
    return this.connection.list(
      "/credit-entitlements/{credit_entitlement_id}/balances",
      { path: { credit_entitlement_id: creditEntitlementID }, query },
      options,
    );
  }

  /**
   * What one customer holds of one credit.
   *
   * @throws NotFoundError when there is no such customer or credit
   * @example
   * const { balance, overage } = await client.creditEntitlements.balances.retrieve("cus_1", {
   *   credit_entitlement_id: "cde_1",
   * });
   */
  retrieve(
    customerID: string,
    params: BalanceRetrieveParams,
    options?: RequestOptions,
  ): APIPromise<CustomerCreditBalance> {
    return this.connection.call(
      "get",
      "/credit-entitlements/{credit_entitlement_id}/balances/{customer_id}",
      { path: { customer_id: customerID, credit_entitlement_id: params.credit_entitlement_id } },
      options,
    );
  }

  /**
   * The grants of one customer, newest first.
   *
   * @throws NotFoundError when there is no such customer or credit
   * @example
   * const { items } = await client.creditEntitlements.balances.listGrants("cus_1", {
   *   credit_entitlement_id: "cde_1", status: "active",
   * });
   */
  listGrants(
    customerID: string,
    params: BalanceListGrantsParams,
    options?: RequestOptions,
  ): PagePromise<BalanceListGrantsResponse> {
    const { credit_entitlement_id, ...query } = params;
    return this.connection.list(
      "/credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/grants",
      { path: { customer_id: customerID, credit_entitlement_id }, query },
      options,
    );
  }

  /**
   * The movements of one customer, newest first.
   *
   * @throws NotFoundError when there is no such customer or credit
   * @example
   * const ledger = client.creditEntitlements.balances.listLedger("cus_1", { credit_entitlement_id: "cde_1" });
   * for await (const entry of ledger) console.log(entry.transaction_type, entry.amount, entry.balance_after);
   */
  listLedger(
    customerID: string,
    params: BalanceListLedgerParams,
    options?: RequestOptions,
  ): PagePromise<CreditLedgerEntry> {
    const { credit_entitlement_id, ...query } = params;
    return this.connection.list(
      "/credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger",
      { path: { customer_id: customerID, credit_entitlement_id }, query },
      options,
    );
  }

  /**
   * Adds credits or takes them away, once. Without an `idempotency_key` a random one is sent, so that the request can be
   * sent again when its answer is lost; `null` sends none and is then not sent again.
   *
   * @throws ConflictError when a movement with this key exists: an earlier call made it
   * @throws LostAnswerError without a key of yours: this call made the movement, once, and its answer was lost
   * @throws DodoPaymentsError for an amount that is no text; nothing is sent
   * @throws BadRequestError when the balance does not cover a debit, or the amount is not above zero or too precise
   * @throws NotFoundError when there is no such customer or credit
   * @example
   * const entry = await client.creditEntitlements.balances.createLedgerEntry("cus_1", {
   *   credit_entitlement_id: "cde_1", entry_type: "debit", amount: "30", idempotency_key: "job-42",
   * });
   * console.log(entry.balance_after);
   */
  createLedgerEntry(
    customerID: string,
    params: BalanceCreateLedgerEntryParams,
    options?: RequestOptions,
  ): APIPromise<BalanceCreateLedgerEntryResponse> {
    const { credit_entitlement_id, idempotency_key = crypto.randomUUID(), ...movement } = params;
    const facts = {
      isRepeatable: idempotency_key !== null,
      hasOwnKey: params.idempotency_key === undefined,
      amount: movement.amount,
    };
    return this.connection.call(
      "post",
      "/credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger-entries",
      {
        path: { customer_id: customerID, credit_entitlement_id },
        body: { ...movement, idempotency_key },
      },
      options,
      facts,
    );
  }
}
