import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";
import type { CustomerWallet } from "./wallets.js";

type Schemas = components["schemas"];

/** One movement of a wallet, with what was in it before and after, in the smallest unit of `currency`. */
export type CustomerWalletTransaction = Schemas["CustomerWalletTransactionResponse"];

/** Money to add or take: `amount` in the smallest unit of `currency`, which is USD or INR. */
export type LedgerEntryCreateParams = Schemas["CustomerLedgerEntryRequest"];

/** Which page of the movements, counted from 0, and of which currency; left out, those of all. */
export type LedgerEntryListParams = NonNullable<
  operations["listWalletLedgerEntries"]["parameters"]["query"]
>;

/** The movements of the wallets of a customer. */
export class WalletLedgerEntries extends Resource {
  /**
   * The movements of all wallets of a customer, or of the one of a currency, newest first.
   *
   * @throws NotFoundError
   * @example
   * const entries = client.customers.wallets.ledgerEntries.list("cus_1", { currency: "USD" });
   * for await (const entry of entries) console.log(entry.event_type, entry.amount, entry.after_balance);
   */
  list(
    customerID: string,
    query?: LedgerEntryListParams | null,
    options?: RequestOptions,
  ): PagePromise<CustomerWalletTransaction> {
    return this.connection.list(
      "/customers/{customer_id}/wallets/ledger-entries",
      { path: { customer_id: customerID }, query },
      options,
    );
  }

  /**
   * Adds money or takes it away, once. Resolves with the wallet as it is then. Without an `idempotency_key` a random one
   * is sent, so that the request can be sent again when its answer is lost: a key that is known answers as it did the
   * first time. `null` sends none and is then not sent again.
   *
   * @throws BadRequestError when the wallet does not cover a debit
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the amount is no whole number of the currency's smallest unit
   * @example
   * const { balance } = await client.customers.wallets.ledgerEntries.create("cus_1", {
   *   entry_type: "credit", amount: 500, currency: "USD", idempotency_key: "refund-42", // 5.00 in USD
   * });
   */
  create(
    customerID: string,
    body: LedgerEntryCreateParams,
    options?: RequestOptions,
  ): APIPromise<CustomerWallet> {
    const { idempotency_key = crypto.randomUUID(), ...movement } = body;
    return this.connection.call(
      "post",
      "/customers/{customer_id}/wallets/ledger-entries",
      { path: { customer_id: customerID }, body: { ...movement, idempotency_key } },
      options,
      { isRepeatable: idempotency_key !== null },
    );
  }
}
