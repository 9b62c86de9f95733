// The same with our own client, which can also move the clock: `npm run build` and `npm start` in the project's root first.
import DodoPayments, { BadRequestError } from "@drawdown/sdk";
import { SandboxControl } from "@drawdown/sdk/sandbox";

const baseURL = process.env.DRAWDOWN_URL ?? "http://127.0.0.1:4010";
const options = { bearerToken: "dodo_test_quickstart_sdk", baseURL };
const client = new DodoPayments(options);
const sandbox = new SandboxControl(options);

await sandbox.reset({ at: "2026-01-01T00:00:00Z", frozen: true });

const credit = await client.creditEntitlements.create({
  name: "API tokens",
  unit: "token",
  precision: 0,
  expires_after_days: 30,
  rollover_enabled: false,
  overage_enabled: false,
});
const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
const of = { credit_entitlement_id: credit.id };
const { balances } = client.creditEntitlements;

await balances.createLedgerEntry(ada.customer_id, {
  ...of,
  entry_type: "credit",
  amount: "1000",
  reason: "Welcome",
  idempotency_key: "welcome-ada",
});
await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type: "debit", amount: "30" });

try {
  await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type: "debit", amount: "5000" });
} catch (error) {
  if (!(error instanceof BadRequestError)) throw error;
  console.log(`refused: ${error.code}\n`);
}

const { ingested_count } = await client.usageEvents.ingest({
  events: [
    {
      event_id: "request-1",
      customer_id: ada.customer_id,
      event_name: "api.tokens_used",
      metadata: { tokens: 1532 },
    },
  ],
});
console.log(`${ingested_count} event stored`);
console.log(`balance now: ${(await balances.retrieve(ada.customer_id, of)).balance}`);

await sandbox.clock.advance({ by: "30d" });
console.log(`balance 30 days later: ${(await balances.retrieve(ada.customer_id, of)).balance}\n`);

for await (const grant of balances.listGrants(ada.customer_id, of)) {
  console.log(`grant of ${grant.initial_amount}, expired: ${grant.is_expired}`);
}
for await (const entry of balances.listLedger(ada.customer_id, of)) {
  const sign = entry.is_credit ? "+" : "-";
  const movement = `${sign}${entry.amount}`.padStart(6);
  console.log(
    `${entry.created_at.slice(0, 10)}  ${entry.transaction_type.padEnd(16)} ${movement}  → ${entry.balance_after}`,
  );
}
