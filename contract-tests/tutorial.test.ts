import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import { setUpCatalogue } from "../examples/neural-api/stage/catalogue.js";
import { inProcess, type Opened, overExpress } from "./harness/transports.js";

/**
 * The story of the NeuralAPI tutorial, told through the vendor's own client: two plans and a pack that share one token
 * credit, a meter that draws on it, and a server that looks at the balance before it generates.
 */

const key = "dodo_test_neuralapi";
const million = 1_000_000;

/** What a customer does on the pay page and what time does by itself. */
const controls = (opened: Opened) => async (method: string, path: string, body: object) => {
  const response = await opened.fetch(`${opened.baseUrl}/_sandbox${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
};

/** NeuralAPI with its catalogue set up and one registered user. */
async function neuralApi(opened: Opened) {
  const dodo = new DodoPayments({
    bearerToken: key,
    baseURL: opened.baseUrl,
    fetch: (url, init) => opened.fetch(url as string, init as RequestInit),
  });
  const control = controls(opened);
  const catalogue = await setUpCatalogue(dodo);
  const { customer_id } = await dodo.customers.create({ email: "dev@example.com", name: "Dev" });
  const account = { credit_entitlement_id: catalogue.CREDIT_ENTITLEMENT_ID };

  return {
    catalogue,
    advance: (to: string) => control("POST", "/clock/advance", { to }),
    async checkout(product_id: string): Promise<void> {
      const session = await dodo.checkoutSessions.create({
        product_cart: [{ product_id, quantity: 1 }],
        customer: { customer_id },
      });
      const path = `/checkouts/${session.session_id}/complete`;
      expect(await control("POST", path, { outcome: "succeeds" })).toMatchObject({
        status: "succeeded",
        customer_id,
      });
    },
    /** Answers 402 where the balance is used up, as the tutorial's server does; else bills the tokens. */
    async generate(event_id: string, tokens: number): Promise<200 | 402> {
      const { balance } = await dodo.creditEntitlements.balances.retrieve(customer_id, account);
      if (Number(balance) <= 0) return 402;
      const metadata = { tokens, model: "gpt-4o-mini" };
      const event = { event_id, customer_id, event_name: "api.tokens_used", metadata };
      expect(await dodo.usageEvents.ingest({ events: [event] })).toEqual({ ingested_count: 1 });
      return 200;
    },
    async tokens(): Promise<readonly [balance: string, overage: string]> {
      const it = await dodo.creditEntitlements.balances.retrieve(customer_id, account);
      return [it.balance, it.overage];
    },
    async ledger(): Promise<readonly string[]> {
      const page = await dodo.creditEntitlements.balances.listLedger(customer_id, {
        ...account,
        page_size: 100,
      });
      return page.items
        .map(
          (it) => `${it.transaction_type} ${it.amount} : ${it.balance_before}→${it.balance_after}`,
        )
        .reverse();
    },
    async grants(): Promise<readonly string[]> {
      const page = await dodo.creditEntitlements.balances.listGrants(customer_id, {
        ...account,
        page_size: 100,
      });
      return page.items
        .map(
          (it) =>
            `${it.source_type} ${it.remaining_amount} of ${it.initial_amount} until ${it.expires_at?.slice(0, 10)}`,
        )
        .reverse();
    },
    /** What was paid, in cents, oldest first. */
    async paid(): Promise<readonly number[]> {
      const page = await dodo.payments.list({ page_size: 100 });
      return page.items.map((it) => it.total_amount).reverse();
    },
    async end(): Promise<void> {
      const response = await opened.fetch(`${opened.baseUrl}/_sandbox/audit`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(await response.json()).toMatchObject({ differences: [] });
    },
  };
}

for (const transport of [inProcess, overExpress]) {
  const open = async () =>
    neuralApi(await transport.open({ at: "2026-01-01T00:00:00Z", frozen: true, keys: [key] }));

  test(`a Starter customer is stopped at zero and goes on with a pack [${transport.name}]`, async () => {
    const api = await open();
    // Nothing was ever credited, so there is no balance to look at.
    await expect(api.tokens()).rejects.toMatchObject({ status: 404 });
    await api.checkout(api.catalogue.STARTER_PLAN_PRODUCT_ID);
    expect(await api.tokens()).toEqual(["10000000", "0"]);
    expect(await api.generate("first", 9_999_000)).toBe(200);
    await api.advance("2026-01-01T00:01:00Z");
    expect(await api.tokens()).toEqual(["1000", "0"]);
    // The last generation may cost more than is left; the difference is nobody's debt.
    expect(await api.generate("last", 1300)).toBe(200);
    await api.advance("2026-01-01T00:02:00Z");
    expect(await api.tokens()).toEqual(["0", "0"]);
    expect(await api.generate("too much", 10)).toBe(402);
    await api.checkout(api.catalogue.TOPUP_PRODUCT_ID);
    expect(await api.tokens()).toEqual(["5000000", "0"]);
    expect(await api.generate("from the pack", 500)).toBe(200);
    await api.advance("2026-01-01T00:03:00Z");
    expect(await api.paid()).toEqual([2900, 1900]);
    expect(await api.ledger()).toEqual([
      "credit_added 10000000 : 0→10000000",
      "credit_deducted 9999000 : 10000000→1000",
      "credit_deducted 1000 : 1000→0",
      "credit_added 5000000 : 0→5000000",
      "credit_deducted 500 : 5000000→4999500",
    ]);
    await api.end();
  });

  test(`a Pro customer goes past zero and finds it on the next invoice [${transport.name}]`, async () => {
    const api = await open();
    await api.checkout(api.catalogue.PRO_PLAN_PRODUCT_ID);
    expect(await api.generate("all of it", 40 * million)).toBe(200);
    expect(await api.generate("and more", 2 * million)).toBe(200); // the worker has not run yet
    expect(await api.tokens()).toEqual(["40000000", "0"]);
    await api.advance("2026-01-01T00:01:00Z");
    expect(await api.tokens()).toEqual(["0", "2000000"]);
    await api.advance("2026-02-01T00:00:00Z");
    // 2,000,000 tokens at 5 USD a million are 10 USD.
    expect(await api.paid()).toEqual([9900, 10_900]);
    expect(await api.tokens()).toEqual(["40000000", "0"]);
    expect(await api.ledger()).toEqual([
      "credit_added 40000000 : 0→40000000",
      "credit_deducted 40000000 : 40000000→0",
      "overage_charged 2000000 : 0→0",
      "overage_reset 2000000 : 0→0",
      "credit_added 40000000 : 0→40000000",
    ]);
    await api.end();
  });

  test(`a pack outlives the plan's tokens, and a renewal grants afresh [${transport.name}]`, async () => {
    const api = await open();
    await api.checkout(api.catalogue.PRO_PLAN_PRODUCT_ID);
    await api.checkout(api.catalogue.TOPUP_PRODUCT_ID);
    expect(await api.tokens()).toEqual(["45000000", "0"]);
    await api.advance("2026-01-10T12:00:10Z");
    expect(await api.generate("one generation", 1532)).toBe(200);
    await api.advance("2026-01-10T12:00:59Z");
    expect(await api.tokens()).toEqual(["45000000", "0"]);
    await api.advance("2026-01-10T12:01:00Z");
    expect(await api.tokens()).toEqual(["44998468", "0"]);
    await api.advance("2026-01-31T00:00:00Z");
    expect(await api.tokens()).toEqual(["5000000", "0"]);
    await api.advance("2026-02-01T00:00:00Z");
    expect(await api.paid()).toEqual([9900, 1900, 9900]);
    expect(await api.grants()).toEqual([
      "subscription 0 of 40000000 until 2026-01-31",
      "one_time 5000000 of 5000000 until 2027-01-01",
      "subscription 40000000 of 40000000 until 2026-03-03",
    ]);
    expect(await api.ledger()).toEqual([
      "credit_added 40000000 : 0→40000000",
      "credit_added 5000000 : 40000000→45000000",
      "credit_deducted 1532 : 45000000→44998468",
      "credit_expired 39998468 : 44998468→5000000",
      "credit_added 40000000 : 5000000→45000000",
    ]);
    await api.end();
  });
}
