import { expect } from "vitest";
import { events } from "../harness/receiver.js";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  complete,
  oneTimePrice,
  openCheckout,
  recurringPrice,
  type Subscription,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

/** The payments of a subscription, oldest first. */
async function paymentsOf(world: World, id: string): Promise<readonly string[]> {
  const { items } = await world.ok<{ items: { status: string; total_amount: number }[] }>(
    "listPayments",
    { query: { subscription_id: id, page_size: 100 } },
  );
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
}

const datesOf = ({ previous_billing_date, next_billing_date }: Subscription) =>
  [previous_billing_date, next_billing_date].map((it) => it.slice(0, 19));

/** The ledger of grants alone, one after the other. */
function issued(...amounts: readonly number[]): string {
  const before = (at: number) => amounts.slice(0, at).reduce((sum, it) => sum + it, 0);
  const line = (it: number, at: number) =>
    `credit_added +${it} : ${before(at)}→${before(at + 1)}, overage 0→0`;
  return amounts.map(line).join("\n");
}

const statusOf = async (world: World, id: string) => (await subscriptionOf(world, id)).status;

scenario("SUB-01 the first payment starts the subscription and its credits", async (world) => {
  const holding = await open(world);
  const other = { ...holding, entitlement: await world.entitlement({ name: "Images" }) };
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "100"),
    attach(other.entitlement, "7"),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  expect(await subscriptionOf(world, id)).toMatchObject({
    subscription_id: id,
    status: "active",
    product_id: plan.product_id,
    quantity: 1,
    customer: { customer_id: holding.customer.customer_id },
  });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000"]);
  expect(await world.grants(holding)).toMatchObject([
    { source_type: "subscription", source_id: id, initial_amount: "100", rollover_count: 0 },
  ]);
  expect(await world.holdings(other)).toBe("7 of 7 (subscription)");
  expect(await world.ledger(holding)).toBe(issued(100));
  expect(await world.ledger(other)).toBe(issued(7));
  expect(await world.audited()).toBe(2);
});

scenario("SUB-02 every renewal that is paid issues the amount again", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.debit(holding, "30");
  await world.advance("2026-01-31T23:59:59Z");
  expect(await world.holdings(holding)).toBe("70 of 100 (subscription)");
  await world.advance("2026-03-01T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 1000",
    "succeeded 1000",
    "succeeded 1000",
  ]);
  expect((await world.entries(holding)).map((it) => it.created_at.slice(0, 10))).toEqual([
    "2026-03-01",
    "2026-02-01",
    "2026-01-01",
    "2026-01-01",
  ]);
  expect(await world.holdings(holding)).toBe(
    "70 of 100 (subscription)\n100 of 100 (subscription)\n100 of 100 (subscription)",
  );
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_added +100 : 70→170, overage 0→0",
      "credit_added +100 : 170→270, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-03 a declined renewal issues nothing until it is paid", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await setCard(world, id, true);
  expect(await statusOf(world, id)).toBe("active");
  await world.advance("2026-02-01T00:00:00Z");
  expect(await statusOf(world, id)).toBe("on_hold");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 1000"]);
  await world.advance("2026-02-04T00:00:00Z");
  expect(await world.ledger(holding)).toBe(issued(100));
  expect(await setCard(world, id, false)).toEqual({ fails: false, status: "active" });
  expect(await statusOf(world, id)).toBe("active");
  expect((await paymentsOf(world, id)).filter((it) => it === "succeeded 1000")).toHaveLength(2);
  expect((await world.grants(holding))[0]).toMatchObject({
    source_id: id,
    created_at: "2026-02-04T00:00:00.000000Z",
  });
  expect(await world.ledger(holding)).toBe(issued(100, 100));
  expect(await world.audited()).toBe(2);
});

scenario("SUB-04 a cycle issues the amount for each unit of the quantity", async (world) => {
  const holding = await open(world, { precision: 1 });
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "33.5")]);
  const id = await subscribe(world, plan, holding.customer, { quantity: 3 });
  expect((await subscriptionOf(world, id)).quantity).toBe(3);
  await world.advance("P1M");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 3000"]);
  expect(await world.holdings(holding)).toBe(
    "100.5 of 100.5 (subscription)\n100.5 of 100.5 (subscription)",
  );
  expect(await world.ledger(holding)).toBe(
    "credit_added +100.5 : 0.0→100.5, overage 0.0→0.0\ncredit_added +100.5 : 100.5→201.0, overage 0.0→0.0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("SUB-05 an edit of the product reaches only later subscriptions", async (world) => {
  const holding = await open(world);
  const { entitlement } = holding;
  const plan = await sell(world, recurringPrice(), [
    attach(entitlement, "100", { expires_after_days: 90 }),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  const { credit_entitlement_cart: before } = await subscriptionOf(world, id);
  await world.ok("updateProduct", {
    path: { id: plan.product_id },
    body: { credit_entitlements: [attach(entitlement, "500", { expires_after_days: 10 })] },
  });
  expect((await subscriptionOf(world, id)).credit_entitlement_cart).toEqual(before);
  const later = { entitlement, customer: await world.customer({ email: "bo@example.com" }) };
  await subscribe(world, plan, later.customer);
  await world.advance("P1M");
  expect((await world.grants(holding)).map((it) => it.expires_at)).toEqual([
    "2026-05-02T00:00:00.000000Z",
    "2026-04-01T00:00:00.000000Z",
  ]);
  expect(await world.ledger(later)).toBe(
    [
      "credit_added +500 : 0→500, overage 0→0",
      "credit_expired -500 : 500→0, overage 0→0",
      "credit_added +500 : 0→500, overage 0→0",
    ].join("\n"),
  );
  expect(await world.ledger(holding)).toBe(issued(100, 100));
  expect(await world.audited()).toBe(5);
});

scenario("SUB-08 the cart shows what the customer has in all", async (world) => {
  const holding = await open(world, withOverage());
  const figures = async (id: string) => {
    const { credit_entitlement_cart: cart } = await subscriptionOf(world, id);
    return cart.map((it) => `${it.remaining_balance} and ${it.overage_balance}`);
  };
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const first = await subscribe(world, plan, holding.customer);
  const second = await subscribe(world, plan, holding.customer);
  await world.credit(holding, "5");
  expect([await figures(first), await figures(second)]).toEqual([["205 and 0"], ["205 and 0"]]);
  await world.debit(holding, "215");
  expect([await figures(first), await figures(second)]).toEqual([["0 and 10"], ["0 and 10"]]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_added +100 : 100→200, overage 0→0",
      "credit_added +5 : 200→205, overage 0→0",
      "credit_deducted -205 : 205→0, overage 0→0",
      "overage_charged -10 : 0→0, overage 0→10",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("SUB-09 on_hold ends with a payment, cancelled and expired never", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "1")]);
  const short = await sell(
    world,
    recurringPrice({ subscription_period_count: 1, subscription_period_interval: "Month" }),
    [],
  );
  const held = await subscribe(world, plan, holding.customer);
  const ended = await subscribe(world, plan, holding.customer);
  const over = await subscribe(world, short, holding.customer);
  for (const id of [held, ended, over]) expect(await statusOf(world, id)).toBe("active");
  await world.ok("updateSubscription", {
    path: { subscription_id: ended },
    body: { status: "cancelled" },
  });
  await setCard(world, held, true);
  await world.advance("2026-02-01T00:00:00Z");
  const listed = async (status: string) => {
    const { items } = await world.ok<{ items: Subscription[] }>("listSubscriptions", {
      query: { status },
    });
    return items.map((it) => it.subscription_id);
  };
  expect([await listed("on_hold"), await listed("cancelled"), await listed("expired")]).toEqual([
    [held],
    [ended],
    [over],
  ]);
  await setCard(world, held, false);
  for (const id of [ended, over]) {
    const card = `/_sandbox/subscriptions/${id}/card`;
    await world.raw("PUT", card, { body: JSON.stringify({ fails: false }) });
    await world.advance("P1M");
  }
  expect(await listed("active")).toEqual([held]);
  expect([await statusOf(world, ended), await statusOf(world, over)]).toEqual([
    "cancelled",
    "expired",
  ]);
  expect(await listed("pending")).toEqual([]);
  expect(await world.ledger(holding)).toBe(issued(1, 1, 1, 1, 1));
  await world.audited();
});

for (const how of ["cancelled", "expired"]) {
  scenario(`SUB-09 ${how} is final: no call brings it back or changes its bills`, async (world) => {
    const holding = await open(world);
    const term = { subscription_period_count: 1, subscription_period_interval: "Month" };
    const plan = await sell(world, recurringPrice(term), [attach(holding.entitlement, "100")]);
    const larger = await sell(world, recurringPrice({ price: 3000 }), []);
    const id = await subscribe(world, plan, holding.customer);
    const path = { subscription_id: id };
    if (how === "expired") await world.advance("P1M");
    else await world.ok("updateSubscription", { path, body: { status: "cancelled" } });
    const ended = await subscriptionOf(world, id);
    expect(ended.status).toBe(how);
    for (const body of [
      { next_billing_date: "2027-01-02T00:00:00Z" },
      { cancel_at_next_billing_date: true },
      { cancel_at_next_billing_date: false },
      { subscription_period_count: 24 },
      { subscription_period_interval: "Year" },
      { disable_on_demand: { next_billing_date: "2027-01-02T00:00:00Z" } },
      { status: "cancelled" },
      { status: "paused" },
      { status: "active" },
    ]) {
      await world.refused(422, "updateSubscription", { path, body });
    }
    const change = { quantity: 1, proration_billing_mode: "full_immediately" };
    const body = { product_id: larger.product_id, ...change };
    for (const operation of ["changePlan", "previewChangePlan"] as const) {
      await world.refused(422, operation, { path, body });
    }
    await world.refused(422, "chargeSubscription", { path, body: { product_price: 100 } });
    expect(await setCard(world, id, false)).toEqual({ fails: false, status: how });
    await world.advance("P1Y");
    expect(await subscriptionOf(world, id)).toEqual(ended);
    expect(await paymentsOf(world, id)).toEqual(["succeeded 1000"]);
    expect(await world.ledger(holding)).toBe(issued(100));
  });
}

scenario("SUB-09 an end that has come is not taken back, and tells nobody", async (world) => {
  const { customer } = await open(world);
  const id = await subscribe(world, await sell(world, recurringPrice(), []), customer);
  const change = { path: { subscription_id: id } };
  await world.ok("updateSubscription", { ...change, body: { status: "cancelled" } });
  const told = (await events(world)).length;
  for (const cancel_at_next_billing_date of [false, true]) {
    await world.refused(422, "updateSubscription", {
      ...change,
      body: { cancel_at_next_billing_date },
    });
  }
  expect(await events(world)).toHaveLength(told);
});

scenario("SUB-10 a subscription from the 31st renews on the last day", async (world) => {
  const { customer } = await open(world);
  await world.advance("2026-01-31T12:00:00Z");
  const plan = await sell(world, recurringPrice(), []);
  const id = await subscribe(world, plan, customer);
  const seen = [datesOf(await subscriptionOf(world, id))];
  for (const end of ["2026-02-28T12:00:00Z", "2026-03-31T12:00:00Z", "2026-04-30T12:00:00Z"]) {
    await world.advance(end);
    seen.push(datesOf(await subscriptionOf(world, id)));
  }
  expect(seen).toEqual([
    ["2026-01-31T12:00:00", "2026-02-28T12:00:00"],
    ["2026-02-28T12:00:00", "2026-03-31T12:00:00"],
    ["2026-03-31T12:00:00", "2026-04-30T12:00:00"],
    ["2026-04-30T12:00:00", "2026-05-31T12:00:00"],
  ]);
  expect(await paymentsOf(world, id)).toHaveLength(4);
});

const frequencies = [
  [3, "Month", "2026-04-01", "2026-07-01"],
  [2, "Week", "2026-01-15", "2026-01-29"],
  [10, "Day", "2026-01-11", "2026-01-21"],
  [1, "Year", "2027-01-01", "2028-01-01"],
] as const;
for (const [count, interval, end, after] of frequencies) {
  scenario(`SUB-10 a period of ${count} ${interval} is moved on whole`, async (world) => {
    const { customer } = await open(world);
    const price = recurringPrice({
      payment_frequency_count: count,
      payment_frequency_interval: interval,
    });
    const id = await subscribe(world, await sell(world, price, []), customer);
    const at = (date: string) => `${date}T00:00:00`;
    expect(datesOf(await subscriptionOf(world, id))).toEqual([at("2026-01-01"), at(end)]);
    await world.advance(`${end}T00:00:00Z`);
    expect(datesOf(await subscriptionOf(world, id))).toEqual([at(end), at(after)]);
    expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1000"]);
  });
}

scenario("SUB-13 at the end of its term a subscription issues no more", async (world) => {
  const holding = await open(world);
  const plan = await sell(
    world,
    recurringPrice({ subscription_period_count: 3, subscription_period_interval: "Month" }),
    [attach(holding.entitlement, "100")],
  );
  const id = await subscribe(world, plan, holding.customer);
  expect((await subscriptionOf(world, id)).expires_at).toBe("2026-04-01T00:00:00.000000Z");
  await world.advance("2026-03-31T23:59:59Z");
  expect(await statusOf(world, id)).toBe("active");
  await world.advance("2026-04-01T00:00:00Z");
  expect(await statusOf(world, id)).toBe("expired");
  await world.advance("P3M");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 1000",
    "succeeded 1000",
    "succeeded 1000",
  ]);
  expect(await world.ledger(holding)).toBe(issued(100, 100, 100));
  expect(await world.audited()).toBe(3);
});

scenario("SUB-13 one that is on hold ends with its term too", async (world) => {
  const holding = await open(world);
  const plan = await sell(
    world,
    recurringPrice({ subscription_period_count: 3, subscription_period_interval: "Month" }),
    [attach(holding.entitlement, "100")],
  );
  const id = await subscribe(world, plan, holding.customer, {}, "fails_at_renewal");
  await world.advance("2026-03-31T23:59:59Z");
  expect(await statusOf(world, id)).toBe("on_hold");
  await world.advance("1s");
  expect(await statusOf(world, id)).toBe("expired");
  expect(await world.ledger(holding)).toBe(issued(100));
  expect(await world.audited()).toBe(1);
});

scenario("CHK-10 the session's metadata is on every grant that comes of it", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5")]);
  const metadata = { order: "A-1", seat: "4" };
  const { payment_id, subscription_ids } = await buy(world, plan, holding.customer, { metadata });
  const [id = ""] = subscription_ids;
  expect((await subscriptionOf(world, id)).metadata).toEqual(metadata);
  expect(await world.ok("retrievePayment", { path: { payment_id } })).toMatchObject({ metadata });
  await buy(world, pack, holding.customer, { metadata: { order: "P-2" } });
  await world.credit(holding, "1");
  await world.advance("P1M");
  const added = [...(await world.entries(holding))].reverse();
  expect(added.map((it) => [it.amount, it.metadata])).toEqual([
    ["100", metadata],
    ["5", { order: "P-2" }],
    ["1", {}],
    ["100", metadata],
  ]);
  expect(await world.audited()).toBe(4);
});

scenario("CHK-12 a subscription begins with its payment and not before", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const session = await openCheckout(world, plan, holding.customer);
  const declined = await complete(world, session, "declined");
  expect(declined).toMatchObject({ status: "failed", subscription_ids: [] });
  expect((await world.call("listSubscriptions", { query: { status: "active" } })).body).toEqual({
    items: [],
  });
  expect(await world.ledger(holding)).toBe("");
  await world.advance("1h");
  const { subscription_ids } = await complete(world, session);
  const [id = ""] = subscription_ids;
  expect((await subscriptionOf(world, id)).created_at).toBe("2026-01-01T01:00:00.000000Z");
  expect(await world.grants(holding)).toMatchObject([
    { source_type: "subscription", source_id: id, created_at: "2026-01-01T01:00:00.000000Z" },
  ]);
  expect(await world.ledger(holding)).toBe(issued(100));
  expect(await world.audited()).toBe(1);
});

scenario("CHK-15 an amount set at checkout counts for every cycle", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const amount = { credit_entitlement_id: holding.entitlement.id, credits_amount: "250" };
  const id = await subscribe(world, plan, holding.customer, {
    line: { credit_entitlements: [amount] },
  });
  expect((await subscriptionOf(world, id)).credit_entitlement_cart).toMatchObject([amount]);
  await world.advance("P2M");
  expect(await world.ledger(holding)).toBe(issued(250, 250, 250));
  // The product keeps its own amount for the next buyer.
  const customer = await world.customer({ email: "bo@example.com" });
  await subscribe(world, plan, customer);
  expect(await world.ledger({ ...holding, customer })).toBe(issued(100));
  expect(await world.audited()).toBe(4);
});
