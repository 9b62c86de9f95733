import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { setCard, subscriptionOf } from "../harness/storefront.js";
import {
  change,
  datesOf,
  halfway,
  later,
  modes,
  nothingCharged,
  type Preview,
  paymentsOf,
  refusal,
  request,
} from "./support/plan-changes.js";

scenario("SUB-31 a scheduled change waits for the next billing date", async (world) => {
  const { id, basic, pro } = await halfway(world);
  expect(await change(world, id, pro, { ...later, quantity: 2 })).toEqual(nothingCharged);
  await world.advance("2026-01-30T23:59:59Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 1,
    recurring_pre_tax_amount: 3000,
    scheduled_change: {
      product_id: pro.product_id,
      quantity: 2,
      effective_at: "2026-01-31T00:00:00.000000Z",
      created_at: "2026-01-16T00:00:00.000000Z",
      addons: [],
    },
  });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000"]);
  await world.advance("2026-01-31T00:00:00Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: pro.product_id,
    quantity: 2,
    recurring_pre_tax_amount: 16000,
    scheduled_change: null,
  });
  expect(await datesOf(world, id)).toBe("2026-01-31 to 2026-03-02");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 16000"]);
});

scenario("SUB-31 a scheduled change can be taken back", async (world) => {
  const { id, basic, pro } = await halfway(world);
  const takeBack = { path: { subscription_id: id } };
  const none = async () => (await world.refused(404, "cancelScheduledPlanChange", takeBack)).code;
  expect(await none()).toBe("SCHEDULED_PLAN_CHANGE_NOT_FOUND");
  await change(world, id, pro, later);
  expect((await world.call("cancelScheduledPlanChange", takeBack)).status).toBe(204);
  expect((await subscriptionOf(world, id)).scheduled_change).toBeNull();
  expect(await none()).toBe("SCHEDULED_PLAN_CHANGE_NOT_FOUND");
  await world.advance("15d");
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 3000", "succeeded 3000"]);
  await world.refused(404, "cancelScheduledPlanChange", {
    path: { subscription_id: "sub_unknown" },
  });
});

scenario("SUB-32 a scheduled change is billed in full or not at all", async (world) => {
  const { id, pro } = await halfway(world);
  for (const [proration_billing_mode] of modes) {
    if (proration_billing_mode === "full_immediately") continue;
    const code = await refusal(world, 422, id, pro, { ...later, proration_billing_mode });
    expect(code).toBe("INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE");
  }
});

scenario("SUB-33 a scheduled change stands in the way of another", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  for (const more of [{}, later]) {
    expect(await refusal(world, 409, id, basic, more)).toBe("SCHEDULED_PLAN_CHANGE_EXISTS");
  }
  await world.ok("cancelScheduledPlanChange", { path: { subscription_id: id } });
  await change(world, id, pro);
  expect((await subscriptionOf(world, id)).product_id).toBe(pro.product_id);
});

scenario("SUB-33 a change that awaits payment stands in the way", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await setCard(world, id, true);
  await change(world, id, pro, { on_payment_failure: "prevent_change" });
  for (const more of [{}, later, { proration_billing_mode: "do_not_bill" }]) {
    expect(await refusal(world, 409, id, basic, more)).toBe("PENDING_PLAN_CHANGE_EXISTS");
  }
  await setCard(world, id, false);
  await change(world, id, basic, { proration_billing_mode: "do_not_bill" });
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
});

const replacing = { cancel_scheduled_change_plan: true };

scenario("SUB-57 a change at once replaces the scheduled one", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  const seats = request(id, basic, { ...replacing, quantity: 2 });
  const preview = await world.ok<Preview>("previewChangePlan", seats);
  expect(preview.new_plan).toMatchObject({ quantity: 2, scheduled_change: null });
  expect((await subscriptionOf(world, id)).scheduled_change).not.toBeNull();
  await world.ok("changePlan", seats);
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 2,
    scheduled_change: null,
  });
  await world.advance("60d");
  expect((await subscriptionOf(world, id)).product_id).toBe(basic.product_id);
});

scenario("SUB-57 a scheduled change replaces the scheduled one", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  await change(world, id, basic, { ...later, ...replacing, quantity: 3 });
  expect((await subscriptionOf(world, id)).scheduled_change).toMatchObject({
    product_id: basic.product_id,
    quantity: 3,
  });
  await world.advance("15d");
  expect(await subscriptionOf(world, id)).toMatchObject({
    product_id: basic.product_id,
    quantity: 3,
    scheduled_change: null,
  });
});

scenario(
  "SUB-57 a change that waits for its payment leaves the schedule in place",
  async (world) => {
    const { id, basic, pro } = await halfway(world);
    await change(world, id, basic, { ...later, quantity: 5 });
    await setCard(world, id, true);
    await change(world, id, pro, { ...replacing, on_payment_failure: "prevent_change" });
    expect((await subscriptionOf(world, id)).scheduled_change).toMatchObject({ quantity: 5 });
    expect(await refusal(world, 409, id, pro, replacing)).toBe("PENDING_PLAN_CHANGE_EXISTS");
    await setCard(world, id, false);
    expect(await subscriptionOf(world, id)).toMatchObject({
      product_id: pro.product_id,
      scheduled_change: null,
    });
  },
);

scenario("SUB-57 without it, or with false, the scheduled change stands", async (world) => {
  const { id, basic, pro } = await halfway(world);
  await change(world, id, pro, later);
  const kept = { cancel_scheduled_change_plan: false };
  expect(await refusal(world, 409, id, basic, kept)).toBe("SCHEDULED_PLAN_CHANGE_EXISTS");
});
