import type { components } from "@drawdown/spec/dodo";
import { formatAmount } from "#domain/amount.js";
import { assert } from "#domain/errors.js";
import { formatInstant } from "#domain/time.js";
import { kinds } from "../kinds.js";
import { presentEntry } from "../present.js";
import { type Viewer, viewPayment, viewSubscription } from "../views.js";
import type { OutgoingEvent } from "./event.js";
import type { LowBalance } from "./low-balance.js";

type Schemas = components["schemas"];

type Data =
  | Schemas["CreditLedgerEntryWebhookData"]
  | Schemas["CreditBalanceLowWebhookData"]
  | Schemas["SubscriptionWebhookData"]
  | Schemas["PaymentWebhookData"];

export interface Payload {
  readonly business_id: string;
  readonly type: OutgoingEvent["type"];
  readonly timestamp: string;
  readonly data: Data;
}

/**
 * The body of an event as it is now.
 *
 * @rule WHK-02 whose it is, what it is, when it occurred, and what it is about
 * @rule WHK-08 what it is about is shown as it is now, not as it was then
 */
export const render = async (viewer: Viewer, event: OutgoingEvent): Promise<Payload> => ({
  business_id: viewer.businessId,
  type: event.type,
  timestamp: formatInstant(event.at),
  data: await dataOf(viewer, event),
});

/**
 * @rule WHK-03 `payload_type` says which of the shapes it is
 * @rule WHK-04 the whole ledger entry
 * @rule WHK-49 its figures are decimal strings, unless the policy says numbers (C14c)
 * @rule WHK-10 the whole subscription
 * @rule WHK-11 the whole payment
 */
async function dataOf(viewer: Viewer, { id, subject }: OutgoingEvent): Promise<Data> {
  const { tx, businessId, policy } = viewer;
  switch (subject.kind) {
    case "entry": {
      const entry = await tx.get(kinds.entry, subject.id);
      const account = entry && (await tx.get(kinds.account, entry.accountId));
      const entitlement = account && (await tx.get(kinds.entitlement, account.assetId));
      assert(
        entry !== undefined && account !== undefined && entitlement !== undefined,
        `event ${id} is about an entry that is not stored`,
      );
      const { webhookAmounts: as } = policy;
      const shown = presentEntry(entry, account, entitlement.precision, businessId, as);
      return { payload_type: "CreditLedgerEntry", ...shown };
    }
    case "subscription": {
      const subscription = await tx.get(kinds.subscription, subject.id);
      assert(subscription !== undefined, `event ${id} is about a subscription that is not stored`);
      return { payload_type: "Subscription", ...(await viewSubscription(viewer, subscription)) };
    }
    case "payment": {
      const payment = await tx.get(kinds.payment, subject.id);
      assert(payment !== undefined, `event ${id} is about a payment that is not stored`);
      return { payload_type: "Payment", ...(await viewPayment(viewer, payment)) };
    }
    case "low-balance":
      return {
        payload_type: "CreditBalanceLow",
        ...presentLowBalance(subject.balance, businessId),
      };
  }
}

/** @rule SUB-66 both amounts, the threshold and who is concerned */
const presentLowBalance = (
  it: LowBalance,
  businessId: string,
): Schemas["CreditBalanceLowPayload"] => ({
  customer_id: it.customerId,
  brand_id: businessId,
  subscription_id: it.subscriptionId,
  credit_entitlement_id: it.entitlementId,
  credit_entitlement_name: it.entitlementName,
  available_balance: formatAmount(it.available, it.precision),
  subscription_credits_amount: formatAmount(it.creditsAmount, it.precision),
  threshold_amount: it.threshold.toFixed(),
  threshold_percent: it.thresholdPercent,
});
