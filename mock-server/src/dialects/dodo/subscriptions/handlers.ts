import type { components } from "@drawdown/spec/dodo";
import { formatAmount, larger, subtract, zero } from "#domain/amount.js";
import { DomainError, refusing } from "#domain/errors.js";
import type { Account } from "#domain/ledger/account.js";
import { checkMetadata, generalMetadataLimits, isSameMetadata } from "#domain/metadata.js";
import { readInstant } from "#http/read-instant.js";
import { all } from "#sandbox/kinds.js";
import type { Transaction } from "#sandbox/ports.js";
import { creditsIn, limitIn, timeframeIn } from "../catalogue/products/read.js";
import type { Attachment } from "../catalogue/products/rules.js";
import { type HandlersOf, page, withinDates } from "../context.js";
import { kinds } from "../kinds.js";
import { findAccount, load } from "../load.js";
import { refuseOtherCurrency } from "../money.js";
import { meterCharges } from "../usage/metered.js";
import { customerOf, viewSubscription } from "../views.js";
import { announce } from "./announce.js";
import { chargeOnDemand } from "./charge-on-demand.js";
import { patchedDetails, renameCustomer } from "./details.js";
import { presentSubscriptionItem, presentUsagePeriod, printed } from "./present.js";
import { refuseEnded, refuseMixed, rescheduled } from "./reschedule.js";
import type { Subscription } from "./rules.js";

type Schemas = components["schemas"];
type Patch = Schemas["PatchSubscriptionRequest"];

export const subscriptions: HandlersOf<
  | "listSubscriptions"
  | "retrieveSubscription"
  | "updateSubscription"
  | "retrieveCreditUsage"
  | "chargeSubscription"
  | "retrieveUsageHistory"
> = {
  async listSubscriptions({ tx, businessId }, { query }) {
    const isWithin = withinDates(query.created_at_gte, query.created_at_lte);
    const found = await tx.find(kinds.subscription, "all", all, {
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
      const product = await tx.get(kinds.product, it.productId);
      items.push(
        presentSubscriptionItem(it, await customerOf(tx, it.customerId), product?.name ?? null),
      );
    }
    return { status: 200, body: { items } };
  },

  async retrieveSubscription(context, { path }) {
    return {
      status: 200,
      body: await viewSubscription(
        context,
        await load(context.tx, kinds.subscription, path.subscription_id, "SUB-75"),
      ),
    };
  },

  /**
   * @rule SUB-06 of a cart item, what it issues, its lifetime, threshold, overage and rollover can change
   * @rule SUB-07 for later grants and deductions
   */
  async updateSubscription(context, { path, body }) {
    refuseMixed(body);
    const stored = await load(context.tx, kinds.subscription, path.subscription_id, "SUB-75");
    refuseEnded(stored, body);
    if (body.metadata) checkMetadata(body.metadata, generalMetadataLimits, "`metadata`");
    const edited: Subscription = {
      ...stored,
      ...patchedDetails(stored, body),
      metadata: body.metadata ?? stored.metadata,
      cart: cartOf(stored, body.credit_entitlement_cart ?? []),
    };
    const updated = await rescheduled(context, edited, body);
    const isRenamed = await renameCustomer(context.tx, stored, body.customer_name ?? null);
    if (isRenamed || !isSame(stored, updated)) {
      context.tx.put(kinds.subscription, updated);
      announceUpdate(context, updated, body);
    }
    return { status: 200, body: await viewSubscription(context, updated) };
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
    const subscription = await load(tx, kinds.subscription, path.subscription_id, "SUB-75");
    const items = [];
    for (const item of subscription.cart) {
      const [account] = await findAccount(tx, item.entitlementId, subscription.customerId);
      items.push(usageOf(item, account));
    }
    return { status: 200, body: { subscription_id: subscription.id, items } };
  },

  /**
   * Charges a subscription that was made for charges on request. No cycle begins, so no credits come with it (GRT-15).
   */
  async chargeSubscription(context, { path, body }) {
    const subscription = await load(context.tx, kinds.subscription, path.subscription_id, "SUB-34");
    const metadata = body.metadata ?? subscription.metadata;
    const payment = await chargeOnDemand(context, subscription, {
      amount: body.product_price,
      currency: body.product_currency ?? subscription.currency,
      usesWallet: body.customer_balance_config?.allow_customer_credits_usage ?? true,
      metadata,
    });
    return { status: 200, body: { payment_id: payment.id } };
  },

  /**
   * By billing period (MTR-24), newest first, with the current one as far as it has come.
   *
   * @rule MTR-21 only what happened inside the period
   */
  async retrieveUsageHistory({ tx }, { path, query }) {
    const subscription = await load(tx, kinds.subscription, path.subscription_id, "MTR-24");
    const { id, meters, currency } = subscription;
    if (meters.length === 0) {
      throw refuse(
        "MTR-24",
        `The subscription ${id} has no meters, so it has no usage history`,
        "usage-history-without-meters",
      );
    }
    const meterId = query.meter_id ?? undefined;
    if (meterId !== undefined) await load(tx, kinds.meter, meterId, "MTR-24");
    const running = {
      startAt: subscription.previousBillingAt,
      endAt: subscription.nextBillingAt,
      meters: await meterCharges(tx, subscription),
    };
    const past = await tx.find(kinds.usagePeriod, "bySubscription", id, { descending: true });
    const isOver = past[0]?.startAt === running.startAt;
    const from = query.start_date ? readInstant(query.start_date, "start_date") : null;
    const to = query.end_date ? readInstant(query.end_date, "end_date") : null;
    const { offset = 0, limit = 10 } = page(query);
    const items = (isOver ? past : [running, ...past])
      .filter(
        ({ startAt, endAt }) => (from === null || startAt >= from) && (to === null || endAt <= to),
      )
      .slice(offset, offset + limit)
      .map(({ meters: counted, ...period }) => ({
        ...period,
        meters: counted.filter((it) => meterId === undefined || it.meterId === meterId),
      }));
    return { status: 200, body: { items: items.map((it) => presentUsagePeriod(it, currency)) } };
  },
};

/**
 * Whether an update leaves everything as it was.
 *
 * @rule SUB-17 one that changes nothing tells nobody
 */
const isSame = (before: Subscription, after: Subscription): boolean =>
  isSameMetadata(before.metadata, after.metadata) &&
  JSON.stringify({ ...before, metadata: null }) === JSON.stringify({ ...after, metadata: null });

/** Cancelling has told of itself already. */
function announceUpdate(unit: Transaction, subscription: Subscription, { status }: Patch): void {
  if (status === "paused") announce(unit, "subscription.paused", subscription);
  else if (status === "active") announce(unit, "subscription.unpaused", subscription);
  else if (status !== "cancelled") announce(unit, "subscription.updated", subscription);
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

const refuse = refusing("subscription-invalid");

function cartOf(
  subscription: Subscription,
  changes: readonly Schemas["UpdateCreditEntitlementCartItem"][],
): readonly Attachment[] {
  const changedCart = changes.reduce<readonly Attachment[]>((cart, change, position) => {
    const where = `credit_entitlement_cart[${position}]`;
    if (!cart.some((it) => it.entitlementId === change.credit_entitlement_id)) {
      throw new DomainError("subscription-invalid", "SUB-06", {
        message: `\`${where}\` names ${JSON.stringify(change.credit_entitlement_id)}, which is not in the cart of ${subscription.id}`,
      });
    }
    return cart.map((it) =>
      it.entitlementId === change.credit_entitlement_id
        ? changed(it, change, subscription.id, where)
        : it,
    );
  }, subscription.cart);
  refuseOtherCurrency(changedCart, subscription.currency, "subscription-invalid");
  return changedCart;
}

function changed(
  item: Attachment,
  change: Schemas["UpdateCreditEntitlementCartItem"],
  subscriptionId: string,
  where: string,
): Attachment {
  const rolloverTimeframe = timeframeIn(change, where, "subscription-invalid");
  if (change.overage_enabled && item.pricePerUnit === null) {
    throw new DomainError("subscription-invalid", "ENT-12", {
      message: `\`${where}\` enables overage, but ${item.entitlementId} came to ${subscriptionId} without a \`price_per_unit\`, which an update cannot give it; attach it to the product with one, and subscribe anew`,
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
    overageLimit:
      limitIn(change.overage_limit, item.precision, `${where}.overage_limit`) ?? item.overageLimit,
    rolloverEnabled: change.rollover_enabled ?? item.rolloverEnabled,
    rolloverPercentage: change.rollover_percentage ?? item.rolloverPercentage,
    rolloverTimeframe: rolloverTimeframe ?? item.rolloverTimeframe,
  };
}
