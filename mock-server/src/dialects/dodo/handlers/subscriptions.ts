import type { components } from "@drawdown/spec/dodo";
import { formatAmount, larger, parseAmount, subtract, zero } from "../../../domain/amount.js";
import { DomainError } from "../../../domain/errors.js";
import type { Account } from "../../../domain/ledger/account.js";
import { checkMetadata, generalMetadataLimits } from "../../../domain/metadata.js";
import type { Attachment } from "../../../domain/subscriptions/product.js";
import type { Subscription } from "../../../domain/subscriptions/subscription.js";
import { formatInstant } from "../../../domain/time.js";
import { readInstant } from "../../../http/read-instant.js";
import { RequestError } from "../../../http/request-error.js";
import type { Unit } from "../../../sandbox/ports.js";
import { all } from "../../../sandbox/tables.js";
import { creditsIn } from "../billing/attach.js";
import { planBoundary, settleOverage } from "../billing/cycle.js";
import { recordPayment } from "../billing/pay.js";
import { type Context, type HandlersOf, page, withinDates } from "../context.js";
import { findAccount, load } from "../load.js";
import { presentSubscription, presentSubscriptionItem, printed } from "../present-billing.js";
import { customerOf } from "./payments.js";

type Schemas = components["schemas"];
type Patch = Schemas["PatchSubscriptionRequest"];

export const subscriptions: HandlersOf<
  "listSubscriptions" | "retrieveSubscription" | "updateSubscription" | "retrieveCreditUsage"
> = {
  async listSubscriptions({ tx, businessId }, { query }) {
    const isWithin = withinDates(query.created_at_gte, query.created_at_lte);
    const found = await tx.find("subscription", "all", all, {
      descending: true,
      where: (it) =>
        (query.customer_id === undefined || it.customerId === query.customer_id) &&
        (query.status === undefined || it.status === query.status) &&
        (query.product_id === undefined || it.productId === query.product_id) &&
        (query.brand_id === undefined || query.brand_id === businessId) &&
        (query.cancel_at_next_billing_date === undefined ||
          it.cancelsAtNextBilling === query.cancel_at_next_billing_date) &&
        isWithin(it.createdAt),
      ...page(query),
    });
    const items = [];
    for (const it of found) {
      const product = await tx.get("product", it.productId);
      items.push(
        presentSubscriptionItem(it, await customerOf(tx, it.customerId), product?.name ?? null),
      );
    }
    return { status: 200, body: { items } };
  },

  async retrieveSubscription(context, { path }) {
    return {
      status: 200,
      body: await view(
        context,
        await load(context.tx, "subscription", path.subscription_id, "SUB-75"),
      ),
    };
  },

  /**
   * @rule SUB-06 of a cart item, what it issues, its lifetime, threshold, overage and rollover can change
   * @rule SUB-07 for later grants and deductions
   */
  async updateSubscription(context, { path, body }) {
    refuseUnserved(body);
    const stored = await load(context.tx, "subscription", path.subscription_id, "SUB-75");
    refuseEnded(stored, body);
    if (body.metadata) checkMetadata(body.metadata, generalMetadataLimits, "`metadata`");
    const edited: Subscription = {
      ...stored,
      cancelsAtNextBilling: body.cancel_at_next_billing_date ?? stored.cancelsAtNextBilling,
      metadata: body.metadata ?? stored.metadata,
      cart: cartOf(stored, body.credit_entitlement_cart ?? []),
    };
    const moved = body.next_billing_date
      ? moveBilling(context, edited, body.next_billing_date)
      : edited;
    const updated = body.status === "cancelled" ? await cancel(context, moved) : moved;
    context.tx.put("subscription", updated);
    return { status: 200, body: await view(context, updated) };
  },

  /**
   * @rule SUB-70 an item for each credit of the subscription
   * @rule SUB-71 balance and overage are the customer's, the settings the subscription's
   * @rule SUB-72 no limit is null
   * @rule SUB-73 headroom is what the limit leaves, null when overage is off or has no limit
   * @rule SUB-74 reached at the limit or above it
   * @rule SUB-75 zeros before the first movement; an unknown subscription is 404
   * @rule SUB-76 without credits, no items
   * @rule OVR-09 a limit that is lowered below the overage counts as reached
   */
  async retrieveCreditUsage({ tx }, { path }) {
    const subscription = await load(tx, "subscription", path.subscription_id, "SUB-75");
    const items = [];
    for (const item of subscription.cart) {
      const [account] = await findAccount(tx, item.entitlementId, subscription.customerId);
      items.push(usageOf(item, account));
    }
    return { status: 200, body: { subscription_id: subscription.id, items } };
  },
};

async function view({ tx, businessId }: Context, subscription: Subscription) {
  const accounts = new Map<string, Account>();
  for (const { entitlementId } of subscription.cart) {
    const [account] = await findAccount(tx, entitlementId, subscription.customerId);
    if (account) accounts.set(entitlementId, account);
  }
  const customer = await customerOf(tx, subscription.customerId);
  return presentSubscription(subscription, { customer, accounts, businessId });
}

function usageOf(
  item: Attachment,
  account: Account | undefined,
): Schemas["CreditEntitlementUsageStatus"] {
  const { precision, overageEnabled, overageLimit: limit } = item;
  const overage = account?.overage ?? zero;
  const isLimited = overageEnabled && limit !== null;
  return {
    credit_entitlement_id: item.entitlementId,
    credit_entitlement_name: item.entitlementName,
    unit: item.unit,
    balance: printed(account?.balance, precision),
    overage: printed(account?.overage, precision),
    overage_enabled: overageEnabled,
    overage_limit: limit && formatAmount(limit, precision),
    remaining_headroom: isLimited
      ? formatAmount(larger(subtract(limit, overage), zero), precision)
      : null,
    limit_reached: isLimited && overage.gte(limit),
  };
}

/** What a PATCH may ask that is not built yet, refused in words instead of ignored. */
function refuseUnserved(body: Patch): void {
  if (body.pause !== undefined && body.pause !== null) {
    throw new DomainError("subscription-invalid", "SUB-53", {
      message:
        '`pause` is no longer accepted; the service pauses with `status`: "paused", which this sandbox does not serve yet',
    });
  }
  if (body.status && body.status !== "cancelled" && Object.keys(body).length > 1) {
    throw new DomainError("subscription-invalid", "SUB-53", {
      message: `\`status\` "${body.status}" stands beside other changes; send it alone`,
    });
  }
  const asked = [
    body.status && body.status !== "cancelled" ? `status "${body.status}"` : null,
    body.subscription_period_count || body.subscription_period_interval
      ? "a longer subscription period"
      : null,
    body.disable_on_demand ? "disable_on_demand" : null,
  ].find((it) => it !== null);
  if (asked) {
    throw new RequestError(
      "not-served",
      "",
      `Drawdown does not serve ${asked} of a subscription yet; nothing was done`,
    );
  }
}

const ended: ReadonlySet<string> = new Set(["cancelled", "failed", "expired"]);

/** @rule SUB-09 cancelled, failed and expired are final: nothing of billing changes any more */
function refuseEnded({ id, status }: Subscription, body: Patch): void {
  const asks = body.next_billing_date || body.cancel_at_next_billing_date || body.status;
  if (!asks || !ended.has(status)) return;
  throw new DomainError("subscription-invalid", "SUB-09", {
    message: `The subscription ${id} is ${status}, which is final; start a new one`,
  });
}

/** @rule SUB-50 cancelled now; its overage is settled once more (OVR-50) */
async function cancel(unit: Unit, subscription: Subscription): Promise<Subscription> {
  const amount = await settleOverage(unit, subscription);
  if (amount > 0) recordPayment(unit, { subscription, amount, status: "succeeded" });
  return {
    ...subscription,
    status: "cancelled",
    cancelledAt: unit.now,
    cancelsAtNextBilling: false,
  };
}

/** @rule SUB-11 only to a later time; later boundaries count from there */
function moveBilling(unit: Unit, subscription: Subscription, text: string): Subscription {
  const at = readInstant(text, "next_billing_date");
  if (at <= unit.now) {
    throw new DomainError("subscription-invalid", "SUB-11", {
      message: `Cannot change next_billing_date to past time: it is ${formatInstant(at)} but now is ${formatInstant(unit.now)}; send a later one`,
    });
  }
  const moved = { ...subscription, nextBillingAt: at, anchorAt: at, periodNumber: 0 };
  planBoundary(unit, moved);
  return moved;
}

function cartOf(
  subscription: Subscription,
  changes: readonly Schemas["UpdateCreditEntitlementCartItem"][],
): readonly Attachment[] {
  return changes.reduce<readonly Attachment[]>((cart, change, position) => {
    const where = `credit_entitlement_cart[${position}]`;
    if (!cart.some((it) => it.entitlementId === change.credit_entitlement_id)) {
      throw new DomainError("subscription-invalid", "SUB-06", {
        message: `\`${where}\` names ${JSON.stringify(change.credit_entitlement_id)}, which is not in the cart of ${subscription.id}`,
      });
    }
    return cart.map((it) =>
      it.entitlementId === change.credit_entitlement_id ? changed(it, change, where) : it,
    );
  }, subscription.cart);
}

function changed(
  item: Attachment,
  change: Schemas["UpdateCreditEntitlementCartItem"],
  where: string,
): Attachment {
  const { rollover_timeframe_count: count, rollover_timeframe_interval: interval } = change;
  if (((count ?? null) === null) !== ((interval ?? null) === null)) {
    throw new DomainError("subscription-invalid", "ENT-10", {
      message: `\`${where}\` has one of \`rollover_timeframe_count\` and \`rollover_timeframe_interval\`; send both or neither`,
    });
  }
  return {
    ...item,
    creditsAmount: change.credits_amount
      ? creditsIn(change.credits_amount, item.precision, `${where}.credits_amount`, "SUB-06")
      : item.creditsAmount,
    expiresAfterDays: change.expires_after_days ?? item.expiresAfterDays,
    lowBalanceThresholdPercent:
      change.low_balance_threshold_percent ?? item.lowBalanceThresholdPercent,
    rolloverCountMax: change.max_rollover_count ?? item.rolloverCountMax,
    overageEnabled: change.overage_enabled ?? item.overageEnabled,
    overageLimit: change.overage_limit ? parseAmount(change.overage_limit) : item.overageLimit,
    rolloverEnabled: change.rollover_enabled ?? item.rolloverEnabled,
    rolloverPercentage: change.rollover_percentage ?? item.rolloverPercentage,
    rolloverTimeframe: count && interval ? { count, interval } : item.rolloverTimeframe,
  };
}
