import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  recurringPrice,
  sell,
  subscribe,
  usageOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Holder = Awaited<ReturnType<typeof open>>;

const plan = async (world: World, { entitlement, customer }: Holder, more = {}, amount = "100") =>
  subscribe(
    world,
    await sell(world, recurringPrice(), [attach(entitlement, amount, more)]),
    customer,
  );

/** What a subscription with one credit says of it: `0, overage 5 of 20, headroom 15, free`. */
async function line(world: World, id: string): Promise<string> {
  const { items } = await usageOf(world, id);
  return items
    .map(
      (it) =>
        `${it.balance}, overage ${it.overage} of ${it.overage_limit ?? "any"}, headroom ${it.remaining_headroom ?? "none"}, ${it.limit_reached ? "full" : "free"}`,
    )
    .join("\n");
}

const spend = async (world: World, holding: Holding, amount: string) =>
  expect((await world.debit(holding, amount)).status).toBe(201);

scenario("SUB-70 every linked credit is one item with all its figures", async (world) => {
  const tokens = await open(world, withOverage({ overage_limit: 100, precision: 2 }));
  const images = {
    ...tokens,
    entitlement: await world.entitlement({ name: "Images", unit: "image" }),
  };
  await world.entitlement({ name: "Of no plan" });
  const product = await sell(world, recurringPrice(), [
    attach(tokens.entitlement, "10"),
    attach(images.entitlement, "7"),
  ]);
  const id = await subscribe(world, product, tokens.customer);
  await spend(world, tokens, "25.5");
  const { subscription_id, items } = await usageOf(world, id);
  expect(subscription_id).toBe(id);
  expect(items).toHaveLength(2);
  expect(items).toEqual(
    expect.arrayContaining([
      {
        credit_entitlement_id: tokens.entitlement.id,
        credit_entitlement_name: "Tokens",
        unit: "token",
        balance: "0.00",
        overage: "15.50",
        overage_enabled: true,
        overage_limit: expect.stringMatching(/^100(\.00)?$/),
        remaining_headroom: "84.50",
        limit_reached: false,
      },
      expect.objectContaining({
        credit_entitlement_id: images.entitlement.id,
        credit_entitlement_name: "Images",
        unit: "image",
        balance: "7",
        overage: "0",
        overage_enabled: false,
        limit_reached: false,
      }),
    ]),
  );
  expect(await world.ledger(tokens)).toBe(
    [
      "credit_added +10.00 : 0.00→10.00, overage 0.00→0.00",
      "credit_deducted -10.00 : 10.00→0.00, overage 0.00→0.00",
      "overage_charged -15.50 : 0.00→0.00, overage 0.00→15.50",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-71 the figures are the customer's, the settings the plan's", async (world) => {
  const holding = await open(world);
  const small = await plan(world, holding, withOverage({ overage_limit: "30" }));
  const large = await plan(world, holding, withOverage({ overage_limit: "80" }), "50");
  const off = await plan(world, holding, {}, "1");
  await world.credit(holding, "9");
  expect(await line(world, small)).toBe("160, overage 0 of 30, headroom 30, free");
  expect(await line(world, large)).toBe("160, overage 0 of 80, headroom 80, free");
  expect(await line(world, off)).toBe("160, overage 0 of any, headroom none, free");
  await spend(world, holding, "180");
  expect(await line(world, small)).toBe("0, overage 20 of 30, headroom 10, free");
  expect(await line(world, large)).toBe("0, overage 20 of 80, headroom 60, free");
  expect((await usageOf(world, off)).items).toMatchObject([
    { balance: "0", overage: "20", overage_enabled: false },
  ]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_added +50 : 100→150, overage 0→0",
      "credit_added +1 : 150→151, overage 0→0",
      "credit_added +9 : 151→160, overage 0→0",
      "credit_deducted -160 : 160→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("SUB-72 without a limit overage has no end", async (world) => {
  const holding = await open(world, withOverage());
  const id = await plan(world, holding);
  await spend(world, holding, "9999999999");
  expect((await usageOf(world, id)).items).toMatchObject([
    { overage_enabled: true, overage_limit: null, remaining_headroom: null, limit_reached: false },
  ]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -9999999899 : 0→0, overage 0→9999999899",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-73 the headroom is what the limit leaves, never below 0", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 100 }));
  const id = await plan(world, holding, {}, "10");
  expect(await line(world, id)).toBe("10, overage 0 of 100, headroom 100, free");
  await spend(world, holding, "30");
  expect(await line(world, id)).toBe("0, overage 20 of 100, headroom 80, free");
  const limit = (overage_limit: string) =>
    world.ok("updateSubscription", {
      path: { subscription_id: id },
      body: {
        credit_entitlement_cart: [{ credit_entitlement_id: holding.entitlement.id, overage_limit }],
      },
    });
  await limit("15");
  expect(await line(world, id)).toBe("0, overage 20 of 15, headroom 0, full");
  await limit("21");
  expect(await line(world, id)).toBe("0, overage 20 of 21, headroom 1, free");
  const off = await plan(world, {
    ...holding,
    entitlement: await world.entitlement({ name: "Off" }),
  });
  expect(await line(world, off)).toBe("100, overage 0 of any, headroom none, free");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-74 OVR-09 the limit is reached at the limit and above", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 50 }));
  const id = await plan(world, holding, {}, "10");
  await spend(world, holding, "59");
  expect(await line(world, id)).toBe("0, overage 49 of 50, headroom 1, free");
  await spend(world, holding, "1");
  expect(await line(world, id)).toBe("0, overage 50 of 50, headroom 0, full");
  const change = (more: object) =>
    world.ok("updateSubscription", {
      path: { subscription_id: id },
      body: {
        credit_entitlement_cart: [{ credit_entitlement_id: holding.entitlement.id, ...more }],
      },
    });
  await change({ overage_limit: "40" });
  expect((await usageOf(world, id)).items).toMatchObject([{ limit_reached: true }]);
  await change({ overage_enabled: false });
  expect((await usageOf(world, id)).items).toMatchObject([
    { overage: "50", overage_enabled: false, limit_reached: false },
  ]);
  expect((await usageOf(world, id)).items[0]?.remaining_headroom ?? null).toBeNull();
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
      "overage_charged -49 : 0→0, overage 0→49",
      "overage_charged -1 : 0→0, overage 49→50",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("OVR-09 metered usage that fills the limit reports it reached", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 5 }));
  const meter = await world.meter();
  const product = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "10"),
  ]);
  const id = await subscribe(world, product, holding.customer);
  await use(world, holding.customer, "e-1", 14);
  await world.advance("1m");
  expect(await line(world, id)).toBe("0, overage 4 of 5, headroom 1, free");
  await use(world, holding.customer, "e-2", 9);
  await world.advance("1m");
  expect(await line(world, id)).toBe("0, overage 5 of 5, headroom 0, full");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
      "overage_charged -4 : 0→0, overage 0→4",
      "overage_charged -1 : 0→0, overage 4→5",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("BAL-14 OVR-10 what one plan used up the other one lacks", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 20 }));
  const first = await plan(world, holding, {}, "10");
  const second = await plan(world, holding, {}, "5");
  await spend(world, holding, "27");
  for (const id of [first, second]) {
    expect(await line(world, id)).toBe("0, overage 12 of 20, headroom 8, free");
  }
  await spend(world, holding, "8");
  for (const id of [first, second]) {
    expect(await line(world, id)).toBe("0, overage 20 of 20, headroom 0, full");
  }
  await world.credit(holding, "3");
  expect(await line(world, second)).toBe("3, overage 20 of 20, headroom 0, full");
  // Another customer with the same plan has figures of their own.
  const customer = await world.customer({ email: "bo@example.com" });
  const apart = await plan(world, { ...holding, customer }, {}, "10");
  expect(await line(world, apart)).toBe("10, overage 0 of 20, headroom 20, free");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_added +5 : 10→15, overage 0→0",
      "credit_deducted -15 : 15→0, overage 0→0",
      "overage_charged -12 : 0→0, overage 0→12",
      "overage_charged -8 : 0→0, overage 12→20",
      "credit_added +3 : 0→3, overage 20→20",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(7);
});

scenario("SUB-75 a credit that was never issued is shown as zero", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 5, precision: 1 }));
  const product = await sell(world, recurringPrice({ trial_period_days: 14 }), [
    attach(holding.entitlement, "100", { trial_credits: "0" }),
  ]);
  const id = await subscribe(world, product, holding.customer);
  const { items } = await usageOf(world, id);
  expect(items).toHaveLength(1);
  expect(items.map((it) => [it.credit_entitlement_id, +it.balance, +it.overage])).toEqual([
    [holding.entitlement.id, 0, 0],
  ]);
  expect(items.map((it) => [Number(it.remaining_headroom), it.limit_reached])).toEqual([
    [5, false],
  ]);
  expect(
    await world.refused(404, "retrieveCreditUsage", { path: { subscription_id: "sub_unknown" } }),
  ).toMatchObject({ code: "NOT_FOUND" });
  expect(await world.ledger(holding)).toBe("");
  expect(await world.audited()).toBe(0);
});

scenario("SUB-76 a plan without credits lists none", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5");
  const id = await subscribe(world, await sell(world, recurringPrice(), []), holding.customer);
  expect(await usageOf(world, id)).toEqual({ subscription_id: id, items: [] });
  await world.audited();
});
