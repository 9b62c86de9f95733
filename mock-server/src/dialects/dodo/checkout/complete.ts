import type { components } from "@drawdown/spec/control";
import { type Amount, formatAmount } from "#domain/amount.js";
import { DomainError } from "#domain/errors.js";
import { formatInstant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import { addonsTotal } from "../catalogue/addons/rules.js";
import {
  type Attachment,
  isPlan,
  type Price,
  type Product,
  priceAfterDiscount,
  trialListPriceOf,
  trialPriceOf,
} from "../catalogue/products/rules.js";
import { type Customer, emailKey } from "../customers/rules.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { fundsOf, settle } from "../payments/charge.js";
import { cards, type Outcome, type Payment } from "../payments/rules.js";
import { announce, announcePayment } from "../subscriptions/announce.js";
import { creditsOf, trialCreditsOf } from "../subscriptions/cart-item.js";
import { beginPeriod, holdOpen } from "../subscriptions/cycle.js";
import { issueToBuyer } from "../subscriptions/issue.js";
import { openSubscription, planOf, type Subscription } from "../subscriptions/rules.js";
import type { CartLine, CheckoutSession, Payer } from "./rules.js";

export interface Completion {
  readonly payment: Payment;
  readonly subscriptions: readonly Subscription[];
}

/**
 * Pays a checkout session with a card of the given kind. A card that fails leaves the session open for another try of
 * the same payment; one that succeeds issues everything in the cart.
 *
 * @rule CHK-09 a session that is paid is used up
 * @rule CHK-12 a subscription product begins a subscription, in its trial if it has one
 * @rule CHK-13 a card that fails, or a customer who gives up, issues nothing
 * @rule CHK-18 each product issues its own credits
 * @throws DomainError not-found, checkout-consumed, checkout-expired
 */
export async function completeCheckout(
  unit: Transaction,
  sessionId: string,
  outcome: Outcome,
): Promise<Completion> {
  const { tx, now } = unit;
  const { session, lines } = await loadCheckout(unit, sessionId);
  refuseUsed(session, unit);
  const card = cards[outcome];
  const isPaid = card.status === "succeeded";
  const known =
    session.paymentId === null ? undefined : await tx.get(kinds.payment, session.paymentId);
  const due =
    known ?? (await openPayment(unit, session, lines, session.paymentId ?? unit.nextId("pay")));
  const { customerId } = due;
  const [amount, currency] = [totalOfCart(lines), currencyOfCart(lines)];
  const payment: Payment = {
    ...due,
    status: card.status,
    amount,
    currency,
    fromWallet: isPaid ? Math.min(amount, await fundsOf(tx, customerId, currency)) : 0,
    cardLastFour: card.lastFour,
    errorCode: card.failure?.code ?? null,
    errorMessage: card.failure?.message ?? null,
    updatedAt: now,
  };
  announcePayment(unit, payment);
  const subscriptions: Subscription[] = [];
  if (isPaid) {
    for (const line of lines) {
      const made = await fulfil(unit, session, line, payment, card.failsAtRenewal);
      if (made) subscriptions.push(made);
    }
  }
  const paid = { ...payment, subscriptionId: subscriptions[0]?.id ?? null };
  await settle(unit, paid);
  tx.put(kinds.checkout, { ...session, paymentId: payment.id, isPaid });
  return { payment: paid, subscriptions };
}

/**
 * The payment that a session leads to, before anybody has tried to pay; not stored. A payer who is given by email is
 * found or made.
 */
export async function openPayment(
  unit: Transaction,
  session: CheckoutSession,
  lines: readonly LoadedLine[],
  id: string,
): Promise<Payment> {
  return {
    id,
    customerId: (await payerOf(unit, session.payer)).id,
    subscriptionId: null,
    checkoutId: session.id,
    status: "requires_payment_method",
    amount: totalOfCart(lines),
    fromWallet: 0,
    currency: currencyOfCart(lines),
    lines: session.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    billing: session.billing,
    cardLastFour: null,
    errorCode: null,
    errorMessage: null,
    metadata: session.metadata,
    createdAt: unit.now,
    updatedAt: unit.now,
  };
}

/** A line of a cart with what it stands for. */
export interface LoadedLine {
  readonly line: CartLine;
  readonly product: Product;
  /** Minor units to pay now: what the trial costs when one begins. */
  readonly amount: number;
  /** Minor units that the product's discount took off it. */
  readonly discount: number;
  /** What it issues, with the amounts of this session. */
  readonly cart: readonly Attachment[];
}

/** @throws DomainError not-found */
async function loadCheckout(
  unit: Transaction,
  sessionId: string,
): Promise<{ readonly session: CheckoutSession; readonly lines: readonly LoadedLine[] }> {
  const session = await load(unit.tx, kinds.checkout, sessionId, "CHK-08");
  return { session, lines: await loadLines(unit, session) };
}

/** What the lines of a session stand for. */
export async function loadLines(
  unit: Transaction,
  session: CheckoutSession,
): Promise<readonly LoadedLine[]> {
  const lines: LoadedLine[] = [];
  for (const line of session.lines) {
    const product = await productOf(unit, line);
    lines.push({
      line,
      product,
      ...dueNow(line, product, session),
      cart: product.attachments.map((it) => overridden(it, line)),
    });
  }
  return lines;
}

/** What the pay page shows of a session. */
export async function viewCheckout(
  unit: Transaction,
  sessionId: string,
): Promise<components["schemas"]["CheckoutView"]> {
  const { session, lines } = await loadCheckout(unit, sessionId);
  return {
    status: session.isPaid ? "paid" : session.expiresAt <= unit.now ? "expired" : "open",
    currency: currencyOfCart(lines),
    total: totalOfCart(lines),
    return_url: session.returnUrl,
    lines: lines.map(({ line, product, amount, cart }) => ({
      name: product.name,
      quantity: line.quantity,
      amount,
      credits: cart.map((item) => ({
        name: item.entitlementName,
        unit: item.unit,
        amount: formatAmount(creditsNow(item, line, product, session), item.precision),
      })),
    })),
  };
}

/** Credits of one item that a line issues when it is paid. */
export const creditsNow = (
  item: Attachment,
  { quantity }: CartLine,
  product: Product,
  session: CheckoutSession,
): Amount =>
  startsTrial(product, session) ? trialCreditsOf(item, quantity) : creditsOf(item, quantity);

function refuseUsed({ id, isPaid, expiresAt }: CheckoutSession, { now }: Transaction): void {
  if (isPaid) {
    throw new DomainError("checkout-consumed", "CHK-09", {
      message: `The checkout session ${id} was paid already; create a new one`,
    });
  }
  if (expiresAt <= now) {
    throw new DomainError("checkout-expired", "CHK-07", {
      message: `The checkout session ${id} expired at ${formatInstant(expiresAt)}; create a new one`,
    });
  }
}

/** Issues what one line of the cart promises; a subscription product answers the subscription it began. */
async function fulfil(
  unit: Transaction,
  session: CheckoutSession,
  { line, product, cart }: LoadedLine,
  payment: Payment,
  failsNextRenewal: boolean,
): Promise<Subscription | undefined> {
  const { metadata } = session;
  if (!isPlan(product)) {
    for (const item of cart) {
      const { customerId, id: paymentId } = payment;
      // CHK-16: one grant, times the quantity.
      const amount = creditsOf(item, line.quantity);
      await issueToBuyer(unit, { customerId, paymentId, item, amount, metadata });
    }
    return undefined;
  }
  const subscription = openSubscription(
    {
      id: unit.nextId("sub"),
      customerId: payment.customerId,
      plan: planOf(product, line.quantity, line.addons, cart),
      billing: session.billing,
      billedTo: session.billedTo,
      trialDays: trialDaysOf(product, session),
      trialAmount: trialAmountOf(line, product, session),
      isOnDemand: session.onDemand !== null,
      metadata,
      failsNextRenewal,
    },
    unit.now,
  );
  announce(unit, "subscription.active", subscription);
  if (session.onDemand?.isMandateOnly) holdOpen(unit, subscription);
  else await beginPeriod(unit, subscription);
  return subscription;
}

/** @rule CHK-15 an amount given for the session holds for every cycle of the subscription it begins */
function overridden(item: Attachment, line: CartLine): Attachment {
  const creditsAmount = line.creditsAmounts.get(item.entitlementId);
  return creditsAmount ? { ...item, creditsAmount } : item;
}

/** @rule SUB-24 the session's trial wins over the product's */
export const trialDaysOf = ({ price }: Product, session: CheckoutSession): number =>
  session.trialDays ?? (price.type === "recurring_price" ? price.trialDays : 0);

export const startsTrial = (product: Product, session: CheckoutSession): boolean =>
  product.price.type !== "one_time_price" && trialDaysOf(product, session) > 0;

/** Minor units that the trial of a line costs; null: it is free, or there is none. */
export function trialAmountOf(
  { quantity }: CartLine,
  product: Product,
  session: CheckoutSession,
): number | null {
  const price = startsTrial(product, session) ? trialPriceOf(product.price) : null;
  return price === null ? null : price * quantity;
}

/** What a line costs at once: the trial when one begins, and nothing when a mandate alone is asked for. */
function dueNow(
  line: CartLine,
  product: Product,
  session: CheckoutSession,
): Pick<LoadedLine, "amount" | "discount"> {
  const { onDemand } = session;
  if (isPlan(product) && onDemand?.isMandateOnly) return { amount: 0, discount: 0 };
  if (startsTrial(product, session)) {
    const amount = trialAmountOf(line, product, session) ?? 0;
    return { amount, discount: trialListPriceOf(product.price) * line.quantity - amount };
  }
  const extra = addonsTotal(line.addons);
  if (isPlan(product) && onDemand && onDemand.firstAmount !== null) {
    return { amount: onDemand.firstAmount + extra, discount: 0 };
  }
  const discount = discountOfLine(line, product);
  return { amount: amountOfLine(line, product) + extra, discount };
}

/** Minor units of a cart to pay at once. */
export const totalOfCart = (lines: readonly LoadedLine[]): number =>
  lines.reduce((sum, { amount }) => sum + amount, 0);

/** Currency of a cart: of its first product. */
export const currencyOfCart = (lines: readonly LoadedLine[]): string =>
  lines[0]?.product.price.currency ?? "USD";

/** @rule CHK-22 a pay-what-you-want amount changes the price, not the credits */
export const amountOfLine = (line: CartLine, { price }: Product): number =>
  (chosenAmount(line, price) ?? priceAfterDiscount(price)) * line.quantity;

/** Minor units that the discount of its product takes off a line. */
export const discountOfLine = (line: CartLine, { price }: Product): number =>
  chosenAmount(line, price) === null
    ? (price.amount - priceAfterDiscount(price)) * line.quantity
    : 0;

const chosenAmount = ({ amount }: CartLine, price: Price): number | null =>
  price.type === "one_time_price" && price.paysWhatTheyWant ? amount : null;

const productOf = async ({ tx }: Transaction, { productId }: CartLine): Promise<Product> =>
  await load(tx, kinds.product, productId, "CHK-04");

/** @rule CHK-05 an email finds its customer, or makes one */
async function payerOf(unit: Transaction, payer: Payer | null): Promise<Customer> {
  const { tx, nextId, now } = unit;
  if (payer && "customerId" in payer) return load(tx, kinds.customer, payer.customerId, "CHK-06");
  const email = payer?.email ?? "guest@example.com";
  if (payer && !payer.isAlwaysNew) {
    const [known] = await tx.find(kinds.customer, "byEmail", emailKey(email), { limit: 1 });
    if (known) return known;
  }
  const customer: Customer = {
    id: nextId("cus"),
    email,
    name: payer?.name ?? email,
    phoneNumber: payer?.phoneNumber ?? null,
    metadata: {},
    createdAt: now,
  };
  tx.put(kinds.customer, customer);
  return customer;
}
