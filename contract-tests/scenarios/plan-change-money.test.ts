import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, recurringPrice, sell, subscribe } from "../harness/storefront.js";
import { pathOf, type World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import {
  change,
  chargesOf,
  datesOf,
  halfway,
  later,
  modes,
  nothingCharged,
  type Preview,
  paymentsOf,
  planOf,
  policy,
  request,
  stateOf,
  subscribed,
  thirtyDays,
} from "./support/plan-changes.js";

/** A subscription to an 80 USD plan, half of its first period later. */
async function halfwayThroughPro(world: World): Promise<string> {
  const { customer } = await open(world);
  const id = await subscribe(world, await planOf(world, 8000), customer);
  await world.advance("15d");
  return id;
}

scenario("SUB-36 an upgrade halfway charges half the difference", async (world) => {
  const { id, pro } = await halfway(world);
  await change(world, id, pro);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 2500"]);
});

scenario("SUB-36 an upgrade at once charges the whole difference", async (world) => {
  const { id, pro } = await subscribed(world);
  await change(world, id, pro);
  expect(await chargesOf(world, id)).toHaveLength(2);
  expect(await chargesOf(world, id)).toContain("succeeded 5000");
});

scenario("SUB-36 the two parts are rounded half up one by one", async (world) => {
  const { customer } = await open(world);
  const id = await subscribe(world, await planOf(world, 3001), customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, 8002));
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3001", "succeeded 2500"]);
});

scenario("SUB-37 what a downgrade leaves lowers the next payment", async (world) => {
  const id = await halfwayThroughPro(world);
  expect(await change(world, id, await planOf(world, 3000))).toEqual(nothingCharged);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 8000"]);
  await world.advance("2026-03-17T00:00:00Z");
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000", "succeeded 500", "succeeded 3000"]);
});

scenario("SUB-37 what is left can last for several payments", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 2000), {
    proration_billing_mode: "difference_immediately",
  });
  await world.advance("150d");
  expect(await chargesOf(world, id)).toEqual([
    "succeeded 8000",
    "succeeded 2000",
    "succeeded 2000",
  ]);
});

scenario("SUB-37 what is left lowers the payment of a later change", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 3000));
  await change(world, id, await planOf(world, 6000), {
    proration_billing_mode: "full_immediately",
  });
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000", "succeeded 3500"]);
});

scenario("SUB-37 money that is left is no credit of an entitlement", async (world) => {
  const holding = await open(world);
  const sold = (price: number) =>
    sell(world, recurringPrice({ ...thirtyDays, price }), [
      attach(holding.entitlement, "100", { proration_behavior: "prorate" }),
    ]);
  const id = await subscribe(world, await sold(8000), holding.customer);
  await world.advance("15d");
  await change(world, id, await sold(3000));
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  const { balance } = await world.ok<{ balance: string }>("retrieveBalance", {
    path: pathOf(holding),
  });
  expect(balance).toBe("100");
});

for (const [mode] of modes.slice(0, 3)) {
  scenario(`SUB-44 a new period begins with ${mode}`, async (world) => {
    const { id, pro } = await halfway(world);
    await change(world, id, pro, { proration_billing_mode: mode });
    expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-15");
    await world.advance("2026-02-14T23:59:59Z");
    expect(await paymentsOf(world, id)).toHaveLength(2);
    await world.advance("2026-02-15T00:00:00Z");
    expect((await paymentsOf(world, id)).slice(2)).toEqual(["succeeded 8000"]);
    expect(await datesOf(world, id)).toBe("2026-02-15 to 2026-03-17");
  });
}

scenario("SUB-44 the new period has the length of the new plan", async (world) => {
  const { id } = await halfway(world);
  const monthly = { payment_frequency_count: 1, payment_frequency_interval: "Month" };
  await change(world, id, await planOf(world, 8000, monthly));
  expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-16");
});

scenario("SUB-44 a downgrade begins a new period too", async (world) => {
  const id = await halfwayThroughPro(world);
  await change(world, id, await planOf(world, 3000));
  expect(await datesOf(world, id)).toBe("2026-01-16 to 2026-02-15");
});

const weekly = { payment_frequency_count: 1, payment_frequency_interval: "Week" };

scenario("SUB-44 do_not_bill leaves the dates as they are", async (world) => {
  const { id } = await halfway(world);
  await change(world, id, await planOf(world, 8000, weekly), {
    proration_billing_mode: "do_not_bill",
  });
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-31");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-02-07");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 8000"]);
});

scenario("SUB-44 by the older rule no change moves the dates", async (world) => {
  await policy(world, { planChangeDates: "unchanged" });
  const { id } = await halfway(world);
  await change(world, id, await planOf(world, 8000, weekly));
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-31");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-02-07");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 3000",
    "succeeded 2500",
    "succeeded 8000",
  ]);
});

for (const [mode] of modes.slice(0, 3)) {
  scenario(`SUB-44 ${mode} ends a trial and charges in full`, async (world) => {
    const { customer } = await open(world);
    const tried = await planOf(world, 3000, { trial_period_days: 14 });
    const id = await subscribe(world, tried, customer);
    await world.advance("4d");
    await change(world, id, await planOf(world, 8000), { proration_billing_mode: mode });
    expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
    expect(await datesOf(world, id)).toBe("2026-01-05 to 2026-02-04");
    await world.advance("2026-01-15T00:00:00Z");
    expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
  });
}

scenario("SUB-44 do_not_bill lets a trial run on", async (world) => {
  const { customer } = await open(world);
  const tried = await planOf(world, 3000, { trial_period_days: 14 });
  const id = await subscribe(world, tried, customer);
  await world.advance("4d");
  await change(world, id, await planOf(world, 8000), { proration_billing_mode: "do_not_bill" });
  expect(await chargesOf(world, id)).toEqual([]);
  expect(await datesOf(world, id)).toBe("2026-01-01 to 2026-01-15");
  await world.advance("2026-01-15T00:00:00Z");
  expect(await chargesOf(world, id)).toEqual(["succeeded 8000"]);
  expect(await datesOf(world, id)).toBe("2026-01-15 to 2026-02-14");
});

scenario("SUB-45 a preview tells the charge and changes nothing", async (world) => {
  const { id, pro } = await halfway(world);
  const before = await stateOf(world, id);
  const answer = await world.call("previewChangePlan", request(id, pro, { quantity: 2 }));
  expect(answer).toMatchObject({
    status: 200,
    body: {
      immediate_charge: {
        effective_at: "2026-01-16T00:00:00.000000Z",
        summary: { currency: "USD", total_amount: 6500, customer_credits: 0 },
      },
      new_plan: { subscription_id: id, product_id: pro.product_id, quantity: 2 },
    },
  });
  expect(await stateOf(world, id)).toEqual(before);
  await change(world, id, pro, { quantity: 2 });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 6500"]);
});

scenario("SUB-45 a preview tells what a downgrade would leave", async (world) => {
  const id = await halfwayThroughPro(world);
  const preview = await world.ok<Preview>(
    "previewChangePlan",
    request(id, await planOf(world, 3000)),
  );
  expect(preview.immediate_charge.summary).toMatchObject({
    total_amount: 0,
    customer_credits: 2500,
  });
  await world.advance("15d");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 8000", "succeeded 8000"]);
});

scenario("SUB-45 a preview of a later change schedules nothing", async (world) => {
  const { id, pro } = await halfway(world);
  const before = await stateOf(world, id);
  await world.ok("previewChangePlan", request(id, pro, later));
  expect(await stateOf(world, id)).toEqual(before);
});
