import type { components } from "@drawdown/spec/dodo";
import type { Amount } from "../../../domain/amount.js";
import { DomainError, type DomainErrorCode } from "../../../domain/errors.js";
import { checkMetadata, generalMetadataLimits } from "../../../domain/metadata.js";
import {
  type CartLine,
  type CheckoutSession,
  type Payer,
  sessionExpiry,
} from "../../../domain/subscriptions/checkout.js";
import type { Product } from "../../../domain/subscriptions/product.js";
import { formatInstant } from "../../../domain/time.js";
import type { Tx } from "../../../sandbox/ports.js";
import { creditsIn } from "../billing/attach.js";
import type { HandlersOf } from "../context.js";
import { load } from "../load.js";

type Schemas = components["schemas"];

export const checkouts: HandlersOf<"createCheckoutSession" | "retrieveCheckoutSession"> = {
  /**
   * @rule CHK-01 an id and a link; the rest is empty unless the session is confirmed at once
   * @rule CHK-10 its metadata travels to payment, subscription and credits
   */
  async createCheckoutSession({ tx, nextId, now, origin }, { body }) {
    if (body.product_cart.length === 0) {
      throw refuse(
        "CHK-03",
        "`product_cart` is empty; name at least one product",
        "checkout-cart-empty",
      );
    }
    const lines: CartLine[] = [];
    for (const [position, item] of body.product_cart.entries()) {
      lines.push(await lineOf(tx, item, `product_cart[${position}]`));
    }
    const isConfirmed = body.confirm === true;
    const paymentId = isConfirmed ? nextId("pay") : null;
    const metadata = body.metadata ?? {};
    checkMetadata(metadata, generalMetadataLimits, "`metadata`");
    const address = body.billing_address;
    const session: CheckoutSession = {
      id: nextId("cks"),
      lines,
      payer: await payerOf(tx, body),
      billing: {
        country: address?.country ?? "US",
        city: address?.city ?? null,
        state: address?.state ?? null,
        street: address?.street ?? null,
        zipcode: address?.zipcode ?? null,
      },
      trialDays: body.subscription_data?.trial_period_days ?? null,
      returnUrl: body.return_url ?? null,
      metadata,
      createdAt: now,
      expiresAt: sessionExpiry(now, isConfirmed),
      paymentId,
      isPaid: false,
    };
    tx.put("checkout", session);
    return {
      status: 200,
      body: {
        session_id: session.id,
        checkout_url: `${origin}/_sandbox/pay/${session.id}`,
        payment_id: paymentId,
        client_secret: paymentId && `${paymentId}_secret`,
        publishable_key: paymentId && "pk_sandbox",
      },
    };
  },

  /** @rule CHK-08 payment and status are empty until somebody pays; an unknown session is 404 */
  async retrieveCheckoutSession({ tx }, { path }) {
    const session = await load(tx, "checkout", path.id, "CHK-08");
    const payment =
      session.paymentId === null ? undefined : await tx.get("payment", session.paymentId);
    const customerId =
      payment?.customerId ??
      (session.payer && "customerId" in session.payer ? session.payer.customerId : null);
    const customer = customerId === null ? undefined : await tx.get("customer", customerId);
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

const refuse = (
  rule: string,
  message: string,
  code: DomainErrorCode = "checkout-invalid",
): DomainError => new DomainError(code, rule, { message });

/**
 * @rule CHK-04 only products that exist and are not archived
 * @rule MTR-36 one of a usage-based product at a time
 */
async function lineOf(tx: Tx, item: Schemas["ProductItemReq"], where: string): Promise<CartLine> {
  const product = await tx.get("product", item.product_id);
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
  if (item.addons && item.addons.length > 0) {
    throw refuse("", `\`${where}.addons\` is set, but this sandbox has no add-ons; leave it out`);
  }
  return {
    productId: product.id,
    quantity: item.quantity,
    amount: item.amount ?? null,
    creditsAmounts: overridesOf(product, item.credit_entitlements ?? [], where),
  };
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

/** @rule CHK-06 a customer that is named must exist */
async function payerOf(
  tx: Tx,
  { customer, feature_flags: flags }: Schemas["CreateCheckoutSessionRequest"],
): Promise<Payer | null> {
  if (!customer) return null;
  if (customer.customer_id !== undefined) {
    if (await tx.get("customer", customer.customer_id)) return { customerId: customer.customer_id };
    throw refuse(
      "CHK-06",
      `\`customer.customer_id\` is ${JSON.stringify(customer.customer_id)}, which is no customer; create it, or send an \`email\``,
    );
  }
  if (customer.email === undefined) {
    throw refuse("CHK-05", "`customer` has neither `customer_id` nor `email`; send one of them");
  }
  return {
    email: customer.email,
    name: customer.name ?? null,
    phoneNumber: customer.phone_number ?? null,
    isAlwaysNew: flags?.always_create_new_customer ?? false,
  };
}
