import type { components } from "@drawdown/spec/control";
import { type Amount, formatAmount, parseCreditAmount } from "#domain/amount.js";
import { DomainError } from "#domain/errors.js";
import { formatInstant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import type { Entitlement } from "./catalogue/credits/rules.js";
import { completeCheckout, viewCheckout } from "./checkout/complete.js";
import { returnAddress } from "./checkout/return-address.js";
import { viewPortal } from "./customers/portal.js";
import { kinds } from "./kinds.js";
import { enter } from "./ledger/enter.js";
import { explain } from "./ledger/explain.js";
import { expiryAsked } from "./ledger/handlers.js";
import { ledger } from "./ledger/post.js";
import { load, loadEntitlement } from "./load.js";
import type { Outcome } from "./payments/rules.js";
import { planBoundary } from "./subscriptions/cycle.js";
import { payArrears } from "./subscriptions/plan-changes/change-plan.js";
import { movedBoundary } from "./subscriptions/rules.js";
import { readMeters } from "./usage/readings.js";
import { cursorOf, drain } from "./usage/worker.js";

type Schemas = components["schemas"];

/** What the control API may do to billing: the parts of customers, their cards, the dashboard and background work. */
export const billingControls = {
  ledger,
  viewCheckout,
  viewPortal,
  explain,
  readMeters,

  /** Ends the current period at the present instant; what falls due there runs before the next transaction. */
  async endCycle(unit: Transaction, subscriptionId: string): Promise<void> {
    const stored = await load(unit.tx, kinds.subscription, subscriptionId, "SUB-75");
    if (stored.status !== "active" || stored.isOnDemand) {
      throw new DomainError("subscription-inactive", "SUB-10", {
        message: `The subscription ${stored.id} is ${stored.isOnDemand ? "charged on demand" : stored.status}, so it has no cycle to close`,
      });
    }
    await drain(unit, "now");
    const subscription = movedBoundary(stored, unit.now);
    unit.tx.put(kinds.subscription, subscription);
    planBoundary(unit, subscription);
  },

  async readCycle(unit: Transaction, subscriptionId: string): Promise<Schemas["CycleClosed"]> {
    const { status, previousBillingAt, nextBillingAt } = await load(
      unit.tx,
      kinds.subscription,
      subscriptionId,
      "SUB-75",
    );
    return {
      status,
      previous_billing_date: formatInstant(previousBillingAt),
      next_billing_date: formatInstant(nextBillingAt),
    };
  },

  /**
   * Writes an entry of a type that the API cannot cause.
   *
   * @rule CHK-26 a refund takes credits only where somebody writes it
   */
  async postEntry(
    unit: Transaction,
    entitlementId: string,
    customerId: string,
    body: Schemas["NewEntry"],
  ): Promise<Schemas["EntryPosted"]> {
    const entitlement = await loadEntitlement(unit.tx, entitlementId, "LED-11");
    const { id } = await load(unit.tx, kinds.customer, customerId, "LED-11");
    const amount = parseCreditAmount(body.amount, entitlement.precision);
    const entries = await enter(unit, entitlement, id, {
      amount,
      metadata: null,
      description: body.reason ?? null,
      ...kindOf(unit, entitlement, body),
    });
    const [first] = entries;
    const last = entries.at(-1) ?? first;
    const print = (it: Amount) => formatAmount(it, entitlement.precision);
    return {
      id: first.id,
      transaction_type: first.type,
      is_credit: first.isCredit,
      amount: print(amount),
      grant_id: first.grantId,
      balance_before: print(first.balanceBefore),
      balance_after: print(last.balanceAfter),
      overage_before: print(first.overageBefore),
      overage_after: print(last.overageAfter),
    };
  },

  async runMeters(unit: Transaction): Promise<number> {
    const { ingested, drained } = await cursorOf(unit.tx);
    await drain(unit, "now");
    return ingested - drained;
  },

  async completeCheckout(
    unit: Transaction,
    sessionId: string,
    outcome: Outcome,
  ): Promise<Schemas["CheckoutCompleted"]> {
    const { payment, subscriptions } = await completeCheckout(unit, sessionId, outcome);
    const { returnUrl, cancelUrl } = await load(unit.tx, kinds.checkout, sessionId, "CHK-08");
    const isGivenUp = payment.status === "cancelled";
    const { email } = await load(unit.tx, kinds.customer, payment.customerId, "CHK-06");
    return {
      payment_id: payment.id,
      status: payment.status === "requires_payment_method" ? "failed" : payment.status,
      customer_id: payment.customerId,
      subscription_ids: subscriptions.map((it) => it.id),
      return_url: returnAddress((isGivenUp ? cancelUrl : null) ?? returnUrl, {
        payment,
        subscriptions,
        email,
      }),
    };
  },

  /**
   * Decides what the card does at the next charge. A card that works again pays at once for a subscription on hold,
   * whose period begins with its credits, and for a plan change that waits.
   */
  async setCard(unit: Transaction, subscriptionId: string, fails: boolean): Promise<string> {
    const stored = await load(unit.tx, kinds.subscription, subscriptionId, "SUB-75");
    const subscription = { ...stored, failsNextRenewal: fails };
    unit.tx.put(kinds.subscription, subscription);
    return fails ? stored.status : (await payArrears(unit, subscription)).status;
  },
};

/** Direction, type and life of an entry that is asked for; an automatic top-up is never a debit. */
function kindOf({ now }: Transaction, entitlement: Entitlement, body: Schemas["NewEntry"]) {
  const { transaction_type: type, entry_type: direction } = body;
  if (direction === "credit") {
    const expiresAt = expiryAsked(body.expires_at, entitlement, now);
    return { isCredit: true, entryType: type, expiresAt } as const;
  }
  if (type === "auto_top_up") {
    throw new DomainError("entry-invalid", "LED-30", {
      message: '`entry_type` is "debit", but an "auto_top_up" is always a credit',
    });
  }
  return { isCredit: false, entryType: type } as const;
}
