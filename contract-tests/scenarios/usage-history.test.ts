import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  type Payment,
  recurringPrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { Meter, World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Period = components["schemas"]["UsageHistoryItem"];

const money = (meter: Meter, price_per_unit: string, free_threshold = 0): Fields => ({
  meter_id: meter.id,
  price_per_unit,
  free_threshold,
});

/** A customer subscribed to a plan of 10 USD a month and 0.02 USD a unit beyond 1,000. */
async function shop(world: World) {
  const customer = await world.customer();
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([money(meter, "2", 1000)]), []);
  return { customer, meter, plan, id: await subscribe(world, plan, customer) };
}

const history = async (world: World, subscription_id: string, query = {}) =>
  (
    await world.ok<{ items: readonly Period[] }>("retrieveUsageHistory", {
      path: { subscription_id },
      query,
    })
  ).items;

const starts = async (world: World, id: string, query = {}): Promise<readonly string[]> =>
  (await history(world, id, query)).map((it) => it.start_date.slice(0, 10));

/** The payments of a subscription, oldest first. */
async function paymentsOf(world: World, id: string): Promise<readonly string[]> {
  const query = { subscription_id: id, page_size: 100 };
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", { query });
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
}

const update = (world: World, subscription_id: string, body: Fields) =>
  world.ok("updateSubscription", { path: { subscription_id }, body });

const examples: readonly (readonly [number, string, number, string, number])[] = [
  [2500, "2", 1000, "1500", 3000],
  [250, "50", 100, "150", 7500],
  [800, "2", 1000, "0", 0],
];
for (const [used, price, free, chargeable_units, total_price] of examples) {
  scenario(`MTR-22 ${used} units with ${free} free at ${price}`, async (world) => {
    const customer = await world.customer();
    const meter = await world.meter();
    const plan = await sell(world, usagePrice([money(meter, price, free)]), []);
    const id = await subscribe(world, plan, customer);
    await use(world, customer, "e1", used);
    await world.advance("2026-02-01T00:00:00Z");
    expect(await paymentsOf(world, id)).toEqual([
      "succeeded 1000",
      `succeeded ${1000 + total_price}`,
    ]);
    const [, january] = await history(world, id);
    expect(january?.meters).toMatchObject([
      {
        id: meter.id,
        name: meter.name,
        consumed_units: `${used}`,
        free_threshold: free,
        chargeable_units,
        price_per_unit: price,
        currency: "USD",
        total_price,
      },
    ]);
  });
}

scenario("MTR-22 the free units are there anew in every period", async (world) => {
  const it = await shop(world);
  await use(world, it.customer, "e1", 900);
  await world.advance("10d");
  await use(world, it.customer, "e2", 600);
  await world.advance("2026-02-01T00:00:00Z");
  await world.advance("10m");
  await use(world, it.customer, "e3", 1200);
  await world.advance("2026-04-01T00:00:00Z");
  expect(await paymentsOf(world, it.id)).toEqual([
    "succeeded 1000",
    "succeeded 2000",
    "succeeded 1400",
    "succeeded 1000",
  ]);
});

scenario("MTR-22 every meter is charged by its own count", async (world) => {
  const customer = await world.customer();
  const tokens = await world.meter();
  const calls = await world.meter({
    name: "Calls",
    event_name: "api.call",
    aggregation: { type: "count" },
  });
  const plan = await sell(world, usagePrice([money(tokens, "2"), money(calls, "10.5")]), []);
  const id = await subscribe(world, plan, customer);
  await use(world, customer, "e1", 30);
  for (const event of ["c1", "c2"])
    await use(world, customer, event, 7, { event_name: "api.call" });
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1081"]);
});

scenario("MTR-22 usage is owed with a failed renewal, and paid once", async (world) => {
  const it = await shop(world);
  await use(world, it.customer, "e1", 2500);
  await setCard(world, it.id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, it.id)).status).toBe("on_hold");
  expect(await paymentsOf(world, it.id)).toEqual(["succeeded 1000", "failed 4000"]);
  await world.advance("2026-02-05T00:00:00Z");
  await setCard(world, it.id, false);
  expect((await subscriptionOf(world, it.id)).status).toBe("active");
  await world.advance("2026-03-06T00:00:00Z");
  const paid = (await paymentsOf(world, it.id)).filter((line) => line.startsWith("succeeded"));
  expect(paid).toEqual(["succeeded 1000", "succeeded 4000", "succeeded 1000"]);
});

const ends: readonly (readonly [string, Fields])[] = [
  ["at once", { status: "cancelled" }],
  ["with its period", { cancel_at_next_billing_date: true }],
];
for (const [name, body] of ends) {
  scenario(`MTR-22 a subscription that ends ${name} pays its usage`, async (world) => {
    const it = await shop(world);
    await use(world, it.customer, "e1", 2500);
    await world.advance("2026-01-20T00:00:00Z");
    await update(world, it.id, body);
    await world.advance("2026-03-01T00:00:00Z");
    expect((await subscriptionOf(world, it.id)).status).toBe("cancelled");
    expect(await paymentsOf(world, it.id)).toEqual(["succeeded 1000", "succeeded 3000"]);
  });
}

scenario("MTR-22 a subscription that ends unused pays nothing more", async (world) => {
  const it = await shop(world);
  await use(world, it.customer, "e1", 1000);
  await update(world, it.id, { cancel_at_next_billing_date: true });
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, it.id)).toEqual(["succeeded 1000"]);
});

scenario("MTR-22 usage in money takes no credits", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, usagePrice([money(await world.meter(), "2")]), [
    attach(holding.entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  await use(world, holding.customer, "e1", 40);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1080"]);
  expect(await world.ledger(holding)).toBe(
    "credit_added +100 : 0→100, overage 0→0\ncredit_added +100 : 100→200, overage 0→0",
  );
});

scenario("MTR-24 the running period is shown with what was counted", async (world) => {
  const it = await shop(world);
  const usage = async () => {
    const items = await history(world, it.id);
    return items.map(({ start_date, end_date, meters }) => ({
      dates: [start_date, end_date].map((date) => date.slice(0, 19)),
      used: meters.map((meter) => [meter.consumed_units, meter.chargeable_units]),
    }));
  };
  const january = { dates: ["2026-01-01T00:00:00", "2026-02-01T00:00:00"] };
  expect(await usage()).toEqual([{ ...january, used: [["0", "0"]] }]);
  await use(world, it.customer, "e1", 1200.5);
  await runMeters(world);
  expect(await usage()).toEqual([{ ...january, used: [["1200.5", "200.5"]] }]);
  await world.advance("2026-02-10T00:00:00Z");
  await use(world, it.customer, "e2", 5);
  await runMeters(world);
  expect(await usage()).toEqual([
    { dates: ["2026-02-01T00:00:00", "2026-03-01T00:00:00"], used: [["5", "0"]] },
    { ...january, used: [["1200.5", "200.5"]] },
  ]);
});

scenario("MTR-24 a meter that credits pay for costs no money", async (world) => {
  const holding = await open(world);
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  await use(world, holding.customer, "e1", 7);
  await world.advance("2026-02-01T00:00:00Z");
  const [, january] = await history(world, id);
  expect(january?.meters).toMatchObject([
    {
      id: meter.id,
      consumed_units: "7",
      chargeable_units: "0",
      price_per_unit: "0",
      total_price: 0,
    },
  ]);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1000"]);
});

scenario("MTR-24 the history is narrowed by dates, both included", async (world) => {
  const { id } = await shop(world);
  await world.advance("2026-03-15T00:00:00Z");
  const [first, second, third] = ["2026-01-01", "2026-02-01", "2026-03-01"];
  const start_date = "2026-02-01T00:00:00Z";
  const end_date = "2026-03-01T00:00:00Z";
  expect(await starts(world, id)).toEqual([third, second, first]);
  expect(await starts(world, id, { start_date })).toEqual([third, second]);
  expect(await starts(world, id, { end_date })).toEqual([second, first]);
  expect(await starts(world, id, { start_date, end_date })).toEqual([second]);
  expect(await starts(world, id, { start_date: "2026-02-01T00:00:01Z" })).toEqual([third]);
  expect(await starts(world, id, { end_date: "2026-02-28T23:59:59Z" })).toEqual([first]);
});

scenario("PAG-10 a filter that is null narrows nothing", async (world) => {
  const { id } = await shop(world);
  await world.advance("2026-02-15T00:00:00Z");
  // As clients write null.
  const none = { start_date: "", end_date: "", meter_id: "" };
  expect(await starts(world, id, none)).toEqual(["2026-02-01", "2026-01-01"]);
  await world.refused(422, "listSubscriptions", { query: { created_at_gte: "" } });
});

scenario("MTR-24 the history comes by pages of at most 100", async (world) => {
  const { id } = await shop(world);
  await world.advance("2026-12-15T00:00:00Z");
  const path = { subscription_id: id };
  expect(await starts(world, id)).toHaveLength(10);
  expect(await starts(world, id, { page_size: 100 })).toHaveLength(12);
  expect(await starts(world, id, { page_number: 1 })).toEqual(["2026-02-01", "2026-01-01"]);
  expect(await starts(world, id, { page_number: 2 })).toEqual([]);
  await world.refused(422, "retrieveUsageHistory", { path, query: { page_size: 101 } });
});

scenario("MTR-24 the history shows all meters, or the one asked for", async (world) => {
  const customer = await world.customer();
  const [tokens, calls] = [await world.meter(), await world.meter({ name: "Calls" })];
  const plan = await sell(world, usagePrice([money(tokens, "2"), money(calls, "1")]), []);
  const id = await subscribe(world, plan, customer);
  const shown = async (query = {}) =>
    (await history(world, id, query)).flatMap((it) => it.meters.map((meter) => meter.name));
  expect((await shown()).sort()).toEqual(["Calls", "Token meter"]);
  expect(await shown({ meter_id: calls.id })).toEqual(["Calls"]);
  const path = { subscription_id: id };
  await world.refused(404, "retrieveUsageHistory", { path, query: { meter_id: "mtr_none" } });
});

scenario("MTR-24 there is no history without meters", async (world) => {
  const customer = await world.customer();
  for (const price of [recurringPrice(), usagePrice()]) {
    const subscription_id = await subscribe(world, await sell(world, price, []), customer);
    await world.refused(400, "retrieveUsageHistory", { path: { subscription_id } });
  }
  await world.refused(404, "retrieveUsageHistory", { path: { subscription_id: "sub_none" } });
});

for (const [behaviour, payments] of [
  // The change waits, so January's 3,000 are billed with the renewal that fails, and again once the card works.
  ["prevent_change", ["succeeded 1000", "failed 5000", "failed 4000", "succeeded 4000"]],
  // The change takes effect and takes the usage along; it is owed with it.
  ["apply_change", ["succeeded 1000", "failed 5000", "succeeded 5000"]],
] as const) {
  scenario(
    `MTR-22 usage is billed once when the charge of a plan change is declined (${behaviour})`,
    async (world) => {
      const { customer, meter, id } = await shop(world);
      const larger = usagePrice([money(meter, "2", 1000)], { fixed_price: 2000 });
      const { product_id } = await sell(world, larger, []);
      await use(world, customer, "e1", 2500);
      await world.advance("10m");
      await setCard(world, id, true);
      await world.ok("changePlan", {
        path: { subscription_id: id },
        body: {
          product_id,
          quantity: 1,
          proration_billing_mode: "full_immediately",
          on_payment_failure: behaviour,
        },
      });
      if (behaviour === "prevent_change") await world.advance("2026-02-01T00:00:00Z");
      await setCard(world, id, false);
      expect((await paymentsOf(world, id)).slice(0, payments.length)).toEqual(payments);
    },
  );
}
