import { LegacyCallError } from "@drawdown/sdk/legacy";
import { describe, expect, test } from "vitest";
import { legacyClients, openHolding } from "./support/legacy-clients.js";

for (const [name, connect] of legacyClients) {
  describe(`the older guide, over ${name}`, () => {
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
