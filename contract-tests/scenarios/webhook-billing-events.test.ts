import { expect } from "vitest";
import { caused, events, typesOf } from "../harness/receiver.js";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  complete,
  meterLink,
  type Outcome,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { patch, renewal, subscribed, typesCaused } from "./support/webhook-events.js";

type Fields = Readonly<Record<string, unknown>>;
type Holder = Awaited<ReturnType<typeof open>>;

const change = (world: World, subscription_id: string, product: Product, more: Fields = {}) =>
  world.ok("changePlan", {
    path: { subscription_id },
    body: {
      product_id: product.product_id,
      quantity: 1,
      proration_billing_mode: "full_immediately",
      ...more,
    },
  });

const paymentOf = (world: World, payment_id: unknown) =>
  world.ok<Payment>("retrievePayment", { path: { payment_id: String(payment_id) } });

const aboutMoney = (list: readonly string[]) => list.filter((it) => !it.startsWith("credit."));

scenario("WHK-10 a subscription event carries the whole subscription", async (world) => {
  const { entitlement, customer } = await open(world);
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, entitlement)]), [
    attach(entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, customer);
  const [, active] = await events(world);
  expect(active?.payload.data).toEqual({
    payload_type: "Subscription",
    ...(await subscriptionOf(world, id)),
  });
  expect(active?.payload.data).toMatchObject({
    credit_entitlement_cart: [{ credit_entitlement_id: entitlement.id, remaining_balance: "100" }],
    meter_credit_entitlement_cart: [{ meter_id: meter.id, credit_entitlement_id: entitlement.id }],
    meters: [{ meter_id: meter.id }],
  });
});

scenario("WHK-10 without credits and meters the lists are empty", async (world) => {
  const { customer } = await open(world);
  await subscribe(world, await sell(world, recurringPrice(), []), customer);
  const all = await events(world);
  expect(typesOf(all)).toEqual(["payment.succeeded", "subscription.active"]);
  expect(all[1]?.payload.data).toMatchObject({
    credit_entitlement_cart: [],
    meter_credit_entitlement_cart: [],
    meters: [],
  });
});

scenario("WHK-11 a payment event tells whose purchase it is", async (world) => {
  const { entitlement, customer } = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "5")]);
  const session = await openCheckout(world, pack, customer, { metadata: { order: "A-1" } });
  const { payment_id } = await complete(world, session);
  const [paid] = await events(world);
  expect(paid?.payload.data).toEqual({
    payload_type: "Payment",
    ...(await paymentOf(world, payment_id)),
  });
  expect(paid?.payload.data).toMatchObject({
    payment_id,
    customer: { customer_id: customer.customer_id, email: "ada@example.com" },
    metadata: { order: "A-1" },
    checkout_session_id: session,
    product_cart: [{ product_id: pack.product_id, quantity: 1 }],
    subscription_id: null,
  });
});

scenario("WHK-11 a payment of a subscription names it", async (world) => {
  const { id, customer } = await subscribed(world);
  await world.advance("P1M");
  const paid = await events(world, "payment.succeeded");
  expect(paid.map((each) => each.payload.data)).toMatchObject([
    { subscription_id: id, customer: { customer_id: customer.customer_id } },
    { subscription_id: id, checkout_session_id: null },
  ]);
});

scenario("CHK-19 a pack is paid, then its credits are added", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "7");
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "50")]);
  const before = (await events(world)).length;
  const { payment_id } = await buy(world, pack, holding.customer);
  const [paid, added, ...more] = (await events(world)).slice(before);
  expect(more).toEqual([]);
  expect(paid).toMatchObject({ type: "payment.succeeded", payload: { data: { payment_id } } });
  expect(added).toMatchObject({
    type: "credit.added",
    payload: {
      data: {
        amount: "50",
        balance_before: "7",
        balance_after: "57",
        reference_type: "payment",
        reference_id: payment_id,
      },
    },
  });
});

for (const outcome of ["declined", "insufficient_funds"] as const satisfies readonly Outcome[]) {
  scenario(`CHK-13 a card that is ${outcome} sends payment.failed alone`, async (world) => {
    const { entitlement, customer } = await open(world);
    const pack = await sell(world, oneTimePrice(), [attach(entitlement, "5")]);
    const plan = await sell(world, recurringPrice(), [attach(entitlement, "100")]);
    for (const product of [pack, plan]) {
      const failed = await caused(world, () => buy(world, product, customer, {}, outcome));
      expect(typesOf(failed)).toEqual(["payment.failed"]);
      expect(failed[0]?.payload.data).toMatchObject({ status: "failed" });
      expect(failed[0]?.payload.data["error_code"]).not.toBeNull();
    }
  });
}

scenario("CHK-13 a customer who gives up sends payment.cancelled alone", async (world) => {
  const { entitlement, customer } = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "5")]);
  const given = await caused(world, () => buy(world, pack, customer, {}, "cancelled"));
  expect(typesOf(given)).toEqual(["payment.cancelled"]);
  expect(given[0]?.payload.data).toMatchObject({
    payload_type: "Payment",
    status: "cancelled",
    total_amount: 500,
  });
});

scenario("CHK-12 a paid checkout activates, then adds credits", async (world) => {
  const { entitlement, customer } = await open(world);
  const images = await world.entitlement({ name: "Images" });
  const plan = await sell(world, recurringPrice(), [
    attach(entitlement, "100"),
    attach(images, "7"),
  ]);
  const id = await subscribe(world, plan, customer);
  const all = await events(world);
  expect(typesOf(all)).toEqual([
    "payment.succeeded",
    "subscription.active",
    "credit.added",
    "credit.added",
  ]);
  expect(all.slice(2).map((each) => each.payload.data)).toMatchObject([
    { amount: "100", reference_type: "subscription", reference_id: id },
    { amount: "7", reference_type: "subscription", reference_id: id },
  ]);
});

scenario("SUB-12 a renewal is paid, renewed and adds each credit", async (world) => {
  const { entitlement, customer } = await open(world);
  const images = await world.entitlement({ name: "Images" });
  const plan = await sell(world, recurringPrice(), [
    attach(entitlement, "100"),
    attach(images, "7"),
  ]);
  const id = await subscribe(world, plan, customer);
  const renewed = await caused(world, () => world.advance("P1M"));
  expect(typesOf(renewed)).toEqual([...renewal, "credit.added"]);
  expect(renewed[1]?.payload.data).toMatchObject({
    subscription_id: id,
    previous_billing_date: "2026-02-01T00:00:00.000000Z",
    next_billing_date: "2026-03-01T00:00:00.000000Z",
  });
});

scenario("SUB-03 a renewal that is declined puts on hold until paid", async (world) => {
  const { id } = await subscribed(world);
  expect(await typesCaused(world, () => setCard(world, id, true))).toEqual([]);
  expect(await typesCaused(world, () => world.advance("P1M"))).toEqual([
    "payment.failed",
    "subscription.on_hold",
  ]);
  expect(await typesCaused(world, () => setCard(world, id, false))).toEqual([
    "payment.succeeded",
    "subscription.active",
    "credit.added",
  ]);
});

const proOf = (world: World, { entitlement }: Pick<Holder, "entitlement">, more: Fields = {}) =>
  sell(world, recurringPrice({ price: 3000 }), [attach(entitlement, "300", more)]);

scenario("SUB-48 a plan change that is paid for", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it, { proration_behavior: "no_prorate" });
  await world.advance("10d");
  const changed = await caused(world, () => change(world, it.id, pro));
  expect(typesOf(changed)).toEqual([
    "payment.succeeded",
    "subscription.plan_changed",
    "credit.added",
  ]);
  expect(changed[1]?.payload.data).toEqual({
    payload_type: "Subscription",
    ...(await subscriptionOf(world, it.id)),
  });
  expect(changed[1]?.payload.data).toMatchObject({
    product_id: pro.product_id,
    recurring_pre_tax_amount: 3000,
  });
});

scenario("SUB-48 a plan change that costs nothing sends no payment", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it, { proration_behavior: "no_prorate" });
  const free = { proration_billing_mode: "do_not_bill" };
  expect(await typesCaused(world, () => change(world, it.id, pro, free))).toEqual([
    "subscription.plan_changed",
  ]);
});

scenario("SUB-48 a preview of a plan change sends nothing", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it);
  const nothing = await caused(world, () =>
    world.ok("previewChangePlan", {
      path: { subscription_id: it.id },
      body: {
        product_id: pro.product_id,
        quantity: 1,
        proration_billing_mode: "full_immediately",
      },
    }),
  );
  expect(nothing).toEqual([]);
});

scenario("SUB-48 a declined change that is prevented has not happened", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it);
  await setCard(world, it.id, true);
  const prevented = { on_payment_failure: "prevent_change" };
  expect(await typesCaused(world, () => change(world, it.id, pro, prevented))).toEqual([
    "payment.failed",
  ]);
});

scenario("SUB-48 a declined change that is applied holds as well", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it);
  await setCard(world, it.id, true);
  const applied = { on_payment_failure: "apply_change" };
  expect(await typesCaused(world, () => change(world, it.id, pro, applied))).toEqual([
    "payment.failed",
    "subscription.plan_changed",
    "subscription.on_hold",
  ]);
});

scenario("SUB-48 a scheduled change is one when it takes effect", async (world) => {
  const it = await subscribed(world);
  const pro = await proOf(world, it);
  const later = { effective_at: "next_billing_date" };
  const scheduled = await typesCaused(world, () => change(world, it.id, pro, later));
  expect(scheduled).not.toContain("subscription.plan_changed");
  expect(scheduled).not.toContain("payment.succeeded");
  expect(await typesCaused(world, () => world.advance("P1M"))).toEqual([
    "payment.succeeded",
    "subscription.plan_changed",
    "subscription.renewed",
    "credit.added",
  ]);
});

scenario("SUB-50 a cancellation at once is subscription.cancelled", async (world) => {
  const { id } = await subscribed(world);
  expect(await typesCaused(world, () => patch(world, id, { status: "cancelled" }))).toEqual([
    "subscription.cancelled",
  ]);
  expect(await typesCaused(world, () => world.advance("P2M"))).toEqual([]);
});

scenario("SUB-50 a cancellation to come is an update, then one", async (world) => {
  const { id } = await subscribed(world);
  const body = { cancel_at_next_billing_date: true };
  expect(await typesCaused(world, () => patch(world, id, body))).toEqual(["subscription.updated"]);
  const ended = await caused(world, () => world.advance("P1M"));
  expect(typesOf(ended)).toEqual(["subscription.cancelled"]);
  expect(ended[0]?.payload.data).toMatchObject({ subscription_id: id, status: "cancelled" });
});

scenario("SUB-54 a pause and its end have events", async (world) => {
  const { id } = await subscribed(world);
  expect(await typesCaused(world, () => patch(world, id, { status: "paused" }))).toEqual([
    "subscription.paused",
  ]);
  expect(await typesCaused(world, () => world.advance("P1M"))).toEqual([]);
  expect(await typesCaused(world, () => patch(world, id, { status: "active" }))).toEqual([
    "subscription.unpaused",
  ]);
});

scenario("WHK-06 any other change is subscription.updated", async (world) => {
  const it = await subscribed(world);
  const bodies: readonly Fields[] = [
    { metadata: { seat: "4" } },
    { next_billing_date: "2026-01-20T00:00:00Z" },
    {
      credit_entitlement_cart: [
        { credit_entitlement_id: it.entitlement.id, credits_amount: "250" },
      ],
    },
  ];
  for (const body of bodies) {
    expect(await typesCaused(world, () => patch(world, it.id, body)), JSON.stringify(body)).toEqual(
      ["subscription.updated"],
    );
  }
});

scenario("WHK-06 a change that is refused sends nothing", async (world) => {
  const { id } = await subscribed(world);
  const nothing = await caused(world, () =>
    world.refused(422, "updateSubscription", {
      path: { subscription_id: id },
      body: { next_billing_date: "2025-01-01T00:00:00Z" },
    }),
  );
  expect(nothing).toEqual([]);
});

scenario("SUB-13 at the end of its term a subscription is expired", async (world) => {
  const { id } = await subscribed(
    world,
    {},
    {},
    { subscription_period_count: 2, subscription_period_interval: "Month" },
  );
  const life = await caused(world, () => world.advance("2026-06-01T00:00:00Z"));
  expect(typesOf(life)).toEqual([...renewal, "subscription.expired"]);
  expect(life.at(-1)).toMatchObject({
    timestamp: "2026-03-01T00:00:00.000000Z",
    payload: { data: { subscription_id: id, status: "expired" } },
  });
});

const invoiced = withOverage({ overage_behavior: "invoice_at_billing", overage_limit: 50 });

scenario("OVR-22 overage on a last invoice is paid before the end", async (world) => {
  for (const [name, body] of [
    ["Tokens", { status: "cancelled" }],
    ["Images", { cancel_at_next_billing_date: true }],
  ] as const) {
    const it = await subscribed(world, {}, { ...invoiced, name });
    await world.debit(it, "130");
    const ended = await typesCaused(world, async () => {
      await patch(world, it.id, body);
      await world.advance("P1M");
    });
    expect(ended.filter((type) => type === "credit.overage_reset")).toHaveLength(1);
    expect(aboutMoney(ended).filter((type) => type !== "subscription.updated")).toEqual([
      "payment.succeeded",
      "subscription.cancelled",
    ]);
  }
});

scenario("SUB-77 a charge on demand is a payment, made or failed", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100")]);
  const subscription_id = await subscribe(world, plan, customer, {
    subscription_data: { on_demand: { mandate_only: false } },
  });
  const charge = () =>
    world.call("chargeSubscription", { path: { subscription_id }, body: { product_price: 250 } });
  const paid = await caused(world, charge);
  expect(typesOf(paid)).toEqual(["payment.succeeded"]);
  expect(paid[0]?.payload.data).toMatchObject({ subscription_id, total_amount: 250 });
  await setCard(world, subscription_id, true);
  expect(await typesCaused(world, charge)).toEqual(["payment.failed", "subscription.on_hold"]);
  expect(await typesCaused(world, () => setCard(world, subscription_id, false))).toEqual([
    "payment.succeeded",
    "subscription.active",
  ]);
});

scenario("SUB-17 an update that changes nothing sends no event", async (world) => {
  const it = await subscribed(world);
  await patch(world, it.id, { metadata: { plan: "pro", seat: "4" } });
  const { credit_entitlement_cart, next_billing_date } = await subscriptionOf(world, it.id);
  for (const body of [
    {},
    { metadata: { seat: "4", plan: "pro" } },
    { cancel_at_next_billing_date: false },
    { next_billing_date },
    { credit_entitlement_cart: [{ credit_entitlement_id: it.entitlement.id }] },
    {
      credit_entitlement_cart: [
        {
          credit_entitlement_id: it.entitlement.id,
          credits_amount: credit_entitlement_cart[0]?.credits_amount,
        },
      ],
    },
  ]) {
    const nothing = await typesCaused(world, () => patch(world, it.id, body));
    expect(nothing, JSON.stringify(body)).toEqual([]);
  }
  for (const body of [{ metadata: {} }, { cancel_at_next_billing_date: true }]) {
    expect(await typesCaused(world, () => patch(world, it.id, body))).toEqual([
      "subscription.updated",
    ]);
  }
});

scenario("SUB-18 a change sent three times is one", async (world) => {
  const it = await subscribed(world);
  const large = await sell(world, recurringPrice({ price: 3000 }), [attach(it.entitlement, "300")]);
  await world.advance("10d");
  const click = () =>
    change(world, it.id, large, { proration_billing_mode: "difference_immediately" });
  const types = await typesCaused(world, () => Promise.all([click(), click(), click()]));
  expect(types).toEqual(["payment.succeeded", "subscription.plan_changed", "credit.added"]);
  expect((await world.balance(it)).balance).toBe("400");
});

scenario(
  "SUB-48 a scheduled change tells of itself when a late payment makes it",
  async (world) => {
    const it = await subscribed(world);
    const large = await sell(world, recurringPrice({ price: 3000 }), [
      attach(it.entitlement, "300"),
    ]);
    await change(world, it.id, large, { effective_at: "next_billing_date" });
    await setCard(world, it.id, true);
    await world.advance("40d");
    expect(await typesCaused(world, () => setCard(world, it.id, false))).toEqual([
      "payment.succeeded",
      "subscription.plan_changed",
      "subscription.active",
      "credit.added",
    ]);
    expect((await subscriptionOf(world, it.id)).product_id).toBe(large.product_id);
  },
);
