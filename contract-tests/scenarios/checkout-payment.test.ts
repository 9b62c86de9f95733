import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  complete,
  type Outcome,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  type Subscription,
  sell,
  subscriptionOf,
} from "../harness/storefront.js";
import type { Holding, LedgerEntry, World } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

const payments = async (world: World) =>
  (await world.ok<{ items: Payment[] }>("listPayments")).items;

const paymentOf = (world: World, payment_id: string) =>
  world.ok<Payment>("retrievePayment", { path: { payment_id } });

const subscriptions = async (world: World) =>
  (await world.ok<{ items: Subscription[] }>("listSubscriptions")).items;

const payAgain = async (world: World, sessionId: string, outcome: Outcome) => {
  const response = await world.raw("POST", `/_sandbox/checkouts/${sessionId}/complete`, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ outcome }),
  });
  return { status: response.status, body: await response.json() };
};

const start = async (world: World) => ({
  entitlement: await world.entitlement(),
  customer: await world.customer(),
});

const packOf = (world: World, { entitlement }: Pick<Holding, "entitlement">, amount = "100") =>
  world.ok<Product>("createProduct", {
    body: {
      name: "Pack",
      tax_category: "saas",
      price: oneTimePrice(),
      credit_entitlements: [{ credit_entitlement_id: entitlement.id, credits_amount: amount }],
    },
  });

scenario("CHK-09 a session that was paid cannot be used again", async (world) => {
  const holding = await start(world);
  const session = await openCheckout(world, await packOf(world, holding), holding.customer);
  const paid = await complete(world, session);
  for (const outcome of ["succeeds", "declined"] as const) {
    expect(await payAgain(world, session, outcome)).toEqual({
      status: 422,
      body: { code: "CHECKOUT_SESSION_CONSUMED", message: expect.any(String) },
    });
  }
  expect((await payments(world)).map((it) => it.payment_id)).toEqual([paid.payment_id]);
  expect(await paymentOf(world, paid.payment_id)).toMatchObject({ status: "succeeded" });
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-09 a card that works after one that did not pays the same", async (world) => {
  const holding = await start(world);
  const session = await openCheckout(world, await packOf(world, holding), holding.customer);
  const failed = await complete(world, session, "declined");
  const paid = await complete(world, session);
  expect([failed.status, paid.status]).toEqual(["failed", "succeeded"]);
  expect(paid.payment_id).toBe(failed.payment_id);
  expect((await payments(world)).map((it) => [it.payment_id, it.status])).toEqual([
    [paid.payment_id, "succeeded"],
  ]);
  expect(await payAgain(world, session, "succeeds")).toMatchObject({
    status: 422,
    body: { code: "CHECKOUT_SESSION_CONSUMED" },
  });
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

const metadata = { order: "A-1", seats: "3" };

scenario("CHK-10 metadata goes on to the payment and its credits", async (world) => {
  const holding = await start(world);
  const product = await packOf(world, holding);
  const { payment_id } = await buy(world, product, holding.customer, { metadata });
  expect((await paymentOf(world, payment_id)).metadata).toEqual(metadata);
  expect(await world.entries(holding)).toMatchObject([
    { metadata, reference_type: "payment", reference_id: payment_id },
  ]);
  await buy(world, product, holding.customer);
  const entries: readonly LedgerEntry[] = await world.entries(holding);
  expect(entries.map((it) => it.metadata)).toEqual([{}, metadata]);
  expect(await world.ledger(holding)).toBe(
    "credit_added +100 : 0→100, overage 0→0\ncredit_added +100 : 100→200, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-10 metadata goes on to the subscription and its credits", async (world) => {
  const holding = await start(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const bought = await buy(world, plan, holding.customer, { metadata });
  const [id = ""] = bought.subscription_ids;
  expect((await subscriptionOf(world, id)).metadata).toEqual(metadata);
  expect((await paymentOf(world, bought.payment_id)).metadata).toEqual(metadata);
  expect(await world.entries(holding)).toMatchObject([{ metadata }]);
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-12 a paid plan makes the subscription and its grant", async (world) => {
  const holding = await start(world);
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "1000", { trial_credits: "50" }),
  ]);
  const { subscription_ids, payment_id } = await buy(world, plan, holding.customer);
  expect(subscription_ids).toHaveLength(1);
  const [id = ""] = subscription_ids;
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    product_id: plan.product_id,
    customer: { customer_id: holding.customer.customer_id },
    previous_billing_date: "2026-01-01T00:00:00.000000Z",
    next_billing_date: "2026-02-01T00:00:00.000000Z",
  });
  expect((await paymentOf(world, payment_id)).subscription_id).toBe(id);
  expect(await world.grants(holding)).toMatchObject([
    { source_type: "subscription", source_id: id, initial_amount: "1000" },
  ]);
  expect(await world.ledger(holding)).toBe("credit_added +1000 : 0→1000, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-12 a trial brings the grant of the trial as it begins", async (world) => {
  const holding = await start(world);
  const plan = await sell(world, recurringPrice({ trial_period_days: 14 }), [
    attach(holding.entitlement, "1000", { trial_credits: "50" }),
  ]);
  const session = await openCheckout(world, plan, holding.customer);
  expect(await world.grants(holding)).toEqual([]);
  const [id = ""] = (await complete(world, session)).subscription_ids;
  expect((await subscriptionOf(world, id)).trial_period_days).toBe(14);
  expect(await world.grants(holding)).toMatchObject([
    { source_type: "subscription", source_id: id, initial_amount: "50" },
  ]);
  expect(await world.ledger(holding)).toBe("credit_added +50 : 0→50, overage 0→0");
  expect(await world.audited()).toBe(1);
});

const nothing: readonly (readonly [name: string, price: Fields])[] = [
  ["pack", oneTimePrice()],
  ["plan", recurringPrice()],
];
for (const [name, price] of nothing) {
  scenario(`CHK-13 a ${name} that was not paid for changes no credits`, async (world) => {
    const holding = await start(world);
    const product = await sell(world, price, [attach(holding.entitlement, "100")]);
    await world.credit(holding, "7");
    const balance = await world.balance(holding);
    for (const outcome of ["declined", "insufficient_funds"] as const) {
      const failed = await buy(world, product, holding.customer, {}, outcome);
      expect(failed).toMatchObject({ status: "failed" });
      expect(await paymentOf(world, failed.payment_id)).toMatchObject({ status: "failed" });
    }
    await openCheckout(world, product, holding.customer);
    await world.advance("3d");
    expect(await world.balance(holding)).toEqual(balance);
    const active = (await subscriptions(world)).filter((it) => it.status === "active");
    expect(active).toEqual([]);
    expect(await world.holdings(holding)).toBe("7 of 7 (api)");
    expect(await world.ledger(holding)).toBe("credit_added +7 : 0→7, overage 0→0");
    expect(await world.audited()).toBe(1);
  });
}

scenario("CHK-13 a customer who gives up gets nothing, and may come back", async (world) => {
  const holding = await start(world);
  const session = await openCheckout(world, await packOf(world, holding), holding.customer);
  const given = await complete(world, session, "cancelled");
  expect(given).toMatchObject({ status: "cancelled", subscription_ids: [] });
  expect(await paymentOf(world, given.payment_id)).toMatchObject({
    status: "cancelled",
    payment_method: null,
    card_last_four: null,
    card_network: null,
    error_code: null,
  });
  expect(await world.ledger(holding)).toBe("");
  const paid = await complete(world, session);
  expect(paid).toMatchObject({ status: "succeeded", payment_id: given.payment_id });
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-13 whoever gives up goes to cancel_url, if there is one", async (world) => {
  const holding = await start(world);
  const product = await packOf(world, holding);
  const [return_url, cancel_url] = ["https://app.example.com/done", "https://app.example.com/back"];
  const given = await buy(
    world,
    product,
    holding.customer,
    { return_url, cancel_url },
    "cancelled",
  );
  expect(given.return_url).toMatch(/^https:\/\/app\.example\.com\/back\?.*status=cancelled/);
  const other = await buy(world, product, holding.customer, { return_url }, "cancelled");
  expect(other.return_url).toMatch(/^https:\/\/app\.example\.com\/done/);
  const paid = await buy(world, product, holding.customer, { return_url, cancel_url });
  expect(paid.return_url).toMatch(/^https:\/\/app\.example\.com\/done/);
});

scenario("GRT-15 credits come with the payment and not before", async (world) => {
  const holding = await start(world);
  const session = await openCheckout(world, await packOf(world, holding), holding.customer);
  expect(await world.grants(holding)).toEqual([]);
  await complete(world, session, "declined");
  await world.advance("1h");
  expect(await world.grants(holding)).toEqual([]);
  await complete(world, session);
  expect(await world.grants(holding)).toMatchObject([
    { initial_amount: "100", created_at: "2026-01-01T01:00:00.000000Z" },
  ]);
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

const cards: readonly (readonly [Outcome, string, "succeeded" | "failed"])[] = [
  ["succeeds", "4242", "succeeded"],
  ["declined", "0002", "failed"],
  ["insufficient_funds", "9995", "failed"],
  ["fails_at_renewal", "0341", "succeeded"],
];
for (const [outcome, digits, status] of cards) {
  scenario(`CHK-27 the card that ends in ${digits} has ${status} at first`, async (world) => {
    const holding = await start(world);
    const product = await packOf(world, holding);
    const done = await buy(world, product, holding.customer, {}, outcome);
    expect(done.status).toBe(status);
    const payment = await paymentOf(world, done.payment_id);
    expect(payment).toMatchObject({ status, card_last_four: digits });
    expect(Boolean(payment.error_code)).toBe(status === "failed");
    expect(await world.ledger(holding)).toBe(
      status === "failed" ? "" : "credit_added +100 : 0→100, overage 0→0",
    );
    await world.audited();
  });
}

scenario("CHK-27 the failing cards tell why they failed", async (world) => {
  const holding = await start(world);
  const product = await packOf(world, holding);
  const why = async (outcome: Outcome) => {
    const { payment_id } = await buy(world, product, holding.customer, {}, outcome);
    return (await paymentOf(world, payment_id)).error_code;
  };
  const [declined, funds] = [await why("declined"), await why("insufficient_funds")];
  expect(funds).toMatch(/insufficient_funds/i);
  expect(declined).not.toBe(funds);
});

for (const [outcome, status, ledger] of [
  ["fails_at_renewal", "on_hold", "credit_added +100 : 0→100, overage 0→0"],
  [
    "succeeds",
    "active",
    "credit_added +100 : 0→100, overage 0→0\ncredit_added +100 : 100→200, overage 0→0",
  ],
] as const) {
  scenario(`CHK-27 at renewal, the card that ${outcome} leaves ${status}`, async (world) => {
    const holding = await start(world);
    const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
    const { subscription_ids } = await buy(world, plan, holding.customer, {}, outcome);
    const [id = ""] = subscription_ids;
    expect(await subscriptionOf(world, id)).toMatchObject({ status: "active" });
    await world.advance("2026-02-01T00:00:00Z");
    expect(await subscriptionOf(world, id)).toMatchObject({ status });
    expect(await world.ledger(holding)).toBe(ledger);
    await world.audited();
  });
}
