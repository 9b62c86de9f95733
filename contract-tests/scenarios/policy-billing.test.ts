import { expect } from "vitest";
import { deliveries, listenTo, setMode } from "../harness/receiver.js";
import { httpScenario, scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  openCheckout,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { ledgerIs, metered, setPolicy } from "./support/set-policy.js";

type Sale = Awaited<ReturnType<typeof open>>;

const changePlan = (product_id: string, subscription_id: string) =>
  ({
    path: { subscription_id },
    body: { product_id, quantity: 1, proration_billing_mode: "full_immediately" },
  }) as const;

const changeDates = {
  reset: { period: ["2026-01-16", "2026-02-16"], renewals: [] },
  unchanged: {
    period: ["2026-01-01", "2026-02-01"],
    renewals: ["credit_added +300 : 400→700"],
  },
};

for (const [planChangeDates, { period, renewals }] of Object.entries(changeDates)) {
  scenario(`SUB-44 planChangeDates ${planChangeDates} at a change`, async (world) => {
    await setPolicy(world, { planChangeDates });
    const holding = await open(world);
    const [small, large] = await Promise.all(
      ["100", "300"].map((amount) =>
        sell(world, recurringPrice(), [
          attach(holding.entitlement, amount, { proration_behavior: "no_prorate" }),
        ]),
      ),
    );
    if (!small || !large) throw new Error("two plans were sold");
    const id = await subscribe(world, small, holding.customer);
    await world.advance("2026-01-16T00:00:00Z");
    await world.ok("changePlan", changePlan(large.product_id, id));
    const { previous_billing_date, next_billing_date } = await subscriptionOf(world, id);
    expect([previous_billing_date, next_billing_date].map((it) => it.slice(0, 10))).toEqual(period);
    const changed = ["credit_added +100 : 0→100", "credit_added +300 : 100→400"];
    await world.advance("2026-02-15T23:59:59Z");
    await ledgerIs(world, holding, [...changed, ...renewals]);
    await world.advance("2026-02-16T00:00:00Z");
    await ledgerIs(world, holding, [...changed, "credit_added +300 : 400→700"]);
  });
}

/** Plans of 300 credits to change to: one that is usage-based, one that is not. */
async function largerPlans(world: World, { entitlement }: Sale) {
  const attached = [attach(entitlement, "300", { proration_behavior: "no_prorate" })];
  return {
    usage: await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), attached),
    flat: await sell(world, recurringPrice(), attached),
  };
}

scenario("SUB-47 usageBasedPlanChange allowed changes between such plans", async (world) => {
  await setPolicy(world, { usageBasedPlanChange: "allowed" });
  const it = await metered(world, "100");
  const { usage } = await largerPlans(world, it);
  await world.advance("2026-01-16T00:00:00Z");
  await world.ok("changePlan", changePlan(usage.product_id, it.subscription));
  expect((await subscriptionOf(world, it.subscription)).product_id).toBe(usage.product_id);
  await ledgerIs(world, it, ["credit_added +100 : 0→100", "credit_added +300 : 100→400"]);
});

scenario("SUB-47 usageBasedPlanChange refused, whichever plan is such", async (world) => {
  await setPolicy(world, { usageBasedPlanChange: "refused" });
  const it = await metered(world, "100");
  const { usage, flat } = await largerPlans(world, it);
  const small = await sell(world, recurringPrice(), []);
  const flatId = await subscribe(world, small, it.customer);
  await world.advance("2026-01-16T00:00:00Z");
  for (const [to, id] of [
    [usage, it.subscription],
    [flat, it.subscription],
    [usage, flatId],
  ] as const) {
    const change = changePlan(to.product_id, id);
    const { code } = await world.refused(422, "changePlan", change);
    expect(code).toBe("UNSUPPORTED_ACTION");
  }
  expect((await subscriptionOf(world, it.subscription)).product_id).toBe(it.plan.product_id);
  const granted = ["credit_added +100 : 0→100"];
  await ledgerIs(world, it, granted);
  await world.ok("changePlan", changePlan(flat.product_id, flatId));
  await ledgerIs(world, it, [...granted, "credit_added +300 : 100→400"]);
});

const overriding = async (world: World, { entitlement, customer }: Sale) => {
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "1000")]);
  const override = { credit_entitlement_id: entitlement.id, credits_amount: "250" };
  return { pack, customer, line: { credit_entitlements: [override] } };
};

scenario("CHK-14 EX-35 checkoutCreditAmounts allowed takes the amount", async (world) => {
  await setPolicy(world, { checkoutCreditAmounts: "allowed" });
  const it = await open(world);
  const { pack, customer, line } = await overriding(world, it);
  await buy(world, pack, customer, { line });
  await ledgerIs(world, it, ["credit_added +250 : 0→250"]);
});

scenario("CHK-14 checkoutCreditAmounts refused takes only the product's", async (world) => {
  await setPolicy(world, { checkoutCreditAmounts: "refused" });
  const it = await open(world);
  const { pack, customer, line } = await overriding(world, it);
  await world.refused(422, "createCheckoutSession", {
    body: {
      product_cart: [{ product_id: pack.product_id, quantity: 1, ...line }],
      customer: { customer_id: customer.customer_id },
    },
  });
  await buy(world, pack, customer);
  await ledgerIs(world, it, ["credit_added +1000 : 0→1000"]);
});

for (const [readOnlyWrites, status] of [
  ["forbidden", 403],
  ["unauthorized", 401],
] as const) {
  httpScenario(`AUT-04 readOnlyWrites ${readOnlyWrites} answers ${status}`, async (world) => {
    await setPolicy(world, { readOnlyWrites });
    const holding = await open(world);
    await world.credit(holding, "5");
    await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
    const headers = {
      authorization: "Bearer dodo_test_viewer",
      "content-type": "application/json",
    };
    const path = `/credit-entitlements/${holding.entitlement.id}/balances/${holding.customer.customer_id}`;
    const body = JSON.stringify({ entry_type: "debit", amount: "5" });
    const refused = await world.raw("POST", `${path}/ledger-entries`, { headers, body });
    const text = await refused.text();
    expect(refused.status).toBe(status);
    if (status === 401) expect(text).toBe("");
    else expect(JSON.parse(text)).toMatchObject({ code: "UNAUTHORIZED" });
    expect((await world.raw("GET", path, { headers })).status).toBe(200);
    await ledgerIs(world, holding, ["credit_added +5 : 0→5"]);
  });
}

scenario("CHK-29 severalSubscriptions allowed adds up the credits", async (world) => {
  await setPolicy(world, { severalSubscriptions: "allowed" });
  const it = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(it.entitlement, "100")]);
  await subscribe(world, plan, it.customer);
  await subscribe(world, plan, it.customer);
  await ledgerIs(world, it, ["credit_added +100 : 0→100", "credit_added +100 : 100→200"]);
});

scenario("CHK-29 severalSubscriptions refused allows one at a time", async (world) => {
  await setPolicy(world, { severalSubscriptions: "refused" });
  const it = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(it.entitlement, "100")]);
  const pack = await sell(world, oneTimePrice(), [attach(it.entitlement, "10")]);
  const id = await subscribe(world, plan, it.customer);
  const { code } = await world.refused(422, "createCheckoutSession", {
    body: {
      product_cart: [{ product_id: plan.product_id, quantity: 1 }],
      customer: { customer_id: it.customer.customer_id },
    },
  });
  expect(code).toBe("CUSTOMER_HAS_EXISTING_SUBSCRIPTION");
  await buy(world, pack, it.customer);
  await openCheckout(world, plan, await world.customer({ email: "bob@example.com" }));
  await world.ok("updateSubscription", {
    path: { subscription_id: id },
    body: { status: "cancelled" },
  });
  await subscribe(world, plan, it.customer);
  await ledgerIs(world, it, [
    "credit_added +100 : 0→100",
    "credit_added +10 : 100→110",
    "credit_added +100 : 110→210",
  ]);
});

for (const [emptyEventFilter, expected] of [
  ["all", 1],
  ["none", 0],
] as const) {
  scenario(
    `WHK-44 emptyEventFilter ${emptyEventFilter} sends an endpoint without event types ${expected}`,
    async (world) => {
      await setMode(world, { collected: true });
      await listenTo(world, "http://localhost:9/hooks", { filter_types: [] });
      await world.credit(await open(world), "1");
      expect(await deliveries(world)).toHaveLength(expected);
    },
    { policy: { emptyEventFilter } },
  );
}
