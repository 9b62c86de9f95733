import { createSandbox, type Sandbox } from "@drawdown/mock-server";
import { handlers } from "@drawdown/mock-server/msw";
import type DodoPayments from "dodopayments";
import { http, type RequestHandler } from "msw";
import { type Account, connect } from "../server/billing.js";
import { readCredits } from "../server/credits.js";
import { openTopUp } from "../server/top-up.js";

/** The application's server and the billing service behind it, both in this page. */
export interface Backend {
  readonly sandbox: Sandbox;
  readonly client: DodoPayments;
  readonly account: Account;
  /** The routes as the page calls them, then the service as the routes call it. */
  readonly handlers: readonly RequestHandler[];
}

/** A customer with 1,000 tokens that last for 30 days, and overage of up to 500. */
export async function openBackend(): Promise<Backend> {
  const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
  // The page under test never sees the key: it belongs to the routes.
  const client = connect("dodo_test_react");
  const account = await openAccount(client.withOptions({ fetch: sandbox.fetch }));
  return {
    sandbox,
    client,
    account,
    handlers: [
      http.get("/api/credits", () => readCredits(client, account)),
      http.post("/api/top-up", () => openTopUp(client, account)),
      ...handlers(sandbox),
    ],
  };
}

async function openAccount(client: DodoPayments): Promise<Account> {
  const { id } = await client.creditEntitlements.create({
    name: "Tokens",
    unit: "tokens",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: true,
    overage_limit: 500,
    price_per_unit: "2",
    currency: "USD",
  });
  const pack = await client.products.create({
    name: "1,000 tokens",
    tax_category: "saas",
    price: {
      type: "one_time_price",
      currency: "USD",
      price: 900,
      discount: 0,
      purchasing_power_parity: false,
    },
    credit_entitlements: [{ credit_entitlement_id: id, credits_amount: "1000" }],
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const account = { customer: ada.customer_id, credit: id, pack: pack.product_id };
  await enter(client, account, "credit", "1000");
  return account;
}

/** Adds credits, or uses some. */
export const enter = (
  client: DodoPayments,
  { customer, credit }: Account,
  entry_type: "credit" | "debit",
  amount: string,
) =>
  client.creditEntitlements.balances.createLedgerEntry(customer, {
    credit_entitlement_id: credit,
    entry_type,
    amount,
  });
