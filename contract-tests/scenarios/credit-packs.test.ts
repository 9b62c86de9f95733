import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  complete,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  sell,
  subscribe,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

const start = async (world: World, settings: Fields = {}) => ({
  entitlement: await world.entitlement(settings),
  customer: await world.customer(),
});

const paymentOf = (world: World, payment_id: string) =>
  world.ok<Payment>("retrievePayment", { path: { payment_id } });

const cartOf = (product: Product, override: unknown): Fields => ({
  product_cart: [{ product_id: product.product_id, quantity: 1, credit_entitlements: [override] }],
});

scenario("CHK-11 a pack issues its credits once, in one grant", async (world) => {
  const holding = await start(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "100")]);
  const { payment_id, subscription_ids } = await buy(world, pack, holding.customer);
  expect(subscription_ids).toEqual([]);
  await world.advance("2027-02-01T00:00:00Z");
  expect(await world.grants(holding)).toMatchObject([
    {
      source_type: "one_time",
      source_id: payment_id,
      initial_amount: "100",
      remaining_amount: "100",
      expires_at: null,
      created_at: "2026-01-01T00:00:00.000000Z",
    },
  ]);
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-11 a pack may issue several credits, each once", async (world) => {
  const customer = await world.customer();
  const text = { customer, entitlement: await world.entitlement({ name: "Text" }) };
  const image = { customer, entitlement: await world.entitlement({ name: "Image" }) };
  const pack = await sell(world, oneTimePrice(), [
    attach(text.entitlement, "100"),
    attach(image.entitlement, "3"),
  ]);
  const { payment_id: source_id } = await buy(world, pack, customer);
  expect(await world.grants(text)).toMatchObject([{ source_id, initial_amount: "100" }]);
  expect(await world.grants(image)).toMatchObject([{ source_id, initial_amount: "3" }]);
  expect([await world.ledger(text), await world.ledger(image)]).toEqual([
    "credit_added +100 : 0→100, overage 0→0",
    "credit_added +3 : 0→3, overage 0→0",
  ]);
  expect(await world.audited()).toBe(2);
});

scenario("CHK-14 a session may issue another amount of a credit", async (world) => {
  const holding = await start(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "1000")]);
  const override = { credit_entitlement_id: holding.entitlement.id, credits_amount: "250" };
  await buy(world, pack, holding.customer, { line: { credit_entitlements: [override] } });
  await buy(world, pack, holding.customer);
  const path = { id: pack.product_id };
  const read = await world.ok<Product>("retrieveProduct", { path });
  expect(read.credit_entitlements).toEqual(pack.credit_entitlements);
  expect(await world.ledger(holding)).toBe(
    ["credit_added +250 : 0→250, overage 0→0", "credit_added +1000 : 250→1250, overage 0→0"].join(
      "\n",
    ),
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-14 what a session does not override stays as it is", async (world) => {
  const holding = await start(world);
  const other = { ...holding, entitlement: await world.entitlement({ name: "Other" }) };
  const pack = await sell(world, oneTimePrice(), [
    attach(holding.entitlement, "10", { expires_after_days: 5 }),
    attach(other.entitlement, "20"),
  ]);
  const override = { credit_entitlement_id: holding.entitlement.id, credits_amount: "1" };
  await buy(world, pack, holding.customer, { line: { credit_entitlements: [override] } });
  expect(await world.grants(holding)).toMatchObject([
    { initial_amount: "1", expires_at: "2026-01-06T00:00:00.000000Z" },
  ]);
  expect([await world.ledger(holding), await world.ledger(other)]).toEqual([
    "credit_added +1 : 0→1, overage 0→0",
    "credit_added +20 : 0→20, overage 0→0",
  ]);
  expect(await world.audited()).toBe(2);
});

scenario("CHK-14 a session refuses other credits and amounts", async (world) => {
  const holding = await start(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "1000")]);
  const id = holding.entitlement.id;
  const loose = await world.entitlement({ name: "Not attached" });
  await sell(world, oneTimePrice(), [attach(loose, "1000")]);
  const wrong: readonly unknown[] = [
    { credit_entitlement_id: loose.id, credits_amount: "250" },
    { credit_entitlement_id: "cde_none", credits_amount: "250" },
    ...["0", "0.00", "-1", "", "many", 250, null].map((credits_amount) => ({
      credit_entitlement_id: id,
      credits_amount,
    })),
    { credit_entitlement_id: id },
  ];
  for (const override of wrong) {
    await world.refused(422, "createCheckoutSession", { body: cartOf(pack, override) });
  }
  const least = { credit_entitlement_id: id, credits_amount: "1" };
  await world.ok("createCheckoutSession", { body: cartOf(pack, least) });
  expect(await world.ledger(holding)).toBe("");
  expect(await world.audited()).toBe(0);
});

scenario("CHK-16 three packs at once make one grant of three times", async (world) => {
  const holding = await start(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5000000")]);
  const { payment_id } = await buy(world, pack, holding.customer, { quantity: 3 });
  expect(await paymentOf(world, payment_id)).toMatchObject({
    total_amount: 1500,
    product_cart: [{ product_id: pack.product_id, quantity: 3 }],
  });
  expect(await world.holdings(holding)).toBe("15000000 of 15000000 (one_time)");
  expect(await world.ledger(holding)).toBe("credit_added +15000000 : 0→15000000, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("CHK-18 each product of a cart issues a grant of its own", async (world) => {
  const holding = await start(world);
  const { entitlement, customer } = holding;
  const small = await sell(world, oneTimePrice(), [
    attach(entitlement, "10", { expires_after_days: 30 }),
  ]);
  const large = await sell(world, oneTimePrice({ price: 900 }), [attach(entitlement, "25")]);
  const bare = await sell(world, oneTimePrice({ price: 100 }), []);
  const product_cart = [small, large, bare].map(({ product_id }) => ({ product_id, quantity: 1 }));
  const { session_id } = await world.ok<{ session_id: string }>("createCheckoutSession", {
    body: { product_cart, customer: { customer_id: customer.customer_id } },
  });
  const { payment_id } = await complete(world, session_id);
  expect(await paymentOf(world, payment_id)).toMatchObject({ total_amount: 1500 });
  const grants = await world.grants(holding);
  const shown = grants.map((it) => [it.initial_amount, it.expires_at, it.source_id]);
  expect(shown).toHaveLength(2);
  expect(shown).toEqual(
    expect.arrayContaining([
      ["10", "2026-01-31T00:00:00.000000Z", payment_id],
      ["25", null, payment_id],
    ]),
  );
  expect(await world.ledger(holding)).toBe(
    "credit_added +10 : 0→10, overage 0→0\ncredit_added +25 : 10→35, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-20 credits of a pack live as long as the pack says", async (world) => {
  const holding = await start(world, { expires_after_days: 30 });
  const pack = await sell(world, oneTimePrice(), [
    attach(holding.entitlement, "5", { expires_after_days: 365 }),
  ]);
  await buy(world, pack, holding.customer);
  expect(await world.grants(holding)).toMatchObject([
    { expires_at: "2027-01-01T00:00:00.000000Z" },
  ]);
  await world.advance("2026-12-31T23:59:59Z");
  expect((await world.balance(holding)).balance).toBe("5");
  await world.advance("1s");
  expect(await world.holdings(holding)).toBe("0 of 5 (one_time, expired)");
  expect(await world.ledger(holding)).toBe(
    "credit_added +5 : 0→5, overage 0→0\ncredit_expired -5 : 5→0, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-21 packs need no subscription and are spent by debit", async (world) => {
  const holding = await start(world);
  const pack = await sell(world, oneTimePrice({ price: 5000 }), [
    attach(holding.entitlement, "5000"),
  ]);
  await buy(world, pack, holding.customer);
  expect(await world.ok("listSubscriptions")).toEqual({ items: [] });
  expect((await world.debit(holding, "37")).status).toBe(201);
  await buy(world, pack, holding.customer);
  expect((await world.debit(holding, "9963")).status).toBe(201);
  expect((await world.debit(holding, "1")).status).toBe(400);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +5000 : 0→5000, overage 0→0",
      "credit_deducted -37 : 5000→4963, overage 0→0",
      "credit_added +5000 : 4963→9963, overage 0→0",
      "credit_deducted -9963 : 9963→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

const choices: readonly (readonly [string, Fields, number])[] = [
  ["the price of a pack", oneTimePrice({ pay_what_you_want: true }), 2000],
  ["no price of a plan", recurringPrice(), 1000],
];
for (const [name, price, total_amount] of choices) {
  scenario(`CHK-22 amount sets ${name} and no credits`, async (world) => {
    const holding = await start(world);
    const product = await sell(world, price, [attach(holding.entitlement, "100")]);
    const line = { amount: 2000 };
    const { payment_id } = await buy(world, product, holding.customer, { line });
    expect(await paymentOf(world, payment_id)).toMatchObject({ total_amount });
    expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
    expect(await world.audited()).toBe(1);
  });
}

scenario("GRT-16 the credits of a plan and of a pack add up", async (world) => {
  const holding = await start(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "40000000")]);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5000000")]);
  const subscription = await subscribe(world, plan, holding.customer);
  await world.advance("1d");
  const session = await openCheckout(world, pack, holding.customer);
  const { payment_id } = await complete(world, session);
  expect((await world.balance(holding)).balance).toBe("45000000");
  const grants = await world.grants(holding);
  expect(grants.map((it) => [it.source_type, it.source_id, it.remaining_amount])).toEqual([
    ["one_time", payment_id, "5000000"],
    ["subscription", subscription, "40000000"],
  ]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40000000 : 0→40000000, overage 0→0",
      "credit_added +5000000 : 40000000→45000000, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-14 a session may set the amounts of two credits", async (world) => {
  const first = await start(world);
  const second = { ...first, entitlement: await world.entitlement({ name: "Other" }) };
  const pack = await sell(world, oneTimePrice(), [
    attach(first.entitlement, "10"),
    attach(second.entitlement, "20"),
  ]);
  const override = ({ entitlement }: typeof first, credits_amount: string) => ({
    credit_entitlement_id: entitlement.id,
    credits_amount,
  });
  const credit_entitlements = [override(second, "2"), override(first, "1")];
  await buy(world, pack, first.customer, { line: { credit_entitlements } });
  expect([await world.ledger(first), await world.ledger(second)]).toEqual([
    "credit_added +1 : 0→1, overage 0→0",
    "credit_added +2 : 0→2, overage 0→0",
  ]);
});
