import Drawdown from "@drawdown/sdk";
import { LegacyCallError, toMajorUnits, toMinorUnits, withLegacyCalls } from "@drawdown/sdk/legacy";
import DodoPayments from "dodopayments";
import { describe, expect, test } from "vitest";
import { inProcess } from "../harness/transports.js";

/** The calls of an older guide: credit first, older field names, numbers for money. */

const key = "dodo_test_older";
const start = "2026-01-01T00:00:00Z";

type Sent = readonly [method: string, path: string, body: unknown];
type Send = (request: Request) => Promise<Response>;

const oursWith = (baseURL: string, fetch: Send) =>
  withLegacyCalls(
    new Drawdown({
      bearerToken: key,
      baseURL,
      fetch: (input, init) => fetch(new Request(input, init)),
    }),
  );

/** The same calls, whichever client is below; that it fits is the compiler's to say. */
const officialWith = (baseURL: string, fetch: Send): ReturnType<typeof oursWith> => {
  const client = new DodoPayments({
    bearerToken: key,
    baseURL,
    fetch: (url, init) => fetch(new Request(url as string, init as RequestInit)),
  });
  // Beside the credits the tests call what the two clients have in common.
  return withLegacyCalls(client) as unknown as ReturnType<typeof oursWith>;
};

/** A sandbox, a client with the older calls, and a record of what it sends. */
async function open(connect: typeof oursWith) {
  const { baseUrl, fetch } = await inProcess.open({ at: start, frozen: true });
  const sent: Sent[] = [];
  const client = connect(baseUrl, async (request) => {
    const text = await request.clone().text();
    const { pathname } = new URL(request.url);
    sent.push([request.method, pathname, text === "" ? undefined : JSON.parse(text)]);
    return fetch(request);
  });
  const control = async (method: string, path: string, body: object = {}) => {
    const response = await fetch(`${baseUrl}/_sandbox${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  return { client, control, sent, customer_id };
}

/** The same with a credit of precision 2, and nothing recorded yet. */
async function openHolding(connect: typeof oursWith) {
  const opened = await open(connect);
  const credit = await opened.client.creditEntitlements.create({
    name: "Credits",
    unit_name: "credit",
    precision: 2,
  });
  opened.sent.splice(0);
  return { ...opened, credit };
}

for (const [name, connect] of [
  ["@drawdown/sdk", oursWith],
  ["dodopayments", officialWith],
] as const) {
  describe(`the older guide, over ${name}`, () => {
    test("a credit is created with a limited life and neither rollover nor overage", async () => {
      const { client, sent } = await open(connect);
      const credit = await client.creditEntitlements.create({
        name: "API Credits",
        credit_type: "custom_unit",
        unit_name: "API Calls",
        precision: 0,
        expiry_duration: 30,
        rollover_enabled: false,
        allow_overage: false,
      });
      expect(sent.at(-1)).toEqual([
        "POST",
        "/credit-entitlements",
        {
          name: "API Credits",
          unit: "API Calls",
          precision: 0,
          expires_after_days: 30,
          rollover_enabled: false,
          overage_enabled: false,
        },
      ]);
      expect(credit).toMatchObject({
        unit: "API Calls",
        unit_name: "API Calls",
        credit_type: "custom_unit",
        unit_currency: null,
        expires_after_days: 30,
        expiry_duration: 30,
        overage_enabled: false,
        allow_overage: false,
      });
    });

    test("a checkout of a product with credits issues them, and usage draws on them", async () => {
      const { client, control, customer_id } = await open(connect);
      const credit = await client.creditEntitlements.create({
        name: "API Credits",
        credit_type: "custom_unit",
        unit_name: "API Calls",
        precision: 0,
      });
      const meter = await client.meters.create({
        name: "Generations",
        event_name: "ai.generation",
        measurement_unit: "tokens",
        aggregation: { type: "sum", key: "tokens" },
      });
      // The guide attaches credits to a product in the dashboard.
      const product = await client.products.create({
        name: "AI Pro",
        tax_category: "saas",
        price: {
          type: "usage_based_price",
          currency: "USD",
          fixed_price: 1000,
          discount: 0,
          purchasing_power_parity: false,
          payment_frequency_count: 1,
          payment_frequency_interval: "Month",
          subscription_period_count: 1,
          subscription_period_interval: "Year",
          meters: [
            { meter_id: meter.id, credit_entitlement_id: credit.id, meter_units_per_credit: "1" },
          ],
        },
        credit_entitlements: [{ credit_entitlement_id: credit.id, credits_amount: "10000" }],
      });
      const session = await client.checkoutSessions.create({
        product_cart: [{ product_id: product.product_id, quantity: 1 }],
        customer: { email: "ada@example.com" },
        return_url: "https://app.example.com/success",
      });
      expect(session.checkout_url).toMatch(/^http/);
      const paid = await control("POST", `/checkouts/${session.session_id}/complete`, {
        outcome: "succeeds",
      });
      expect(paid).toMatchObject({ status: "succeeded", customer_id });
      await client.usageEvents.ingest({
        events: [
          {
            event_id: "gen_1",
            customer_id,
            event_name: "ai.generation",
            timestamp: start,
            metadata: { model: "gpt-4", tokens: "1500" },
          },
        ],
      });
      await control("POST", "/meters/run");
      const balance = await client.creditEntitlements.balances.get(credit.id, customer_id);
      expect([balance.available_balance, balance.overage_balance]).toEqual(["8500", "0"]);
    });

    test("tokens with rollover and billed overage, and money, are created", async () => {
      const { client, sent } = await open(connect);
      const tokens = await client.creditEntitlements.create({
        name: "AI Tokens",
        credit_type: "custom_unit",
        unit_name: "tokens",
        precision: 0,
        expiry_duration: 30,
        rollover_enabled: true,
        max_rollover_percentage: 25,
        rollover_timeframe: "month",
        max_rollover_count: 3,
        allow_overage: true,
        overage_limit: 50_000,
        price_per_unit: 0.001,
        overage_behavior: "bill_overage_at_billing",
      });
      expect(sent.at(-1)?.[2]).toEqual({
        name: "AI Tokens",
        unit: "tokens",
        precision: 0,
        expires_after_days: 30,
        rollover_enabled: true,
        rollover_percentage: 25,
        rollover_timeframe_count: 1,
        rollover_timeframe_interval: "Month",
        max_rollover_count: 3,
        overage_enabled: true,
        overage_limit: 50_000,
        price_per_unit: "0.1",
        currency: "USD",
        overage_behavior: "invoice_at_billing",
      });
      expect(tokens).toMatchObject({
        credit_type: "custom_unit",
        unit_currency: null,
        max_rollover_percentage: 25,
        rollover_timeframe: "month",
        rollover_timeframe_interval: "Month",
        allow_overage: true,
        price_per_unit: "0.1",
        overage_behavior: "invoice_at_billing",
      });
      const money = await client.creditEntitlements.create({
        name: "Platform Credits",
        credit_type: "fiat",
        unit_currency: "USD",
        expiry_duration: 90,
        rollover_enabled: false,
        allow_overage: false,
      });
      expect(sent.at(-1)?.[2]).toEqual({
        name: "Platform Credits",
        unit: "USD",
        currency: "USD",
        precision: 2,
        expires_after_days: 90,
        rollover_enabled: false,
        overage_enabled: false,
      });
      expect(money).toMatchObject({ credit_type: "fiat", unit_name: "USD", unit_currency: "USD" });
    });

    test("credits are added and taken by hand, once per key", async () => {
      const { client, sent, credit, customer_id } = await openHolding(connect);
      const { balances } = client.creditEntitlements;
      const added = await balances.createLedgerEntry(credit.id, customer_id, {
        type: "credit",
        amount: "500",
        description: "A welcome",
        idempotency_key: `welcome_bonus_${customer_id}`,
      });
      expect(sent).toEqual([
        [
          "POST",
          `/credit-entitlements/${credit.id}/balances/${customer_id}/ledger-entries`,
          {
            entry_type: "credit",
            amount: "500",
            reason: "A welcome",
            idempotency_key: `welcome_bonus_${customer_id}`,
          },
        ],
      ]);
      expect(added).toMatchObject({
        type: "credit",
        entry_type: "credit",
        description: "A welcome",
        reason: "A welcome",
        balance_after: "500.00",
      });
      const taken = await balances.createLedgerEntry(credit.id, customer_id, {
        type: "debit",
        amount: "100",
        description: "Support",
        idempotency_key: "support_deduction_1",
      });
      expect(taken).toMatchObject({ type: "debit", is_credit: false, balance_after: "400.00" });
      await expect(
        balances.createLedgerEntry(
          credit.id,
          customer_id,
          { type: "debit", amount: "100", idempotency_key: "support_deduction_1" },
          { maxRetries: 0 },
        ),
      ).rejects.toMatchObject({ status: 409 });
    });

    test("balance, ledger and grants are read", async () => {
      const { client, credit, customer_id } = await openHolding(connect);
      const { balances } = client.creditEntitlements;
      await balances.createLedgerEntry(credit.id, customer_id, { type: "credit", amount: 500 });
      await balances.createLedgerEntry(credit.id, customer_id, { type: "debit", amount: 0.25 });
      const balance = await balances.get(credit.id, customer_id);
      expect(balance).toMatchObject({
        balance: "499.75",
        available_balance: "499.75",
        overage: "0.00",
        overage_balance: "0.00",
      });
      const allBalances = await balances.list(credit.id);
      expect(allBalances.items).toEqual([balance]);
      const ledger = await balances.listLedger(credit.id, customer_id);
      const lines = [];
      for (const entry of ledger.items) {
        lines.push(`${entry.type}: ${entry.amount} → ${entry.balance_after}`);
      }
      expect(lines).toEqual(["credit_deducted: 0.25 → 499.75", "credit_added: 500.00 → 500.00"]);
      const grants = await balances.listGrants(credit.id, customer_id);
      expect(grants.items).toMatchObject([
        { initial_amount: "500.00", remaining_amount: "499.75", source_type: "api" },
      ]);
    });

    test("settings are changed, and nothing else is sent", async () => {
      const { client, sent, credit } = await openHolding(connect);
      await client.creditEntitlements.update(credit.id, {
        rollover_enabled: true,
        max_rollover_percentage: 50,
        rollover_timeframe: "month",
        allow_overage: true,
        overage_limit: 10_000,
        price_per_unit: 0.002,
        overage_behavior: "bill_overage_at_billing",
      });
      const path = `/credit-entitlements/${credit.id}`;
      expect(sent).toEqual([
        ["GET", path, undefined], // for the currency of the price; there is none, so it is USD
        [
          "PATCH",
          path,
          {
            rollover_enabled: true,
            rollover_percentage: 50,
            rollover_timeframe_count: 1,
            rollover_timeframe_interval: "Month",
            overage_enabled: true,
            overage_limit: 10_000,
            price_per_unit: "0.2",
            currency: "USD",
            overage_behavior: "invoice_at_billing",
          },
        ],
      ]);
      const changed = await client.creditEntitlements.retrieve(credit.id);
      expect(changed).toMatchObject({ max_rollover_percentage: 50, allow_overage: true });
      const { items } = await client.creditEntitlements.list();
      expect(items).toEqual([changed]);
    });

    test("the current calls stay as they are", async () => {
      const { client, sent, credit, customer_id } = await openHolding(connect);
      const { balances } = client.creditEntitlements;
      const held = { credit_entitlement_id: credit.id };
      await balances.createLedgerEntry(customer_id, {
        ...held,
        entry_type: "credit",
        amount: "5",
        reason: "by hand",
        idempotency_key: "once",
      });
      expect(sent[0]?.[2]).toEqual({
        entry_type: "credit",
        amount: "5",
        reason: "by hand",
        idempotency_key: "once",
      });
      expect((await balances.retrieve(customer_id, held)).balance).toBe("5.00");
      expect((await balances.listLedger(customer_id, held)).items).toHaveLength(1);
      expect((await balances.listGrants(customer_id, held)).items).toHaveLength(1);
      await client.creditEntitlements.delete(credit.id);
      await client.creditEntitlements.undelete(credit.id);
      expect(await client.creditEntitlements.retrieve(credit.id)).toEqual({
        ...credit,
        updated_at: expect.any(String),
      });
    });

    test("a list is iterated through all its pages, from the first", async () => {
      const { client, credit, customer_id } = await openHolding(connect);
      const { balances } = client.creditEntitlements;
      for (let amount = 1; amount <= 25; amount++) {
        await balances.createLedgerEntry(credit.id, customer_id, { type: "credit", amount });
      }
      const amounts: number[] = [];
      for await (const entry of balances.listLedger(credit.id, customer_id)) {
        expect(entry.type).toBe("credit_added");
        amounts.push(Number(entry.amount));
      }
      expect(amounts).toEqual(Array.from({ length: 25 }, (_, at) => 25 - at));
      const first = await balances.listLedger(credit.id, customer_id, { page_size: 20 });
      expect((await first.getNextPage()).items).toHaveLength(5);
    });

    test("ids the wrong way round are refused and nothing is sent", async () => {
      const { client, sent, credit, customer_id } = await openHolding(connect);
      const { balances } = client.creditEntitlements;
      const older = { type: "credit", amount: "1" } as const;
      const current = { entry_type: "credit", amount: "1" } as const;
      const swapped = { credit_entitlement_id: customer_id };
      const wrong = [
        () => balances.get(customer_id, credit.id),
        () => balances.get("cus_1", "cent_1"),
        () => balances.get("cus_1", "cus_2"),
        () => balances.get(credit.id, "cent_1"),
        () => balances.list(customer_id),
        () => balances.listLedger(customer_id, credit.id),
        () => balances.listGrants(customer_id, credit.id),
        () => balances.createLedgerEntry(customer_id, credit.id, older),
        () => balances.retrieve(credit.id, swapped),
        () => balances.listLedger(credit.id, swapped),
        () => balances.listGrants(credit.id, swapped),
        () => balances.createLedgerEntry(credit.id, { ...swapped, ...current }),
        () => client.creditEntitlements.retrieve(customer_id),
        () => client.creditEntitlements.update(customer_id, { unit_name: "x" }),
        () => client.creditEntitlements.delete(customer_id),
        () => client.creditEntitlements.undelete(customer_id),
      ];
      for (const call of wrong) {
        const error = await call().then(undefined, (it: unknown) => it);
        expect(error, String(call)).toBeInstanceOf(LegacyCallError);
        expect(error, String(call)).toMatchObject({ reason: "ids_swapped" });
      }
      await expect(balances.get(credit.id, "")).rejects.toMatchObject({ reason: "id_missing" });
      expect(sent).toEqual([]);
      // Ids of any other form are the server's to judge.
      await expect(balances.get("mine", "yours")).rejects.toMatchObject({ status: 404 });
    });
  });
}

describe("amounts that are numbers", () => {
  const made = async (amount: number) => {
    const { client, sent, credit, customer_id } = await openHolding(oursWith);
    const call = client.creditEntitlements.balances.createLedgerEntry(credit.id, customer_id, {
      type: "credit",
      amount,
    });
    const error = await call.then(
      () => undefined,
      (it: { reason?: string }) => it.reason,
    );
    return error ?? sent.map(([, , body]) => Object(body).amount).join();
  };

  test.each([
    [500, "500"],
    [0.1, "0.1"],
    [12.5, "12.5"],
    [9_999_999_999, "9999999999"],
    [9_999_999_999.99, "9999999999.99"],
  ])("%d goes out as the decimal it was written as", async (amount, text) => {
    expect(await made(amount)).toBe(text);
  });

  test.each([
    [Number.NaN, "number_not_exact"],
    [Number.POSITIVE_INFINITY, "number_not_exact"],
    [Number.NEGATIVE_INFINITY, "number_not_exact"],
    [0.1 + 0.2, "number_not_exact"],
    [1_234_567_890.1234567, "number_not_exact"],
    [0, "number_out_of_range"],
    [-0, "number_out_of_range"],
    [-5, "number_out_of_range"],
    [10_000_000_000, "number_out_of_range"],
    [1e21, "number_out_of_range"],
    [1e-11, "number_out_of_range"],
    [Number.MIN_VALUE, "number_out_of_range"],
  ])("%d is refused", async (amount, reason) => {
    expect(await made(amount)).toBe(reason);
  });
});

test("a price in whole units becomes one in the smallest unit, and back", () => {
  for (const [major, currency, minor] of [
    [0.001, "USD", "0.1"],
    [0.000005, "USD", "0.0005"],
    [5e-7, "USD", "0.00005"],
    [12, "EUR", "1200"],
    [0, "USD", "0"],
    ["0.000005", "USD", "0.0005"],
    [3, "JPY", "3"],
    [0.5, "JPY", "0.5"],
    [0.5, "KWD", "500"],
  ] as const) {
    expect(toMinorUnits(major, currency), `${major} ${currency}`).toBe(minor);
    expect(Number(toMajorUnits(minor, currency)), `${minor} ${currency}`).toBe(Number(major));
  }
  expect(toMajorUnits("0.0005", "USD")).toBe("0.000005");
  for (const price of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.1 + 0.2, "1e-3", "", "$1"]) {
    expect(() => toMinorUnits(price, "USD"), String(price)).toThrow(LegacyCallError);
  }
});

test("a price that is a number takes the currency of the credit", async () => {
  const { client, sent } = await open(oursWith);
  const credit = await client.creditEntitlements.create({
    name: "Credits",
    unit_name: "credit",
    precision: 0,
    allow_overage: true,
    price_per_unit: 3,
    currency: "JPY",
  });
  expect(credit).toMatchObject({ price_per_unit: "3", currency: "JPY" });
  const changes = async (body: Parameters<typeof client.creditEntitlements.update>[1]) => {
    sent.splice(0);
    await client.creditEntitlements.update(credit.id, body);
    return sent.map(([method, , sentBody]) => [method, sentBody]);
  };
  expect(await changes({ price_per_unit: 4 })).toEqual([
    ["GET", undefined],
    ["PATCH", { price_per_unit: "4" }],
  ]);
  expect(await changes({ price_per_unit: 0.04, currency: "USD" })).toEqual([
    ["PATCH", { price_per_unit: "4", currency: "USD" }],
  ]);
  // Text is the current form, so it is in cents already.
  expect(await changes({ price_per_unit: "0.5" })).toEqual([["PATCH", { price_per_unit: "0.5" }]]);
});

test("every older overage behaviour has its current name, and null removes what it may", async () => {
  const { client, sent, credit } = await openHolding(oursWith);
  for (const [older, current] of [
    ["bill_overage_at_billing", "invoice_at_billing"],
    ["forgive_overage_at_reset", "forgive_at_reset"],
    ["carry_over_deficit", "carry_deficit"],
    ["carry_over_deficit_auto_repay", "carry_deficit_auto_repay"],
    ["invoice_at_billing", "invoice_at_billing"],
  ] as const) {
    await client.creditEntitlements.update(credit.id, { overage_behavior: older });
    expect(sent.at(-1)?.[2]).toEqual({ overage_behavior: current });
  }
  await client.creditEntitlements.update(credit.id, {
    expiry_duration: null,
    max_rollover_percentage: null,
    rollover_timeframe: null,
  });
  expect(sent.at(-1)?.[2]).toEqual({
    expires_after_days: null,
    rollover_percentage: null,
    rollover_timeframe_count: null,
    rollover_timeframe_interval: null,
  });
});

test("names that say different things are refused, those that say the same are not", async () => {
  const { client, sent, credit, customer_id } = await openHolding(oursWith);
  const { balances } = client.creditEntitlements;
  for (const body of [
    { unit: "a", unit_name: "b" },
    { expires_after_days: 30, expiry_duration: 60 },
    { rollover_percentage: 10, max_rollover_percentage: 20 },
    { overage_enabled: true, allow_overage: false },
    { rollover_timeframe_count: 2, rollover_timeframe: "month" as const },
    { credit_type: "custom_unit" as const, unit_currency: "USD" as const },
    { currency: "EUR" as const, unit_currency: "USD" as const },
  ]) {
    await expect(
      client.creditEntitlements.update(credit.id, body),
      JSON.stringify(body),
    ).rejects.toMatchObject({ reason: "fields_disagree" });
  }
  await expect(
    balances.createLedgerEntry(credit.id, customer_id, {
      type: "credit",
      entry_type: "debit",
      amount: "1",
    }),
  ).rejects.toMatchObject({ reason: "fields_disagree" });
  await expect(
    // @ts-expect-error no such timeframe
    client.creditEntitlements.update(credit.id, { rollover_timeframe: "fortnight" }),
  ).rejects.toMatchObject({ reason: "value_unknown" });
  await expect(
    client.creditEntitlements.update(credit.id, { price_per_unit: Number.NaN }),
  ).rejects.toMatchObject({ reason: "number_not_exact" });
  expect(sent).toEqual([]);
  // What was read can be sent back.
  await client.creditEntitlements.update(
    credit.id,
    await client.creditEntitlements.retrieve(credit.id),
  );
  expect(sent.map(([method]) => method)).toEqual(["GET", "PATCH"]);
});

test("everything else is the client's own", async () => {
  const client = new Drawdown({ bearerToken: key, fetch: () => Promise.reject(new Error("sent")) });
  const older = withLegacyCalls(client);
  expect(older.checkoutSessions).toBe(client.checkoutSessions);
  expect(older.webhooks).toBe(client.webhooks);
  expect(older.baseURL).toBe(client.baseURL);
  expect(older).toBeInstanceOf(Drawdown);
  expect(client.creditEntitlements).not.toBe(older.creditEntitlements);
});
