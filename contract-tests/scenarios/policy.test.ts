import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  recurringPrice,
  runMeters,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { ledgerIs, metered, setPolicy } from "./support/set-policy.js";

type Sale = Awaited<ReturnType<typeof open>>;

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
