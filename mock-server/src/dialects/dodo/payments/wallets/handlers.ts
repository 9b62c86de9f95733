import { type HandlersOf, page } from "#dialects/dodo/context.js";
import type { Customer } from "#dialects/dodo/customers/rules.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load } from "#dialects/dodo/load.js";
import { DomainError } from "#domain/errors.js";
import type { Tx } from "#sandbox/ports.js";
import { presentWallet, presentWalletEntry } from "./present.js";
import { moveWallet, type Wallet, walletCurrencies, walletId } from "./rules.js";

export const wallets: HandlersOf<
  "listWallets" | "listWalletLedgerEntries" | "createWalletLedgerEntry"
> = {
  /** @rule WAL-02 every wallet, and the total in US cents; rupees are not converted offline */
  async listWallets({ tx }, { path }) {
    const customer = await load(tx, kinds.customer, path.customer_id, "WAL-02");
    const items = [];
    for (const currency of walletCurrencies) items.push(await walletOf(tx, customer, currency));
    const dollars = items.find((it) => it.currency === "USD");
    return {
      status: 200,
      body: { items: items.map(presentWallet), total_balance_usd: dollars?.balance ?? 0 },
    };
  },

  /** @rule WAL-03 newest first, of one currency if asked */
  async listWalletLedgerEntries({ tx, businessId }, { path, query }) {
    const { id } = await load(tx, kinds.customer, path.customer_id, "WAL-03");
    const found = await tx.find(kinds.walletEntry, "byCustomer", id, {
      descending: true,
      where: (it) => query.currency === undefined || it.currency === query.currency,
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentWalletEntry(it, businessId)) } };
  },

  /**
   * @rule WAL-04 answers the wallet, not the movement
   * @rule WAL-06 a repeated key answers as the first time and moves nothing
   */
  async createWalletLedgerEntry({ tx, nextId, now }, { path, body }) {
    const customer = await load(tx, kinds.customer, path.customer_id, "WAL-04");
    if (!walletCurrencies.some((it) => it === body.currency)) {
      throw new DomainError("wallet-invalid", "WAL-01", {
        message: `\`currency\` is ${body.currency}, but there are wallets in ${walletCurrencies.join(" and ")} only`,
      });
    }
    if (body.amount < 1) {
      throw new DomainError("wallet-invalid", "WAL-04", {
        message: `\`amount\` is ${body.amount} but must be at least 1 minor unit; \`entry_type\` says the direction`,
      });
    }
    const key = body.idempotency_key ? `${customer.id} ${body.idempotency_key}` : null;
    const used = key === null ? undefined : await tx.get(kinds.usedWalletKey, key);
    if (used) return { status: 200, body: presentWallet(used.wallet) };
    const movement = {
      entryId: nextId("cwt"),
      amount: body.amount,
      isCredit: body.entry_type === "credit",
      eventType: "merchant_adjustment",
      reason: body.reason ?? null,
      paymentId: null,
    } as const;
    const moved = moveWallet(await walletOf(tx, customer, body.currency), movement, now);
    tx.put(kinds.wallet, moved.wallet);
    tx.put(kinds.walletEntry, moved.entry);
    if (key !== null) tx.put(kinds.usedWalletKey, { id: key, wallet: moved.wallet });
    return { status: 200, body: presentWallet(moved.wallet) };
  },
};

/** A customer's wallet, empty from the start of the customer until it first moves. */
async function walletOf(tx: Tx, { id, createdAt }: Customer, currency: string): Promise<Wallet> {
  const stored = await tx.get(kinds.wallet, walletId(id, currency));
  return (
    stored ?? {
      id: walletId(id, currency),
      customerId: id,
      currency,
      balance: 0,
      createdAt,
      updatedAt: createdAt,
    }
  );
}
