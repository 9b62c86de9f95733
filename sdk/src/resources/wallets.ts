import type { components } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";
import { WalletLedgerEntries } from "./wallet-ledger-entries.js";

export type CustomerWallet = components["schemas"]["CustomerWalletResponse"];
export type WalletListResponse = components["schemas"]["CustomerWalletsResponse"];

/** Money that customers hold, one wallet per currency, in its smallest unit. Money is no credit. */
export class Wallets {
  /** The movements of the wallets. */
  readonly ledgerEntries: WalletLedgerEntries;

  constructor(private readonly connection: Connection) {
    this.ledgerEntries = new WalletLedgerEntries(connection);
  }

  /**
   * The wallets of a customer and what they hold together, in one answer without pages.
   *
   * @throws NotFoundError
   * @example
   * const { items, total_balance_usd } = await client.customers.wallets.list("cus_1");
   */
  list(customerID: string, options?: RequestOptions): Promise<WalletListResponse> {
    const { api, init } = this.connection;
    const params = { path: { customer_id: customerID } };
    return bodyOf(api.GET("/customers/{customer_id}/wallets", { params, ...init(options) }));
  }
}
