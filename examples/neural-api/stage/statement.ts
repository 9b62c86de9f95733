import type { Customer } from "./customer.js";
import type { Stage } from "./stage.js";
import { grouped } from "./story.js";

/** A customer's ledger and payments, oldest first, as the service has them. */
export interface Statement {
  readonly name: string;
  readonly customer_id: string;
  readonly ledger: readonly Line[];
  readonly payments: readonly Payment[];
}

export interface Line {
  readonly at: string;
  readonly type: string;
  /** Tokens, with a sign where they moved the balance. */
  readonly amount: string;
  readonly balance: string;
  readonly overage: string;
}

export interface Payment {
  readonly at: string;
  /** In cents, as what it is for. */
  readonly total: number;
  readonly items: readonly Item[];
}

export interface Item {
  readonly what: string;
  readonly cents: number;
}

/** Reads a customer's statement through the official client. */
export async function statementOf(
  { dodo, catalogue }: Stage,
  { name, id }: Customer,
): Promise<Statement> {
  const ledger = await dodo.creditEntitlements.balances.listLedger(id, {
    credit_entitlement_id: catalogue.CREDIT_ENTITLEMENT_ID,
    page_size: 100,
  });
  const lines = ledger.items.reverse().map((it) => ({
    at: it.created_at,
    type: it.transaction_type,
    amount: `${signOf(it)}${it.amount}`,
    balance: it.balance_after,
    overage: it.overage_after,
  }));
  const paid = await dodo.payments.list({ customer_id: id, page_size: 100 });
  const payments = paid.items.reverse().map(async (it): Promise<Payment> => {
    const { created_at: at, total_amount: total, subscription_id } = it;
    if (!subscription_id) return { at, total, items: [{ what: "a pack", cents: total }] };
    const subscription = await dodo.subscriptions.retrieve(subscription_id);
    const plan = { what: "the plan", cents: subscription.recurring_pre_tax_amount };
    const reset = lines.find((line) => line.type === "overage_reset" && line.at === at);
    if (reset === undefined) return { at, total, items: [plan] };
    const { credit_entitlements } = await dodo.products.retrieve(subscription.product_id);
    const price = Number(credit_entitlements?.[0]?.price_per_unit);
    return { at, total, items: [plan, overageOf(Number(reset.amount), price)] };
  });
  return { name, customer_id: id, ledger: lines, payments: await Promise.all(payments) };
}

/** The line of an invoice for what went beyond zero, at a price in cents. */
const overageOf = (tokens: number, price: number): Item => ({
  what: `${grouped(tokens)} tokens beyond zero at ${price} cents`,
  cents: Math.round(tokens * price),
});

interface Movement {
  readonly balance_before: string;
  readonly balance_after: string;
}

function signOf({ balance_before, balance_after }: Movement): string {
  const change = Number(balance_after) - Number(balance_before);
  return change > 0 ? "+" : change < 0 ? "-" : "";
}
