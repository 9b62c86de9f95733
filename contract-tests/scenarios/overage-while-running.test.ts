import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  runMeters,
  sell,
  subscribe,
  usageOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

interface Setup {
  readonly credit?: Fields;
  readonly plan?: Fields;
  readonly amount?: string;
}

/** A customer on a plan whose meter costs one credit a token. */
async function metered(world: World, { credit = {}, plan = {}, amount = "40" }: Setup = {}) {
  const entitlement = await world.entitlement(credit);
  const customer = await world.customer();
  const meter = await world.meter();
  const link = meterLink(meter, entitlement);
  const product = await sell(world, usagePrice([link]), [attach(entitlement, amount, plan)]);
  const id = await subscribe(world, product, customer);
  return { entitlement, customer, meter, id };
}

type Metered = Awaited<ReturnType<typeof metered>>;

/** Uses tokens and lets the worker's minute pass. */
async function tick(world: World, { customer }: Pick<Metered, "customer">, id: string, n: number) {
  expect(await use(world, customer, id, n)).toEqual({ ingested_count: 1 });
  await world.advance("1m");
}

const figures = async (world: World, it: Metered) => {
  const { balance, overage } = await world.balance(it);
  return `${balance}, overage ${overage}`;
};

const granted = "credit_added +40 : 0→40, overage 0→0";
const emptied = "credit_deducted -40 : 40→0, overage 0→0";

scenario("OVR-01 without overage usage stops costing at zero", async (world) => {
  const plan = await metered(world);
  await tick(world, plan, "e-1", 30);
  await tick(world, plan, "e-2", 30);
  await tick(world, plan, "e-3", 30);
  expect(await figures(world, plan)).toBe("0, overage 0");
  expect(await world.holdings(plan)).toBe("0 of 40 (subscription)");
  expect(await world.ledger(plan)).toBe(
    [
      granted,
      "credit_deducted -30 : 40→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("OVR-02 events are taken from a customer at zero", async (world) => {
  const plan = await metered(world);
  await tick(world, plan, "e-1", 40);
  const answer = await world.call("ingestEvents", {
    body: {
      events: [
        {
          event_id: "e-2",
          customer_id: plan.customer.customer_id,
          event_name: "tokens.used",
          metadata: { tokens: 5 },
        },
      ],
    },
  });
  expect(answer).toMatchObject({ status: 200, body: { ingested_count: 1 } });
  expect(await runMeters(world)).toEqual({ events: 1 });
  expect(await world.ok("retrieveEvent", { path: { event_id: "e-2" } })).toMatchObject({
    event_id: "e-2",
    customer_id: plan.customer.customer_id,
  });
  expect(await world.ledger(plan)).toBe(`${granted}\n${emptied}`);
  expect(await world.audited()).toBe(2);
});

scenario("OVR-05 the plan's settings come before the credit's", async (world) => {
  const generous = await metered(world, { plan: withOverage({ overage_limit: "10" }) });
  await tick(world, generous, "e-1", 45);
  expect((await world.debit(generous, "6")).body).toMatchObject({ code: "OVERAGE_LIMIT_EXCEEDED" });
  expect((await world.debit(generous, "5")).status).toBe(201);
  expect(await world.ledger(generous)).toBe(
    [
      granted,
      emptied,
      "overage_charged -5 : 0→0, overage 0→5",
      "overage_charged -5 : 0→0, overage 5→10",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("OVR-05 a plan can switch off what the credit allows", async (world) => {
  const strict = await metered(world, { credit: withOverage(), plan: { overage_enabled: false } });
  await tick(world, strict, "e-1", 45);
  const short = { status: 400, body: { code: "INSUFFICIENT_CREDIT_BALANCE" } };
  expect(await world.debit(strict, "1")).toMatchObject(short);
  expect(await world.ledger(strict)).toBe(`${granted}\n${emptied}`);
  // Once the subscription has ended the credit's own settings count again.
  await world.ok("updateSubscription", {
    path: { subscription_id: strict.id },
    body: { status: "cancelled" },
  });
  expect((await world.debit(strict, "3")).status).toBe(201);
  expect(await world.ledger(strict)).toBe(
    [granted, emptied, "overage_charged -3 : 0→0, overage 0→3"].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("OVR-05 of two plans the metered one decides for usage", async (world) => {
  const strict = await metered(world, { plan: withOverage({ overage_limit: "2" }) });
  const product = await sell(world, usagePrice(), [
    attach(strict.entitlement, "5", withOverage({ overage_limit: "10" })),
  ]);
  await subscribe(world, product, strict.customer);
  await tick(world, strict, "e-1", 60);
  expect(await figures(world, strict)).toBe("0, overage 2");
  // A manual debit has the largest limit of both.
  expect((await world.debit(strict, "9")).body).toMatchObject({ code: "OVERAGE_LIMIT_EXCEEDED" });
  expect((await world.debit(strict, "8")).status).toBe(201);
  expect(await world.ledger(strict)).toBe(
    [
      granted,
      "credit_added +5 : 40→45, overage 0→0",
      "credit_deducted -45 : 45→0, overage 0→0",
      "overage_charged -2 : 0→0, overage 0→2",
      "overage_charged -8 : 0→0, overage 2→10",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("OVR-07 EX-05 usage is taken up to the limit and no further", async (world) => {
  const plan = await metered(world, { credit: withOverage({ overage_limit: 100 }) });
  const headroom = async () => {
    const { items } = await usageOf(world, plan.id);
    return items.map((it) => [it.overage, it.remaining_headroom, it.limit_reached]);
  };
  await tick(world, plan, "e-1", 60);
  expect(await headroom()).toEqual([["20", "80", false]]);
  await tick(world, plan, "e-2", 100);
  expect(await headroom()).toEqual([["100", "0", true]]);
  expect(await world.debit(plan, "5")).toMatchObject({
    status: 400,
    body: { code: "OVERAGE_LIMIT_EXCEEDED" },
  });
  expect((await world.credit(plan, "50")).status).toBe(201);
  await world.advance("1h");
  expect(await figures(world, plan)).toBe("50, overage 100");
  await tick(world, plan, "e-3", 7);
  expect(await world.ledger(plan)).toBe(
    [
      granted,
      emptied,
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -80 : 0→0, overage 20→100",
      "credit_added +50 : 0→50, overage 100→100",
      "credit_deducted -7 : 50→43, overage 100→100",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("OVR-07 what is dropped does not depend on the batches", async (world) => {
  const plan = await metered(world, { credit: withOverage({ overage_limit: 10 }) });
  for (const id of ["e-1", "e-2", "e-3"]) await use(world, plan.customer, id, 25);
  expect(await runMeters(world)).toEqual({ events: 3 });
  expect(await runMeters(world)).toEqual({ events: 0 });
  expect(await world.ledger(plan)).toBe(
    [granted, emptied, "overage_charged -10 : 0→0, overage 0→10"].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("OVR-08 usage at zero is not made up for by later credits", async (world) => {
  const plan = await metered(world);
  await tick(world, plan, "e-1", 100);
  await tick(world, plan, "e-2", 25);
  await world.credit(plan, "50");
  await world.advance("1h");
  expect(await figures(world, plan)).toBe("50, overage 0");
  await tick(world, plan, "e-3", 1);
  await world.advance("2026-02-01T00:01:00Z");
  expect(await world.ledger(plan)).toBe(
    [
      granted,
      emptied,
      "credit_added +50 : 0→50, overage 0→0",
      "credit_deducted -1 : 50→49, overage 0→0",
      "credit_added +40 : 49→89, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("OVR-10 two plans on one credit share its overage", async (world) => {
  const first = await metered(world, { credit: withOverage({ overage_limit: 30 }) });
  const images = await world.meter({ name: "Images", event_name: "images.made" });
  const product = await sell(world, usagePrice([meterLink(images, first.entitlement)]), [
    attach(first.entitlement, "5"),
  ]);
  const second = await subscribe(world, product, first.customer);
  await tick(world, first, "e-1", 65);
  await use(world, first.customer, "e-2", 25, { event_name: "images.made" });
  await world.advance("1m");
  for (const id of [first.id, second]) {
    expect((await usageOf(world, id)).items).toMatchObject([
      { balance: "0", overage: "30", remaining_headroom: "0", limit_reached: true },
    ]);
  }
  expect(await world.ledger(first)).toBe(
    [
      granted,
      "credit_added +5 : 40→45, overage 0→0",
      "credit_deducted -45 : 45→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -10 : 0→0, overage 20→30",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

scenario("LED-39 what a meter takes names its subscription", async (world) => {
  const plan = await metered(world, { credit: withOverage() });
  await tick(world, plan, "e-1", 50);
  const entries = [...(await world.entries(plan))].reverse();
  expect(entries.map((it) => [it.transaction_type, it.reference_type, it.reference_id])).toEqual([
    ["credit_added", "subscription", plan.id],
    ["credit_deducted", "subscription", plan.id],
    ["overage_charged", "subscription", plan.id],
  ]);
  expect(await world.audited()).toBe(3);
});

for (const [what, plan, credit, balance] of [
  [
    "repays where the subscription repays",
    "carry_deficit_auto_repay",
    "forgive_at_reset",
    "0, overage 10",
  ],
  [
    "leaves it where the subscription leaves it",
    "carry_deficit",
    "carry_deficit_auto_repay",
    "20, overage 30",
  ],
] as const) {
  scenario(`OVR-05 a pack ${what}, whatever the credit says by itself`, async (world) => {
    const it = await metered(world, {
      credit: withOverage({ overage_behavior: credit }),
      plan: { overage_behavior: plan },
    });
    await tick(world, it, "e-1", 70);
    expect(await figures(world, it)).toBe("0, overage 30");
    const pack = await sell(world, oneTimePrice(), [attach(it.entitlement, "20")]);
    await buy(world, pack, it.customer);
    expect(await figures(world, it)).toBe(balance);
    await world.audited();
  });
}

scenario("OVR-42 without a subscription a pack repays as the credit says", async (world) => {
  const overage_behavior = "carry_deficit_auto_repay";
  const entitlement = await world.entitlement(withOverage({ overage_behavior }));
  const it = { entitlement, customer: await world.customer(), meter: await world.meter(), id: "" };
  await world.credit(it, "1");
  await world.debit(it, "31");
  const pack = await sell(world, oneTimePrice(), [
    attach(entitlement, "20", { overage_behavior: "forgive_at_reset" }),
  ]);
  await buy(world, pack, it.customer);
  expect(await figures(world, it)).toBe("0, overage 10");
  await world.audited();
});
