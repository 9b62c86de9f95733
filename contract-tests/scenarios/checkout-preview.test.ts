import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  openCheckout,
  type Product,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import type { Customer, Entitlement, World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Preview = components["schemas"]["CalculateSessionResponse"];

const cart = (product: Product, line: Fields = {}): Fields => ({
  product_cart: [{ product_id: product.product_id, quantity: 1, ...line }],
});

const preview = (world: World, body: Fields): Promise<Preview> =>
  world.ok("previewCheckoutSession", { body });

const breakup = (amount: number) => ({ subtotal: amount, discount: 0, total_amount: amount });

const included = (entitlement: Entitlement, credits_amount: string) => ({
  credit_entitlement_id: entitlement.id,
  credit_entitlement_name: entitlement.name,
  credit_entitlement_unit: entitlement.unit,
  credits_amount,
});

const override = (entitlement: Entitlement, credits_amount: string) => ({
  credit_entitlements: [{ credit_entitlement_id: entitlement.id, credits_amount }],
});

/** Everything a checkout could have left behind. */
const stored = async (world: World) => ({
  customers: await world.ok("listCustomers"),
  payments: await world.ok("listPayments"),
  subscriptions: await world.ok("listSubscriptions"),
});

scenario("CHK-17 the preview of a plan names its price and its credits", async (world) => {
  const text = await world.entitlement({ name: "Text", unit: "token" });
  const image = await world.entitlement({ name: "Images", unit: "image" });
  const plan = await sell(world, recurringPrice(), [attach(text, "100"), attach(image, "7")]);
  expect(await preview(world, cart(plan))).toMatchObject({
    currency: "USD",
    total_price: 1000,
    current_breakup: breakup(1000),
    recurring_breakup: breakup(1000),
    next_billing_date: "2026-02-01T00:00:00.000000Z",
    product_cart: [
      {
        product_id: plan.product_id,
        quantity: 1,
        is_subscription: true,
        is_usage_based: false,
        credit_entitlements: [included(text, "100"), included(image, "7")],
        meters: [],
      },
    ],
  });
});

scenario("CHK-17 the preview of a pack has nothing that recurs", async (world) => {
  const { entitlement } = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "100")]);
  const shown = await preview(world, cart(pack));
  expect(shown).toMatchObject({
    total_price: 500,
    current_breakup: breakup(500),
    product_cart: [{ is_subscription: false, credit_entitlements: [included(entitlement, "100")] }],
  });
  expect([shown.recurring_breakup ?? null, shown.next_billing_date ?? null]).toEqual([null, null]);
});

scenario("CHK-17 three packs cost three times and bring three times", async (world) => {
  const { entitlement } = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "100")]);
  expect(await preview(world, cart(pack, { quantity: 3 }))).toMatchObject({
    total_price: 1500,
    product_cart: [{ quantity: 3, credit_entitlements: [included(entitlement, "300")] }],
  });
});

scenario("CHK-17 a plan and a pack are summed, and only the plan recurs", async (world) => {
  const [plan, pack] = [
    await sell(world, recurringPrice(), []),
    await sell(world, oneTimePrice(), []),
  ];
  const product_cart = [plan, pack].map((it) => ({ product_id: it.product_id, quantity: 1 }));
  expect(await preview(world, { product_cart })).toMatchObject({
    total_price: 1500,
    current_breakup: breakup(1500),
    recurring_breakup: breakup(1000),
  });
});

scenario("CHK-17 the preview counts with the amounts of the session", async (world) => {
  const { entitlement } = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100")]);
  expect(await preview(world, cart(plan, override(entitlement, "250")))).toMatchObject({
    product_cart: [{ credit_entitlements: [included(entitlement, "250")] }],
  });
  expect(await preview(world, cart(plan))).toMatchObject({
    product_cart: [{ credit_entitlements: [included(entitlement, "100")] }],
  });
});

scenario("CHK-17 a trial costs nothing yet and brings its own credits", async (world) => {
  const { entitlement } = await open(world);
  const trial = { trial_credits: "10" };
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100", trial)]);
  const subscription_data = { trial_period_days: 14 };
  expect(await preview(world, { ...cart(plan), subscription_data })).toMatchObject({
    total_price: 0,
    current_breakup: breakup(0),
    recurring_breakup: breakup(1000),
    trial_period_days: 14,
    next_billing_date: "2026-01-15T00:00:00.000000Z",
    product_cart: [{ credit_entitlements: [included(entitlement, "10")] }],
  });
  const paid = await preview(world, cart(plan));
  expect(paid).toMatchObject({
    total_price: 1000,
    product_cart: [{ credit_entitlements: [included(entitlement, "100")] }],
  });
  expect(paid.trial_period_days ?? null).toBeNull();
});

scenario("CHK-17 the preview of a usage-based plan names its meters", async (world) => {
  const { entitlement } = await open(world);
  const tokens = await world.meter({ name: "Tokens in" });
  const calls = await world.meter({ name: "Calls", measurement_unit: "call" });
  const money = { meter_id: calls.id, price_per_unit: "2", free_threshold: 1000 };
  const price = usagePrice([meterLink(tokens, entitlement), money]);
  const plan = await sell(world, price, [attach(entitlement, "100")]);
  expect(await preview(world, cart(plan))).toMatchObject({
    total_price: 1000,
    product_cart: [
      {
        is_subscription: true,
        is_usage_based: true,
        credit_entitlements: [included(entitlement, "100")],
        meters: [
          { name: "Tokens in", measurement_unit: "token", price_per_unit: "0" },
          { name: "Calls", measurement_unit: "call", price_per_unit: "2", free_threshold: 1000 },
        ],
      },
    ],
  });
});

scenario("CHK-17 the preview counts add-ons, now and at each renewal", async (world) => {
  const plan = await sell(world, recurringPrice(), []);
  const { id: addon_id } = await world.ok<{ id: string }>("createAddon", {
    body: { name: "Seat", currency: "USD", price: 200, tax_category: "saas" },
  });
  const addons = [{ addon_id, quantity: 3 }];
  expect(await preview(world, cart(plan, { addons }))).toMatchObject({
    total_price: 1600,
    recurring_breakup: breakup(1600),
    product_cart: [
      {
        addons: [
          {
            addon_id,
            name: "Seat",
            quantity: 3,
            single_quantity_price: 200,
            discounted_price: 600,
          },
        ],
      },
    ],
  });
});

scenario("CHK-17 a preview stores nothing and issues nothing", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const before = await stored(world);
  const newcomer = { email: "grace@example.com", name: "Grace" };
  for (const customer of [newcomer, { customer_id: holding.customer.customer_id }]) {
    const body = { ...cart(plan), customer, confirm: true, billing_address: { country: "DE" } };
    expect(await preview(world, body)).toMatchObject({ billing_country: "DE" });
  }
  expect(await stored(world)).toEqual(before);
  expect(await world.entries(holding)).toEqual([]);
});

scenario("CHK-17 a preview refuses what a session refuses", async (world) => {
  const { entitlement } = await open(world);
  const other = await world.entitlement({ name: "Other" });
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "100")]);
  const metered = await sell(world, usagePrice(), []);
  const gone = await sell(world, oneTimePrice(), []);
  await world.ok("archiveProduct", { path: { id: gone.product_id } });
  const wrong: readonly Fields[] = [
    { product_cart: [] },
    {},
    { product_cart: [{ product_id: "pdt_none", quantity: 1 }] },
    cart(gone),
    cart(pack, { quantity: 0 }),
    cart(metered, { quantity: 2 }),
    cart(pack, override(other, "5")),
    cart(pack, override(entitlement, "0")),
    { ...cart(pack), customer: { customer_id: "cus_none" } },
  ];
  for (const body of wrong) {
    const session = await world.refused(422, "createCheckoutSession", { body });
    const shown = await world.refused(422, "previewCheckoutSession", { body });
    expect(shown.code, JSON.stringify(body)).toBe(session.code);
  }
});

scenario("CHK-23 a total under half a dollar is refused", async (world) => {
  for (const price of [1, 49]) {
    const body = cart(await sell(world, oneTimePrice({ price }), []));
    for (const call of ["createCheckoutSession", "previewCheckoutSession"] as const) {
      const { code } = await world.refused(422, call, { body });
      expect(code).toBe("TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT");
    }
  }
});

scenario("CHK-23 the total counts, and nothing at all is not too little", async (world) => {
  const { customer } = await open(world);
  const small = await sell(world, oneTimePrice({ price: 25 }), []);
  expect(await preview(world, cart(small, { quantity: 2 }))).toMatchObject({ total_price: 50 });
  await buy(world, small, customer, { quantity: 2 });
  const free = await sell(world, oneTimePrice({ price: 0 }), []);
  expect(await preview(world, cart(free))).toMatchObject({ total_price: 0 });
  const plan = await sell(world, recurringPrice(), []);
  const subscription_data = { trial_period_days: 7 };
  expect(await preview(world, { ...cart(plan), subscription_data })).toMatchObject({
    total_price: 0,
  });
  await openCheckout(world, plan, customer, { subscription_data });
});

for (const path of ["/payments", "/subscriptions"]) {
  scenario(`ERR-10 POST ${path} is the vendor's and not served here`, async (world) => {
    const customer = await world.customer();
    const product = await sell(world, oneTimePrice(), []);
    const before = await stored(world);
    const answer = await world.raw("POST", path, {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        billing: { country: "US" },
        customer: { customer_id: customer.customer_id },
        ...cart(product),
      }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      501,
      { code: "NOT_SERVED_BY_DRAWDOWN" },
    ]);
    expect(await stored(world)).toEqual(before);
  });
}

const forbidSeveral = (world: World) =>
  world.control("PATCH", "/_sandbox/policy", { severalSubscriptions: "refused" });

const second = (plan: Product, { customer_id }: Customer) => ({
  ...cart(plan),
  customer: { customer_id },
});

scenario("CHK-29 a customer may have several subscriptions", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice(), []);
  const ids = [await subscribe(world, plan, customer), await subscribe(world, plan, customer)];
  expect(new Set(ids).size).toBe(2);
});

const states: { readonly [status: string]: (world: World, id: string) => Promise<unknown> } = {
  active: async () => undefined,
  on_hold: async (world, id) => {
    await setCard(world, id, true);
    await world.advance("2026-02-01T00:00:00Z");
  },
  paused: (world, subscription_id) =>
    world.ok("updateSubscription", { path: { subscription_id }, body: { status: "paused" } }),
};
for (const [status, reach] of Object.entries(states)) {
  scenario(`CHK-29 a business may forbid a second beside one ${status}`, async (world) => {
    const { customer } = await open(world);
    const plan = await sell(world, recurringPrice(), []);
    const id = await subscribe(world, plan, customer);
    await reach(world, id);
    expect((await subscriptionOf(world, id)).status).toBe(status);
    await forbidSeveral(world);
    const body = second(plan, customer);
    const { code } = await world.refused(422, "createCheckoutSession", { body });
    expect(code).toBe("CUSTOMER_HAS_EXISTING_SUBSCRIPTION");
  });
}

scenario("CHK-29 packs, others and a new start are not forbidden", async (world) => {
  const { customer } = await open(world);
  const other = await world.customer({ email: "grace@example.com", name: "Grace" });
  const plan = await sell(world, recurringPrice(), []);
  const pack = await sell(world, oneTimePrice(), []);
  await forbidSeveral(world);
  const subscription_id = await subscribe(world, plan, customer);
  await buy(world, pack, customer);
  await subscribe(world, plan, other);
  await world.refused(422, "createCheckoutSession", { body: second(plan, customer) });
  const body = { status: "cancelled" };
  await world.ok("updateSubscription", { path: { subscription_id }, body });
  expect(await subscribe(world, plan, customer)).not.toBe(subscription_id);
});
