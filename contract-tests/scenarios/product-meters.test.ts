import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  type Payment,
  type Product,
  recurringPrice,
  runMeters,
  sell,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { Entitlement, Meter, World } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;
interface MeteredPrice {
  readonly fixed_price: number;
  readonly meters?: readonly Fields[] | null;
}

const metersOf = (product: Product): readonly Fields[] =>
  (product.price as Partial<MeteredPrice>).meters ?? [];

/** A new product with these meters, and an update to them, must both be refused with nothing stored. */
async function refuses(world: World, meters: readonly Fields[], code?: string) {
  const product = await sell(world, usagePrice(), [], { name: "Before" });
  const path = { id: product.product_id };
  const stored = await world.ok("retrieveProduct", { path });
  const listed = await world.ok("listProducts");
  await world.advance("1m");
  const price = usagePrice(meters);
  const body = { name: "New", tax_category: "saas", price };
  const refusals = [
    await world.refused(422, "createProduct", { body }),
    await world.refused(422, "updateProduct", { path, body: { name: "New", price } }),
  ];
  if (code) expect(refusals.map((it) => it.code)).toEqual([code, code]);
  expect(await world.ok("retrieveProduct", { path })).toEqual(stored);
  expect(await world.ok("listProducts")).toEqual(listed);
}

async function metersNamed(world: World, count: number): Promise<Meter[]> {
  const made: Meter[] = [];
  for (let i = 1; i <= count; i++) made.push(await world.meter({ name: `Meter ${i}` }));
  return made;
}

const money = (meter: Pick<Meter, "id">, more: Fields = {}): Fields => ({
  meter_id: meter.id,
  price_per_unit: "10",
  free_threshold: 0,
  ...more,
});

/** Subscribes a customer to a plan of 100 credits whose one meter asks `rate` units for a credit. */
async function metered(world: World, rate: string, precision = 0) {
  const entitlement = await world.entitlement({ precision });
  const customer = await world.customer();
  const link = meterLink(await world.meter(), entitlement, rate);
  const plan = await sell(world, usagePrice([link]), [attach(entitlement, "100")]);
  const subscription = await subscribe(world, plan, customer);
  return { entitlement, customer, plan, subscription };
}

scenario("MTR-07 an archived meter cannot be put on a product", async (world) => {
  const meter = await world.meter();
  await world.ok("archiveMeter", { path: { id: meter.id } });
  await refuses(world, [money(meter)], "METER_IS_DELETED");
  await world.ok("unarchiveMeter", { path: { id: meter.id } });
  const product = await sell(world, usagePrice([money(meter)]), []);
  expect(metersOf(product)).toMatchObject([{ meter_id: meter.id }]);
});

scenario("MTR-23 a price per unit has up to 5 and 12 digits", async (world) => {
  const meter = await world.meter();
  for (const price_per_unit of ["99999.999999999999", "0.000000000001", "1", "99999"]) {
    const product = await sell(world, usagePrice([money(meter, { price_per_unit })]), []);
    expect(metersOf(product)).toMatchObject([{ price_per_unit }]);
  }
  await sell(world, usagePrice([money(meter, { price_per_unit: "10.50" })]), []);
});

scenario("MTR-23 any other price per unit is refused", async (world) => {
  const meter = await world.meter();
  const wrong = ["100000", "0.0000000000001", "0", "0.00", "-1", "1e2", "", ".5", "ten", 5];
  for (const price_per_unit of wrong) await refuses(world, [money(meter, { price_per_unit })]);
});

scenario("MTR-25 a fixed price is billed every period, used or not", async (world) => {
  const { entitlement, customer, plan, subscription } = await metered(world, "1");
  expect(plan.price).toMatchObject({ type: "usage_based_price", fixed_price: 1000 });
  const amounts = async () => {
    const query = { subscription_id: subscription };
    const list = await world.ok<{ items: Payment[] }>("listPayments", { query });
    return list.items.map((it) => it.total_amount);
  };
  expect(await amounts()).toEqual([1000]);
  await use(world, customer, "e1", 60);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await amounts()).toEqual([1000, 1000]);
  await world.advance("2026-03-01T00:00:00Z");
  expect(await amounts()).toEqual([1000, 1000, 1000]);
  expect(await world.ledger({ entitlement, customer })).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -60 : 100→40, overage 0→0",
      "credit_added +100 : 40→140, overage 0→0",
      "credit_added +100 : 140→240, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("MTR-25 a usage-based product needs its fixed price", async (world) => {
  for (const fixed_price of [undefined, null, -1, 10.5, "1000"]) {
    const price = usagePrice([], { fixed_price });
    const body = { name: "Plan", tax_category: "saas", price };
    await world.refused(422, "createProduct", { body });
  }
  expect(await world.ok("listProducts")).toEqual({ items: [] });
  expect((await sell(world, usagePrice([], { fixed_price: 0 }), [])).price).toMatchObject({
    fixed_price: 0,
  });
});

scenario("MTR-30 only a usage-based price keeps its meters", async (world) => {
  const [entitlement, customer] = [await world.entitlement(), await world.customer()];
  const meters = [meterLink(await world.meter(), entitlement)];
  const usage = await sell(world, usagePrice(meters), []);
  expect(metersOf(usage)).toMatchObject(meters);
  for (const price of [recurringPrice({ meters }), oneTimePrice({ meters })]) {
    const product = await sell(world, price, [attach(entitlement, "10")]);
    expect(metersOf(product)).toEqual([]);
    const { subscription_ids } = await buy(world, product, customer);
    for (const id of subscription_ids) {
      const { meters: counted, meter_credit_entitlement_cart } = await subscriptionOf(world, id);
      expect([counted, meter_credit_entitlement_cart]).toEqual([[], []]);
    }
  }
  await use(world, customer, "e1", 4);
  await runMeters(world);
  expect(await world.ledger({ entitlement, customer })).toBe(
    ["credit_added +10 : 0→10, overage 0→0", "credit_added +10 : 10→20, overage 0→0"].join("\n"),
  );
  expect(await world.audited()).toBe(2);
});

scenario("MTR-31 a meter that costs credits says how many units", async (world) => {
  const [meter, entitlement] = [await world.meter(), await world.entitlement()];
  const link = meterLink(meter, entitlement);
  const { meter_units_per_credit: _, ...bare } = link;
  await refuses(world, [bare]);
  await refuses(world, [{ ...bare, meter_units_per_credit: null }]);
  expect(metersOf(await sell(world, usagePrice([link]), []))).toMatchObject([link]);
});

scenario("MTR-31 only a linked meter makes usage cost credits", async (world) => {
  const customer = await world.customer();
  const pool = (name: string) => world.entitlement({ name });
  const [linked, other] = [await pool("Linked"), await pool("Other")];
  const meter = await world.meter();
  const unlinked = await world.meter({ name: "Money" });
  const plan = await sell(world, usagePrice([meterLink(meter, linked), money(unlinked)]), [
    attach(linked, "100"),
    attach(other, "100"),
  ]);
  const subscription = await subscriptionOf(world, await subscribe(world, plan, customer));
  expect(subscription.meter_credit_entitlement_cart).toMatchObject([
    { meter_id: meter.id, credit_entitlement_id: linked.id, meter_units_per_credit: "1" },
  ]);
  await use(world, customer, "e1", 30);
  await runMeters(world);
  const ledgers = await Promise.all(
    [linked, other].map((entitlement) => world.ledger({ entitlement, customer })),
  );
  expect(ledgers).toEqual([
    "credit_added +100 : 0→100, overage 0→0\ncredit_deducted -30 : 100→70, overage 0→0",
    "credit_added +100 : 0→100, overage 0→0",
  ]);
  expect(await world.audited()).toBe(3);
});

const rates: readonly [
  rate: string,
  precision: number,
  usage: number,
  cost: string,
  left: string,
][] = [
  ["1", 0, 30, "30", "70"],
  ["1000", 0, 2000, "2", "98"],
  ["0.5", 0, 10, "20", "80"],
  ["1000", 1, 2500, "2.5", "97.5"],
];
for (const [rate, precision, usage, cost, left] of rates) {
  scenario(
    `MTR-32 at ${rate} units a credit and precision ${precision}, ${usage} units cost ${cost}`,
    async (world) => {
      const { entitlement, customer } = await metered(world, rate, precision);
      await use(world, customer, "e1", usage);
      await runMeters(world);
      expect(await world.ledger({ entitlement, customer })).toBe(
        precision === 0
          ? `credit_added +100 : 0→100, overage 0→0\ncredit_deducted -${cost} : 100→${left}, overage 0→0`
          : `credit_added +100.0 : 0.0→100.0, overage 0.0→0.0\ncredit_deducted -${cost} : 100.0→${left}, overage 0.0→0.0`,
      );
      expect(await world.audited()).toBe(2);
    },
  );
}

scenario("MTR-32 the units of one credit must be above zero", async (world) => {
  const [meter, entitlement] = [await world.meter(), await world.entitlement()];
  for (const rate of ["0", "0.000", "-1", "", "many"]) {
    await refuses(world, [meterLink(meter, entitlement, rate)]);
  }
  await refuses(world, [{ ...meterLink(meter, entitlement), meter_units_per_credit: 1 }]);
  await sell(world, usagePrice([meterLink(meter, entitlement, "0.001")]), []);
});

scenario("MTR-33 a product takes ten meters and refuses an eleventh", async (world) => {
  const eleven = (await metersNamed(world, 11)).map((it) => money(it));
  const product = await sell(world, usagePrice(eleven.slice(0, 10)), []);
  expect(metersOf(product)).toHaveLength(10);
  await world.ok("archiveProduct", { path: { id: product.product_id } });
  await refuses(world, eleven);
});

scenario("MTR-34 naming a meter twice on one product is refused", async (world) => {
  const [meter, entitlement]: [Meter, Entitlement] = [
    await world.meter(),
    await world.entitlement(),
  ];
  const code = "DUPLICATE_METER_IDS_IN_REQUEST";
  await refuses(world, [money(meter), money(meter)], code);
  await refuses(world, [meterLink(meter, entitlement), money(meter)], code);
});

scenario("MTR-34 naming a meter nobody made is refused", async (world) => {
  const meter = await world.meter();
  await refuses(world, [money({ id: "mtr_none" })], "MISSING_METER_IDS");
  await refuses(world, [money(meter), money({ id: "mtr_none" })], "MISSING_METER_IDS");
});

scenario("MTR-62 a free threshold may pass 2^31", async (world) => {
  const meter = await world.meter();
  for (const free_threshold of [2_147_483_648, 9_007_199_254_740_991]) {
    const product = await sell(world, usagePrice([money(meter, { free_threshold })]), []);
    expect(metersOf(product)).toMatchObject([{ free_threshold }]);
    const subscription = await subscribe(world, product, await world.customer());
    expect((await subscriptionOf(world, subscription)).meters).toMatchObject([{ free_threshold }]);
  }
});
