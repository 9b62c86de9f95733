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
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Holder = Awaited<ReturnType<typeof open>>;

/** Sells 1000 credits a month after a trial of 14 days and begins the trial. */
async function tryOut(world: World, { entitlement, customer }: Holder, more = {}) {
  const plan = await sell(world, recurringPrice({ trial_period_days: 14 }), [
    attach(entitlement, "1000", more),
  ]);
  return subscribe(world, plan, customer);
}

/** What was charged for a subscription, oldest first; payments of nothing are left out. */
async function chargesOf(world: World, id: string): Promise<readonly string[]> {
  interface Payment {
    readonly status: string;
    readonly total_amount: number;
    readonly created_at: string;
  }
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", {
    query: { subscription_id: id },
  });
  return items
    .filter((it) => it.total_amount > 0)
    .map((it) => `${it.status} ${it.total_amount} on ${it.created_at.slice(0, 10)}`)
    .reverse();
}

const cancel = (world: World, id: string) =>
  world.ok("updateSubscription", { path: { subscription_id: id }, body: { status: "cancelled" } });

const statusOf = async (world: World, id: string) => (await subscriptionOf(world, id)).status;

scenario("SUB-20 a trial is active at once and charged at its end", async (world) => {
  const holding = await open(world);
  const id = await tryOut(world, holding);
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    trial_period_days: 14,
    previous_billing_date: "2026-01-01T00:00:00.000000Z",
    next_billing_date: "2026-01-15T00:00:00.000000Z",
  });
  await world.advance("2026-01-14T23:59:59Z");
  expect(await chargesOf(world, id)).toEqual([]);
  await world.advance("2026-01-15T00:00:00Z");
  expect(await chargesOf(world, id)).toEqual(["succeeded 1000 on 2026-01-15"]);
  expect(await subscriptionOf(world, id)).toMatchObject({
    status: "active",
    previous_billing_date: "2026-01-15T00:00:00.000000Z",
    next_billing_date: "2026-02-15T00:00:00.000000Z",
  });
  expect(await world.audited()).toBe(2);
});

scenario("SUB-21 a trial starts with its own amount of credits", async (world) => {
  const holding = await open(world);
  await tryOut(world, holding, { trial_credits: "50" });
  await world.advance("13d");
  expect(await world.holdings(holding)).toBe("50 of 50 (subscription)");
  expect(await world.ledger(holding)).toBe("credit_added +50 : 0→50, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("SUB-22 a trial without an amount of its own has the plan's", async (world) => {
  const holding = await open(world);
  await tryOut(world, holding);
  const none = { ...holding, entitlement: await world.entitlement({ name: "None" }) };
  await tryOut(world, none, { trial_credits: "0" });
  const nil = { ...holding, entitlement: await world.entitlement({ name: "Null" }) };
  await tryOut(world, nil, { trial_credits: null });
  expect(await world.grants(none)).toEqual([]);
  expect(await world.ledger(none)).toBe("");
  await world.advance("14d");
  const twice =
    "credit_added +1000 : 0→1000, overage 0→0\ncredit_added +1000 : 1000→2000, overage 0→0";
  expect(await world.ledger(holding)).toBe(twice);
  expect(await world.ledger(nil)).toBe(twice);
  expect(await world.ledger(none)).toBe("credit_added +1000 : 0→1000, overage 0→0");
  expect(await world.audited()).toBe(5);
});

scenario("SUB-23 the first paid cycle issues the full amount", async (world) => {
  const holding = await open(world);
  await tryOut(world, holding, { trial_credits: "50" });
  await world.debit(holding, "50");
  await world.advance("2026-02-15T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +50 : 0→50, overage 0→0",
      "credit_deducted -50 : 50→0, overage 0→0",
      "credit_added +1000 : 0→1000, overage 0→0",
      "credit_added +1000 : 1000→2000, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-24 a checkout sets the length of the trial itself", async (world) => {
  const { customer } = await open(world);
  const plan = await sell(world, recurringPrice({ trial_period_days: 14 }), []);
  const from = async (days: number) => {
    const subscription_data = { trial_period_days: days };
    const id = await subscribe(world, plan, customer, { subscription_data });
    const it = await subscriptionOf(world, id);
    return [it.trial_period_days, it.next_billing_date.slice(0, 10), await chargesOf(world, id)];
  };
  expect(await from(3)).toEqual([3, "2026-01-04", []]);
  expect(await from(0)).toEqual([0, "2026-02-01", ["succeeded 1000 on 2026-01-01"]]);
  expect(await from(10000)).toEqual([10000, "2053-05-19", []]);
  for (const trial_period_days of [10001, -1]) {
    await world.refused(422, "createCheckoutSession", {
      body: {
        product_cart: [{ product_id: plan.product_id, quantity: 1 }],
        customer: { customer_id: customer.customer_id },
        subscription_data: { trial_period_days },
      },
    });
  }
});

scenario("SUB-25 a cancelled trial is followed by no paid credits", async (world) => {
  const lasting = await open(world);
  const ending = { ...lasting, entitlement: await world.entitlement({ name: "Ending" }) };
  const kept = await tryOut(world, lasting, { trial_credits: "50" });
  const ended = await tryOut(world, ending, {
    trial_credits: "50",
    trial_credits_expire_after_trial: true,
  });
  await world.advance("2d");
  for (const id of [kept, ended]) await cancel(world, id);
  expect(await world.holdings(ending)).toBe("50 of 50 (subscription)");
  await world.advance("2026-01-14T23:59:59Z");
  expect(await world.holdings(ending)).toBe("50 of 50 (subscription)");
  await world.advance("2026-03-01T00:00:00Z");
  expect([await chargesOf(world, kept), await chargesOf(world, ended)]).toEqual([[], []]);
  expect(await world.ledger(lasting)).toBe("credit_added +50 : 0→50, overage 0→0");
  expect(await world.ledger(ending)).toBe(
    "credit_added +50 : 0→50, overage 0→0\ncredit_expired -50 : 50→0, overage 0→0",
  );
  expect((await world.entries(ending))[0]?.created_at).toBe("2026-01-15T00:00:00.000000Z");
  expect(await world.audited()).toBe(3);
});

for (const ends of [false, true]) {
  const fate = ends ? "ends" : "keeps";
  scenario(`SUB-25 cancelled for its end, a trial ${fate} its credits`, async (world) => {
    const holding = await open(world);
    const id = await tryOut(world, holding, {
      trial_credits: "50",
      trial_credits_expire_after_trial: ends,
    });
    await world.ok("updateSubscription", {
      path: { subscription_id: id },
      body: { cancel_at_next_billing_date: true },
    });
    await world.advance("2026-01-15T00:00:00Z");
    expect([await statusOf(world, id), await chargesOf(world, id)]).toEqual(["cancelled", []]);
    const rest = ends ? ["credit_expired -50 : 50→0, overage 0→0"] : [];
    expect(await world.ledger(holding)).toBe(
      ["credit_added +50 : 0→50, overage 0→0", ...rest].join("\n"),
    );
    expect(await world.audited()).toBe(1 + rest.length);
  });
}

scenario("SUB-26 a usage-based plan has trial days from a checkout only", async (world) => {
  const holding = await open(world);
  const meter = await world.meter();
  const price = usagePrice([meterLink(meter, holding.entitlement)], { trial_period_days: 14 });
  const plan = await sell(world, price, [
    attach(holding.entitlement, "1000", { trial_credits: "50" }),
  ]);
  expect(plan.price).not.toHaveProperty("trial_period_days");
  const plain = await subscribe(world, plan, holding.customer);
  expect((await subscriptionOf(world, plain)).trial_period_days).toBe(0);
  const customer = await world.customer({ email: "bo@example.com" });
  const other = { ...holding, customer };
  const tried = await subscribe(world, plan, customer, {
    subscription_data: { trial_period_days: 7 },
  });
  expect(await subscriptionOf(world, tried)).toMatchObject({
    trial_period_days: 7,
    next_billing_date: "2026-01-08T00:00:00.000000Z",
  });
  await use(world, customer, "e-1", 20);
  await world.advance("2026-01-08T00:00:00Z");
  expect(await world.ledger(holding)).toBe("credit_added +1000 : 0→1000, overage 0→0");
  expect(await world.ledger(other)).toBe(
    [
      "credit_added +50 : 0→50, overage 0→0",
      "credit_deducted -20 : 50→30, overage 0→0",
      "credit_added +1000 : 30→1030, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-27 the grant of a trial comes from the subscription", async (world) => {
  const holding = await open(world);
  const id = await tryOut(world, holding, { trial_credits: "50" });
  expect(await world.grants(holding)).toMatchObject([
    { source_type: "subscription", source_id: id, initial_amount: "50", is_expired: false },
  ]);
  expect(await world.entries(holding)).toMatchObject([
    { transaction_type: "credit_added", reference_type: "subscription", reference_id: id },
  ]);
  expect(await world.audited()).toBe(1);
});

scenario("CHK-12 a checkout with a trial issues the trial's credits", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [
    attach(holding.entitlement, "1000", { trial_credits: "50" }),
  ]);
  await subscribe(world, plan, holding.customer, { subscription_data: { trial_period_days: 1 } });
  expect(await world.ledger(holding)).toBe("credit_added +50 : 0→50, overage 0→0");
  expect(await world.audited()).toBe(1);
});

const used = ["credit_added +50 : 0→50, overage 0→0", "credit_deducted -20 : 50→30, overage 0→0"];

scenario("EXP-10 EX-15 unspent trial credits end with the trial", async (world) => {
  const flags = { trial_credits: "50", trial_credits_expire_after_trial: true };
  const paying = await open(world);
  const failing = { ...paying, entitlement: await world.entitlement({ name: "Failing" }) };
  await tryOut(world, paying, flags);
  const unpaid = await tryOut(world, failing, { ...flags, rollover_enabled: true });
  for (const holding of [paying, failing]) await world.debit(holding, "20");
  await setCard(world, unpaid, true);
  await world.advance("2026-01-14T23:59:59Z");
  for (const holding of [paying, failing]) {
    expect(await world.holdings(holding)).toBe("30 of 50 (subscription)");
  }
  await world.advance("2026-01-15T00:00:00Z");
  const gone = [...used, "credit_expired -30 : 30→0, overage 0→0"];
  expect(await statusOf(world, unpaid)).toBe("on_hold");
  expect(await world.holdings(failing)).toBe("0 of 50 (subscription, expired)");
  expect(await world.ledger(failing)).toBe(gone.join("\n"));
  expect(await world.ledger(paying)).toBe(
    [...gone, "credit_added +1000 : 0→1000, overage 0→0"].join("\n"),
  );
  expect(await world.audited()).toBe(7);
});

scenario("EXP-11 EX-15 trial credits not set to end are kept", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  await tryOut(world, holding, { trial_credits: "50", trial_credits_expire_after_trial: false });
  await world.debit(holding, "20");
  await world.advance("2026-01-15T00:00:00Z");
  expect(await world.holdings(holding)).toBe(
    "30 of 50 (subscription)\n1000 of 1000 (subscription)",
  );
  await world.advance("2026-01-31T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      ...used,
      "credit_added +1000 : 30→1030, overage 0→0",
      "credit_expired -30 : 1030→1000, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});
