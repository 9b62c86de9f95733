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
  runMeters,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { Entitlement, World } from "../harness/world.js";
import { foreign } from "./support/entitlement-calls.js";

type Fields = Readonly<Record<string, unknown>>;

const on = (product: Product) => ({ path: { id: product.product_id } });

const read = (world: World, product: Product) => world.ok<Product>("retrieveProduct", on(product));

const listed = async (world: World, query: { archived?: boolean } = {}) =>
  (await world.ok<{ items: { product_id: string }[] }>("listProducts", { query })).items.map(
    (it) => it.product_id,
  );

const bodyOf = (attachments: readonly Fields[], price: Fields = recurringPrice()) => ({
  name: "Plan",
  tax_category: "saas",
  price,
  credit_entitlements: attachments,
});

const update = (world: World, product: Product, body: Fields) =>
  world.call("updateProduct", { ...on(product), body });

const credits = (product: Product) =>
  product.credit_entitlements
    .map((it) => `${it.credits_amount} ${it.credit_entitlement_id}`)
    .sort();

async function entitlements(world: World, count: number): Promise<Entitlement[]> {
  const made: Entitlement[] = [];
  for (let i = 1; i <= count; i++) made.push(await world.entitlement({ name: `Credit ${i}` }));
  return made;
}

/** Both ways to give a product these credits must be refused and leave nothing behind. */
async function refusesCredits(world: World, attachments: readonly Fields[], code?: string) {
  const [kept] = await entitlements(world, 1);
  const product = await sell(world, recurringPrice(), kept ? [attach(kept, "7")] : []);
  const before = await read(world, product);
  await world.advance("1h");
  const refusals = [
    await world.refused(422, "createProduct", { body: bodyOf(attachments) }),
    await world.refused(422, "updateProduct", {
      ...on(product),
      body: { name: "Renamed", credit_entitlements: attachments },
    }),
  ];
  if (code) expect(refusals.map((it) => it.code)).toEqual([code, code]);
  expect(await read(world, product)).toEqual(before);
  expect(await listed(world)).toEqual([product.product_id]);
}

scenario("ENT-60 a product takes five credits", async (world) => {
  const five = (await entitlements(world, 5)).map((it, i) => attach(it, `${i + 1}`));
  const product = await sell(world, recurringPrice(), five);
  expect(credits(product)).toHaveLength(5);
  const bare = await sell(world, recurringPrice(), []);
  expect((await update(world, bare, { credit_entitlements: five })).status).toBe(200);
  expect(credits(await read(world, bare))).toEqual(credits(product));
});

scenario("ENT-60 a product refuses a sixth credit", async (world) => {
  const six: Fields[] = [];
  for (let i = 1; i <= 6; i++) six.push(attach(await world.entitlement({ name: `E${i}` }), "1"));
  await refusesCredits(world, six);
});

scenario("ENT-61 products of every kind of price carry credits", async (world) => {
  const entitlement = await world.entitlement();
  const customer = await world.customer();
  const prices = [oneTimePrice(), recurringPrice(), usagePrice()];
  for (const price of prices) {
    const product = await sell(world, price, [attach(entitlement, "10")]);
    expect(credits(product)).toEqual([`10 ${entitlement.id}`]);
    await buy(world, product, customer);
  }
  const holding = { entitlement, customer };
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_added +10 : 10→20, overage 0→0",
      "credit_added +10 : 20→30, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("ENT-63 an update with credits replaces the whole set", async (world) => {
  const [one, two, three] = (await entitlements(world, 3)) as [
    Entitlement,
    Entitlement,
    Entitlement,
  ];
  const product = await sell(world, recurringPrice(), [attach(one, "1"), attach(two, "2")]);
  const list = [attach(two, "20"), attach(three, "30")];
  const result = await update(world, product, { credit_entitlements: list });
  expect([result.status, result.body || ""]).toEqual([200, ""]);
  expect(credits(await read(world, product))).toEqual([`20 ${two.id}`, `30 ${three.id}`].sort());
});

scenario("ENT-63 an empty list clears the credits, no list keeps them", async (world) => {
  const product = await sell(world, recurringPrice(), [attach(await world.entitlement(), "5")]);
  expect((await update(world, product, { name: "Renamed" })).status).toBe(200);
  const renamed = await read(world, product);
  expect([renamed.name, renamed.credit_entitlements]).toEqual([
    "Renamed",
    product.credit_entitlements,
  ]);
  expect((await update(world, product, { credit_entitlements: [] })).status).toBe(200);
  expect(await read(world, product)).toMatchObject({ name: "Renamed", credit_entitlements: [] });
});

scenario("ENT-67 no product takes one credit twice", async (world) => {
  const entitlement = await world.entitlement();
  await refusesCredits(world, [attach(entitlement, "5"), attach(entitlement, "6")]);
});

scenario("ENT-67 no product takes a credit that does not exist", async (world) => {
  await refusesCredits(world, [attach({ ...(await world.entitlement()), id: "cde_none" }, "5")]);
});

scenario("ENT-67 the credits of another business do not exist here", async (world) => {
  await refusesCredits(world, [attach(await foreign(world), "5")]);
});

scenario("ENT-68 one credit serves products on terms of their own", async (world) => {
  const entitlement = await world.entitlement();
  const terms: readonly Fields[] = [
    { overage_enabled: false, expires_after_days: 30 },
    { overage_enabled: true, overage_limit: "50", price_per_unit: "1", currency: "USD" },
    { expires_after_days: 365 },
  ];
  const prices = [recurringPrice(), recurringPrice({ price: 2900 }), oneTimePrice()];
  const products: Product[] = [];
  for (const [i, price] of prices.entries()) {
    products.push(await sell(world, price, [attach(entitlement, `${i + 1}0`, terms[i])]));
  }
  const shown = await Promise.all(products.map((it) => read(world, it)));
  expect(shown.map((it) => it.credit_entitlements)).toMatchObject([
    [{ credits_amount: "10", overage_enabled: false, expires_after_days: 30 }],
    [{ credits_amount: "20", overage_enabled: true, overage_limit: "50", price_per_unit: "1" }],
    [{ credits_amount: "30", overage_enabled: false, expires_after_days: 365 }],
  ]);
  expect(shown[1]?.credit_entitlements[0]?.expires_after_days ?? null).toBeNull();
  expect(await world.ok("retrieveCreditEntitlement", { path: { id: entitlement.id } })).toEqual(
    entitlement,
  );
});

scenario("ENT-56 no product takes a deleted credit", async (world) => {
  const entitlement = await world.entitlement();
  await world.ok("deleteCreditEntitlement", { path: { id: entitlement.id } });
  await refusesCredits(world, [attach(entitlement, "5")], "CREDIT_ENTITLEMENT_IS_DELETED");
  await world.ok("undeleteCreditEntitlement", { path: { id: entitlement.id } });
  await sell(world, recurringPrice(), [attach(entitlement, "5")]);
});

scenario("ENT-56 what had a credit before its deletion goes on with it", async (world) => {
  const [entitlement, customer] = [await world.entitlement(), await world.customer()];
  const link = meterLink(await world.meter(), entitlement);
  const plan = await sell(world, usagePrice([link]), [attach(entitlement, "100")]);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "50")]);
  await subscribe(world, plan, customer);
  await world.ok("deleteCreditEntitlement", { path: { id: entitlement.id } });
  await use(world, customer, "after-deletion", 30);
  await runMeters(world);
  await world.advance("1d");
  await buy(world, pack, customer);
  await world.advance("2026-02-01T00:00:00Z");
  await world.ok("undeleteCreditEntitlement", { path: { id: entitlement.id } });
  expect(await world.ledger({ entitlement, customer })).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_added +50 : 70→120, overage 0→0",
      "credit_added +100 : 120→220, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("MTR-36 a usage-based product is sold one at a time", async (world) => {
  const [usage, plan] = [
    await sell(world, usagePrice(), []),
    await sell(world, recurringPrice(), []),
  ];
  const cart = (product: Product, quantity: number) => ({
    body: { product_cart: [{ product_id: product.product_id, quantity }] },
  });
  for (const quantity of [2, 100]) {
    const error = await world.refused(422, "createCheckoutSession", cart(usage, quantity));
    expect(error.code).toBe("INVALID_QUANTITY");
  }
  await world.ok("createCheckoutSession", cart(usage, 1));
  await world.ok("createCheckoutSession", cart(plan, 2));
});

scenario("ERR-03 archiving a product a second time answers 410", async (world) => {
  const product = await sell(world, oneTimePrice(), []);
  const kept = await sell(world, oneTimePrice(), []);
  expect((await world.call("archiveProduct", on(product))).status).toBe(200);
  for (let attempt = 2; attempt <= 3; attempt++) {
    const error = await world.refused(410, "archiveProduct", on(product));
    expect(error.code).toBe("PRODUCT_IS_DELETED");
  }
  const none = await world.refused(404, "archiveProduct", { path: { id: "pdt_none" } });
  expect(none.code).toBe("NOT_FOUND");
  expect(await listed(world)).toEqual([kept.product_id]);
  expect(await listed(world, { archived: true })).toEqual([product.product_id]);
});

scenario("ERR-03 unarchiving a product that is on sale answers 500", async (world) => {
  const product = await sell(world, oneTimePrice(), []);
  const before = await read(world, product);
  const never = await world.refused(500, "unarchiveProduct", on(product));
  expect(never.code).toBe("INTERNAL_SERVER_ERROR");
  expect(await read(world, product)).toEqual(before);
  await world.ok("archiveProduct", on(product));
  expect((await world.call("unarchiveProduct", on(product))).status).toBe(200);
  expect(await listed(world)).toEqual([product.product_id]);
  expect(await openCheckout(world, product, await world.customer())).not.toBe("");
  expect((await world.refused(500, "unarchiveProduct", on(product))).code).toBe(
    "INTERNAL_SERVER_ERROR",
  );
});

scenario("ENT-61 a price needs neither a discount nor purchasing power parity", async (world) => {
  const { discount: _, purchasing_power_parity: __, ...price } = recurringPrice();
  const { product_id } = await sell(world, price, []);
  const stored = await world.ok<Product>("retrieveProduct", { path: { id: product_id } });
  expect(stored.price).toMatchObject({ discount: 0, purchasing_power_parity: false });
});
