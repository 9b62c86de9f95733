import type { components } from "@drawdown/spec/dodo";
import { formatAmount } from "#domain/amount.js";
import { addDays, addTimeframe, formatInstant, type Instant } from "#domain/time.js";
import { addonsTotal } from "../catalogue/addons/rules.js";
import { isPlan } from "../catalogue/products/rules.js";
import { currencyOf } from "../present-currency.js";
import {
  amountOfLine,
  creditsNow,
  currencyOfCart,
  discountOfLine,
  type LoadedLine,
  startsTrial,
  totalOfCart,
  trialAmountOf,
  trialDaysOf,
} from "./complete.js";
import type { CheckoutSession } from "./rules.js";

type Schemas = components["schemas"];

/** What a checkout would come to, now and at each renewal. */
export function presentPreview(
  session: CheckoutSession,
  lines: readonly LoadedLine[],
  now: Instant,
): Schemas["CalculateSessionResponse"] {
  const total = totalOfCart(lines);
  const plan = lines.find(({ product }) => isPlan(product));
  const trialDays = plan ? trialDaysOf(plan.product, session) : 0;
  const plans = lines.filter(({ product }) => isPlan(product));
  const recurring = totalOver(
    plans,
    ({ line, product }) => amountOfLine(line, product) + addonsTotal(line.addons),
  );
  const trialAmount = totalOver(
    plans,
    ({ line, product }) => trialAmountOf(line, product, session) ?? 0,
  );
  return {
    billing_country: session.billing.country as Schemas["CountryCodeAlpha2"], // of the document's enum
    currency: currencyOf(currencyOfCart(lines)),
    current_breakup: breakup(
      total,
      totalOver(lines, (it) => it.discount),
    ),
    recurring_breakup:
      plan && !session.onDemand
        ? breakup(
            recurring,
            totalOver(plans, ({ line, product }) => discountOfLine(line, product)),
          )
        : null,
    total_price: total,
    total_tax: null,
    is_byop: false,
    payment_method_required: true,
    next_billing_date: plan ? formatInstant(nextBilling(plan, trialDays, now)) : null,
    trial_amount: trialDays > 0 ? trialAmount : null,
    trial_period_days: trialDays > 0 ? trialDays : null,
    product_cart: lines.map((it) => presentLine(it, session)),
    tax_id_business_name: null,
    tax_id_err_msg: null,
    tax_id_format_name: null,
  };
}

const totalOver = (lines: readonly LoadedLine[], amountOf: (line: LoadedLine) => number): number =>
  lines.reduce((sum, it) => sum + amountOf(it), 0);

const breakup = (amount: number, discount: number): Schemas["CurrentBreakup"] => ({
  subtotal: amount + discount,
  discount,
  tax: null,
  total_amount: amount,
});

const nextBilling = ({ product }: LoadedLine, trialDays: number, now: Instant): Instant =>
  trialDays > 0 || !isPlan(product)
    ? addDays(now, trialDays)
    : addTimeframe(now, product.price.frequency);

const untaxed = { tax: null, tax_inclusive: false, tax_rate: 0 };

function presentLine(
  { line, product, cart, discount }: LoadedLine,
  session: CheckoutSession,
): Schemas["CalculatedProductCartItem"] {
  const { price } = product;
  const currency = currencyOf(price.currency);
  const amount = startsTrial(product, session)
    ? (trialAmountOf(line, product, session) ?? 0)
    : amountOfLine(line, product);
  return {
    ...untaxed,
    tax_inclusive: price.isTaxInclusive ?? false,
    product_id: product.id,
    name: product.name,
    description: product.description,
    quantity: line.quantity,
    is_subscription: isPlan(product),
    is_usage_based: price.type === "usage_based_price",
    currency,
    discounted_price: amount,
    discount_amount: discount === 0 ? null : discount,
    discount_cycle: null,
    og_currency: currency,
    og_price: amountOfLine(line, product) + discountOfLine(line, product),
    tax_category: product.taxCategory as Schemas["TaxCategory"], // of the document's enum
    credit_entitlements: cart.map((item) => ({
      credit_entitlement_id: item.entitlementId,
      credit_entitlement_name: item.entitlementName,
      credit_entitlement_unit: item.unit,
      credits_amount: formatAmount(creditsNow(item, line, product, session), item.precision),
    })),
    meters: (price.type === "usage_based_price" ? price.meters : []).map((meter) => ({
      name: meter.meterName,
      description: meter.description,
      measurement_unit: meter.measurementUnit,
      free_threshold: meter.freeThreshold,
      price_per_unit: meter.pricePerUnit?.toFixed() ?? "0",
    })),
    addons: line.addons.map((it) => ({
      ...untaxed,
      addon_id: it.addonId,
      name: it.name,
      description: null,
      quantity: it.quantity,
      currency,
      single_quantity_price: it.price,
      discounted_price: it.price * it.quantity,
      discount_amount: null,
      og_currency: currency,
      og_price: it.price * it.quantity,
      tax_category: product.taxCategory as Schemas["TaxCategory"],
    })),
  };
}
