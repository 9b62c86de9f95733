import type { components } from "@drawdown/spec/control";
import type { Outcome } from "../../domain/subscriptions/payment.js";
import { resumedPeriod } from "../../domain/subscriptions/subscription.js";
import type { Unit } from "../../sandbox/ports.js";
import { completeCheckout, viewCheckout } from "./billing/complete.js";
import { beginPeriod, settleOverage } from "./billing/cycle.js";
import { recordPayment } from "./billing/pay.js";
import { cursorOf, drain } from "./billing/usage.js";
import { load } from "./load.js";

/** What the control API may do to billing: the parts of customers, their cards and background work. */
export const billingControls = {
  viewCheckout,

  async runMeters(unit: Unit): Promise<number> {
    const { ingested, drained } = await cursorOf(unit.tx);
    await drain(unit, "now");
    return ingested - drained;
  },

  async completeCheckout(
    unit: Unit,
    sessionId: string,
    outcome: Outcome,
  ): Promise<components["schemas"]["CheckoutCompleted"]> {
    const { payment, subscriptions } = await completeCheckout(unit, sessionId, outcome);
    const session = await unit.tx.get("checkout", sessionId);
    return {
      payment_id: payment.id,
      status: payment.status === "succeeded" ? "succeeded" : "failed",
      customer_id: payment.customerId,
      subscription_ids: subscriptions.map((it) => it.id),
      return_url: session?.returnUrl ?? null,
    };
  },

  /**
   * Decides what the card does at the next renewal. A card that works again pays for a subscription on hold at once:
   * its overage is settled, and the period it is in begins with its credits.
   */
  async setCard(unit: Unit, subscriptionId: string, fails: boolean): Promise<string> {
    const stored = await load(unit.tx, "subscription", subscriptionId, "SUB-75");
    const subscription = { ...stored, failsNextRenewal: fails };
    unit.tx.put("subscription", subscription);
    if (fails || stored.status !== "on_hold") return stored.status;
    const amount = subscription.recurringAmount + (await settleOverage(unit, subscription));
    recordPayment(unit, { subscription, amount, status: "succeeded" });
    await beginPeriod(unit, resumedPeriod(subscription, unit.now));
    return "active";
  },
};
