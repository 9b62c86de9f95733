import { operationTable } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { httpScenario } from "../harness/scenario.js";
import {
  oneTimePrice,
  recurringPrice,
  sell,
  subscribe,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";

const warned = async (world: World, method: string, path: string, body?: object) => {
  const answer = await world.raw(method, path, {
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  expect(answer.status, `${method} ${path}`).toBeLessThan(300);
  return answer.headers.get("drawdown-warning")?.split("; ") ?? [];
};

const checkout = async (world: World, more: object) => {
  const { product_id } = await sell(world, oneTimePrice(), []);
  const product_cart = [{ product_id, quantity: 1 }];
  return warned(world, "POST", "/checkouts", { product_cart, ...more });
};

httpScenario("WRN-10 each field that does nothing is named with the reason", async (world) => {
  const feature_flags = { allow_discount_code: false, always_create_new_customer: true };
  expect(await checkout(world, { force_3ds: true, feature_flags, custom_fields: [] })).toEqual([
    "`feature_flags.allow_discount_code` has no effect here: the pay page has no such choice",
    "`force_3ds` has no effect here: the test cards have no bank that could be asked",
  ]);
});

httpScenario("WRN-10 null, an empty list and the default ask for nothing", async (world) => {
  const nothing = {
    force_3ds: null,
    minimal_address: false,
    short_link: false,
    allowed_payment_method_types: [],
    custom_fields: null,
    feature_flags: {},
  };
  expect(await checkout(world, nothing)).toEqual([]);
  expect(await checkout(world, { ...nothing, force_3ds: false })).toEqual([]);
});

httpScenario("WRN-10 what stands within lists is named once", async (world) => {
  const meters = [await world.meter(), await world.meter({ name: "Calls" })].map(({ id }) => ({
    meter_id: id,
    name: "Mine",
    price_per_unit: "2",
  }));
  const price = { ...recurringPrice(), type: "usage_based_price", fixed_price: 1000, meters };
  const body = { name: "Plan", tax_category: "saas", price };
  expect(await warned(world, "POST", "/products", body)).toContain(
    "`price.meters.name` has no effect here: the meter has it already",
  );
});

httpScenario("WRN-10 a query parameter is named as well", async (world) => {
  const { customer_id } = await world.customer();
  const path = `/customers/${customer_id}/customer-portal/session`;
  const mail = "`send_email` has no effect here: no mail is sent here";
  expect(await warned(world, "POST", `${path}?send_email=true`)).toEqual([mail]);
  expect(await warned(world, "POST", `${path}?send_email=false`)).toEqual([]);
  expect(await warned(world, "POST", path)).toEqual([]);
});

httpScenario("WRN-10 who cancelled is shown nowhere, and told so", async (world) => {
  const plan = await sell(world, recurringPrice(), []);
  const id = await subscribe(world, plan, await world.customer());
  const body = { status: "cancelled", cancel_reason: "cancelled_by_customer" };
  expect(await warned(world, "PATCH", `/subscriptions/${id}`, body)).toEqual([
    "`cancel_reason` has no effect here: no answer shows who cancelled",
  ]);
});

httpScenario(
  "WRN-10 a strict sandbox takes them too",
  async (world) => {
    expect(await checkout(world, { short_link: true })).toEqual([
      "`short_link` has no effect here: the address is short already",
    ]);
  },
  { strict: true },
);

httpScenario("WRN-10 another brand or currency than there is is told of", async (world) => {
  const { product_id, business_id } = await sell(world, oneTimePrice(), []);
  const path = `/products/${product_id}`;
  expect(await warned(world, "PATCH", path, { brand_id: "bus_other" })).toEqual([
    `\`brand_id\` was ignored: the only brand here is ${business_id}, which is that of the business`,
  ]);
  expect(await warned(world, "PATCH", path, { brand_id: business_id })).toEqual([]);
  const of = async (brand_id: string) =>
    (await world.ok<{ items: unknown[] }>("listProducts", { query: { brand_id } })).items.length;
  expect([await of(business_id), await of("bus_other")]).toEqual([1, 0]);
  expect(await checkout(world, { billing_currency: "EUR" })).toEqual([
    "`billing_currency` EUR was ignored: nothing is converted here, and the products are priced in USD",
  ]);
  expect(await checkout(world, { billing_currency: "USD" })).toEqual([]);
});

httpScenario("SUB-34 a first charge in another currency is refused", async (world) => {
  const { product_id } = await sell(world, recurringPrice(), []);
  const product_cart = [{ product_id, quantity: 1 }];
  const on_demand = { mandate_only: false, product_price: 500, product_currency: "EUR" };
  const body = { product_cart, subscription_data: { on_demand } };
  const { message } = await world.refused(422, "createCheckoutSession", { body });
  expect(message).toContain("`subscription_data.on_demand.product_currency` is EUR");
  on_demand.product_currency = "USD";
  await world.ok("createCheckoutSession", { body });
});

httpScenario("WRN-10 the document gives a reason for each", async () => {
  const listed = operationTable.flatMap((it) => it.withoutEffect);
  expect(listed.length).toBeGreaterThan(80);
  for (const { why, path } of listed) expect(why, path.join(".")).toMatch(/^[a-z].+[^.]$/);
});

httpScenario("ENT-24 a field of another kind of price is told of", async (world) => {
  const price = { ...usagePrice(), trial_period_days: 14, pay_what_you_want: true, price: 5 };
  const body = { name: "Plan", tax_category: "saas", price };
  const told = ["trial_period_days", "pay_what_you_want", "price"];
  const made = await warned(world, "POST", "/products", body);
  for (const name of told) expect(made.join()).toContain(`unknown field \`price.${name}\``);
  expect(made).toHaveLength(told.length);
  const { product_id } = await sell(world, oneTimePrice(), []);
  const changed = await warned(world, "PATCH", `/products/${product_id}`, { price });
  expect(changed).toEqual(made);
  expect(
    await warned(world, "PATCH", `/products/${product_id}`, { price: recurringPrice() }),
  ).toEqual([]);
});
