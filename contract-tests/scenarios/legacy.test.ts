import { describe, expect, test } from "vitest";
import { legacyClients, open, openHolding, start } from "./support/legacy-clients.js";

for (const [name, connect] of legacyClients) {
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
  });
}
