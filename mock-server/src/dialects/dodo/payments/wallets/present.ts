import type { components } from "@drawdown/spec/dodo";
import { currencyOf } from "#dialects/dodo/present-currency.js";
import { formatInstant } from "#domain/time.js";
import type { Wallet, WalletEntry } from "./rules.js";

type Schemas = components["schemas"];

export const presentWallet = (it: Wallet): Schemas["CustomerWalletResponse"] => ({
  customer_id: it.customerId,
  currency: currencyOf(it.currency),
  balance: it.balance,
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});

export const presentWalletEntry = (
  it: WalletEntry,
  businessId: string,
): Schemas["CustomerWalletTransactionResponse"] => ({
  id: it.id,
  business_id: businessId,
  customer_id: it.customerId,
  currency: currencyOf(it.currency),
  amount: it.amount,
  is_credit: it.isCredit,
  before_balance: it.balanceBefore,
  after_balance: it.balanceAfter,
  event_type: it.eventType,
  reason: it.reason,
  reference_object_id: it.paymentId,
  created_at: formatInstant(it.at),
});
