import type { components } from "@drawdown/spec/dodo";
import { addonLinesOf } from "#dialects/dodo/catalogue/addons/read.js";
import { addonsTotal } from "#dialects/dodo/catalogue/addons/rules.js";
import { isPlan, type PlanProduct } from "#dialects/dodo/catalogue/products/rules.js";
import { refuseDiscounts } from "#dialects/dodo/checkout/discounts.js";
import type { Context, HandlersOf } from "#dialects/dodo/context.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load } from "#dialects/dodo/load.js";
import { currencyOf } from "#dialects/dodo/present-currency.js";
import type { MeterCharge } from "#dialects/dodo/usage/charge.js";
import { meterCharges, totalOf } from "#dialects/dodo/usage/metered.js";
import { viewSubscription } from "#dialects/dodo/views.js";
import { refusing } from "#domain/errors.js";
import {
  checkMetadata,
  generalMetadataLimits,
  isSameMetadata,
  type Metadata,
} from "#domain/metadata.js";
import { formatInstant } from "#domain/time.js";
import type { Tx } from "#sandbox/ports.js";
import { announce } from "../announce.js";
import { type Plan, planOf, type Subscription } from "../rules.js";
import { overageOwed } from "../settle.js";
import { changeNow } from "./change-plan.js";
import {
  billFor,
  type ChangeLine,
  changePlan,
  droppedCredits,
  isOnPlan,
  noChange,
} from "./rules.js";

type Schemas = components["schemas"];
type Request = Schemas["UpdateSubscriptionPlanReq"];

export const planChanges: HandlersOf<
  "changePlan" | "previewChangePlan" | "cancelScheduledPlanChange"
> = {
  /**
   * @rule SUB-31 at once, or at the next billing date
   * @rule SUB-49 answers the payment, if there was one
   */
  async changePlan(context, { path, body }) {
    const { tx, nextId, now } = context;
    const { subscription, product, plan } = await requested(context, path.subscription_id, body);
    if (body.collect_via_payment_link === true) throw refusedPaymentLink();
    const metadata = body.metadata ?? subscription.metadata;
    checkMetadata(metadata, generalMetadataLimits, "`metadata`");
    if (isOnPlan(subscription, plan)) {
      stay(context, subscription, metadata);
      return { status: 200, body: unpaid };
    }
    if (body.effective_at === "next_billing_date") {
      const scheduledChange = {
        id: nextId("uuid"),
        plan,
        productName: product.name,
        createdAt: now,
      };
      tx.put(kinds.subscription, { ...subscription, metadata, scheduledChange });
      return { status: 200, body: unpaid };
    }
    const { payment } = await changeNow(
      context,
      { ...subscription, metadata },
      {
        plan,
        mode: body.proration_billing_mode,
        waitsForPayment: body.on_payment_failure === "prevent_change",
      },
    );
    return { status: 200, body: { ...unpaid, payment_id: payment?.id ?? null } };
  },

  /** @rule SUB-45 nothing is stored */
  async previewChangePlan(context, { path, body }) {
    const { tx, now, policy } = context;
    const { subscription, plan } = await requested(context, path.subscription_id, body);
    const isLater = body.effective_at === "next_billing_date";
    const effectiveAt = isLater ? subscription.nextBillingAt : now;
    const mode = body.proration_billing_mode;
    const change = isOnPlan(subscription, plan)
      ? noChange(subscription)
      : changePlan(subscription, plan, mode, policy.planChangeDates, effectiveAt);
    const meters = change.restarts ? await meterCharges(tx, subscription) : [];
    const left = { ...subscription, cart: droppedCredits(subscription, change.after) };
    const overage = isLater || mode === "do_not_bill" ? 0 : await overageOwed(context, left);
    const usage = totalOf(meters) + overage;
    const { amount, leftOver } = billFor(change.lines, usage, subscription.invoiceCredit);
    const currency = currencyOf(plan.currency);
    return {
      status: 200,
      body: {
        immediate_charge: {
          effective_at: formatInstant(effectiveAt),
          line_items: [
            ...(await planLines(tx, change.lines)),
            ...meters.map((it) => meterLine(it, subscription)),
          ],
          summary: {
            currency,
            total_amount: amount,
            tax: null,
            customer_credits: leftOver,
            settlement_amount: amount,
            settlement_currency: currency,
            settlement_tax: null,
          },
        },
        new_plan: await viewSubscription(context, change.after),
      },
    };
  },

  async cancelScheduledPlanChange({ tx }, { path }) {
    const subscription = await load(tx, kinds.subscription, path.subscription_id, "SUB-31");
    if (!subscription.scheduledChange) {
      throw refuse(
        "SUB-31",
        `The subscription ${subscription.id} has no scheduled plan change, so there is nothing to cancel`,
        "plan-change-not-scheduled",
      );
    }
    tx.put(kinds.subscription, { ...subscription, scheduledChange: null });
    return { status: 204 };
  },
};

/** Changes to the plan a subscription is on: at most a change that is scheduled is called off by it. */
function stay(context: Context, stored: Subscription, metadata: Metadata): void {
  const staying: Subscription = { ...stored, metadata, scheduledChange: null };
  if (stored.scheduledChange === null && isSameMetadata(stored.metadata, metadata)) return;
  context.tx.put(kinds.subscription, staying);
  announce(context, "subscription.updated", staying);
}

const unpaid = { payment_id: null, payment_link: null, client_secret: null, expires_on: null };

const refuse = refusing("subscription-invalid");

/** The subscription and the plan that a change asks for, once everything about them is in order. */
async function requested(
  context: Context,
  id: string,
  body: Request,
): Promise<{
  readonly subscription: Subscription;
  readonly product: PlanProduct;
  readonly plan: Plan;
}> {
  const { tx } = context;
  const subscription = await load(tx, kinds.subscription, id, "SUB-30");
  refuseUnchangeable(subscription, body.cancel_scheduled_change_plan === true);
  if (
    body.effective_at === "next_billing_date" &&
    body.proration_billing_mode !== "full_immediately"
  ) {
    throw refuse(
      "SUB-32",
      `\`proration_billing_mode\` is "${body.proration_billing_mode}", but a change at the next billing date takes "full_immediately" only`,
      "proration-mode-invalid",
    );
  }
  const product = await planProduct(context, subscription, body);
  const addons = await addonLinesOf(tx, body.addons ?? [], product, "addons");
  return {
    subscription,
    product,
    plan: planOf(product, body.quantity, addons, product.attachments),
  };
}

/** @rule SUB-58 a change is paid on a page of its own by a business that may ask for it, and the sandbox's may not */
const refusedPaymentLink = () =>
  refuse(
    "SUB-58",
    "`collect_via_payment_link` is true, but the business of this sandbox does not have the capability `allow_plan_change_via_payment_link`; leave it out",
    "unsupported-action",
  );

/**
 * @rule SUB-34 only a subscription that is active and not charged on request changes its plan
 * @rule SUB-78 nor one that is scheduled to end
 * @rule SUB-33 one change at a time
 * @rule SUB-57 a change may replace the one that is scheduled, and does when it takes effect
 */
function refuseUnchangeable(subscription: Subscription, replacesScheduled: boolean): void {
  const { id, status, isOnDemand, cancelsAtNextBilling } = subscription;
  const { pendingChange, scheduledChange } = subscription;
  if (status !== "active" && !pendingChange) {
    throw refuse(
      "SUB-34",
      `The subscription ${id} is ${status}; only an active one changes its plan`,
      "plan-change-inactive",
    );
  }
  if (isOnDemand) {
    throw refuse(
      "SUB-34",
      `The subscription ${id} is charged on demand, and such a one does not change its plan`,
      "plan-change-on-demand",
    );
  }
  if (pendingChange) {
    throw refuse(
      "SUB-33",
      `The subscription ${id} has a plan change that awaits payment; wait until it is paid`,
      "plan-change-pending",
    );
  }
  if (cancelsAtNextBilling) {
    throw refuse(
      "SUB-78",
      `The subscription ${id} is scheduled to end and does not change its plan; first take that back with \`cancel_at_next_billing_date\`: false`,
      "plan-change-while-ending",
    );
  }
  if (scheduledChange && !replacesScheduled) {
    throw refuse(
      "SUB-33",
      `The subscription ${id} has a plan change scheduled; cancel that first, or replace it with \`cancel_scheduled_change_plan\``,
      "plan-change-scheduled",
    );
  }
}

/** @rule SUB-47 usage-based products too, unless the policy says otherwise (C25) */
async function planProduct(
  { tx, policy }: Context,
  subscription: Subscription,
  body: Request,
): Promise<PlanProduct> {
  refuseDiscounts(body);
  const product = await tx.get(kinds.product, body.product_id);
  if (!product || !isPlan(product)) {
    throw refuse(
      "SUB-30",
      `\`product_id\` is ${JSON.stringify(body.product_id)}, which is ${product ? "a single purchase" : "no product"}; name a product that begins subscriptions`,
    );
  }
  if (product.archivedAt !== null) {
    throw refuse(
      "SUB-30",
      `\`product_id\` is ${product.id}, which is archived; unarchive it first`,
      "product-in-cart-archived",
    );
  }
  const isUsageBased = product.price.type === "usage_based_price";
  const old = await tx.get(kinds.product, subscription.productId);
  const touchesUsage = isUsageBased || old?.price.type === "usage_based_price";
  if (touchesUsage && policy.usageBasedPlanChange === "refused") {
    throw refuse(
      "SUB-47",
      "Plan changes from or to a usage-based product are not supported (policy `usageBasedPlanChange`)",
      "unsupported-action",
    );
  }
  if (isUsageBased && body.quantity !== 1) {
    throw refuse(
      "MTR-36",
      `\`quantity\` is ${body.quantity} but must be 1 for a usage-based product`,
      "quantity-invalid",
    );
  }
  if (product.price.currency !== subscription.currency) {
    throw refuse(
      "SUB-30",
      `\`product_id\` is ${product.id}, which is priced in ${product.price.currency}, but the subscription in ${subscription.currency}; choose one of the same currency`,
    );
  }
  return product;
}

async function planLines(
  tx: Tx,
  lines: readonly ChangeLine[],
): Promise<readonly Schemas["LineItem"][]> {
  const items: Schemas["LineItem"][] = [];
  for (const { plan, price, factor } of lines) {
    const product = await tx.get(kinds.product, plan.productId);
    const addonsPrice = addonsTotal(plan.addons);
    const sign = factor < 0 ? -1 : 1;
    const common = {
      currency: currencyOf(plan.currency),
      proration_factor: Math.abs(factor),
      tax_inclusive: plan.isTaxInclusive,
    };
    items.push({
      ...common,
      type: "subscription",
      id: plan.productId,
      product_id: plan.productId,
      name: product?.name ?? null,
      quantity: plan.quantity,
      unit_price: (sign * (price - addonsPrice)) / plan.quantity,
      tax_rate: null,
    });
    for (const addon of plan.addons) {
      items.push({
        ...common,
        type: "addon",
        id: addon.addonId,
        name: addon.name,
        quantity: addon.quantity,
        unit_price: sign * addon.price,
        tax_category: await taxCategoryOf(tx, addon.addonId),
        tax_rate: 0,
      });
    }
  }
  return items;
}

/** Add-ons stay, so the one on a subscription can be looked up. */
async function taxCategoryOf(tx: Tx, addonId: string): Promise<Schemas["TaxCategory"]> {
  const { taxCategory } = await load(tx, kinds.addon, addonId, "CHK-24");
  return taxCategory as Schemas["TaxCategory"]; // of the document's enum: the body validator let no other in
}

const meterLine = (it: MeterCharge, { currency, isTaxInclusive }: Plan): Schemas["LineItem"] => ({
  type: "meter",
  id: it.meterId,
  name: it.name,
  currency: currencyOf(currency),
  units_consumed: it.consumed.toFixed(),
  chargeable_units: it.chargeable.toFixed(),
  free_threshold: it.freeThreshold,
  price_per_unit: it.pricePerUnit.toFixed(),
  subtotal: it.total,
  tax: null,
  tax_inclusive: isTaxInclusive,
  tax_rate: 0,
});
