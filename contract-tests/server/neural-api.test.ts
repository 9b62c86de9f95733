import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import Drawdown from "@drawdown/sdk";
import DodoPayments from "dodopayments";
import express, { type Request, type Response } from "express";
import { afterEach, describe, expect, test } from "vitest";

/**
 * The Express server of the NeuralAPI tutorial: its routes and its calls of the client, with the language model, the
 * console, the clock and the ids of requests passed in.
 */

const key = "dodo_test_neuralapi";
const start = "2026-01-01T00:00:00Z";
const million = 1_000_000;

type Dodo = DodoPayments | Drawdown;
type Send = (request: globalThis.Request) => Promise<globalThis.Response>;

interface Completion {
  readonly model: string;
  readonly choices: readonly { readonly message?: { readonly content: string | null } }[];
  readonly usage?: { readonly total_tokens: number };
}

/** What the tutorial reads from its environment, and what a test wants in its own hands. */
interface Surroundings {
  readonly creditEntitlementId: string;
  readonly plans: Readonly<Record<string, string>>;
  readonly topupProductId: string;
  readonly baseUrl: string;
  complete(prompt: string): Promise<Completion>;
  requestId(): string;
  now(): string;
  log(line: string): void;
}

function neuralApi(dodo: Dodo, it: Surroundings) {
  const app = express();
  app.use("/webhooks/dodo", express.raw({ type: "application/json" }));
  app.use(express.json());

  app.post("/checkout/subscribe", async (req: Request, res: Response) => {
    const { plan, email, name } = req.body;
    const product_id = it.plans[plan];
    if (!product_id) return void res.status(400).json({ error: `no plan ${plan}` });
    try {
      const session = await dodo.checkoutSessions.create({
        product_cart: [{ product_id, quantity: 1 }],
        customer: { email, name },
        return_url: `${it.baseUrl}/?subscribed=1`,
      });
      res.json({ checkout_url: session.checkout_url, session_id: session.session_id });
    } catch {
      res.status(500).json({ error: "no checkout" });
    }
  });

  app.post("/checkout/topup", async (req: Request, res: Response) => {
    const { customer_id } = req.body;
    if (!customer_id) return void res.status(400).json({ error: "who is it for?" });
    try {
      const session = await dodo.checkoutSessions.create({
        product_cart: [{ product_id: it.topupProductId, quantity: 1 }],
        customer: { customer_id },
        return_url: `${it.baseUrl}/?topup=1`,
      });
      res.json({ checkout_url: session.checkout_url });
    } catch {
      res.status(500).json({ error: "no checkout" });
    }
  });

  app.get("/credits/:customerId", async (req: Request<{ customerId: string }>, res: Response) => {
    try {
      const result = await dodo.creditEntitlements.balances.retrieve(req.params.customerId, {
        credit_entitlement_id: it.creditEntitlementId,
      });
      res.json({
        balance: result.balance,
        overage: result.overage,
        last_transaction_at: result.last_transaction_at,
      });
    } catch {
      res.status(500).json({ error: "no balance" });
    }
  });

  app.post("/api/generate", async (req: Request, res: Response) => {
    const { customer_id, prompt } = req.body;
    if (!customer_id || !prompt) {
      return void res.status(400).json({ error: "who asks what?" });
    }
    try {
      const balance = await dodo.creditEntitlements.balances.retrieve(customer_id, {
        credit_entitlement_id: it.creditEntitlementId,
      });
      if (Number(balance.balance) <= 0 && Number(balance.overage) <= 0) {
        return void res.status(402).json({ error: "out of tokens" });
      }
    } catch {
      // Who has no balance yet is let through, as the tutorial does.
    }
    let completion: Completion;
    try {
      completion = await it.complete(prompt);
    } catch {
      return void res.status(502).json({ error: "no completion" });
    }
    const tokens = completion.usage?.total_tokens ?? 0;
    ingestTokenUsage(customer_id, tokens, completion.model).then(
      () => it.log("ingested"),
      (error: unknown) => it.log(`not ingested: ${error}`),
    );
    res.json({
      text: completion.choices[0]?.message?.content ?? "",
      tokens_used: tokens,
      model: completion.model,
    });
  });

  async function ingestTokenUsage(customer_id: string, tokens: number, model: string) {
    await dodo.usageEvents.ingest({
      events: [
        {
          event_id: it.requestId(),
          customer_id,
          event_name: "api.tokens_used",
          timestamp: it.now(),
          metadata: { tokens, model },
        },
      ],
    });
  }

  app.post("/webhooks/dodo", async (req: Request, res: Response) => {
    const rawBody = (req.body as Buffer).toString("utf8");
    const headers = {
      "webhook-id": req.header("webhook-id") ?? "",
      "webhook-signature": req.header("webhook-signature") ?? "",
      "webhook-timestamp": req.header("webhook-timestamp") ?? "",
    };
    let event: ReturnType<Dodo["webhooks"]["unwrap"]>;
    try {
      event = dodo.webhooks.unwrap(rawBody, { headers });
    } catch {
      return void res.status(401).json({ error: "not signed" });
    }
    switch (event.type) {
      case "credit.added":
      case "credit.deducted":
        it.log(`[${event.type}] ${event.data.customer_id} ${event.data.amount}`);
        break;
      case "credit.overage_charged":
        it.log(`[${event.type}] ${event.data.customer_id}`);
        break;
      default:
        break;
    }
    res.json({ received: true });
  });

  return app;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const monthly = {
  type: "usage_based_price",
  currency: "USD",
  discount: 0,
  purchasing_power_parity: false,
  payment_frequency_count: 1,
  payment_frequency_interval: "Month",
  subscription_period_count: 10,
  subscription_period_interval: "Year",
} as const;

/** The catalogue that the tutorial sets up in the dashboard, and its server on a port of this machine. */
async function open(connect: (fetch: Send, webhookKey: string | null) => Dodo) {
  const log: string[] = [];
  let url = "";
  const sandbox = createSandbox({
    at: start,
    frozen: true,
    keys: [key],
    // The tunnel of the tutorial.
    webhookFetch: async (request) =>
      fetch(`${url}${new URL(request.url).pathname}`, {
        method: request.method,
        headers: request.headers,
        body: await request.text(),
      }),
  });
  const setUp = connect(sandbox.fetch, null);
  const credit = await setUp.creditEntitlements.create({
    name: "API Tokens",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const meter = await setUp.meters.create({
    name: "Token Usage Meter",
    event_name: "api.tokens_used",
    measurement_unit: "tokens",
    aggregation: { type: "sum", key: "tokens" },
  });
  const plan = (name: string, fixed_price: number, credits_amount: string, overage: object) =>
    setUp.products.create({
      name,
      tax_category: "saas",
      price: {
        ...monthly,
        fixed_price,
        meters: [
          { meter_id: meter.id, credit_entitlement_id: credit.id, meter_units_per_credit: "1" },
        ],
      },
      credit_entitlements: [{ credit_entitlement_id: credit.id, credits_amount, ...overage }],
    });
  const starter = await plan("Starter", 2900, String(10 * million), { overage_enabled: false });
  const pro = await plan("Pro", 9900, String(40 * million), {
    overage_enabled: true,
    overage_behavior: "invoice_at_billing",
    price_per_unit: "0.0005",
    currency: "USD",
  });
  const topup = await setUp.products.create({
    name: "Token Top-Up Pack",
    tax_category: "saas",
    price: {
      type: "one_time_price",
      currency: "USD",
      price: 1900,
      discount: 0,
      purchasing_power_parity: false,
    },
    credit_entitlements: [
      {
        credit_entitlement_id: credit.id,
        credits_amount: String(5 * million),
        expires_after_days: 365,
      },
    ],
  });
  const endpoint = await setUp.webhooks.create({
    url: "https://tunnel.example.com/webhooks/dodo",
    filter_types: ["credit.added", "credit.deducted", "credit.overage_charged"],
  });
  const { secret } = await setUp.webhooks.retrieveSecret(endpoint.id);

  const next = { tokens: 0, id: 0, fails: false, onIngested: () => {} };
  const app = neuralApi(connect(sandbox.fetch, secret), {
    creditEntitlementId: credit.id,
    plans: { starter: starter.product_id, pro: pro.product_id },
    topupProductId: topup.product_id,
    baseUrl: "http://localhost:3000",
    async complete(prompt) {
      if (next.fails) throw new Error("down");
      const usage = { total_tokens: next.tokens };
      return { model: "gpt-5-mini", usage, choices: [{ message: { content: `On ${prompt}` } }] };
    },
    requestId: () => `req_${++next.id}`,
    now: () => start,
    log(line) {
      if (line === "ingested") next.onIngested();
      else log.push(line);
    },
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening server has an address

  const request = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    return { status: response.status, body: await response.json() };
  };
  const control = async (path: string, body: object = {}) => {
    const response = await sandbox.fetch(
      new Request(`http://sandbox.test/_sandbox${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    expect(response.status).toBe(200);
    return response.json();
  };

  return {
    log,
    request,
    /** Pays a checkout as the customer does on the page; answers who that was. */
    async pay(session: string): Promise<string> {
      const paid = await control(`/checkouts/${session}/complete`, { outcome: "succeeds" });
      expect(paid).toMatchObject({ status: "succeeded" });
      await control("/deliveries/settle");
      return paid.customer_id;
    },
    /** Generates with a completion of so many tokens, waits for its event and lets the worker run. */
    async generate(customer_id: string, tokens: number) {
      next.tokens = tokens;
      const arrived = new Promise<void>((resolve) => {
        next.onIngested = resolve;
      });
      const answer = await request("POST", "/api/generate", { customer_id, prompt: "sums" });
      if (answer.status === 200) await arrived;
      await control("/meters/run");
      await control("/deliveries/settle");
      return answer;
    },
    failCompletions: () => {
      next.fails = true;
    },
    credits: (customer_id: string) => request("GET", `/credits/${customer_id}`),
  };
}

/** The id of a session, from the address of its page. */
const sessionIn = (checkoutUrl: string): string => /cks_\w+/.exec(checkoutUrl)?.[0] ?? "";

const clients = {
  dodopayments: (fetch: Send, webhookKey: string | null) =>
    new DodoPayments({
      bearerToken: key,
      webhookKey,
      environment: "test_mode",
      fetch: (url, init) => fetch(new globalThis.Request(url as string, init as RequestInit)),
    }),
  "@drawdown/sdk": (fetch: Send, webhookKey: string | null) =>
    new Drawdown({ bearerToken: key, webhookKey, environment: "test_mode", fetch }),
};

for (const [name, connect] of Object.entries(clients)) {
  describe(`the tutorial's server, through ${name}`, () => {
    test("a Pro customer subscribes, generates, goes past zero and tops up", async () => {
      const api = await open(connect);
      const subscribed = await api.request("POST", "/checkout/subscribe", {
        plan: "pro",
        email: "dev@example.com",
        name: "Dev",
      });
      expect(subscribed).toEqual({
        status: 200,
        body: {
          checkout_url: expect.stringMatching(/^https?:/),
          session_id: expect.stringMatching(/^cks_/),
        },
      });
      const customer = await api.pay(subscribed.body.session_id);
      expect(await api.credits(customer)).toEqual({
        status: 200,
        body: { balance: "40000000", overage: "0", last_transaction_at: expect.any(String) },
      });
      expect(await api.generate(customer, 1532)).toEqual({
        status: 200,
        body: { text: "On sums", tokens_used: 1532, model: "gpt-5-mini" },
      });
      expect((await api.credits(customer)).body.balance).toBe("39998468");
      await api.generate(customer, 40 * million);
      expect((await api.credits(customer)).body).toMatchObject({ balance: "0", overage: "1532" });
      // What is over zero lets a Pro customer go on.
      expect((await api.generate(customer, 10)).status).toBe(200);
      const topup = await api.request("POST", "/checkout/topup", { customer_id: customer });
      expect(topup.status).toBe(200);
      expect(await api.pay(sessionIn(topup.body.checkout_url))).toBe(customer);
      expect(api.log).toEqual([
        `[credit.added] ${customer} 40000000`,
        `[credit.deducted] ${customer} 1532`,
        `[credit.deducted] ${customer} 39998468`,
        `[credit.overage_charged] ${customer}`,
        `[credit.overage_charged] ${customer}`,
        `[credit.added] ${customer} 5000000`,
      ]);
    });

    test("a Starter customer is answered 402 at zero, until a pack is bought", async () => {
      const api = await open(connect);
      const { body } = await api.request("POST", "/checkout/subscribe", {
        plan: "starter",
        email: "dev@example.com",
        name: "Dev",
      });
      const customer = await api.pay(body.session_id);
      expect((await api.generate(customer, 10 * million + 5)).status).toBe(200);
      expect((await api.credits(customer)).body).toMatchObject({ balance: "0", overage: "0" });
      expect((await api.generate(customer, 10)).status).toBe(402);
      const topup = await api.request("POST", "/checkout/topup", { customer_id: customer });
      await api.pay(sessionIn(topup.body.checkout_url));
      expect((await api.generate(customer, 10)).status).toBe(200);
      expect((await api.credits(customer)).body.balance).toBe("4999990");
    });

    test("what is wrong is answered as the tutorial has it", async () => {
      const api = await open(connect);
      const statusOf = async (...call: Parameters<typeof api.request>) =>
        (await api.request(...call)).status;
      expect(await statusOf("POST", "/checkout/subscribe", { plan: "gold" })).toBe(400);
      expect(await statusOf("POST", "/checkout/topup", {})).toBe(400);
      expect(await statusOf("POST", "/checkout/topup", { customer_id: "cus_nobody" })).toBe(500);
      expect(await statusOf("GET", "/credits/cus_nobody")).toBe(500);
      expect(await statusOf("POST", "/api/generate", { prompt: "sums" })).toBe(400);
      expect(await statusOf("POST", "/webhooks/dodo", { type: "credit.added" })).toBe(401);
      api.failCompletions();
      const generate = { customer_id: "cus_nobody", prompt: "sums" };
      expect(await statusOf("POST", "/api/generate", generate)).toBe(502);
      expect(api.log).toEqual([]);
    });
  });
}
