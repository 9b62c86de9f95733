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
  runMeters,
  sell,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Sale = Awaited<ReturnType<typeof open>>;

const setPolicy = (world: World, policy: Fields) =>
  world.control("PATCH", "/_sandbox/policy", policy);

/** Holds the whole ledger against these entries, none of which touches overage, and adds it up. */
async function ledgerIs(world: World, holding: Holding, entries: readonly string[]): Promise<void> {
  expect(await world.ledger(holding)).toBe(entries.map((it) => `${it}, overage 0→0`).join("\n"));
  expect(await world.audited()).toBe(entries.length);
}

const usedKey = {
  status: 409,
  body: { code: "IDEMPOTENCY_KEY_ALREADY_EXISTS", message: expect.any(String) },
};

/** A customer with a pack that ends in a year and, newer, a metered plan's credits that end in a month. */
async function packAndPlan(world: World) {
  const holding = await open(world);
  const { entitlement, customer } = holding;
  const tokens = (amount: string, days: number) =>
    attach(entitlement, amount, { expires_after_days: days });
  await world.advance("2026-01-10T00:00:00Z");
  await buy(world, await sell(world, oneTimePrice(), [tokens("5000000", 365)]), customer);
  await world.advance("2026-02-01T00:00:00Z");
  const price = usagePrice([meterLink(await world.meter(), entitlement)]);
  await subscribe(world, await sell(world, price, [tokens("10000000", 30)]), customer);
  return holding;
}

type Move = (world: World, holding: Sale) => Promise<unknown>;

const spending: { readonly [way: string]: Move } = {
  "manual debit": (world, holding) => world.debit(holding, "6000000"),
  "metered usage": async (world, { customer }) => {
    await use(world, customer, "e", 6_000_000);
    await runMeters(world);
  },
};

const drawn = {
  fifo: "0 of 5000000 (one_time)\n9000000 of 10000000 (subscription)",
  earliest_expiry: "5000000 of 5000000 (one_time)\n4000000 of 10000000 (subscription)",
};

for (const [consumptionOrder, holdings] of Object.entries(drawn)) {
  for (const [way, spend] of Object.entries(spending)) {
    scenario(`LED-05 EX-03 consumptionOrder ${consumptionOrder}, ${way}`, async (world) => {
      await setPolicy(world, { consumptionOrder });
      const holding = await packAndPlan(world);
      await spend(world, holding);
      expect(await world.holdings(holding)).toBe(holdings);
      await ledgerIs(world, holding, [
        "credit_added +5000000 : 0→5000000",
        "credit_added +10000000 : 5000000→15000000",
        "credit_deducted -6000000 : 15000000→9000000",
      ]);
    });
  }
}

scenario("LED-05 consumptionOrder earliest_expiry leaves the endless for last", async (world) => {
  await setPolicy(world, { consumptionOrder: "earliest_expiry" });
  const holding = await open(world);
  for (const more of [
    {},
    { expires_at: "2026-04-01T00:00:00Z" },
    { expires_at: "2026-03-01T00:00:00Z" },
  ]) {
    await world.credit(holding, "10", more);
    await world.advance("1d");
  }
  await world.debit(holding, "15");
  expect(await world.holdings(holding)).toBe("10 of 10 (api)\n5 of 10 (api)\n0 of 10 (api)");
  await world.debit(holding, "6");
  expect(await world.holdings(holding)).toBe("9 of 10 (api)\n0 of 10 (api)\n0 of 10 (api)");
  await world.audited();
});

scenario("LED-05 consumptionOrder holds for debits from then on", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10");
  await world.advance("1d");
  await world.credit(holding, "10", { expires_at: "2026-02-01T00:00:00Z" });
  await world.debit(holding, "3");
  await setPolicy(world, { consumptionOrder: "earliest_expiry" });
  expect(await world.holdings(holding)).toBe("7 of 10 (api)\n10 of 10 (api)");
  await world.debit(holding, "4");
  expect(await world.holdings(holding)).toBe("7 of 10 (api)\n6 of 10 (api)");
  await setPolicy(world, { consumptionOrder: "fifo" });
  await world.debit(holding, "5");
  expect(await world.holdings(holding)).toBe("2 of 10 (api)\n6 of 10 (api)");
  await ledgerIs(world, holding, [
    "credit_added +10 : 0→10",
    "credit_added +10 : 10→20",
    "credit_deducted -3 : 20→17",
    "credit_deducted -4 : 17→13",
    "credit_deducted -5 : 13→8",
  ]);
});

const welcome = { idempotency_key: "welcome_bonus_cus_1", reason: "Welcome", metadata: { n: 1 } };

scenario("LED-25 EX-22 a repeated key conflicts where idempotency says so", async (world) => {
  await setPolicy(world, { idempotency: "conflict" });
  const holding = await open(world);
  expect((await world.credit(holding, "500", welcome)).status).toBe(201);
  expect(await world.credit(holding, "500", welcome)).toMatchObject(usedKey);
  await ledgerIs(world, holding, ["credit_added +500 : 0→500"]);
});

scenario(
  "LED-25 a repeated key replays the first entry where the policy says so",
  async (world) => {
    await setPolicy(world, { idempotency: "replay" });
    const holding = await open(world);
    const first = await world.credit(holding, "500", welcome);
    expect(first).toMatchObject({
      status: 201,
      body: { balance_before: "0", balance_after: "500" },
    });
    await world.advance("1d");
    const debit = await world.debit(holding, "400", { idempotency_key: "usage" });
    for (const [sent, again] of [
      [first, await world.credit(holding, "500", welcome)],
      [debit, await world.debit(holding, "400", { idempotency_key: "usage" })],
    ] as const) {
      expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: sent.body });
    }
    expect(await world.holdings(holding)).toBe("100 of 500 (api)");
    await ledgerIs(world, holding, ["credit_added +500 : 0→500", "credit_deducted -400 : 500→100"]);
  },
);

scenario("LED-25 idempotency replay refuses a repeated key with another request", async (world) => {
  await setPolicy(world, { idempotency: "replay" });
  const holding = await open(world);
  await world.credit(holding, "500", welcome);
  const others = [
    { amount: "501" },
    { entry_type: "debit" },
    { reason: "Goodbye" },
    { expires_at: "2027-01-01T00:00:00Z" },
    { metadata: { n: 2 } },
  ];
  for (const other of others) {
    const body = { entry_type: "credit", amount: "500", ...welcome, ...other };
    expect(await world.entry(holding, body), JSON.stringify(other)).toMatchObject(usedKey);
  }
  await ledgerIs(world, holding, ["credit_added +500 : 0→500"]);
});

scenario("LED-26 idempotency replay takes a key of another customer as new", async (world) => {
  await setPolicy(world, { idempotency: "replay" });
  const holding = await open(world);
  const other = { ...holding, customer: await world.customer({ email: "bob@example.com" }) };
  await world.credit(holding, "500", welcome);
  expect((await world.credit(other, "500", welcome)).status).toBe(201);
  for (const it of [holding, other]) {
    expect(await world.ledger(it)).toBe("credit_added +500 : 0→500, overage 0→0");
  }
  expect(await world.audited()).toBe(2);
});

const apiTypes = {
  credit_entry: ["credit_added", "credit_deducted"],
  manual_adjustment: ["manual_adjustment", "manual_adjustment"],
} as const;

for (const [apiEntriesAs, [added, deducted]] of Object.entries(apiTypes)) {
  scenario(`LED-31 apiEntriesAs ${apiEntriesAs} names what the API writes`, async (world) => {
    await setPolicy(world, { apiEntriesAs });
    const holding = await open(world, withOverage({ overage_limit: 50 }));
    await world.credit(holding, "100", { expires_at: "2026-02-01T00:00:00Z" });
    await world.debit(holding, "30");
    await world.debit(holding, "90");
    await world.credit(holding, "5", { expires_at: "2026-02-01T00:00:00Z" });
    await world.advance("2026-02-01T00:00:00Z");
    expect(await world.holdings(holding)).toBe("0 of 100 (api)\n0 of 5 (api, expired)");
    expect(await world.ledger(holding)).toBe(
      [
        `${added} +100 : 0→100, overage 0→0`,
        `${deducted} -30 : 100→70, overage 0→0`,
        `${deducted} -70 : 70→0, overage 0→0`,
        "overage_charged -20 : 0→0, overage 0→20",
        `${added} +5 : 0→5, overage 20→20`,
        "credit_expired -5 : 5→0, overage 20→20",
      ].join("\n"),
    );
    expect(await world.audited()).toBe(6);
  });
}

/** A customer on a metered plan of that many credits a month, one a token. */
async function metered(world: World, amount: string, { credit = {}, link = {} } = {}) {
  const holding = await open(world, credit);
  const { entitlement, customer } = holding;
  const links = [{ ...meterLink(await world.meter(), entitlement), ...link }];
  const plan = await sell(world, usagePrice(links), [attach(entitlement, amount)]);
  return { ...holding, plan, subscription: await subscribe(world, plan, customer) };
}

scenario("LED-31 apiEntriesAs leaves plans and meters as they are", async (world) => {
  await setPolicy(world, { apiEntriesAs: "manual_adjustment" });
  const it = await metered(world, "100");
  await use(world, it.customer, "e", 30);
  await runMeters(world);
  await ledgerIs(world, it, ["credit_added +100 : 0→100", "credit_deducted -30 : 100→70"]);
});

const texts = { counted: ["-1500 : 2000→500", "-20 : 500→480"], ignored: ["-20 : 2000→1980"] };

for (const [numericStrings, deductions] of Object.entries(texts)) {
  scenario(`EVT-23 numbers sent as text, numericStrings ${numericStrings}`, async (world) => {
    await setPolicy(world, { numericStrings });
    const it = await metered(world, "2000");
    for (const [id, tokens] of Object.entries({ text: "1500", word: "many", number: 20 })) {
      expect(await use(world, it.customer, id, tokens)).toEqual({ ingested_count: 1 });
      await runMeters(world);
    }
    await ledgerIs(world, it, [
      "credit_added +2000 : 0→2000",
      ...deductions.map((line) => `credit_deducted ${line}`),
    ]);
  });
}

const free = { link: { free_threshold: 1000 } };

for (const [freeThresholdOnCredits, deduction] of [
  ["ignored", "-2500 : 3000→500"],
  ["applied", "-1500 : 3000→1500"],
] as const) {
  scenario(`MTR-40 EX-31 freeThresholdOnCredits ${freeThresholdOnCredits}`, async (world) => {
    await setPolicy(world, { freeThresholdOnCredits });
    const it = await metered(world, "3000", free);
    await use(world, it.customer, "e", 2500);
    await runMeters(world);
    await ledgerIs(world, it, ["credit_added +3000 : 0→3000", `credit_deducted ${deduction}`]);
  });
}

scenario("MTR-40 freeThresholdOnCredits applied counts anew each period", async (world) => {
  await setPolicy(world, { freeThresholdOnCredits: "applied" });
  const it = await metered(world, "3000", free);
  const spend = async (id: string, tokens: number) => {
    await use(world, it.customer, id, tokens);
    await runMeters(world);
  };
  await spend("below", 800);
  await spend("across", 700);
  await spend("above", 1000);
  await world.advance("2026-02-02T00:00:00Z");
  await spend("at", 1000);
  await spend("past", 1);
  await ledgerIs(world, it, [
    "credit_added +3000 : 0→3000",
    "credit_deducted -500 : 3000→2500",
    "credit_deducted -1000 : 2500→1500",
    "credit_added +3000 : 1500→4500",
    "credit_deducted -1 : 4500→4499",
  ]);
});

for (const [balanceAmounts, amounts] of [
  ["string", { balance: "15.50", overage: "0.00" }],
  ["number", { balance: 15.5, overage: 0 }],
] as const) {
  httpScenario(`BAL-08 balanceAmounts ${balanceAmounts} on the balance object`, async (world) => {
    await setPolicy(world, { balanceAmounts });
    const holding = await open(world, { precision: 2 });
    await world.credit(holding, "15.5");
    const list = `/credit-entitlements/${holding.entitlement.id}/balances`;
    const one = await world.raw("GET", `${list}/${holding.customer.customer_id}`);
    expect(await one.json()).toMatchObject(amounts);
    expect(await (await world.raw("GET", list)).json()).toMatchObject({ items: [amounts] });
    expect(await world.ledger(holding)).toBe("credit_added +15.50 : 0.00→15.50, overage 0.00→0.00");
  });
}

/** A subscription and its credits, as they are told; numbers break the document, so they are read from the control API. */
async function toldOf(world: World, type: string): Promise<unknown> {
  const holding = await open(world, { precision: 2 });
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "15.5")]);
  await subscribe(world, plan, holding.customer);
  const path = `/_sandbox/events?event_type=${type}`;
  const { items } = await world.control<{ items: { payload: { data: unknown } }[] }>("GET", path);
  return items[0]?.payload.data;
}

for (const [amounts, cart, entry] of [
  [
    "string",
    { credits_amount: "15.50", remaining_balance: "15.50", overage_balance: "0.00" },
    { amount: "15.50", balance_before: "0.00", balance_after: "15.50" },
  ],
  [
    "number",
    { credits_amount: 15.5, remaining_balance: 15.5, overage_balance: 0 },
    { amount: 15.5, balance_before: 0, balance_after: 15.5, overage_before: 0, overage_after: 0 },
  ],
] as const) {
  httpScenario(`BAL-20 cartAmounts ${amounts} in the cart of a subscription`, async (world) => {
    await setPolicy(world, { cartAmounts: amounts });
    const told = await toldOf(world, "subscription.active");
    expect(told).toMatchObject({ credit_entitlement_cart: [cart] });
  });
  httpScenario(`WHK-49 webhookAmounts ${amounts} in the webhook of an entry`, async (world) => {
    await setPolicy(world, { webhookAmounts: amounts });
    expect(await toldOf(world, "credit.added")).toMatchObject(entry);
  });
}

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

const topUps: { readonly [source: string]: Move } = {
  api: (world, holding) => world.credit(holding, "20"),
  one_time: async (world, { entitlement, customer }) =>
    buy(world, await sell(world, oneTimePrice(), [attach(entitlement, "20")]), customer),
};

const repayments = {
  every_grant: {
    rest: [
      "credit_added +20 : 0→20, overage 30→30",
      "credit_deducted -20 : 20→0, overage 30→10",
      "credit_added +100 : 0→100, overage 10→10",
      "credit_deducted -10 : 100→90, overage 10→0",
    ],
    held: [0, 90],
  },
  next_cycle: {
    rest: [
      "credit_added +20 : 0→20, overage 30→30",
      "credit_added +100 : 20→120, overage 30→30",
      "credit_deducted -30 : 120→90, overage 30→0",
    ],
    held: [20, 70],
  },
};

for (const [autoRepay, { rest, held }] of Object.entries(repayments)) {
  for (const [source, topUp] of Object.entries(topUps)) {
    scenario(`OVR-42 autoRepay ${autoRepay} with a top-up (${source})`, async (world) => {
      await setPolicy(world, { autoRepay });
      const overage_behavior = "carry_deficit_auto_repay";
      const credit = withOverage({ overage_limit: 50, overage_behavior });
      const it = await metered(world, "100", { credit });
      await use(world, it.customer, "e", 130);
      await runMeters(world);
      await world.advance("2026-01-16T00:00:00Z");
      await topUp(world, it);
      await world.advance("2026-02-01T00:00:00Z");
      expect(await world.ledger(it)).toBe(
        [
          "credit_added +100 : 0→100, overage 0→0",
          "credit_deducted -100 : 100→0, overage 0→0",
          "overage_charged -30 : 0→0, overage 0→30",
          ...rest,
        ].join("\n"),
      );
      expect(await world.holdings(it)).toBe(
        `0 of 100 (subscription)\n${held[0]} of 20 (${source})\n${held[1]} of 100 (subscription)`,
      );
      expect(await world.audited()).toBe(3 + rest.length);
    });
  }
}

for (const percentageLossAs of ["credit_expired", "rollover_forfeited"]) {
  scenario(`ROL-12 percentageLossAs ${percentageLossAs}`, async (world) => {
    await setPolicy(world, { percentageLossAs });
    const it = await open(world);
    const rolling = { rollover_enabled: true, rollover_percentage: 75 };
    const plan = await sell(world, recurringPrice(), [attach(it.entitlement, "500", rolling)]);
    await subscribe(world, plan, it.customer);
    await world.debit(it, "300");
    await world.credit(it, "10", { expires_at: "2026-01-20T00:00:00Z" });
    await world.advance("2026-02-01T00:00:00Z");
    await ledgerIs(world, it, [
      "credit_added +500 : 0→500",
      "credit_deducted -300 : 500→200",
      "credit_added +10 : 200→210",
      "credit_expired -10 : 210→200",
      "credit_rolled_over -150 : 200→50",
      "credit_rolled_over +150 : 50→200",
      `${percentageLossAs} -50 : 200→150`,
      "credit_added +500 : 150→650",
    ]);
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
