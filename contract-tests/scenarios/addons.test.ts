import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { asOther } from "./support/entitlement-calls.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Addon = components["schemas"]["AddonResponse"];

const seat = { name: "Seat", currency: "USD", price: 200, tax_category: "saas" };

const add = (world: World, more: Fields = {}): Promise<Addon> =>
  world.ok("createAddon", { body: { ...seat, ...more } });

const read = (world: World, id: string): Promise<Addon> =>
  world.ok("retrieveAddon", { path: { id } });

const list = async (world: World, query = {}): Promise<readonly string[]> =>
  (await world.ok<{ items: Addon[] }>("listAddons", { query })).items.map((it) => it.name);

const several = (addon: Addon, quantity: number) => ({ addon_id: addon.id, quantity });

/** A session of this product with these add-ons, and a preview of it, must both be refused. */
async function refuses(world: World, product: Product, addons: unknown): Promise<string[]> {
  const body = { product_cart: [{ product_id: product.product_id, quantity: 1, addons }] };
  const session = await world.refused(422, "createCheckoutSession", { body });
  const preview = await world.refused(422, "previewCheckoutSession", { body });
  return [session.code, preview.code];
}

/** What a subscription paid, oldest first. */
async function paid(world: World, subscription_id: string): Promise<readonly number[]> {
  const query = { subscription_id, status: "succeeded", page_size: 100 };
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", { query });
  return items.map((it) => it.total_amount).reverse();
}

scenario("CHK-24 an add-on has a price and no credits", async (world) => {
  const result = await world.call("createAddon", { body: { ...seat, description: "One more" } });
  expect(result.status).toBe(200);
  const addon = result.body as Addon; // its shape is checked next
  expect(addon).toMatchObject({
    ...seat,
    id: expect.stringMatching(/^adn_/),
    description: "One more",
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-01T00:00:00.000000Z",
  });
  expect(Object.keys(addon).filter((it) => it.includes("credit"))).toEqual([]);
  expect(await read(world, addon.id)).toEqual(addon);
});

scenario("CHK-24 an add-on needs name, currency, price and category", async (world) => {
  const wrong: readonly Fields[] = [
    ...Object.keys(seat).map((name) => ({ [name]: null })),
    ...[-1, 1.5, "200"].map((price) => ({ price })),
    { name: "" },
    { currency: "XXL" },
    { tax_category: "none" },
    { description: "x".repeat(1001) },
  ];
  for (const fields of wrong) {
    await world.refused(422, "createAddon", { body: { ...seat, ...fields } });
  }
  expect(await list(world)).toEqual([]);
  expect(await add(world, { price: 0 })).toMatchObject({ price: 0 });
});

scenario("CHK-24 an update changes the fields of an add-on it names", async (world) => {
  const addon = await add(world, { description: "One more" });
  const path = { id: addon.id };
  await world.advance("1h");
  const body = { price: 300, description: null, name: null };
  const updated = await world.ok<Addon>("updateAddon", { path, body });
  const { description, ...rest } = updated;
  expect(description ?? null).toBeNull();
  expect(rest).toMatchObject({
    ...seat,
    price: 300,
    id: addon.id,
    created_at: addon.created_at,
    updated_at: "2026-01-01T01:00:00.000000Z",
  });
  await world.refused(422, "updateAddon", { path, body: { price: -1 } });
  expect(await read(world, addon.id)).toEqual(updated);
});

scenario("CHK-24 add-ons are listed newest first, by page", async (world) => {
  for (const name of ["A", "B", "C"]) {
    await add(world, { name });
    await world.advance("1m");
  }
  expect(await list(world)).toEqual(["C", "B", "A"]);
  expect(await list(world, { page_size: 2, page_number: 1 })).toEqual(["A"]);
  expect(await list(world, { page_number: 1 })).toEqual([]);
  await world.refused(422, "listAddons", { query: { page_size: 101 } });
});

scenario("CHK-24 an add-on nobody made, or somebody else, answers 404", async (world) => {
  const theirs = await asOther<Addon>(world, "POST", "/addons", seat);
  expect(theirs.status).toBe(200);
  for (const id of ["adn_none", theirs.body.id]) {
    await world.refused(404, "retrieveAddon", { path: { id } });
    await world.refused(404, "updateAddon", { path: { id }, body: { price: 1 } });
  }
  expect(await list(world)).toEqual([]);
});

scenario("CHK-24 add-ons are paid for every period and issue no credits", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const addons = [several(await add(world), 3), several(await add(world, { price: 50 }), 1)];
  const id = await subscribe(world, plan, holding.customer, { quantity: 2, line: { addons } });
  expect(await subscriptionOf(world, id)).toMatchObject({
    addons,
    quantity: 2,
    recurring_pre_tax_amount: 2650,
  });
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paid(world, id)).toEqual([2650, 2650]);
  expect(await world.ledger(holding)).toBe(
    "credit_added +200 : 0→200, overage 0→0\ncredit_added +200 : 200→400, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("CHK-24 add-ons wait for the end of a trial", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice(), []);
  const id = await subscribe(world, plan, customer, {
    line: { addons: [several(await add(world), 1)] },
    subscription_data: { trial_period_days: 14 },
  });
  expect((await paid(world, id)).reduce((sum, it) => sum + it, 0)).toBe(0);
  await world.advance("2026-01-15T00:00:00Z");
  expect((await paid(world, id)).at(-1)).toBe(1200);
});

scenario("CHK-24 add-ons go with subscriptions, not with packs", async (world) => {
  const addon = await add(world);
  await refuses(world, await sell(world, oneTimePrice(), []), [several(addon, 1)]);
});

scenario("CHK-24 a cart takes no add-on that is unknown or not countable", async (world) => {
  const plan = await sell(world, recurringPrice(), []);
  const addon = await add(world);
  const theirs = await asOther<Addon>(world, "POST", "/addons", seat);
  const wrong = [
    { addon_id: "adn_none", quantity: 1 },
    { addon_id: theirs.body.id, quantity: 1 },
    { addon_id: addon.id },
    { quantity: 1 },
    ...[0, -1, 1.5].map((quantity) => several(addon, quantity)),
  ];
  for (const it of wrong) await refuses(world, plan, [it]);
});

scenario("CHK-24 an add-on has the currency of the cart", async (world) => {
  const plan = await sell(world, recurringPrice(), []);
  await refuses(world, plan, [several(await add(world, { currency: "INR" }), 1)]);
});

scenario("CHK-25 a subscription takes ten add-ons and no eleventh", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice(), []);
  const addons: object[] = [];
  for (let i = 1; i <= 10; i++) addons.push(several(await add(world, { price: i }), 1));
  const eleventh = several(await add(world), 1);
  await refuses(world, plan, [...addons, eleventh]);
  const id = await subscribe(world, plan, customer, { line: { addons } });
  expect((await subscriptionOf(world, id)).addons).toEqual(addons);
  expect(await paid(world, id)).toEqual([1055]);
});

scenario("MTR-37 a usage-based product takes no add-ons", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, usagePrice(), []);
  const code = "ADDONS_IN_USAGE_BASED_BILLING_NOT_SUPPORTED";
  expect(await refuses(world, plan, [several(await add(world), 1)])).toEqual([code, code]);
  await openCheckout(world, plan, customer, { line: { addons: null } });
  expect(await buy(world, plan, customer)).toMatchObject({ status: "succeeded" });
});
