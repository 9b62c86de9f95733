import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  oneTimePrice,
  type Payment,
  type Product,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { pathOf, type World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Preview = components["schemas"]["ChangePlanPreviewResponse"];

const thirtyDays = { payment_frequency_count: 30, payment_frequency_interval: "Day" };
const nothingCharged = {
  payment_id: null,
  payment_link: null,
  client_secret: null,
  expires_on: null,
};

/** A plan at this price every thirty days. */
const planOf = (world: World, price: number, more: Fields = {}) =>
  sell(world, recurringPrice({ ...thirtyDays, price, ...more }), []);

const sellUsage = (world: World, price: number, meters: readonly Fields[] = []) =>
  sell(world, usagePrice(meters, { ...thirtyDays, fixed_price: price }), []);

const request = (id: string, product: Pick<Product, "product_id">, more: Fields = {}) => ({
  path: { subscription_id: id },
  body: {
    product_id: product.product_id,
    quantity: 1,
    proration_billing_mode: "prorated_immediately",
    ...more,
  },
});

type Request = Parameters<typeof request>;

const change = (world: World, ...to: Request) =>
  world.ok<{ payment_id: string | null }>("changePlan", request(...to));

const later = { proration_billing_mode: "full_immediately", effective_at: "next_billing_date" };

const paymentsOf = async (world: World, id: string) => {
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", {
    query: { subscription_id: id, page_size: 100 },
  });
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
};

/** What was charged for a subscription, oldest first; payments of nothing are left out. */
const chargesOf = async (world: World, id: string) =>
  (await paymentsOf(world, id)).filter((it) => it.startsWith("succeeded") && !it.endsWith(" 0"));

const stateOf = async (world: World, id: string) => ({
  subscription: await subscriptionOf(world, id),
  payments: await paymentsOf(world, id),
});

/** The code the change is refused with; the preview must refuse it with the same one. */
async function refusal(world: World, status: number, ...to: Request): Promise<string> {
  const [id] = to;
  const before = await stateOf(world, id);
  const { code } = await world.refused(status, "changePlan", request(...to));
  const previewed = await world.refused(status, "previewChangePlan", request(...to));
  expect(previewed.code).toBe(code);
  expect(await stateOf(world, id)).toEqual(before);
  return code;
}

const datesOf = async (world: World, id: string) => {
  const { previous_billing_date, next_billing_date } = await subscriptionOf(world, id);
  return `${previous_billing_date.slice(0, 10)} to ${next_billing_date.slice(0, 10)}`;
};

const patch = (world: World, id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body });

const policy = (world: World, switches: Fields) =>
  world.control("PATCH", "/_sandbox/policy", switches);

/** A subscription to `basic` (30 USD), and `pro` (80 USD) to change to. */
async function subscribed(world: World, more: Parameters<typeof subscribe>[3] = {}) {
  const { customer } = await open(world);
  const basic = await planOf(world, 3000);
  const pro = await planOf(world, 8000);
  const id = await subscribe(world, basic, customer, more);
  return { customer, basic, pro, id };
}

/** The same, half of its first period later. */
async function halfway(world: World, more: Parameters<typeof subscribe>[3] = {}) {
  const setting = await subscribed(world, more);
  await world.advance("15d");
  return setting;
}

/** A subscription to an 80 USD plan, half of its first period later. */
async function halfwayThroughPro(world: World): Promise<string> {
  const { customer } = await open(world);
  const id = await subscribe(world, await planOf(world, 8000), customer);
  await world.advance("15d");
  return id;
}

const makeAddon = async (world: World, price: number): Promise<string> => {
  const body = { name: "Seat", currency: "USD", price, tax_category: "saas" };
  return (await world.ok<{ id: string }>("createAddon", { body })).id;
};

const modes = [
  ["prorated_immediately", ["succeeded 2500"]],
  ["full_immediately", ["succeeded 8000"]],
  ["difference_immediately", ["succeeded 5000"]],
  ["do_not_bill", []],
] as const;
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

scenario("SUB-31 a scheduled change waits for the next billing date", async (world) => {
  const { id, basic, pro } = await halfway(world);
  expect(await change(world, id, pro, { ...later, quantity: 2 })).toEqual(nothingCharged);
  await world.advance("2026-01-30T23:59:59Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 1,
    recurring_pre_tax_amount: 3000,
    scheduled_change: {
      product_id: pro.product_id,
      quantity: 2,
      effective_at: "2026-01-31T00:00:00.000000Z",
      created_at: "2026-01-16T00:00:00.000000Z",
      addons: [],
    },
  });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000"]);
  await world.advance("2026-01-31T00:00:00Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: pro.product_id,
    quantity: 2,
    recurring_pre_tax_amount: 16000,
    scheduled_change: null,
  });
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-03-02");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 16000"]);
});

scenario("SUB-31 a scheduled change can be taken back", async (world) => {
  const { id, basic, pro } = await halfway(world);
  const takeBack = { path: { subscription_id: id } };
  const none = async () => (await world.refused(404, "cancelScheduledPlanChange", takeBack)).code;
  expect(await none()).toBe("SCHEDULED_PLAN_CHANGE_NOT_FOUND");
  await change(world, id, pro, later);
  expect((await world.call("cancelScheduledPlanChange", takeBack)).status).toBe(204);
  expect((await subscriptionOf(world, id)).scheduled_change).toBeNull();
  expect(await none()).toBe("SCHEDULED_PLAN_CHANGE_NOT_FOUND");
  await world.advance("15d");
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 3000"]);
  await world.refused(404, "cancelScheduledPlanChange", {
    path: { subscription_id: "sub_unknown" },
  });
});

scenario("SUB-32 a scheduled change is billed in full or not at all", async (world) => {
  const { id, pro } = await halfway(world);
  for (const [proration_billing_mode] of modes) {
    if (proration_billing_mode === "full_immediately") continue;
    const code = await refusal(world, 422, id, pro, { ...later, proration_billing_mode });
    expect(code).toBe("INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE");
  }
});

scenario("SUB-33 a scheduled change stands in the way of another", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  for (const more of [{}, later]) {
    expect(await refusal(world, 409, id, basic, more)).toBe("SCHEDULED_PLAN_CHANGE_EXISTS");
  }
  await world.ok("cancelScheduledPlanChange", { path: { subscription_id: id } });
  await change(world, id, pro);
  expect((await subscriptionOf(world, id)).product_id).toBe(pro.product_id);
});

scenario("SUB-33 a change that awaits payment stands in the way", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await setCard(world, id, true);
  await change(world, id, pro, { on_payment_failure: "prevent_change" });
  for (const more of [{}, later, { proration_billing_mode: "do_not_bill" }]) {
    expect(await refusal(world, 409, id, basic, more)).toBe("PENDING_PLAN_CHANGE_EXISTS");
  }
  await setCard(world, id, false);
  await change(world, id, basic, { proration_billing_mode: "do_not_bill" });
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
});

const replacing = { cancel_scheduled_change_plan: true };

scenario("SUB-57 a change at once replaces the scheduled one", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  const seats = request(id, basic, { ...replacing, quantity: 2 });
  const preview = await world.ok<Preview>("previewChangePlan", seats);
  expect(preview.new_plan).toMatchObject({ quantity: 2, scheduled_change: null });
  expect((await subscriptionOf(world, id)).scheduled_change).not.toBeNull();
  await world.ok("changePlan", seats);
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 2,
    scheduled_change: null,
  });
  await world.advance("60d");
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
});

scenario("SUB-57 a scheduled change replaces the scheduled one", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  await change(world, id, basic, { ...later, ...replacing, quantity: 3 });
  expect((await subscriptionOf(world, id)).scheduled_change).toMatchObject({
    product_id: basic.product_id,
    quantity: 3,
  });
  await world.advance("15d");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 3,
    scheduled_change: null,
  });
});

scenario(
  "SUB-57 a change that waits for its payment leaves the schedule in place",
  async (world) => {
    const { id, basic, pro } = await halfway(world);
    await change(world, id, basic, { ...later, quantity: 5 });
    await setCard(world, id, true);
    await change(world, id, pro, { ...replacing, on_payment_failure: "prevent_change" });
    expect((await subscriptionOf(world, id)).scheduled_change).toMatchObject({ quantity: 5 });
    expect(await refusal(world, 409, id, pro, replacing)).toBe("PENDING_PLAN_CHANGE_EXISTS");
    await setCard(world, id, false);
    expect(await subscriptionOf(world, id)).toMatchObject({
      product_id: pro.product_id,
      scheduled_change: null,
    });
  },
);

scenario("SUB-57 without it, or with false, the scheduled change stands", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  const kept = { cancel_scheduled_change_plan: false };
  expect(await refusal(world, 409, id, basic, kept)).toBe("SCHEDULED_PLAN_CHANGE_EXISTS");
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

scenario("SUB-36 an upgrade halfway charges half the difference", async (world) => {
  const { id, pro } = await halfway(world);
  await change(world, id, pro);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 2500"]);
});

scenario("SUB-36 an upgrade at once charges the whole difference", async (world) => {
  const { id, pro } = await subscribed(world);
  await change(world, id, pro);
  expect(await chargesOf(world, id)).toHaveLength(2);
  expect(await chargesOf(world, id)).toContain("succeeded 5000");
});

scenario("SUB-36 the two parts are rounded half up one by one", async (world) => {
  const { customer } = await open(world);
  const id = await subscribe(world, await planOf(world, 3001), customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, 8002));
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3001", "succeeded 2500"]);
});

scenario("SUB-37 what a downgrade leaves lowers the next payment", async (world) => {
  const id = await halfwayThroughPro(world);
  expect(await change(world, id, await planOf(world, 3000))).toEqual(nothingCharged);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 8000"]);
  await world.advance("2026-03-17T00:00:00Z");
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000", "succeeded 500", "succeeded 3000"]);
});

scenario("SUB-37 what is left can last for several payments", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 2000), {
    proration_billing_mode: "difference_immediately",
  });
  await world.advance("150d");
  expect(await chargesOf(world, id)).toEqual([
    "succeeded 8000",
    "succeeded 2000",
    "succeeded 2000",
  ]);
});

scenario("SUB-37 what is left lowers the payment of a later change", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 3000));
  await change(world, id, await planOf(world, 6000), {
    proration_billing_mode: "full_immediately",
  });
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000", "succeeded 3500"]);
});

scenario("SUB-37 money that is left is no credit of an entitlement", async (world) => {
  const holding = await open(world);
  const sold = (price: number) =>
    sell(world, recurringPrice({ ...thirtyDays, price }), [
      attach(holding.entitlement, "100", { proration_behavior: "prorate" }),
    ]);
  const id = await subscribe(world, await sold(8000), holding.customer);
  await world.advance("15d");
  await change(world, id, await sold(3000));
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  const { balance } = await world.ok<{ balance: string }>("retrieveBalance", {
    path: pathOf(holding),
  });
  expect(balance).toBe("100");
});

for (const [mode] of modes.slice(0, 3)) {
  scenario(`SUB-44 a new period begins with ${mode}`, async (world) => {
    const { id, pro } = await halfway(world);
    await change(world, id, pro, { proration_billing_mode: mode });
    expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-15");
    await world.advance("2026-02-14T23:59:59Z");
    expect(await paymentsOf(world, id)).toHaveLength(2);
    await world.advance("2026-02-15T00:00:00Z");
    expect((await paymentsOf(world, id)).slice(2)).toEqual(["succeeded 8000"]);
    expect(await datesOf(world, id)).toBe("2026-02-15 to 2026-03-17");
  });
}

scenario("SUB-44 the new period has the length of the new plan", async (world) => {
  const { id } = await halfway(world);
  const monthly = { payment_frequency_count: 1, payment_frequency_interval: "Month" };
  await change(world, id, await planOf(world, 8000, monthly));
  expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-16");
});

scenario("SUB-44 a downgrade begins a new period too", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 3000));
  expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-15");
});

const weekly = { payment_frequency_count: 1, payment_frequency_interval: "Week" };

scenario("SUB-44 do_not_bill leaves the dates as they are", async (world) => {
  const { id } = await halfway(world);
  await change(world, id, await planOf(world, 8000, weekly), {
    proration_billing_mode: "do_not_bill",
  });
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-31");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-02-07");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 8000"]);
});

scenario("SUB-44 by the older rule no change moves the dates", async (world) => {
  await policy(world, { planChangeDates: "unchanged" });
  const { id } = await halfway(world);
  await change(world, id, await planOf(world, 8000, weekly));
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-31");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-02-07");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 3000",
    "succeeded 2500",
    "succeeded 8000",
  ]);
});

for (const [mode] of modes.slice(0, 3)) {
  scenario(`SUB-44 ${mode} ends a trial and charges in full`, async (world) => {
    const { customer } = await open(world);
    const tried = await planOf(world, 3000, { trial_period_days: 14 });
    const id = await subscribe(world, tried, customer);
    await world.advance("4d");
    await change(world, id, await planOf(world, 8000), { proration_billing_mode: mode });
    expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
    expect(await datesOf(world, id)).toBe("2026-01-05 to 2026-02-04");
    await world.advance("2026-01-15T00:00:00Z");
    expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
  });
}

scenario("SUB-44 do_not_bill lets a trial run on", async (world) => {
  const { customer } = await open(world);
  const tried = await planOf(world, 3000, { trial_period_days: 14 });
  const id = await subscribe(world, tried, customer);
  await world.advance("4d");
  await change(world, id, await planOf(world, 8000), { proration_billing_mode: "do_not_bill" });
  expect(await chargesOf(world, id)).toEqual([]);
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-15");
  await world.advance("2026-01-15T00:00:00Z");
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
  expect(await datesOf(world, id)).toBe("2026-01-15 to 2026-02-14");
});

scenario("SUB-45 a preview tells the charge and changes nothing", async (world) => {
  const { id, pro } = await halfway(world);
  const before = await stateOf(world, id);
  const answer = await world.call("previewChangePlan", request(id, pro, { quantity: 2 }));
  expect(answer).toMatchObject({
    status: 200,
    body: {
      immediate_charge: {
        effective_at: "2026-01-16T00:00:00.000000Z",
        summary: { currency: "USD", total_amount: 6500, customer_credits: 0 },
      },
      new_plan: { subscription_id: id, product_id: pro.product_id, quantity: 2 },
    },
  });
  expect(await stateOf(world, id)).toEqual(before);
  await change(world, id, pro, { quantity: 2 });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 6500"]);
});

scenario("SUB-45 a preview tells what a downgrade would leave", async (world) => {
  const id = await halfwayThroughPro(world);
  const preview = await world.ok<Preview>(
    "previewChangePlan",
    request(id, await planOf(world, 3000)),
  );
  expect(preview.immediate_charge.summary).toMatchObject({
    total_amount: 0,
    customer_credits: 2500,
  });
  await world.advance("15d");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 8000", "succeeded 8000"]);
});

scenario("SUB-45 a preview of a later change schedules nothing", async (world) => {
  const { id, pro } = await halfway(world);
  const before = await stateOf(world, id);
  await world.ok("previewChangePlan", request(id, pro, later));
  expect(await stateOf(world, id)).toEqual(before);
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
