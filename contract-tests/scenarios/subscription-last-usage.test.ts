import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  runMeters,
  sell,
  setCard,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { change, granted, patch, paymentsOf, planOf, statusOf } from "./support/rare-changes.js";

/** A metered subscription with usage that no worker has seen yet, accepted at this very instant. */
async function unseen(world: World) {
  const holding = await open(world);
  const meter = await world.meter();
  const price = { meter_id: (await world.meter({ name: "Money" })).id, price_per_unit: "2" };
  const links = [meterLink(meter, holding.entitlement), { ...price, free_threshold: 0 }];
  const plan = await sell(world, usagePrice(links), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("10d");
  await use(world, holding.customer, "e-1", 40);
  return { holding, meter, plan, id };
}

const deducted = `${granted}\ncredit_deducted -40 : 100→60, overage 0→0`;

scenario("MTR-64 usage accepted before a cancellation is deducted and billed", async (world) => {
  const { holding, id } = await unseen(world);
  await patch(world, id, { status: "cancelled" });
  await world.advance("1h");
  expect(await world.ledger(holding)).toBe(deducted);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 80"]);
});

scenario(
  "MTR-64 usage accepted before a pause is deducted, usage during it is not",
  async (world) => {
    const { holding, id } = await unseen(world);
    await patch(world, id, { status: "paused" });
    await world.advance("5d");
    await use(world, holding.customer, "e-2", 7);
    await patch(world, id, { status: "active" });
    await runMeters(world);
    await world.advance("1h");
    expect(await world.ledger(holding)).toBe(deducted);
    await world.advance("P1M");
    expect((await paymentsOf(world, id)).at(-1)).toBe("succeeded 1080");
  },
);

scenario("MTR-64 usage accepted before its meter is archived is deducted", async (world) => {
  const { holding, meter } = await unseen(world);
  await world.ok("archiveMeter", { path: { id: meter.id } });
  await use(world, holding.customer, "e-2", 7);
  await world.ok("unarchiveMeter", { path: { id: meter.id } });
  await world.advance("1h");
  expect(await world.ledger(holding)).toBe(deducted);
});

scenario("MTR-64 usage accepted before its meter is taken off is deducted", async (world) => {
  const { holding, plan } = await unseen(world);
  const body = { price: usagePrice([]) };
  await world.ok("updateProduct", { path: { id: plan.product_id }, body });
  await world.advance("1h");
  expect(await world.ledger(holding)).toBe(deducted);
});

scenario("MTR-64 usage accepted before a change that holds is deducted", async (world) => {
  const { holding, id } = await unseen(world);
  await setCard(world, id, true);
  await change(world, id, (await planOf(world, holding, { price: 3000 }, "300")).product_id);
  expect(await statusOf(world, id)).toBe("on_hold");
  await use(world, holding.customer, "e-2", 7);
  await setCard(world, id, false);
  await world.advance("1h");
  expect(await world.ledger(holding)).toBe(`${deducted}\ncredit_added +300 : 60→360, overage 0→0`);
});

scenario(
  "MTR-64 usage accepted before a cycle is closed on a bad card is deducted",
  async (world) => {
    const { holding, id } = await unseen(world);
    await setCard(world, id, true);
    await world.control("POST", `/_sandbox/subscriptions/${id}/close-cycle`);
    expect(await statusOf(world, id)).toBe("on_hold");
    expect(await world.ledger(holding)).toBe(deducted);
    await setCard(world, id, false);
    expect((await paymentsOf(world, id)).at(-1)).toBe("succeeded 1080");
  },
);

scenario("MTR-24 a period that is paid late ended at its own date", async (world) => {
  const { id } = await unseen(world);
  await setCard(world, id, true);
  await world.advance("2026-02-20T00:00:00Z");
  await setCard(world, id, false);
  const history = await world.ok<{ items: { start_date: string; end_date: string }[] }>(
    "retrieveUsageHistory",
    { path: { subscription_id: id } },
  );
  expect(history.items.map((it) => [it.start_date.slice(0, 10), it.end_date.slice(0, 10)])).toEqual(
    [
      ["2026-02-01", "2026-03-01"],
      ["2026-01-01", "2026-02-01"],
    ],
  );
});
