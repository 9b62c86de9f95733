import { DomainError } from "#domain/errors.js";
import type { Instant } from "#domain/time.js";

/** @rule WAL-01 the two currencies there are wallets in */
export const walletCurrencies = ["USD", "INR"] as const;

/** Money a customer holds in one currency, beside credits and unrelated to them. Not stored before it first moves. */
export interface Wallet {
  /** Customer and currency. */
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  /** Minor units. Never below zero. */
  readonly balance: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** One movement of a wallet. */
export interface WalletEntry {
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  /** Minor units, above zero. */
  readonly amount: number;
  readonly isCredit: boolean;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly eventType: "payment" | "merchant_adjustment";
  readonly reason: string | null;
  /** The payment it helped to pay. */
  readonly paymentId: string | null;
  readonly at: Instant;
}

export interface WalletMovement
  extends Pick<WalletEntry, "amount" | "isCredit" | "eventType" | "reason" | "paymentId"> {
  readonly entryId: string;
}

export const walletId = (customerId: string, currency: string): string =>
  `${customerId} ${currency}`;

/**
 * A wallet after a movement, and the movement as it is written down.
 *
 * @rule WAL-05 a debit above the balance is refused
 * @throws DomainError wallet-too-low
 */
export function moveWallet(
  wallet: Wallet,
  { entryId, ...movement }: WalletMovement,
  now: Instant,
): { readonly wallet: Wallet; readonly entry: WalletEntry } {
  const balance = wallet.balance + (movement.isCredit ? movement.amount : -movement.amount);
  if (balance < 0) {
    throw new DomainError("wallet-too-low", "WAL-05", {
      message: `Insufficient wallet funds: the debit of ${movement.amount} is more than the ${wallet.balance} minor units of ${wallet.currency} in the wallet; debit at most that`,
    });
  }
  return {
    wallet: { ...wallet, balance, updatedAt: now },
    entry: {
      id: entryId,
      customerId: wallet.customerId,
      currency: wallet.currency,
      ...movement,
      balanceBefore: wallet.balance,
      balanceAfter: balance,
      at: now,
    },
  };
}
