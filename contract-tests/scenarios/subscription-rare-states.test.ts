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
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import {
  change,
  changeRequest,
  granted,
  patch,
  paymentsOf,
  planOf,
  statusOf,
} from "./support/rare-changes.js";

type Fields = Readonly<Record<string, unknown>>;
type Holder = Awaited<ReturnType<typeof open>>;

const begin = async (world: World, holding: Holder, more: Fields = {}) =>
  subscribe(world, await planOf(world, holding, more), holding.customer);

const periodOf = async (world: World, id: string) => {
  const { status, previous_billing_date, next_billing_date } = await subscriptionOf(world, id);
  return `${status} ${previous_billing_date.slice(0, 10)} to ${next_billing_date.slice(0, 10)}`;
};

scenario("SUB-19 cancelled while on hold, it ends with the period that is paid", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await setCard(world, id, true);
  await world.advance("2026-03-15T00:00:00Z");
  await patch(world, id, { cancel_at_next_billing_date: true });
  await world.advance("5d");
  expect(await statusOf(world, id)).toBe("on_hold");
  expect(await setCard(world, id, false)).toEqual({ fails: false, status: "active" });
  expect(await periodOf(world, id)).toBe("active 2026-03-01 to 2026-04-01");
  await world.advance("2026-04-01T00:00:00Z");
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "cancelled",
    cancelled_at: "2026-04-01T00:00:00.000000Z",
  });
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 1000", "succeeded 1000"]);
  expect(await world.ledger(holding)).toBe(`${granted}\ncredit_added +100 : 100→200, overage 0→0`);
  expect(await world.audited()).toBe(2);
});

scenario("SUB-68 a date moved on hold ends the period that is paid", async (world) => {
  const holding = await open(world);
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, holding.entitlement)]), [
    attach(holding.entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, holding.customer);
  await setCard(world, id, true);
  await world.advance("2026-02-10T00:00:00Z");
  await patch(world, id, { next_billing_date: "2026-03-10T00:00:00Z" });
  expect(await statusOf(world, id)).toBe("on_hold");
  await world.advance("2026-02-20T00:00:00Z");
  await setCard(world, id, false);
  expect(await periodOf(world, id)).toBe("active 2026-02-01 to 2026-03-10");
  await use(world, holding.customer, "e-1", 10);
  await world.advance("2026-03-10T00:00:00Z");
  expect(await periodOf(world, id)).toBe("active 2026-03-10 to 2026-04-10");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_added +100 : 100→200, overage 0→0",
      "credit_deducted -10 : 200→190, overage 0→0",
      "credit_added +100 : 190→290, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-68 a date moved on hold that passes unpaid is counted from", async (world) => {
  const id = await begin(world, await open(world));
  await setCard(world, id, true);
  await world.advance("2026-02-10T00:00:00Z");
  await patch(world, id, { next_billing_date: "2026-02-15T00:00:00Z" });
  await world.advance("2026-03-20T00:00:00Z");
  await setCard(world, id, false);
  expect(await periodOf(world, id)).toBe("active 2026-03-15 to 2026-04-15");
});

scenario("SUB-68 after a trial the term counts from the date not paid at", async (world) => {
  const year = { subscription_period_count: 1, subscription_period_interval: "Year" };
  const id = await begin(world, await open(world), { ...year, trial_period_days: 14 });
  await setCard(world, id, true);
  await world.advance("2026-01-20T00:00:00Z");
  await patch(world, id, { next_billing_date: "2026-02-20T00:00:00Z" });
  await setCard(world, id, false);
  expect(await periodOf(world, id)).toBe("active 2026-01-15 to 2026-02-20");
  expect((await subscriptionOf(world, id)).expires_at).toBe("2027-01-15T00:00:00.000000Z");
});

const threeMonths = { subscription_period_count: 3, subscription_period_interval: "Month" };

scenario("SUB-69 a date after the term is refused", async (world) => {
  const id = await begin(world, await open(world), threeMonths);
  const before = await subscriptionOf(world, id);
  const next_billing_date = "2026-04-01T00:00:01Z";
  const args = { path: { subscription_id: id }, body: { next_billing_date } };
  const { code, message } = await world.refused(422, "updateSubscription", args);
  expect([code, message]).toEqual([
    "INVALID_REQUEST_PARAMETERS",
    expect.stringContaining("ends at 2026-04-01T00:00:00.000000Z"),
  ]);
  expect(await subscriptionOf(world, id)).toEqual(before);
  await patch(world, id, { next_billing_date: "2026-04-01T00:00:00Z" });
  await patch(world, id, { next_billing_date, subscription_period_count: 4 });
  await world.advance("2026-05-01T00:00:00Z");
  expect(await statusOf(world, id)).toBe("expired");
});

scenario("SUB-69 moving the end of a trial moves the term", async (world) => {
  const id = await begin(world, await open(world), { ...threeMonths, trial_period_days: 14 });
  await patch(world, id, { next_billing_date: "2026-06-01T00:00:00Z" });
  expect((await subscriptionOf(world, id)).expires_at).toBe("2026-09-01T00:00:00.000000Z");
  await world.advance("2026-08-31T23:59:59Z");
  expect(await periodOf(world, id)).toBe("active 2026-08-01 to 2026-09-01");
  await world.advance("1s");
  expect(await statusOf(world, id)).toBe("expired");
});

/** A subscription whose change to a plan of 300 credits waits for its payment. */
async function waiting(world: World) {
  const holding = await open(world);
  const id = await begin(world, holding);
  const large = await planOf(world, holding, { price: 3000 }, "300");
  await setCard(world, id, true);
  await change(world, id, large.product_id, { on_payment_failure: "prevent_change" });
  return { holding, id, large };
}

scenario("SUB-59 a change that waits is made when the pause is over", async (world) => {
  const { holding, id, large } = await waiting(world);
  await patch(world, id, { status: "paused" });
  await setCard(world, id, false);
  await world.advance("10d");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 2000"]);
  await patch(world, id, { status: "active" });
  expect((await subscriptionOf(world, id)).product_id).toBe(large.product_id);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 2000", "succeeded 2000"]);
  expect(await world.ledger(holding)).toBe(`${granted}\ncredit_added +300 : 100→400, overage 0→0`);
});

scenario("SUB-59 while the card fails it goes on waiting", async (world) => {
  const { id, large } = await waiting(world);
  await patch(world, id, { status: "paused" });
  await patch(world, id, { status: "active" });
  const args = changeRequest(id, large.product_id);
  expect((await world.refused(409, "changePlan", args)).code).toBe("PENDING_PLAN_CHANGE_EXISTS");
  await setCard(world, id, false);
  expect((await subscriptionOf(world, id)).product_id).toBe(large.product_id);
});

scenario("SUB-78 an end that is scheduled stands in the way of a change", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  const large = await planOf(world, holding, { price: 3000 }, "300");
  await patch(world, id, { cancel_at_next_billing_date: true });
  const args = changeRequest(id, large.product_id);
  for (const operation of ["changePlan", "previewChangePlan"] as const) {
    expect((await world.refused(422, operation, args)).code).toBe(
      "PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION",
    );
  }
  expect(await world.ledger(holding)).toBe(granted);
  await patch(world, id, { cancel_at_next_billing_date: false });
  await world.ok("changePlan", args);
  expect((await subscriptionOf(world, id)).product_id).toBe(large.product_id);
});

scenario("SUB-78 an end that is scheduled calls off a change that waits", async (world) => {
  const { id } = await waiting(world);
  const { product_id } = await subscriptionOf(world, id);
  await patch(world, id, { cancel_at_next_billing_date: true });
  await setCard(world, id, false);
  expect((await subscriptionOf(world, id)).product_id).toBe(product_id);
  await world.advance("P1M");
  expect(await statusOf(world, id)).toBe("cancelled");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 2000"]);
});

for (const mode of ["full_immediately", "prorated_immediately", "do_not_bill"]) {
  scenario(`SUB-18 to the plan it is on, ${mode} does nothing`, async (world) => {
    const holding = await open(world);
    const plan = await planOf(world, holding);
    const id = await subscribe(world, plan, holding.customer, { quantity: 2 });
    const before = await subscriptionOf(world, id);
    await world.advance("10d");
    const same = { quantity: 2, proration_billing_mode: mode };
    expect(await change(world, id, plan.product_id, same)).toMatchObject({ payment_id: null });
    const preview = await world.ok<{ immediate_charge: unknown; new_plan: unknown }>(
      "previewChangePlan",
      changeRequest(id, plan.product_id, same),
    );
    expect(preview).toMatchObject({
      immediate_charge: { line_items: [], summary: { total_amount: 0, customer_credits: 0 } },
      new_plan: before,
    });
    expect(await subscriptionOf(world, id)).toEqual(before);
    expect(await paymentsOf(world, id)).toEqual(["succeeded 2000"]);
    expect(await world.audited()).toBe(1);
  });
}

scenario("SUB-18 to the plan it is on, a change calls off the scheduled one", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding);
  const id = await subscribe(world, plan, holding.customer);
  const large = await planOf(world, holding, { price: 3000 }, "300");
  const later = { proration_billing_mode: "full_immediately", effective_at: "next_billing_date" };
  await change(world, id, plan.product_id, later);
  expect((await subscriptionOf(world, id)).scheduled_change).toBeNull();
  await change(world, id, large.product_id, later);
  await change(world, id, plan.product_id, { ...later, cancel_scheduled_change_plan: true });
  expect((await subscriptionOf(world, id)).scheduled_change).toBeNull();
  await world.advance("P1M");
  expect((await subscriptionOf(world, id)).product_id).toBe(plan.product_id);
});

/** What happens to 30 credits of overage, at 10 cents each, of a credit that the new plan lacks. */
async function dropped(world: World, behavior: string, more: Fields = {}) {
  const terms = { overage_behavior: behavior, price_per_unit: "10" };
  const holding = await open(world, withOverage(terms));
  const id = await begin(world, holding);
  await world.debit(holding, "130");
  const other = await world.entitlement({ name: "Images" });
  const product = await sell(world, recurringPrice({ price: 3000 }), [attach(other, "5")]);
  const preview = await world.ok<{ immediate_charge: { summary: { total_amount: number } } }>(
    "previewChangePlan",
    changeRequest(id, product.product_id, more),
  );
  await change(world, id, product.product_id, more);
  const { total_amount } = preview.immediate_charge.summary;
  const { overage } = await world.balance(holding);
  return { holding, id, overage, total_amount };
}

scenario("OVR-51 overage of a credit that the new plan lacks is billed with it", async (world) => {
  const { holding, id, overage, total_amount } = await dropped(world, "invoice_at_billing");
  expect([overage, total_amount]).toEqual(["0", 2300]);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 2300"]);
  await world.advance("P1M");
  expect((await paymentsOf(world, id)).at(-1)).toBe("succeeded 3000");
  expect(await world.ledger(holding)).toBe(
    [
      granted,
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -30 : 0→0, overage 0→30",
      "overage_reset -30 : 0→0, overage 30→0",
    ].join("\n"),
  );
  await world.audited();
});

scenario("OVR-51 without a bill it is billed by the next renewal", async (world) => {
  const unbilled = { proration_billing_mode: "do_not_bill" };
  const { id, overage, total_amount } = await dropped(world, "invoice_at_billing", unbilled);
  expect([overage, total_amount]).toEqual(["0", 0]);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000"]);
  await world.advance("P2M");
  expect(await paymentsOf(world, id)).toEqual([
    "succeeded 1000",
    "succeeded 3300",
    "succeeded 3000",
  ]);
});

for (const [behavior, left] of [
  ["forgive_at_reset", "0"],
  ["carry_deficit", "30"],
]) {
  scenario(`OVR-51 ${behavior} leaves ${left} of overage at the change`, async (world) => {
    const { id, overage } = await dropped(world, String(behavior));
    expect(overage).toBe(left);
    expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 2000"]);
  });
}
