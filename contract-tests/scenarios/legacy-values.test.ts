import Drawdown from "@drawdown/sdk";
import { LegacyCallError, toMajorUnits, toMinorUnits, withLegacyCalls } from "@drawdown/sdk/legacy";
import { describe, expect, test } from "vitest";
import { key, open, openHolding, oursWith } from "./support/legacy-clients.js";

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
