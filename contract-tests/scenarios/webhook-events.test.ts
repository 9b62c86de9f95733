import { expect } from "vitest";
import { caused, events, type Happened, typesOf } from "../harness/receiver.js";
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
  use,
} from "../harness/storefront.js";
import { type Holding, pathOf, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Holder = Awaited<ReturnType<typeof open>>;

/** A customer with a subscription to 100 credits for 10 USD a month. */
async function subscribed(world: World, attached: Fields = {}, credit: Fields = {}, price = {}) {
  const holding = await open(world, credit);
  const plan = await sell(world, recurringPrice(price), [
    attach(holding.entitlement, "100", attached),
  ]);
  return { ...holding, plan, id: await subscribe(world, plan, holding.customer) };
}

const patch = (world: World, subscription_id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

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

/** Posts an entry the way the dashboard does. */
const adjust = (world: World, { entitlement, customer }: Holding, body: Fields) =>
  world.control("POST", `/_sandbox/balances/${entitlement.id}/${customer.customer_id}/entries`, {
    amount: "10",
    ...body,
  });

const paymentOf = (world: World, payment_id: unknown) =>
  world.ok<Payment>("retrievePayment", { path: { payment_id: String(payment_id) } });

const typesCaused = async (world: World, action: () => Promise<unknown>) =>
  typesOf(await caused(world, action));

const aboutMoney = (list: readonly string[]) => list.filter((it) => !it.startsWith("credit."));

const renewal = ["payment.succeeded", "subscription.renewed", "credit.added"];

scenario("WHK-01 an entry through the API sends its event", async (world) => {
  const holding = await open(world);
  expect(await typesCaused(world, () => world.credit(holding, "100"))).toEqual(["credit.added"]);
  expect(await typesCaused(world, () => world.debit(holding, "30"))).toEqual(["credit.deducted"]);
});

scenario("WHK-01 a call that is refused sends nothing", async (world) => {
  const holding = await open(world);
  const nothing = await typesCaused(world, async () => {
    expect((await world.debit(holding, "1")).status).toBe(400);
    expect((await world.credit(holding, "-1")).status).toBeGreaterThanOrEqual(400);
    expect((await world.credit(holding, "1.5")).status).toBeGreaterThanOrEqual(400);
  });
  expect(nothing).toEqual([]);
});

scenario("WHK-01 a repeated idempotency_key sends its event once", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5", { idempotency_key: "once" });
  await world.credit(holding, "5", { idempotency_key: "once" });
  expect(typesOf(await events(world))).toEqual(["credit.added"]);
});

scenario("WHK-01 what sells credits without moving any sends no event", async (world) => {
  const holding = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5")]);
  await openCheckout(world, pack, holding.customer);
  expect(await events(world)).toEqual([]);
});

scenario("WHK-02 the envelope says whose, what, when and about what", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  await world.advance("36h");
  await world.debit(holding, "1");
  const [added, deducted] = await events(world);
  expect(Object.keys(added?.payload ?? {})).toEqual(["business_id", "type", "timestamp", "data"]);
  expect(Object.keys(added?.payload.data ?? {})[0]).toBe("payload_type");
  const { business_id } = holding.entitlement;
  expect(added).toMatchObject({
    id: expect.stringMatching(/^msg_/),
    type: "credit.added",
    timestamp: "2026-01-01T00:00:00.000000Z",
    payload: { business_id, type: "credit.added", timestamp: "2026-01-01T00:00:00.000000Z" },
  });
  expect(deducted?.payload).toMatchObject({
    business_id,
    type: "credit.deducted",
    timestamp: "2026-01-02T12:00:00.000000Z",
  });
  expect(deducted?.id).not.toBe(added?.id);
});

scenario("WHK-02 what happens while time passes has its own instant", async (world) => {
  await subscribed(world);
  const later = await caused(world, () => world.advance("2026-03-15T00:00:00Z"));
  expect(later.map((it) => it.payload.timestamp.slice(0, 10))).toEqual([
    "2026-02-01",
    "2026-02-01",
    "2026-02-01",
    "2026-03-01",
    "2026-03-01",
    "2026-03-01",
  ]);
});

const markOf = (type: string) =>
  type === "credit.balance_low"
    ? "CreditBalanceLow"
    : { credit: "CreditLedgerEntry", payment: "Payment", subscription: "Subscription" }[
        type.split(".")[0] ?? ""
      ];

scenario("WHK-03 payload_type tells the kind of data", async (world) => {
  const it = await subscribed(world, { low_balance_threshold_percent: 20 });
  await world.debit(it, "90");
  await adjust(world, it, { transaction_type: "manual_adjustment", entry_type: "credit" });
  await world.advance("P1M");
  const all = await events(world);
  expect(new Set(all.map((each) => markOf(each.type)))).toHaveLength(4);
  for (const { type, payload } of all) {
    expect(payload.type).toBe(type);
    expect(payload.data.payload_type, type).toBe(markOf(type));
  }
});

scenario("WHK-04 a ledger event carries the whole entry", async (world) => {
  const it = await open(world, withOverage());
  await world.credit(it, "100", { metadata: { order: "A-1" } });
  await world.debit(it, "130", { metadata: { job: "7" } });
  const entries = [...(await world.entries(it))].reverse();
  expect((await events(world)).map((each) => each.payload.data)).toEqual(
    entries.map((entry) => ({ payload_type: "CreditLedgerEntry", ...entry })),
  );
  expect(entries).toMatchObject([
    { metadata: { order: "A-1" }, brand_id: it.entitlement.business_id },
    { transaction_type: "credit_deducted" },
    { transaction_type: "overage_charged" },
  ]);
});

scenario("WHK-05 an adjustment is credit.manual_adjustment either way", async (world) => {
  const it = await open(world);
  for (const entry_type of ["credit", "debit"]) {
    const body = { transaction_type: "manual_adjustment", entry_type };
    const [event, ...more] = await caused(world, () => adjust(world, it, body));
    expect(event?.type).toBe("credit.manual_adjustment");
    expect(event?.payload.data).toMatchObject({ is_credit: entry_type === "credit" });
    expect(more).toEqual([]);
  }
});

scenario("LED-30 a top-up and a refund have no event", async (world) => {
  const it = await open(world);
  await adjust(world, it, { transaction_type: "auto_top_up", entry_type: "credit" });
  await adjust(world, it, { transaction_type: "refund", entry_type: "debit" });
  expect(await world.entries(it)).toHaveLength(2);
  expect(await events(world)).toEqual([]);
});

scenario("LED-30 use past zero is a deduction, then an overage charge", async (world) => {
  const it = await open(world, withOverage());
  await world.credit(it, "100");
  expect(await typesCaused(world, () => world.debit(it, "130"))).toEqual([
    "credit.deducted",
    "credit.overage_charged",
  ]);
  expect(await typesCaused(world, () => world.debit(it, "1"))).toEqual(["credit.overage_charged"]);
});

scenario("LED-30 metered usage is a deduction of its minute", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, customer);
  expect(await typesCaused(world, () => use(world, customer, "e-1", 40))).toEqual([]);
  const [event, ...more] = await caused(world, () => world.advance("1m"));
  expect(event).toMatchObject({
    type: "credit.deducted",
    timestamp: "2026-01-01T00:01:00.000000Z",
    payload: { data: { amount: "40", reference_type: "subscription", reference_id: id } },
  });
  expect(more).toEqual([]);
});

scenario("LED-30 each grant that expires is an event", async (world) => {
  const it = await open(world, { expires_after_days: 10 });
  await world.credit(it, "100");
  await world.credit(it, "20");
  await world.debit(it, "30");
  const expired = await caused(world, () => world.advance("30d"));
  expect(expired.map((each) => [each.type, each.payload.data["amount"]])).toEqual([
    ["credit.expired", "70"],
    ["credit.expired", "20"],
  ]);
  expect(expired[0]?.timestamp).toBe("2026-01-11T00:00:00.000000Z");
});

const carrying = (percentage: number, max_rollover_count: number) => ({
  rollover_enabled: true,
  rollover_percentage: percentage,
  max_rollover_count,
});

scenario("LED-30 a rollover is one event, for what comes in", async (world) => {
  const it = await subscribed(world, carrying(75, 3));
  const boundary = await caused(world, () => world.advance("P1M"));
  expect(typesOf(boundary)).toEqual(["credit.rolled_over", "credit.expired", ...renewal]);
  const [parent, child] = [...(await world.entries(it))].reverse().slice(1);
  expect(parent).toMatchObject({ transaction_type: "credit_rolled_over", is_credit: false });
  expect(boundary[0]?.payload.data).toEqual({ payload_type: "CreditLedgerEntry", ...child });
  expect(boundary[0]?.payload.data).toMatchObject({ is_credit: true, amount: "75" });
});

scenario("LED-30 credits that may not roll again are forfeited", async (world) => {
  await subscribed(world, carrying(100, 0));
  expect(await typesCaused(world, () => world.advance("P1M"))).toEqual([
    "credit.rollover_forfeited",
    ...renewal,
  ]);
});

scenario("LED-30 overage that is cleared is credit.overage_reset", async (world) => {
  const it = await subscribed(
    world,
    {},
    withOverage({ overage_behavior: "forgive_at_reset", overage_limit: 50 }),
  );
  await world.debit(it, "130");
  const boundary = await caused(world, () => world.advance("P1M"));
  expect(typesOf(boundary)).toEqual(["credit.overage_reset", ...renewal]);
  expect(boundary[0]?.payload.data).toMatchObject({
    amount: "30",
    overage_before: "30",
    overage_after: "0",
  });
});

scenario("WHK-07 a wallet sends no event", async (world) => {
  const { customer } = await open(world);
  await world.ok("createWalletLedgerEntry", {
    path: { customer_id: customer.customer_id },
    body: { amount: 500, currency: "USD", entry_type: "credit" },
  });
  expect(await events(world)).toEqual([]);
});

scenario("WHK-08 a payload shows its subscription as it is now", async (world) => {
  const it = await subscribed(world);
  const [, active] = await events(world);
  expect(active).toMatchObject({
    type: "subscription.active",
    payload: { data: { status: "active" } },
  });
  await world.advance("1d");
  await patch(world, it.id, { status: "cancelled" });
  const [, later] = await events(world);
  expect(later).toMatchObject({
    id: active?.id,
    type: "subscription.active",
    timestamp: "2026-01-01T00:00:00.000000Z",
    payload: { timestamp: "2026-01-01T00:00:00.000000Z", data: { status: "cancelled" } },
  });
});

scenario("WHK-08 a payload of a ledger entry never changes", async (world) => {
  const it = await subscribed(world);
  const [, , added] = await events(world);
  await world.debit(it, "30");
  await world.advance("P2M");
  expect((await events(world))[2]).toEqual(added);
});

const moved = ({ payload: { data } }: Happened, figure: string) =>
  Number(data[`${figure}_after`]) - Number(data[`${figure}_before`]);

scenario("WHK-09 the figures of a ledger event add up", async (world) => {
  const it = await subscribed(
    world,
    { ...carrying(50, 1), expires_after_days: 31 },
    withOverage({ overage_behavior: "forgive_at_reset", overage_limit: 50 }),
  );
  await world.debit(it, "40");
  await world.advance("P1M");
  await world.debit(it, "150");
  await world.advance("P2M");
  const ofLedger = (await events(world)).filter(
    (each) => each.payload.data.payload_type === "CreditLedgerEntry",
  );
  expect(ofLedger.length).toBeGreaterThan(6);
  for (const event of ofLedger) {
    const { amount, is_credit } = event.payload.data;
    const ofOverage = event.type.startsWith("credit.overage");
    const expected = ofOverage
      ? { balance: 0, overage: Number(amount) * (event.type.endsWith("reset") ? -1 : 1) }
      : { balance: Number(amount) * (is_credit ? 1 : -1), overage: 0 };
    expect({ balance: moved(event, "balance"), overage: moved(event, "overage") }).toEqual(
      expected,
    );
  }
});

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

scenario("EXP-09 expiry sets off the low-balance event", async (world) => {
  const it = await subscribed(world, { expires_after_days: 10, low_balance_threshold_percent: 20 });
  await world.credit(it, "15");
  const expired = await caused(world, () => world.advance("10d"));
  expect(typesOf(expired)).toEqual(["credit.expired", "credit.balance_low"]);
  expect(expired[1]).toMatchObject({
    timestamp: "2026-01-11T00:00:00.000000Z",
    payload: { data: { subscription_id: it.id, available_balance: "15" } },
  });
});

scenario("WHK-01 events can be listed by type and from one on", async (world) => {
  const it = await open(world);
  await world.credit(it, "10");
  await world.debit(it, "1");
  await world.debit(it, "2");
  const all = await events(world);
  const amounts = (list: readonly Happened[]) => list.map((each) => each.payload.data["amount"]);
  expect(amounts(await events(world, "credit.deducted"))).toEqual(["1", "2"]);
  expect(await events(world, "credit.expired")).toEqual([]);
  const read = (query: string) =>
    world.control<{ items: Happened[] }>("GET", `/_sandbox/events?${query}`);
  expect((await read(`after=${all[0]?.id}`)).items).toEqual(all.slice(1));
  expect((await read("limit=2")).items).toEqual(all.slice(0, 2));
  expect((await read(`after=${all[0]?.id}&limit=1`)).items).toEqual(all.slice(1, 2));
  const { business_id } = await world.ok<{ business_id: string }>("retrieveCreditEntitlement", {
    path: { id: pathOf(it).credit_entitlement_id },
  });
  expect(new Set(all.map((each) => each.payload.business_id))).toEqual(new Set([business_id]));
});
