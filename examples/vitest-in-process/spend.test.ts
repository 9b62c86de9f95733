import { createSandbox } from "@drawdown/mock-server";
import type { TestTenant } from "@drawdown/mock-server/testing";
import { expect, test } from "@drawdown/mock-server/vitest";
import DodoPayments from "dodopayments";
import { type Held, mayGenerate, recordUsage, takeWebhook } from "./spend.js";

/** The official client, without a port: it calls the sandbox as its `fetch`. */
const clientOf = ({ key, baseURL, fetch }: TestTenant) =>
  new DodoPayments({ bearerToken: key, baseURL, fetch, maxRetries: 0 });

/** A customer with 1000 tokens that last for 30 days. */
async function welcome(client: DodoPayments): Promise<Held> {
  const credit = await client.creditEntitlements.create({
    name: "API tokens",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  await client.creditEntitlements.balances.createLedgerEntry(customer_id, {
    credit_entitlement_id: credit.id,
    entry_type: "credit",
    amount: "1000",
  });
  return { customer: customer_id, credit: credit.id };
}

test("usage is taken from the credits, each request once", async ({ tenant }) => {
  const client = clientOf(tenant);
  const held = await welcome(client);
  await recordUsage(client, held, { id: "request-1", tokens: 30 });
  await recordUsage(client, held, { id: "request-1", tokens: 30 });
  expect(await mayGenerate(client, held)).toBe(true);
  expect(await tenant.ledger(held.customer, held.credit)).toHaveLedger(`
    credit_added     +1000     0 → 1000
    credit_deducted    -30  1000 →  970
  `);
});

test("more than there is cannot be used", async ({ tenant }) => {
  const client = clientOf(tenant);
  const held = await welcome(client);
  const recording = recordUsage(client, held, { id: "request-1", tokens: 1001 });
  await expect(recording).rejects.toMatchObject({ status: 400 });
});

test("after 30 days nobody may generate with what was left", async ({ tenant }) => {
  const client = clientOf(tenant);
  const held = await welcome(client);
  await recordUsage(client, held, { id: "request-1", tokens: 30 });
  await tenant.advance("30d");
  expect(await mayGenerate(client, held)).toBe(false);
  expect(await tenant.ledger(held.customer, held.credit)).toHaveLedger(`
    credit_added     +1000     0 → 1000
    credit_deducted    -30  1000 →  970
    credit_expired    -970   970 →    0
  `);
});

/** Where the sandbox hands each webhook to, in place of the network. */
let receive: (request: Request) => Promise<Response>;

test.extend({ sandbox: createSandbox({ webhookFetch: (request) => receive(request) }) })(
  "the customer is reminded when credits have expired",
  async ({ tenant }) => {
    const client = clientOf(tenant);
    const { id } = await client.webhooks.create({ url: "https://app.example.com/webhooks" });
    const { secret } = await client.webhooks.retrieveSecret(id);
    const receiving = client.withOptions({ webhookKey: secret });
    const reminded: string[] = [];
    receive = (request) => takeWebhook(receiving, request, (it) => reminded.push(it));

    const held = await welcome(client);
    await tenant.advance("30d");
    expect(reminded).toEqual([held.customer]);
    const deliveries = await tenant.deliveries();
    expect(deliveries.map((it) => [it.event_type, it.status])).toEqual([
      ["credit.added", "delivered"],
      ["credit.expired", "delivered"],
    ]);
  },
);
