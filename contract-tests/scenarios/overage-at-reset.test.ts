import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usageOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";

/** A customer on 100 credits a month, with overage up to 50 at 10 cents a credit. */
async function metered(world: World, overage_behavior: string, more: object = {}, price = {}) {
  const entitlement = await world.entitlement(
    withOverage({ overage_limit: 50, price_per_unit: "10", overage_behavior, ...more }),
  );
  const customer = await world.customer();
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, entitlement)], price), [
    attach(entitlement, "100"),
  ]);
  return { entitlement, customer, id: await subscribe(world, plan, customer) };
}

type Metered = Awaited<ReturnType<typeof metered>>;

async function useNow(world: World, { customer }: Metered, eventId: string, tokens: number) {
  await use(world, customer, eventId, tokens);
  await world.advance("1m");
}

/** The same after a first month in which 130 of the 100 credits were used. */
async function overdrawn(world: World, behaviour: string, price = {}) {
  const plan = await metered(world, behaviour, {}, price);
  await useNow(world, plan, "e-1", 130);
  return plan;
}

/** The payments of a subscription, oldest first. */
async function paymentsOf(world: World, { id }: Metered): Promise<readonly string[]> {
  const { items } = await world.ok<{ items: { status: string; total_amount: number }[] }>(
    "listPayments",
    { query: { subscription_id: id } },
  );
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
}

const patched = (world: World, { id }: Metered, body: object) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body });

const granted = "credit_added +100 : 0→100, overage 0→0";
const firstMonth = [
  granted,
  "credit_deducted -100 : 100→0, overage 0→0",
  "overage_charged -30 : 0→0, overage 0→30",
];
const cleared = "overage_reset -30 : 0→0, overage 30→0";

scenario("OVR-21 EX-06 forgiven overage is cleared and not billed", async (world) => {
  const plan = await overdrawn(world, "forgive_at_reset");
  await world.advance("2026-01-31T23:59:59Z");
  expect(await world.ledger(plan)).toBe(firstMonth.join("\n"));
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "succeeded 1000"]);
  expect(await world.ledger(plan)).toBe([...firstMonth, cleared, granted].join("\n"));
  expect((await world.entries(plan))[1]).toMatchObject({
    transaction_type: "overage_reset",
    is_credit: false,
    grant_id: null,
    created_at: "2026-02-01T00:00:00.000000Z",
  });
  expect(await world.audited()).toBe(5);
});

scenario("OVR-22 EX-07 invoiced overage is on the renewal, then cleared", async (world) => {
  const plan = await overdrawn(world, "invoice_at_billing");
  await world.advance("2026-01-31T23:59:59Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000"]);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "succeeded 1300"]);
  await world.advance("2026-03-01T00:00:00Z");
  expect((await paymentsOf(world, plan))[2]).toBe("succeeded 1000");
  expect(await world.ledger(plan)).toBe(
    [...firstMonth, cleared, granted, "credit_added +100 : 100→200, overage 0→0"].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("OVR-22 overage of two credits is on one bill, each at its price", async (world) => {
  const invoiced = { overage_behavior: "invoice_at_billing" };
  const tokens = await world.entitlement(withOverage({ ...invoiced, price_per_unit: "10" }));
  const images = await world.entitlement(
    withOverage({ ...invoiced, price_per_unit: "25", name: "Images" }),
  );
  const customer = await world.customer();
  const plan = await sell(world, recurringPrice(), [attach(tokens, "100"), attach(images, "5")]);
  const id = await subscribe(world, plan, customer);
  await world.debit({ entitlement: tokens, customer }, "130");
  await world.debit({ entitlement: images, customer }, "9");
  await world.advance("P1M");
  const charges = async () => {
    const { items } = await world.ok<{ items: { total_amount: number }[] }>("listPayments", {
      query: { subscription_id: id },
    });
    return items.map((it) => it.total_amount).reverse();
  };
  expect(await charges()).toEqual([1000, 1400]);
  for (const [entitlement, credits] of [
    [tokens, "100"],
    [images, "5"],
  ] as const) {
    expect(await world.balance({ entitlement, customer })).toMatchObject({
      balance: credits,
      overage: "0",
    });
  }
  await world.debit({ entitlement: images, customer }, "6");
  await world.advance("P1M");
  expect(await charges()).toEqual([1000, 1400, 1025]);
  await world.audited();
});

scenario("OVR-23 EX-08 a carried deficit stands beside the new credits", async (world) => {
  const plan = await overdrawn(world, "carry_deficit");
  await world.advance("2026-02-01T00:00:00Z");
  expect((await usageOf(world, plan.id)).items).toMatchObject([
    { balance: "100", overage: "30", remaining_headroom: "20", limit_reached: false },
  ]);
  await useNow(world, plan, "e-2", 115);
  await world.advance("2026-03-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(Array(3).fill("succeeded 1000"));
  expect(await world.ledger(plan)).toBe(
    [
      ...firstMonth,
      "credit_added +100 : 0→100, overage 30→30",
      "credit_deducted -100 : 100→0, overage 30→30",
      "overage_charged -15 : 0→0, overage 30→45",
      "credit_added +100 : 0→100, overage 45→45",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(7);
});

scenario("OVR-24 under auto-repay the next credits repay overage first", async (world) => {
  const plan = await overdrawn(world, "carry_deficit_auto_repay");
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "succeeded 1000"]);
  expect(await world.holdings(plan)).toBe("0 of 100 (subscription)\n70 of 100 (subscription)");
  expect(await world.ledger(plan)).toBe(
    [
      ...firstMonth,
      "credit_added +100 : 0→100, overage 30→30",
      "credit_deducted -30 : 100→70, overage 30→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

const beside = ["credit_added +20 : 0→20, overage 30→30"];
const topUps = {
  forgive_at_reset: {
    bill: 1000,
    rest: [
      ...beside,
      "overage_reset -30 : 20→20, overage 30→0",
      "credit_added +100 : 20→120, overage 0→0",
    ],
  },
  invoice_at_billing: {
    bill: 1300,
    rest: [
      ...beside,
      "overage_reset -30 : 20→20, overage 30→0",
      "credit_added +100 : 20→120, overage 0→0",
    ],
  },
  carry_deficit: { bill: 1000, rest: [...beside, "credit_added +100 : 20→120, overage 30→30"] },
  carry_deficit_auto_repay: {
    bill: 1000,
    rest: [
      ...beside,
      "credit_deducted -20 : 20→0, overage 30→10",
      "credit_added +100 : 0→100, overage 10→10",
      "credit_deducted -10 : 100→90, overage 10→0",
    ],
  },
};
for (const [behaviour, { bill, rest }] of Object.entries(topUps)) {
  scenario(`OVR-20 EX-10 ${behaviour} with a top-up and a renewal`, async (world) => {
    const plan = await overdrawn(world, behaviour);
    await world.advance("2026-01-16T00:00:00Z");
    expect((await world.credit(plan, "20")).status).toBe(201);
    await world.advance("2026-02-01T00:00:00Z");
    expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", `succeeded ${bill}`]);
    expect(await world.ledger(plan)).toBe([...firstMonth, ...rest].join("\n"));
    expect(await world.audited()).toBe(3 + rest.length);
  });

  scenario(`OVR-25 ${behaviour} clears nothing where nothing is owed`, async (world) => {
    const plan = await metered(world, behaviour);
    await useNow(world, plan, "e-1", 100);
    await world.advance("2026-02-01T00:00:00Z");
    expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "succeeded 1000"]);
    expect(await world.ledger(plan)).toBe([...firstMonth.slice(0, 2), granted].join("\n"));
    expect(await world.audited()).toBe(3);
  });
}

scenario("OVR-06 a million tokens at 0.000005 USD cost 5 USD", async (world) => {
  const plan = await metered(world, "invoice_at_billing", {
    price_per_unit: "0.0005",
    overage_limit: null,
  });
  await useNow(world, plan, "e-1", 1_000_100);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "succeeded 1500"]);
  expect(await world.ledger(plan)).toBe(
    [
      granted,
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -1000000 : 0→0, overage 0→1000000",
      "overage_reset -1000000 : 0→0, overage 1000000→0",
      granted,
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

const roundings = [
  [5, "0.5", 3],
  [3, "0.5", 2],
  [4, "0.1", 0],
  [5, "0.1", 1],
  [7, "0.35", 2],
  [1, "10.49", 10],
] as const;
for (const [overage, price, charge] of roundings) {
  scenario(`OVR-26 ${overage} credits at ${price} cost ${charge} cents`, async (world) => {
    const plan = await metered(world, "invoice_at_billing", { price_per_unit: price });
    await useNow(world, plan, "e-1", 100 + overage);
    await world.advance("2026-02-01T00:00:00Z");
    expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", `succeeded ${1000 + charge}`]);
    expect(await world.ledger(plan)).toBe(
      [
        granted,
        "credit_deducted -100 : 100→0, overage 0→0",
        `overage_charged -${overage} : 0→0, overage 0→${overage}`,
        `overage_reset -${overage} : 0→0, overage ${overage}→0`,
        granted,
      ].join("\n"),
    );
    expect(await world.audited()).toBe(5);
  });
}

scenario("OVR-27 overage stands until the renewal that bills it is paid", async (world) => {
  const plan = await overdrawn(world, "invoice_at_billing");
  await setCard(world, plan.id, true);
  await world.advance("2026-02-03T00:00:00Z");
  expect((await subscriptionOf(world, plan.id)).status).toBe("on_hold");
  expect(await world.ledger(plan)).toBe(firstMonth.join("\n"));
  expect(await setCard(world, plan.id, false)).toMatchObject({ status: "active" });
  expect((await paymentsOf(world, plan)).filter((it) => it.startsWith("succ"))).toEqual([
    "succeeded 1000",
    "succeeded 1300",
  ]);
  expect(await world.ledger(plan)).toBe([...firstMonth, cleared, granted].join("\n"));
  expect(await world.audited()).toBe(5);
});

scenario("OVR-27 the payment that fails is for overage too", async (world) => {
  const plan = await overdrawn(world, "invoice_at_billing");
  await setCard(world, plan.id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "failed 1300"]);
  expect(await world.ledger(plan)).toBe(firstMonth.join("\n"));
  expect(await world.audited()).toBe(3);
});

const ends = {
  "is cancelled at once": async (world: World, plan: Metered) => {
    await patched(world, plan, { status: "cancelled" });
  },
  "is cancelled with its period": async (world: World, plan: Metered) => {
    await patched(world, plan, { cancel_at_next_billing_date: true });
    await world.advance("2026-02-01T00:00:00Z");
  },
  "reaches its term": async (world: World) => {
    await world.advance("2026-02-01T00:00:00Z");
  },
};
const last = {
  forgive_at_reset: { payments: ["succeeded 1000"], rest: [cleared] },
  invoice_at_billing: { payments: ["succeeded 1000", "succeeded 300"], rest: [cleared] },
  carry_deficit: { payments: ["succeeded 1000"], rest: [] },
  carry_deficit_auto_repay: { payments: ["succeeded 1000"], rest: [] },
};
for (const [end, finish] of Object.entries(ends)) {
  for (const [behaviour, { payments, rest }] of Object.entries(last)) {
    scenario(`OVR-50 ${behaviour} when a subscription ${end}`, async (world) => {
      const oneMonth = { subscription_period_count: 1, subscription_period_interval: "Month" };
      const plan = await overdrawn(world, behaviour, end === "reaches its term" ? oneMonth : {});
      await finish(world, plan);
      expect((await subscriptionOf(world, plan.id)).status).toMatch(/^(cancelled|expired)$/);
      await world.advance("2026-03-02T00:00:00Z");
      expect(await paymentsOf(world, plan)).toEqual(payments);
      expect(await world.ledger(plan)).toBe([...firstMonth, ...rest].join("\n"));
      expect(await world.audited()).toBe(3 + rest.length);
    });
  }
}

scenario(
  "OVR-50 one on hold is settled when its term ends, by a card that fails",
  async (world) => {
    const term = { subscription_period_count: 6, subscription_period_interval: "Week" };
    const plan = await overdrawn(world, "invoice_at_billing", term);
    await setCard(world, plan.id, true);
    await world.advance("2026-03-02T00:00:00Z");
    expect((await subscriptionOf(world, plan.id)).status).toBe("expired");
    expect(await paymentsOf(world, plan)).toEqual(["succeeded 1000", "failed 1300", "failed 300"]);
    expect((await world.balance(plan)).overage).toBe("0");
  },
);
