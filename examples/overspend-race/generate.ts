import DodoPayments from "dodopayments";

/** Where a customer's credits are kept. */
export interface Wallet {
  readonly client: DodoPayments;
  readonly customer: string;
  readonly credit: string;
}

/** One request of the customer: its id, and what answering it costs. */
export interface Job {
  readonly id: string;
  readonly price: bigint;
  /** Calls the model, which costs us money whether or not we are paid. */
  readonly run: () => Promise<string>;
}

/** Answers a job, or `undefined` when the customer cannot pay for it. */
export type Generate = (wallet: Wallet, job: Job) => Promise<string | undefined>;

/** The bug: between the look at the balance and the debit, somebody else looks at the same balance. */
export const checkThenAct: Generate = async (wallet, { id, price, run }) => {
  const { balance } = await wallet.client.creditEntitlements.balances.retrieve(wallet.customer, {
    credit_entitlement_id: wallet.credit,
  });
  if (BigInt(balance) < price) return undefined;
  const text = await run();
  await enter(wallet, "debit", price, id); // may well be refused, but the text is there
  return text;
};

/** The fix: the debit is the check. The service does both in one step, so only one of two can have the last credits. */
export const debitFirst: Generate = async (wallet, { id, price, run }) => {
  if (!(await enter(wallet, "debit", price, id))) return undefined;
  try {
    return await run();
  } catch (error) {
    await enter(wallet, "credit", price, `${id}-refund`);
    throw error;
  }
};

/** Whether the entry was made. The key makes it safe to send again: the same one never counts twice. */
async function enter(wallet: Wallet, entry_type: "credit" | "debit", amount: bigint, key: string) {
  try {
    await wallet.client.creditEntitlements.balances.createLedgerEntry(wallet.customer, {
      credit_entitlement_id: wallet.credit,
      entry_type,
      amount: String(amount),
      idempotency_key: key,
    });
    return true;
  } catch (error) {
    if (isInsufficient(error)) return false;
    throw error;
  }
}

const isInsufficient = (error: unknown): boolean =>
  error instanceof DodoPayments.BadRequestError &&
  // The client types the body of an error as `Object`.
  (error.error as { readonly code?: string }).code === "INSUFFICIENT_CREDIT_BALANCE";
