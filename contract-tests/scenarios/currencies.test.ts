import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  oneTimePrice,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import { withOverage } from "../harness/world.js";

const inEuros = withOverage({
  overage_behavior: "invoice_at_billing",
  currency: "EUR",
  price_per_unit: "100",
});

const product = (price: object, attachments: readonly object[]) => ({
  name: "Plan",
  tax_category: "saas",
  price,
  credit_entitlements: attachments,
});

const refusal = { code: "INVALID_REQUEST_PARAMETERS", message: expect.stringMatching(/EUR.*USD/) };

scenario("OVR-60 a product attaches no overage in another currency", async (world) => {
  const credit = await world.entitlement(inEuros);
  for (const price of [recurringPrice(), oneTimePrice()]) {
    const body = product(price, [attach(credit, "10")]);
    expect(await world.refused(422, "createProduct", { body })).toEqual(refusal);
  }
  const priced = { currency: "USD", price_per_unit: "110" };
  for (const [price, more] of [
    [recurringPrice({ currency: "EUR" }), {}],
    [recurringPrice(), priced],
    [recurringPrice(), { overage_enabled: false }],
  ] as const) {
    await world.ok("createProduct", { body: product(price, [attach(credit, "10", more)]) });
  }
});

scenario("OVR-60 a currency without a price beside it renames none", async (world) => {
  const credit = await world.entitlement(inEuros);
  const body = product(recurringPrice(), [attach(credit, "10", { currency: "USD" })]);
  const { message } = await world.refused(422, "createProduct", { body });
  expect(message).toMatch(/sets `currency` USD but no `price_per_unit`.*"100".*EUR/);
});

scenario("OVR-60 nor does the price of a product change its currency alone", async (world) => {
  const credit = await world.entitlement({ ...inEuros, currency: "USD" });
  const { product_id: id } = await sell(world, recurringPrice(), [attach(credit, "10")]);
  const body = { price: recurringPrice({ currency: "EUR" }) };
  const { message } = await world.refused(422, "updateProduct", { path: { id }, body });
  expect(message).toMatch(/USD.*EUR/);
  await world.ok("updateProduct", { path: { id }, body: { ...body, credit_entitlements: [] } });
});

scenario("OVR-60 nor does a subscription switch such overage on", async (world) => {
  const credit = await world.entitlement(inEuros);
  const plan = await sell(world, recurringPrice(), [
    attach(credit, "10", { overage_enabled: false }),
  ]);
  const id = await subscribe(world, plan, await world.customer());
  const cart = (more: object) => ({
    path: { subscription_id: id },
    body: { credit_entitlement_cart: [{ credit_entitlement_id: credit.id, ...more }] },
  });
  expect(
    await world.refused(422, "updateSubscription", cart({ overage_enabled: true })),
  ).toMatchObject({ message: expect.stringMatching(/EUR.*USD/) });
  await world.ok("updateSubscription", cart({ credits_amount: "20" }));
  expect((await subscriptionOf(world, id)).credit_entitlement_cart).toMatchObject([
    { credits_amount: "20", overage_enabled: false },
  ]);
});

scenario("CHK-41 a cart has one currency", async (world) => {
  const dollars = await sell(world, oneTimePrice(), []);
  const euros = await sell(world, oneTimePrice({ currency: "EUR" }), []);
  const cart = (...products: readonly { readonly product_id: string }[]) => ({
    body: { product_cart: products.map(({ product_id }) => ({ product_id, quantity: 1 })) },
  });
  for (const operation of ["createCheckoutSession", "previewCheckoutSession"] as const) {
    const refused = await world.refused(422, operation, cart(dollars, dollars, euros));
    expect(refused.message).toMatch(/`product_cart\[2\]`.*EUR.*USD/);
    await world.ok(operation, cart(euros, euros));
  }
});

scenario("OVR-06 a price in yen is billed in yen, which have no hundredths", async (world) => {
  const credit = await world.entitlement({ ...inEuros, currency: "JPY", price_per_unit: "10" });
  const customer = await world.customer();
  const plan = await sell(world, recurringPrice({ currency: "JPY" }), [attach(credit, "10")]);
  const id = await subscribe(world, plan, customer);
  expect((await world.debit({ entitlement: credit, customer }, "40")).status).toBe(201);
  await world.advance("2026-02-01T00:00:00Z");
  const { items } = await world.ok<{ items: readonly object[] }>("listPayments", {
    query: { subscription_id: id },
  });
  expect(items[0]).toMatchObject({ currency: "JPY", total_amount: 1000 + 30 * 10 });
  await world.audited();
});

scenario("OVR-61 a limit finer than the credit's precision is refused", async (world) => {
  const credit = await world.entitlement(withOverage({ precision: 2 }));
  const body = (overage_limit: string) =>
    product(recurringPrice(), [attach(credit, "10", { overage_limit })]);
  expect(await world.refused(422, "createProduct", { body: body("1.005") })).toMatchObject({
    message: expect.stringMatching(/overage_limit.*"1.005".*precision 2/),
  });
  const plan = await sell(world, recurringPrice(), [
    attach(credit, "10", { overage_limit: "1.50" }),
  ]);
  const id = await subscribe(world, plan, await world.customer());
  const cart = (overage_limit: string) => ({
    path: { subscription_id: id },
    body: { credit_entitlement_cart: [{ credit_entitlement_id: credit.id, overage_limit }] },
  });
  await world.refused(422, "updateSubscription", cart("0.001"));
  await world.ok("updateSubscription", cart("2.250"));
  expect((await subscriptionOf(world, id)).credit_entitlement_cart).toMatchObject([
    { overage_limit: "2.25" },
  ]);
});

scenario("ENT-12 a subscription does not switch overage on without a price", async (world) => {
  const credit = await world.entitlement();
  const plan = await sell(world, recurringPrice(), [attach(credit, "10")]);
  const id = await subscribe(world, plan, await world.customer());
  const cart = (overage_enabled: boolean) => ({
    path: { subscription_id: id },
    body: { credit_entitlement_cart: [{ credit_entitlement_id: credit.id, overage_enabled }] },
  });
  expect(await world.refused(422, "updateSubscription", cart(true))).toMatchObject({
    message: expect.stringMatching(/price_per_unit/),
  });
  await world.ok("updateSubscription", cart(false));
});

scenario("ENT-18 nor does a product attach overage at a price of nothing", async (world) => {
  const credit = await world.entitlement(withOverage());
  for (const price_per_unit of ["0", "0.00"]) {
    const body = product(recurringPrice(), [attach(credit, "10", { price_per_unit })]);
    expect(await world.refused(422, "createProduct", { body })).toMatchObject({
      message: expect.stringMatching(/price_per_unit.*above zero/),
    });
  }
});
