import type { components } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import { Resource } from "./resource.js";
import { WalletLedgerEntries } from "./wallet-ledger-entries.js";

/** What a customer has in one currency, in its smallest unit. It never falls below zero. */
export type CustomerWallet = components["schemas"]["CustomerWalletResponse"];

/** The wallets of a customer in one list without pages, and the sum of those in dollars, in cents. */
export type WalletListResponse = components["schemas"]["CustomerWalletsResponse"];

/** Money that customers hold, one wallet per currency, in its smallest unit. Money is no credit. */
export class Wallets extends Resource {
  /** The movements of the wallets. */
  readonly ledgerEntries = new WalletLedgerEntries(this.connection);

  /**
   * The wallets of a customer and what they hold together, in one answer without pages.
   *
   * @throws NotFoundError
   * @example
   * const { items, total_balance_usd } = await client.customers.wallets.list("cus_1");
   */
  list(customerID: string, options?: RequestOptions): APIPromise<WalletListResponse> {
    return this.connection.call(
      "get",
      "/customers/{customer_id}/wallets",
      { path: { customer_id: customerID } },
      options,
    );
  }
}
