import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  oneTimePrice,
  type Payment,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import {
  change,
  chargesOf,
  datesOf,
  halfway,
  later,
  modes,
  nothingCharged,
  type Preview,
  paymentsOf,
  planOf,
  policy,
  refusal,
  request,
  stateOf,
  subscribed,
  thirtyDays,
} from "./support/plan-changes.js";

type Fields = Readonly<Record<string, unknown>>;

const sellUsage = (world: World, price: number, meters: readonly Fields[] = []) =>
  sell(world, usagePrice(meters, { ...thirtyDays, fixed_price: price }), []);

const patch = (world: World, id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body });

const makeAddon = async (world: World, price: number): Promise<string> => {
  const body = { name: "Seat", currency: "USD", price, tax_category: "saas" };
  return (await world.ok<{ id: string }>("createAddon", { body })).id;
};
for (const [mode, charges] of modes) {
  scenario(`SUB-30 ${mode} changes the plan and bills its way`, async (world) => {
    const { id, pro } = await halfway(world);
    await change(world, id, pro, { proration_billing_mode: mode });
    expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", ...charges]);
    expect(await subscriptionOf(world, id)).toMatchObject({
      product_id: pro.product_id,
      quantity: 1,
      recurring_pre_tax_amount: 8000,
      status: "active",
    });
  });
}

scenario("SUB-30 product, quantity and mode are needed", async (world) => {
  const { id, pro } = await halfway(world);
  for (const bad of [
    { product_id: undefined },
    { quantity: undefined },
    { quantity: 0 },
    { quantity: 1.5 },
    { proration_billing_mode: undefined },
    { proration_billing_mode: "sometimes" },
    { effective_at: "tomorrow" },
    { on_payment_failure: "shrug" },
  ]) {
    expect(await refusal(world, 422, id, pro, bad), JSON.stringify(bad)).toBe(
      "INVALID_REQUEST_BODY",
    );
  }
});

scenario("SUB-30 a product that cannot follow is refused", async (world) => {
  const { id } = await halfway(world);
  const archived = await planOf(world, 100);
  await world.ok("archiveProduct", { path: { id: archived.product_id } });
  const usage = await sellUsage(world, 100);
  const addon = { addon_id: await makeAddon(world, 100), quantity: 1 };
  const codes = [
    await refusal(world, 422, id, { product_id: "pdt_unknown" }),
    await refusal(world, 422, id, await sell(world, oneTimePrice(), [])),
    await refusal(world, 422, id, await planOf(world, 100, { currency: "EUR" })),
    await refusal(world, 422, id, archived),
    await refusal(world, 422, id, usage, { quantity: 2 }),
    await refusal(world, 422, id, usage, { addons: [addon] }),
  ];
  expect(codes).toEqual([
    "INVALID_REQUEST_PARAMETERS",
    "INVALID_REQUEST_PARAMETERS",
    "INVALID_REQUEST_PARAMETERS",
    "PRODUCT_IS_DELETED",
    "INVALID_QUANTITY",
    "ADDONS_IN_USAGE_BASED_BILLING_NOT_SUPPORTED",
  ]);
});

scenario("SUB-30 an unknown subscription has no plan to change", async (world) => {
  const pro = await planOf(world, 8000);
  for (const operation of ["changePlan", "previewChangePlan"] as const) {
    await world.refused(404, operation, request("sub_unknown", pro));
  }
});

scenario("SUB-30 the quantity of the same plan can change", async (world) => {
  const { id, basic } = await halfway(world);
  await change(world, id, basic, { quantity: 3 });
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 3,
    recurring_pre_tax_amount: 9000,
  });
  await world.advance("30d");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 3000",
    "succeeded 3000",
    "succeeded 9000",
  ]);
});

scenario("SUB-31 a change said to be immediate is one", async (world) => {
  const { id, pro } = await halfway(world);
  await change(world, id, pro, { effective_at: "immediately" });
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: pro.product_id,
    scheduled_change: null,
  });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 2500"]);
});

scenario("SUB-58 a change is not paid on a page of its own", async (world) => {
  const { id, basic, pro } = await halfway(world);
  const onPage = { collect_via_payment_link: true, on_payment_failure: "prevent_change" };
  const before = await stateOf(world, id);
  const { code } = await world.refused(422, "changePlan", request(id, pro, onPage));
  expect(code).toBe("UNSUPPORTED_ACTION");
  expect(await stateOf(world, id)).toEqual(before);
  const preview = await world.ok<Preview>("previewChangePlan", request(id, pro, onPage));
  expect(preview.new_plan.product_id).toBe(pro.product_id);
  await change(world, id, basic, { collect_via_payment_link: false, quantity: 2 });
  expect((await subscriptionOf(world, id)).quantity).toBe(2);
});

scenario("SUB-34 only an active subscription changes its plan", async (world) => {
  const { customer, basic, pro } = await subscribed(world);
  const begun = () => subscribe(world, basic, customer);
  const [held, paused, ended] = [await begun(), await begun(), await begun()];
  await patch(world, paused, { status: "paused" });
  await patch(world, ended, { status: "cancelled" });
  await setCard(world, held, true);
  await world.advance("30d");
  for (const id of [held, paused, ended]) {
    for (const more of [{}, later]) {
      expect(await refusal(world, 422, id, pro, more)).toBe(
        "INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED",
      );
    }
  }
});

scenario("SUB-34 a subscription charged on demand keeps its plan", async (world) => {
  const { id, pro } = await halfway(world, {
    subscription_data: { on_demand: { mandate_only: true } },
  });
  for (const more of [{}, later]) {
    expect(await refusal(world, 422, id, pro, more)).toBe("ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED");
  }
});

for (const more of [{}, { on_payment_failure: "apply_change" }, { on_payment_failure: null }]) {
  const said = JSON.stringify(more);
  scenario(`SUB-35 a declined change is applied and holds (${said})`, async (world) => {
    const { id, pro } = await halfway(world);
    await setCard(world, id, true);
    await change(world, id, pro, more);
    expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "failed 2500"]);
    expect(await subscriptionOf(world, id)).toMatchObject({
      product_id: pro.product_id,
      status: "on_hold",
    });
    await world.advance("3d");
    await setCard(world, id, false);
    expect(await chargesOf(world, id)).toEqual(["succeeded 3000", "succeeded 2500"]);
    expect(await subscriptionOf(world, id)).toMatchObject({
      product_id: pro.product_id,
      status: "active",
    });
  });
}

scenario("SUB-35 a declined change that is prevented waits", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await setCard(world, id, true);
  const { payment_id } = await change(world, id, pro, { on_payment_failure: "prevent_change" });
  const payment = await world.ok<Payment>("retrievePayment", {
    path: { payment_id: String(payment_id) },
  });
  expect(payment).toMatchObject({ status: "failed", total_amount: 2500, subscription_id: id });
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    recurring_pre_tax_amount: 3000,
    status: "active",
  });
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-31");
  await setCard(world, id, false);
  expect(await chargesOf(world, id)).toEqual(["succeeded 3000", "succeeded 2500"]);
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: pro.product_id,
    recurring_pre_tax_amount: 8000,
    status: "active",
  });
});

scenario("SUB-35 a card that fails does not matter when nothing is due", async (world) => {
  const { id, pro } = await halfway(world);
  await setCard(world, id, true);
  await change(world, id, pro, { proration_billing_mode: "do_not_bill" });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000"]);
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: pro.product_id,
    status: "active",
  });
});

for (const more of [{}, { addons: [] }, { addons: null }]) {
  scenario(`SUB-46 add-ons go with ${JSON.stringify(more)}`, async (world) => {
    const addon_id = await makeAddon(world, 500);
    const { id, pro } = await halfway(world, { line: { addons: [{ addon_id, quantity: 2 }] } });
    expect(await subscriptionOf(world, id)).toMatchObject({
      addons: [{ addon_id, quantity: 2 }],
      recurring_pre_tax_amount: 4000,
    });
    await change(world, id, pro, more);
    expect(await subscriptionOf(world, id)).toMatchObject({
      addons: [],
      recurring_pre_tax_amount: 8000,
    });
    await world.advance("30d");
    expect(await paymentsOf(world, id)).toEqual([
      "succeeded 4000",
      "succeeded 2000",
      "succeeded 8000",
    ]);
  });
}

scenario("SUB-46 the add-ons named are those from then on", async (world) => {
  const { id, pro } = await halfway(world);
  const addon_id = await makeAddon(world, 1000);
  await change(world, id, pro, { addons: [{ addon_id, quantity: 2 }] });
  expect(await subscriptionOf(world, id)).toMatchObject({
    addons: [{ addon_id, quantity: 2 }],
    recurring_pre_tax_amount: 10000,
  });
  await world.advance("30d");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 3000",
    "succeeded 3500",
    "succeeded 10000",
  ]);
});

scenario("SUB-46 unknown add-ons and more than ten are refused", async (world) => {
  const { id, pro } = await halfway(world);
  await refusal(world, 422, id, pro, { addons: [{ addon_id: "adn_unknown", quantity: 1 }] });
  const eleven: Fields[] = [];
  while (eleven.length < 11) {
    eleven.push({ addon_id: await makeAddon(world, 100), quantity: 1 });
  }
  await refusal(world, 422, id, pro, { addons: eleven });
  await change(world, id, pro, { addons: eleven.slice(1) });
  expect((await subscriptionOf(world, id)).addons).toHaveLength(10);
});

scenario("SUB-47 usage-based plans can change", async (world) => {
  const { customer } = await open(world);
  const meter = await world.meter();
  const priced = [{ meter_id: meter.id, price_per_unit: "2", free_threshold: 0 }];
  const id = await subscribe(world, await sellUsage(world, 3000, priced), customer);
  await world.advance("15d");
  await use(world, customer, "e-1", 50);
  await world.advance("1h");
  const pro = await sellUsage(world, 8000, priced);
  await change(world, id, pro, { proration_billing_mode: "difference_immediately" });
  expect((await subscriptionOf(world, id)).product_id).toBe(pro.product_id);
  // The change begins a new period, so the 50 units at 2 cents are billed with it.
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 5100"]);
  await world.advance("30d");
  expect((await paymentsOf(world, id)).slice(2)).toEqual(["succeeded 8000"]);
});

scenario("SUB-47 by the strict rule usage-based plans cannot change", async (world) => {
  const { id, pro, customer } = await halfway(world);
  const usage = await sellUsage(world, 100);
  const metered = await subscribe(world, usage, customer);
  await policy(world, { usageBasedPlanChange: "refused" });
  expect(await refusal(world, 422, metered, pro)).toBe("UNSUPPORTED_ACTION");
  expect(await refusal(world, 422, id, usage)).toBe("UNSUPPORTED_ACTION");
  await change(world, id, pro);
  expect((await subscriptionOf(world, id)).product_id).toBe(pro.product_id);
});

scenario("SUB-49 the answer to a change names its payment", async (world) => {
  const { id, pro } = await halfway(world);
  const answer = await change(world, id, pro, { metadata: { order: "A-1" } });
  expect(answer).toEqual({ ...nothingCharged, payment_id: expect.stringMatching(/^pay_/) });
  const payment = await world.ok<Payment>("retrievePayment", {
    path: { payment_id: String(answer.payment_id) },
  });
  expect(payment).toMatchObject({
    status: "succeeded",
    total_amount: 2500,
    currency: "USD",
    subscription_id: id,
    metadata: { order: "A-1" },
  });
});

scenario("SUB-49 without a charge there is no payment to name", async (world) => {
  const { id, pro } = await halfway(world);
  const free = { proration_billing_mode: "do_not_bill" };
  expect(await change(world, id, pro, free)).toEqual(nothingCharged);
});
