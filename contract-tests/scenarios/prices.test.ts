import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

const preview = (world: World, product: Product, { quantity = 1, ...more }: Fields = {}) =>
  world.ok<Fields>("previewCheckoutSession", {
    body: { product_cart: [{ product_id: product.product_id, quantity }], ...more },
  });

const paid = async (world: World, payment_id: string) =>
  (await world.ok<Payment>("retrievePayment", { path: { payment_id } })).total_amount;

const newestPaid = async (world: World) =>
  (await world.ok<{ items: Payment[] }>("listPayments")).items[0]?.total_amount;

const breakup = (subtotal: number, discount: number) => ({
  subtotal,
  discount,
  total_amount: subtotal - discount,
});

for (const [price, discount, quantity, total] of [
  [500, 20, 1, 400],
  [995, 10, 1, 896],
  [995, 10, 3, 2688],
  [500, 0, 1, 500],
  [500, 100, 1, 0],
] as const) {
  scenario(`CHK-30 ${discount} percent off ${quantity} × ${price} is ${total}`, async (world) => {
    const { customer } = await open(world);
    const pack = await sell(world, oneTimePrice({ price, discount }), []);
    const list = price * quantity;
    expect(await preview(world, pack, { quantity })).toMatchObject({
      total_price: total,
      current_breakup: breakup(list, list - total),
      product_cart: [
        {
          og_price: list,
          discounted_price: total,
          discount_amount: list === total ? null : list - total,
        },
      ],
    });
    const { payment_id } = await buy(world, pack, customer, { quantity });
    expect(await paid(world, payment_id)).toBe(total);
  });
}

for (const [name, price] of [
  ["recurring", recurringPrice({ discount: 25 })],
  ["usage-based", usagePrice([], { discount: 25 })],
] as const) {
  scenario(`CHK-30 a ${name} price is reduced at every renewal`, async (world) => {
    const { customer } = await open(world);
    const plan = await sell(world, price, []);
    expect(await preview(world, plan)).toMatchObject({
      total_price: 750,
      current_breakup: breakup(1000, 250),
      recurring_breakup: breakup(1000, 250),
    });
    const id = await subscribe(world, plan, customer);
    expect(await newestPaid(world)).toBe(750);
    expect((await subscriptionOf(world, id)).recurring_pre_tax_amount).toBe(750);
    await world.advance("2026-02-01T00:00:00Z");
    expect(await newestPaid(world)).toBe(750);
  });
}

scenario("CHK-30 add-ons and amounts of the session are not reduced", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice({ discount: 50 }), []);
  const { id: addon_id } = await world.ok<{ id: string }>("createAddon", {
    body: { name: "Seat", currency: "USD", price: 200, tax_category: "saas" },
  });
  await subscribe(world, plan, customer, { line: { addons: [{ addon_id, quantity: 1 }] } });
  expect(await newestPaid(world)).toBe(700);
  const on_demand = { mandate_only: false, product_price: 300 };
  await subscribe(world, plan, customer, { subscription_data: { on_demand } });
  expect(await newestPaid(world)).toBe(300);
});

const change = (world: World, subscription_id: string, product: Product) =>
  world.ok("changePlan", {
    path: { subscription_id },
    body: {
      product_id: product.product_id,
      quantity: 1,
      proration_billing_mode: "full_immediately",
    },
  });

scenario("CHK-30 a plan change charges what is left of the price", async (world) => {
  const { customer } = await open(world);
  const small = await sell(world, recurringPrice(), []);
  const large = await sell(world, recurringPrice({ price: 2000, discount: 10 }), []);
  const id = await subscribe(world, small, customer);
  await change(world, id, large);
  expect(await newestPaid(world)).toBe(1800);
});

const withTrial = (more: Fields = {}) =>
  recurringPrice({ trial_period_days: 14, trial_amount: 200, ...more });

scenario("SUB-28 a trial costs what the price says, and the plan after it", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, withTrial(), [
    attach(holding.entitlement, "100", { trial_credits: "10" }),
  ]);
  expect(plan.price).toMatchObject({ trial_amount: 200, trial_apply_discounts: null });
  expect(await preview(world, plan)).toMatchObject({
    total_price: 200,
    trial_amount: 200,
    current_breakup: breakup(200, 0),
    recurring_breakup: breakup(1000, 0),
  });
  const id = await subscribe(world, plan, holding.customer);
  expect(await newestPaid(world)).toBe(200);
  expect(await subscriptionOf(world, id)).toMatchObject({ trial_amount: 200, status: "active" });
  await world.advance("2026-01-15T00:00:00Z");
  expect(await newestPaid(world)).toBe(1000);
  expect(await world.ledger(holding)).toBe(
    "credit_added +10 : 0→10, overage 0→0\ncredit_added +100 : 10→110, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

for (const [more, quantity, amount] of [
  [{}, 3, 600],
  [{ discount: 50 }, 1, 200],
  [{ discount: 50, trial_apply_discounts: false }, 1, 200],
  [{ discount: 50, trial_apply_discounts: true }, 2, 200],
] as const) {
  const name = JSON.stringify({ ...more, quantity });
  scenario(`SUB-28 a trial of 200 costs ${amount} with ${name}`, async (world) => {
    const { customer } = await open(world);
    const plan = await sell(world, withTrial(more), []);
    expect(await preview(world, plan, { quantity })).toMatchObject({
      total_price: amount,
      trial_amount: amount,
      current_breakup: breakup(200 * quantity, 200 * quantity - amount),
    });
    await subscribe(world, plan, customer, { quantity });
    expect(await newestPaid(world)).toBe(amount);
  });
}

scenario("SUB-28 without an amount, or without a trial, it costs nothing", async (world) => {
  const { customer } = await open(world);
  for (const trial_amount of [null, 0]) {
    const plan = await sell(world, withTrial({ trial_amount }), []);
    expect(await preview(world, plan)).toMatchObject({ total_price: 0, trial_amount: 0 });
    const id = await subscribe(world, plan, customer);
    expect((await subscriptionOf(world, id)).trial_amount).toBeNull();
  }
  const plan = await sell(world, withTrial({ trial_period_days: 0 }), []);
  expect(await preview(world, plan)).toMatchObject({ total_price: 1000, trial_amount: null });
  const id = await subscribe(world, plan, customer);
  expect((await subscriptionOf(world, id)).trial_amount).toBeNull();
});

scenario("SUB-28 a mandate alone charges no trial", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, withTrial(), []);
  const on_demand = { mandate_only: true };
  await subscribe(world, plan, customer, { subscription_data: { on_demand } });
  expect(await newestPaid(world)).toBe(0);
});

const chosen = (world: World, product: Product, amount: number | null) =>
  world.call("createCheckoutSession", {
    body: { product_cart: [{ product_id: product.product_id, quantity: 1, amount }] },
  });

scenario("CHK-31 the price is the least that the buyer may choose", async (world) => {
  const { customer } = await open(world);
  const pack = await sell(world, oneTimePrice({ pay_what_you_want: true }), []);
  for (const amount of [0, 499]) {
    const { status, body } = await chosen(world, pack, amount);
    expect([status, body]).toMatchObject([422, { code: "INVALID_REQUEST_PARAMETERS" }]);
    expect(body).toMatchObject({ message: expect.stringContaining("its price, 500") });
  }
  for (const amount of [500, 1234]) {
    const { payment_id } = await buy(world, pack, customer, { line: { amount } });
    expect(await paid(world, payment_id)).toBe(amount);
  }
  const { payment_id } = await buy(world, pack, customer, { line: { amount: null } });
  expect(await paid(world, payment_id)).toBe(500);
});

scenario("CHK-31 a discount lowers the least, and not what is chosen", async (world) => {
  const { customer } = await open(world);
  const pack = await sell(world, oneTimePrice({ pay_what_you_want: true, discount: 20 }), []);
  expect((await chosen(world, pack, 399)).status).toBe(422);
  const { payment_id } = await buy(world, pack, customer, { line: { amount: 450 } });
  expect(await paid(world, payment_id)).toBe(450);
});

scenario("CHK-31 an amount for a fixed price is ignored with a warning", async (world) => {
  const { customer } = await open(world);
  for (const price of [oneTimePrice(), recurringPrice({ price: 500 })]) {
    const product = await sell(world, price, []);
    const answer = await world.raw("POST", "/checkouts", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        product_cart: [{ product_id: product.product_id, quantity: 1, amount: 9 }],
      }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("drawdown-warning")).toMatch(
      /^`product_cart\[0\]\.amount` was ignored, because pdt_\w+ has a fixed price/,
    );
    const { payment_id } = await buy(world, product, customer, { line: { amount: 9 } });
    expect(await paid(world, payment_id)).toBe(500);
  }
});

for (const tax_inclusive of [true, false, null]) {
  scenario(
    `SUB-14 a price with tax_inclusive ${tax_inclusive} says so everywhere`,
    async (world) => {
      const { customer } = await open(world);
      const plan = await sell(world, recurringPrice({ tax_inclusive }), []);
      const said = tax_inclusive ?? false;
      expect(await preview(world, plan)).toMatchObject({ product_cart: [{ tax_inclusive: said }] });
      const subscription_id = await subscribe(world, plan, customer);
      expect((await subscriptionOf(world, subscription_id)).tax_inclusive).toBe(said);
      const body = {
        product_id: plan.product_id,
        quantity: 2,
        proration_billing_mode: "full_immediately",
      };
      expect(
        await world.ok("previewChangePlan", { path: { subscription_id }, body }),
      ).toMatchObject({
        immediate_charge: { line_items: [{ tax_inclusive: said }] },
        new_plan: { tax_inclusive: said },
      });
    },
  );
}

scenario("CHK-30 what a discount leaves has to be enough to charge", async (world) => {
  const { customer } = await open(world);
  const pack = await sell(world, oneTimePrice({ price: 60, discount: 50 }), []);
  const body = {
    product_cart: [{ product_id: pack.product_id, quantity: 1 }],
    customer: { customer_id: customer.customer_id },
  };
  const { code } = await world.refused(422, "createCheckoutSession", { body });
  expect(code).toBe("TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT");
  await openCheckout(world, pack, customer, { quantity: 2 });
});
