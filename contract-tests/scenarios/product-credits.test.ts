import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  type Product,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import type { Entitlement, World } from "../harness/world.js";
import { everything } from "./support/entitlement-fields.js";

type Fields = Readonly<Record<string, unknown>>;

const attachmentOf = (product: Product) => {
  const [attachment] = product.credit_entitlements;
  if (!attachment) throw new Error("the product has no credits");
  return attachment;
};

/** What a product in the currency of the attachment, or of the entitlement, makes of it. */
const attached = async (world: World, entitlement: Entitlement, more: Fields = {}) => {
  const price = recurringPrice({ currency: more["currency"] ?? entitlement.currency ?? "USD" });
  return attachmentOf(await sell(world, price, [attach(entitlement, "100", more)]));
};

/** Creating a product and updating one with these credits must both be refused, with nothing stored. */
async function refuses(world: World, product: Product, attachment: Fields) {
  const path = { id: product.product_id };
  const before = await world.ok("listProducts");
  const stored = await world.ok("retrieveProduct", { path });
  const body = { name: "New", tax_category: "saas", price: recurringPrice() };
  const credit_entitlements = [attachment];
  await world.refused(422, "createProduct", { body: { ...body, credit_entitlements } });
  await world.refused(422, "updateProduct", { path, body: { credit_entitlements } });
  expect(await world.ok("listProducts")).toEqual(before);
  expect(await world.ok("retrieveProduct", { path })).toEqual(stored);
}

const settings = [
  "expires_after_days",
  "rollover_enabled",
  "rollover_percentage",
  "rollover_timeframe_count",
  "rollover_timeframe_interval",
  "max_rollover_count",
  "overage_enabled",
  "overage_behavior",
  "currency",
  "price_per_unit",
] as const;

const pick = (from: Fields): Fields => Object.fromEntries(settings.map((it) => [it, from[it]]));

scenario("ENT-62 what an attachment leaves open is the entitlement's", async (world) => {
  const entitlement = await world.entitlement(everything);
  const nulls = Object.fromEntries([...settings, "overage_limit"].map((it) => [it, null]));
  for (const more of [{}, nulls]) {
    const attachment = await attached(world, entitlement, more);
    expect(pick(attachment)).toEqual(pick(everything));
    expect(attachment.overage_limit).toBe("50000");
  }
});

scenario("ENT-62 what an attachment sets goes before the entitlement's", async (world) => {
  const entitlement = await world.entitlement(everything);
  const other = {
    expires_after_days: 365,
    rollover_enabled: true,
    rollover_percentage: 10,
    rollover_timeframe_count: 2,
    rollover_timeframe_interval: "Week",
    max_rollover_count: 1,
    overage_enabled: true,
    overage_behavior: "invoice_at_billing",
    currency: "USD",
    price_per_unit: "2.5",
    overage_limit: "70",
  };
  expect(await attached(world, entitlement, other)).toMatchObject(other);
  const off = { rollover_enabled: false, overage_enabled: false };
  expect(await attached(world, entitlement, off)).toMatchObject(off);
  const path = { id: entitlement.id };
  expect(await world.ok("retrieveCreditEntitlement", { path })).toEqual(entitlement);
});

scenario("ENT-62 one setting of its own leaves the others inherited", async (world) => {
  const entitlement = await world.entitlement(everything);
  const attachment = await attached(world, entitlement, { overage_limit: "7" });
  expect(pick(attachment)).toEqual(pick(everything));
  expect(attachment.overage_limit).toBe("7");
});

scenario("ENT-62 the settings of the attachment are those in force", async (world) => {
  const [entitlement, customer] = [await world.entitlement(), await world.customer()];
  const own = { overage_enabled: true, overage_limit: "5", price_per_unit: "1", currency: "USD" };
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100", own)]);
  const { credit_entitlement_cart } = await subscriptionOf(
    world,
    await subscribe(world, plan, customer),
  );
  expect(credit_entitlement_cart).toMatchObject([
    {
      credits_amount: "100",
      overage_enabled: true,
      overage_limit: "5",
      product_id: plan.product_id,
    },
  ]);
});

scenario("ENT-64 an attachment shows its flags and behaviours filled in", async (world) => {
  const entitlement = await world.entitlement({ name: "Calls", unit: "call" });
  const product = await sell(world, recurringPrice(), [attach(entitlement, "100")]);
  expect(attachmentOf(product)).toMatchObject({
    id: expect.stringMatching(/./),
    credit_entitlement_id: entitlement.id,
    credit_entitlement_name: "Calls",
    credit_entitlement_unit: "call",
    credits_amount: "100",
    overage_enabled: false,
    overage_behavior: "forgive_at_reset",
    rollover_enabled: false,
    proration_behavior: "no_prorate",
    trial_credits_expire_after_trial: false,
  });
  const path = { id: product.product_id };
  const read = await world.ok<Product>("retrieveProduct", { path });
  expect(read.credit_entitlements).toEqual(product.credit_entitlements);
});

scenario("ENT-65 left out, proration is off and trial credits stay", async (world) => {
  const entitlement = await world.entitlement();
  const open = { proration_behavior: "no_prorate", trial_credits_expire_after_trial: false };
  const nulls = { proration_behavior: null, trial_credits_expire_after_trial: null };
  expect(await attached(world, entitlement)).toMatchObject(open);
  expect(await attached(world, entitlement, nulls)).toMatchObject(open);
  const chosen = { proration_behavior: "prorate", trial_credits_expire_after_trial: true };
  expect(await attached(world, entitlement, chosen)).toMatchObject(chosen);
});

scenario("ENT-66 credits are a decimal string above zero", async (world) => {
  const entitlement = await world.entitlement({ precision: 2 });
  const product = await sell(world, recurringPrice(), [attach(entitlement, "0.01")]);
  expect(attachmentOf(product).credits_amount).toBe("0.01");
  for (const credits_amount of ["0", "0.00", "-1", "", "ten", "1e2", ".5", 100, null, undefined]) {
    await refuses(world, product, { ...attach(entitlement, ""), credits_amount });
  }
});

scenario("ENT-66 credits have no more decimals than the precision", async (world) => {
  const whole = await world.entitlement({ name: "Whole", precision: 0 });
  const fine = await world.entitlement({ name: "Fine", precision: 3 });
  const product = await sell(world, recurringPrice(), [attach(whole, "1"), attach(fine, "1.234")]);
  expect(product.credit_entitlements.map((it) => it.credits_amount).sort()).toEqual(["1", "1.234"]);
  await refuses(world, product, attach(whole, "1.5"));
  await refuses(world, product, attach(fine, "1.2345"));
});

scenario("ENT-69 the low-balance threshold is a percentage, 0 to 100", async (world) => {
  const [entitlement, customer] = [await world.entitlement(), await world.customer()];
  const products: Product[] = [];
  for (const percent of [0, 20, 100]) {
    const more = { low_balance_threshold_percent: percent };
    const product = await sell(world, recurringPrice(), [attach(entitlement, "100", more)]);
    expect(attachmentOf(product)).toMatchObject(more);
    const subscription = await subscriptionOf(world, await subscribe(world, product, customer));
    expect(subscription.credit_entitlement_cart).toMatchObject([more]);
    products.push(product);
  }
  const [kept] = products;
  if (!kept) throw new Error("nothing is on sale");
  for (const percent of [-1, 101, 50.5, "50"]) {
    await refuses(
      world,
      kept,
      attach(entitlement, "100", { low_balance_threshold_percent: percent }),
    );
  }
});

scenario("EXP-04 two products give one credit lifetimes of their own", async (world) => {
  const entitlement = await world.entitlement({ expires_after_days: 7 });
  const customer = await world.customer();
  const lasting = (days: number) => ({ expires_after_days: days });
  const yearly = recurringPrice({ payment_frequency_interval: "Year" });
  const plan = await sell(world, yearly, [attach(entitlement, "40", lasting(30))]);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "5", lasting(365))]);
  const plain = await sell(world, oneTimePrice(), [attach(entitlement, "1")]);
  await buy(world, plan, customer);
  await world.advance("1s");
  await buy(world, pack, customer);
  await world.advance("1s");
  await buy(world, plain, customer);
  const holding = { entitlement, customer };
  expect((await world.grants(holding)).map((it) => it.expires_at)).toEqual([
    "2026-01-08T00:00:02.000000Z",
    "2027-01-01T00:00:01.000000Z",
    "2026-01-31T00:00:00.000000Z",
  ]);
  await world.advance("2026-01-30T23:59:59Z");
  expect((await world.balance(holding)).balance).toBe("45");
  await world.advance("1s");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_added +5 : 40→45, overage 0→0",
      "credit_added +1 : 45→46, overage 0→0",
      "credit_expired -1 : 46→45, overage 0→0",
      "credit_expired -40 : 45→5, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});
