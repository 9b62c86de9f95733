import type { components } from "@drawdown/spec/dodo";
import type { Amount } from "#domain/amount.js";
import { refusing } from "#domain/errors.js";
import { checkMetadata, generalMetadataLimits } from "#domain/metadata.js";
import { formatInstant } from "#domain/time.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { addonLinesOf } from "../catalogue/addons/read.js";
import { creditsIn } from "../catalogue/products/read.js";
import { isPlan, type Product, priceAfterDiscount } from "../catalogue/products/rules.js";
import type { HandlersOf } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { addressOf } from "../subscriptions/details.js";
import {
  currencyOfCart,
  type LoadedLine,
  loadLines,
  openPayment,
  totalOfCart,
} from "./complete.js";
import { refuseDiscounts } from "./discounts.js";
import { presentPreview } from "./present.js";
import { checkedReturnUrl } from "./return-url.js";
import { type CartLine, type CheckoutSession, type Payer, sessionExpiry } from "./rules.js";

type Schemas = components["schemas"];

export const checkouts: HandlersOf<
  "createCheckoutSession" | "previewCheckoutSession" | "retrieveCheckoutSession"
> = {
  /**
   * @rule CHK-01 an id and a link; the rest is empty unless the session is confirmed at once
   * @rule CHK-10 its metadata travels to payment, subscription and credits
   * @rule CHK-32 one that is confirmed has its payment from the start, which waits for a card
   */
  async createCheckoutSession(context, { body }) {
    const { tx, nextId, linkTo } = context;
    const paymentId = body.confirm === true ? nextId("pay") : null;
    const { session, lines } = await drafted(context, body, nextId("cks"), paymentId);
    tx.put(kinds.checkout, session);
    if (paymentId !== null) {
      if (!session.payer) {
        throw refuse("CHK-32", "`confirm` is true, but `customer` is missing; say who pays");
      }
      tx.put(kinds.payment, await openPayment(context, session, lines, paymentId));
    }
    return {
      status: 200,
      body: {
        session_id: session.id,
        checkout_url: linkTo("pay", session.id),
        payment_id: paymentId,
        client_secret: paymentId && `${paymentId}_secret`,
        publishable_key: paymentId && "pk_sandbox",
      },
    };
  },

  /** @rule CHK-17 what it would cost, and the credits it includes; nothing is stored */
  async previewCheckoutSession(context, { body }) {
    const { session, lines } = await drafted(context, body, "", null);
    return { status: 200, body: presentPreview(session, lines, context.now) };
  },

  /** @rule CHK-08 payment and status are empty until somebody pays; an unknown session is 404 */
  async retrieveCheckoutSession({ tx }, { path }) {
    const session = await load(tx, kinds.checkout, path.id, "CHK-08");
    const payment =
      session.paymentId === null ? undefined : await tx.get(kinds.payment, session.paymentId);
    const customerId =
      payment?.customerId ??
      (session.payer && "customerId" in session.payer ? session.payer.customerId : null);
    const customer = customerId === null ? undefined : await tx.get(kinds.customer, customerId);
    const given = session.payer && "email" in session.payer ? session.payer : undefined;
    return {
      status: 200,
      body: {
        id: session.id,
        created_at: formatInstant(session.createdAt),
        customer_email: customer?.email ?? given?.email ?? null,
        customer_name: customer?.name ?? given?.name ?? null,
        payment_id: session.paymentId,
        payment_status: payment?.status ?? null,
      },
    };
  },
};

const refuse = refusing("checkout-invalid");

/** The session that a request asks for, once everything about it is in order; not stored. */
async function drafted(
  unit: Transaction,
  body: Schemas["CreateCheckoutSessionRequest"],
  id: string,
  paymentId: string | null,
): Promise<{ readonly session: CheckoutSession; readonly lines: readonly LoadedLine[] }> {
  const { now } = unit;
  if (body.product_cart.length === 0) {
    throw refuse(
      "CHK-03",
      "`product_cart` is empty; name at least one product",
      "checkout-cart-empty",
    );
  }
  const cart: CartLine[] = [];
  for (const [position, item] of body.product_cart.entries()) {
    cart.push(await lineOf(unit, item, `product_cart[${position}]`));
  }
  refuseDiscounts(body);
  const metadata = body.metadata ?? {};
  checkMetadata(metadata, generalMetadataLimits, "`metadata`");
  const onDemand = body.subscription_data?.on_demand;
  const session: CheckoutSession = {
    id,
    lines: cart,
    payer: await payerOf(unit.tx, body),
    billing: addressOf(body.billing_address ?? { country: "US" }),
    billedTo: { businessName: body.customer_business_name ?? null, taxId: body.tax_id ?? null },
    trialDays: body.subscription_data?.trial_period_days ?? null,
    onDemand: onDemand
      ? { isMandateOnly: onDemand.mandate_only, firstAmount: onDemand.product_price ?? null }
      : null,
    returnUrl: checkedReturnUrl("return_url", body.return_url),
    cancelUrl: checkedReturnUrl("cancel_url", body.cancel_url),
    metadata,
    createdAt: now,
    expiresAt: sessionExpiry(now, paymentId !== null),
    paymentId,
    isPaid: false,
  };
  const lines = await loadLines(unit, session);
  checkCurrencies(unit, body, currencyOfCart(lines));
  refuseUnsellable(session, lines);
  await refuseSecond(unit, session, lines);
  return { session, lines };
}

/** Nothing is converted here: another currency to charge in is refused, and one to show prices in is warned of. */
function checkCurrencies(
  { warn }: Transaction,
  body: Schemas["CreateCheckoutSessionRequest"],
  currency: string,
): void {
  const charged = body.subscription_data?.on_demand?.product_currency ?? currency;
  if (charged !== currency) {
    throw refuse(
      "SUB-34",
      `\`subscription_data.on_demand.product_currency\` is ${charged}, but the product is priced in ${currency}; leave it out`,
    );
  }
  const billed = body.billing_currency ?? currency;
  if (billed !== currency) {
    warn(
      `\`billing_currency\` ${billed} was ignored: nothing is converted here, and the products are priced in ${currency}`,
    );
  }
}

/** Least that can be charged, in US cents. */
const chargeMin = 50;

/**
 * Usage-based products are never charged on demand (MTR-37).
 *
 * @rule CHK-23 a total below the minimum cannot be charged; nothing to pay can
 */
function refuseUnsellable({ onDemand }: CheckoutSession, lines: readonly LoadedLine[]): void {
  refuseMixedCart(lines);
  const usageBased = lines.find(({ product }) => product.price.type === "usage_based_price");
  if (onDemand && usageBased) {
    throw refuse(
      "MTR-37",
      `\`subscription_data.on_demand\` is set, but ${usageBased.product.id} is usage-based; leave it out`,
      "on-demand-usage-based",
    );
  }
  const total = totalOfCart(lines);
  if (currencyOfCart(lines) === "USD" && total > 0 && total < chargeMin) {
    throw refuse(
      "CHK-23",
      `The total is ${total} US cents, but the least that can be charged is ${chargeMin}; raise a price or a quantity`,
      "checkout-below-minimum",
    );
  }
}

/** @rule CHK-41 a cart has one currency */
function refuseMixedCart(lines: readonly LoadedLine[]): void {
  const currency = currencyOfCart(lines);
  for (const [position, { product }] of lines.entries()) {
    if (product.price.currency === currency) continue;
    throw refuse(
      "CHK-41",
      `\`product_cart[${position}]\` names ${product.id}, which is priced in ${product.price.currency}, but the cart begins in ${currency}; sell products of different currencies in a session each`,
    );
  }
}

/** @rule CHK-29 a customer may have several subscriptions, unless the policy says one */
async function refuseSecond(
  { tx, policy }: Transaction,
  { payer }: CheckoutSession,
  lines: readonly LoadedLine[],
): Promise<void> {
  if (policy.severalSubscriptions === "allowed" || !payer || !("customerId" in payer)) return;
  if (!lines.some(({ product }) => isPlan(product))) return;
  const [running] = await tx.find(kinds.subscription, "byCustomer", payer.customerId, {
    where: ({ status }) => ["active", "on_hold", "paused"].includes(status),
    limit: 1,
  });
  if (running) {
    throw refuse(
      "CHK-29",
      `The customer ${payer.customerId} has the subscription ${running.id} already (policy \`severalSubscriptions\`)`,
      "several-subscriptions",
    );
  }
}

/**
 * @rule CHK-04 only products that exist and are not archived
 * @rule MTR-36 one of a usage-based product at a time
 */
async function lineOf(
  unit: Transaction,
  item: Schemas["ProductItemReq"],
  where: string,
): Promise<CartLine> {
  const { tx, policy } = unit;
  const product = await tx.get(kinds.product, item.product_id);
  if (!product || product.archivedAt !== null) {
    throw product
      ? refuse(
          "CHK-04",
          `\`${where}\` names ${product.id}, which is archived; unarchive it first`,
          "product-in-cart-archived",
        )
      : refuse(
          "CHK-04",
          `\`${where}\` names ${JSON.stringify(item.product_id)}, which is no product`,
        );
  }
  if (item.quantity < 1 || (product.price.type === "usage_based_price" && item.quantity !== 1)) {
    throw refuse(
      "MTR-36",
      `\`${where}.quantity\` is ${item.quantity} but must be ${product.price.type === "usage_based_price" ? "1 for a usage-based product" : "at least 1"}`,
      "quantity-invalid",
    );
  }
  const overrides = item.credit_entitlements ?? [];
  if (overrides.length > 0 && policy.checkoutCreditAmounts === "refused") {
    throw refuse(
      "CHK-14",
      `\`${where}.credit_entitlements\` is set, but a checkout takes no credit amounts (policy \`checkoutCreditAmounts\`)`,
    );
  }
  return {
    productId: product.id,
    quantity: item.quantity,
    amount: amountOf(unit, product, item.amount ?? null, `${where}.amount`),
    addons: await addonLinesOf(tx, item.addons ?? [], product, `${where}.addons`),
    creditsAmounts: overridesOf(product, overrides, where),
  };
}

/** @rule CHK-31 the buyer chooses from the price up, and nothing where the price is fixed */
function amountOf(
  { warn }: Transaction,
  { id, price }: Product,
  amount: number | null,
  where: string,
): number | null {
  if (amount === null) return null;
  if (price.type !== "one_time_price" || !price.paysWhatTheyWant) {
    warn(
      `\`${where}\` was ignored, because ${id} has a fixed price; \`price.pay_what_you_want\` of the product lets the buyer choose`,
    );
    return null;
  }
  const least = priceAfterDiscount(price);
  if (amount < least) {
    throw refuse(
      "CHK-31",
      `\`${where}\` is ${amount}, but the least for ${id} is its price, ${least}; send that or more`,
    );
  }
  return amount;
}

function overridesOf(
  product: Product,
  overrides: readonly Schemas["CreditEntitlementOverride"][],
  where: string,
): ReadonlyMap<string, Amount> {
  const ids = overrides.map((it) => it.credit_entitlement_id);
  const twice = ids.find((id, position) => ids.indexOf(id) !== position);
  if (twice !== undefined) {
    throw refuse("CHK-14", `\`${where}.credit_entitlements\` names ${twice} twice; name it once`);
  }
  return new Map(
    overrides.map(({ credit_entitlement_id: id, credits_amount: text }, position) => {
      const at = `${where}.credit_entitlements[${position}]`;
      const attached = product.attachments.find((it) => it.entitlementId === id);
      if (!attached) {
        throw refuse(
          "CHK-14",
          `\`${at}\` names ${JSON.stringify(id)}, which is not attached to ${product.id}; attach it to the product first`,
        );
      }
      return [id, creditsIn(text, attached.precision, `${at}.credits_amount`, "CHK-14")];
    }),
  );
}

/**
 * A null beside the other of `customer_id` and `email` counts as absent (CHK-05).
 *
 * @rule CHK-06 a customer that is named must exist
 */
async function payerOf(
  tx: Tx,
  { customer, feature_flags: flags }: Schemas["CreateCheckoutSessionRequest"],
): Promise<Payer | null> {
  if (!customer) return null;
  const { customer_id: customerId = null, email = null } = customer;
  if (customerId !== null) {
    if (await tx.get(kinds.customer, customerId)) return { customerId };
    throw refuse(
      "CHK-06",
      `\`customer.customer_id\` is ${JSON.stringify(customerId)}, which is no customer; create it, or send an \`email\``,
    );
  }
  if (email === null) {
    throw refuse("CHK-05", "`customer` has neither `customer_id` nor `email`; send one of them");
  }
  return {
    email,
    name: customer.name ?? null,
    phoneNumber: customer.phone_number ?? null,
    isAlwaysNew: flags?.always_create_new_customer ?? false,
  };
}
