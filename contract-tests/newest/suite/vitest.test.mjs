import { createSandbox } from "@drawdown/mock-server";
import { handlers, override } from "@drawdown/mock-server/msw";
import { expect, test } from "@drawdown/mock-server/vitest";
import OwnClient from "@drawdown/sdk";
import DodoPayments from "dodopayments";
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";

/** What the README promises, with the newest release of everything beside the packages. */

const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };

/** Credits 1000 and debits 30, through whichever client. */
async function spend(client) {
  const credit = await client.creditEntitlements.create({ name: "Tokens", ...terms });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const of = { credit_entitlement_id: credit.id };
  const { balances } = client.creditEntitlements;
  await balances.createLedgerEntry(ada.customer_id, {
    ...of,
    entry_type: "credit",
    amount: "1000",
  });
  await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type: "debit", amount: "30" });
  const { balance } = await balances.retrieve(ada.customer_id, of);
  return { customer: ada.customer_id, credit: credit.id, balance };
}

test.for([
  ["the official client", DodoPayments],
  ["our own", OwnClient],
])("a tenant and a ledger in Vitest, through %s", async ([, Client], { tenant }) => {
  const { key: bearerToken, baseURL, fetch } = tenant;
  const { customer, credit, balance } = await spend(new Client({ bearerToken, baseURL, fetch }));
  expect(balance).toBe("970");
  const ledger = `
    credit_added     +1000     0 → 1000
    credit_deducted    -30  1000 →  970
  `;
  expect(await tenant.ledger(customer, credit)).toHaveLedger(ledger);
  expect(() => expect([]).toHaveLedger(ledger)).toThrow("the ledger is not as expected");
});

test("the sandbox behind MSW, and one failure in front of it", async () => {
  const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
  const server = setupServer(...handlers(sandbox));
  server.listen({ onUnhandledRequest: "error" });
  const environment = "test_mode";
  const client = new DodoPayments({ bearerToken: "dodo_test_me", environment, maxRetries: 0 });
  try {
    const { customer, credit, balance } = await spend(client);
    expect(balance).toBe("970");
    const down = { code: "INTERNAL_SERVER_ERROR", message: "down" };
    const fail = () => HttpResponse.json(down, { status: 503 });
    server.use(override("retrieveBalance", fail, { once: true }));
    const { balances } = client.creditEntitlements;
    const read = () => balances.retrieve(customer, { credit_entitlement_id: credit });
    await expect(read()).rejects.toThrow("503 down");
    expect((await read()).balance).toBe("970");
    // A stray percent sign is one that MSW itself could not decode.
    const stray = await fetch("https://test.dodopayments.com/meters/50%", {
      headers: { authorization: "Bearer dodo_test_me" },
    });
    expect(stray.status).toBe(422);
  } finally {
    server.close();
    await sandbox.close();
  }
});
