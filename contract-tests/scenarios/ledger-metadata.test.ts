import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const metadata = { team: "blue", seats: 3 };

/** Types and metadata of all entries, oldest first. */
const told = async (world: World, holding: Holding) =>
  (await world.entries(holding))
    .toReversed()
    .map((it) => ({ type: it.transaction_type, metadata: it.metadata }));

scenario("LED-40 what expires shows the metadata of the call, or of the payment", async (world) => {
  const holding = await open(world, { expires_after_days: 10 });
  await world.credit(holding, "5", { metadata });
  await world.credit(holding, "6");
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "7")]);
  await buy(world, pack, holding.customer, { metadata: { from: "session" } });
  await world.advance("11d");
  expect(await told(world, holding)).toEqual([
    { type: "credit_added", metadata },
    { type: "credit_added", metadata: {} },
    { type: "credit_added", metadata: { from: "session" } },
    { type: "credit_expired", metadata },
    { type: "credit_expired", metadata: {} },
    { type: "credit_expired", metadata: { from: "session" } },
  ]);
  await world.audited();
});

scenario("LED-40 what a subscription ends shows its metadata as it is then", async (world) => {
  const holding = await open(world, withOverage({ overage_behavior: "forgive_at_reset" }));
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "10", {
      rollover_enabled: true,
      rollover_percentage: 50,
      rollover_timeframe_count: 1,
      rollover_timeframe_interval: "Day",
      max_rollover_count: 1,
    }),
  ]);
  const id = await subscribe(world, plan, holding.customer, { metadata });
  expect(await subscriptionOf(world, id)).toMatchObject({ metadata });
  const later = { team: "red" };
  await world.ok("updateSubscription", {
    path: { subscription_id: id },
    body: { metadata: later },
  });
  await world.advance("2026-02-02T12:00:00Z");
  await world.debit(holding, "12");
  await world.advance("2026-03-01T00:00:00Z");
  const entries = await told(world, holding);
  expect(entries.filter((it) => it.type !== "credit_added").map((it) => it.type)).toEqual([
    "credit_rolled_over",
    "credit_rolled_over",
    "credit_expired",
    "rollover_forfeited",
    "credit_deducted",
    "overage_charged",
    "overage_reset",
  ]);
  const byHand = new Set(["credit_deducted", "overage_charged"]);
  for (const { type, metadata: shown } of entries.slice(1)) {
    expect({ type, shown }).toEqual({ type, shown: byHand.has(String(type)) ? {} : later });
  }
  await world.audited();
});
