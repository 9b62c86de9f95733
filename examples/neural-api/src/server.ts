import "dotenv/config";
import DodoPayments from "dodopayments";
import express, { type Request, type Response } from "express";
import OpenAI from "openai";

/** NeuralAPI: plans and packs of tokens, sold and counted by Dodo Payments, used up by a language model. */

const dodo = new DodoPayments({
  bearerToken: setting("DODO_PAYMENTS_API_KEY"),
  webhookKey: process.env["DODO_PAYMENTS_WEBHOOK_KEY"] ?? null,
  environment: environmentNamed(process.env["DODO_ENVIRONMENT"] ?? "test_mode"),
});
const openai = new OpenAI({ apiKey: setting("OPENAI_API_KEY") });

const credit_entitlement_id = setting("CREDIT_ENTITLEMENT_ID");
const baseUrl = setting("BASE_URL");
const topUpProductId = setting("TOPUP_PRODUCT_ID");
const planProductIds = new Map([
  ["starter", setting("STARTER_PLAN_PRODUCT_ID")],
  ["pro", setting("PRO_PLAN_PRODUCT_ID")],
]);

const app = express();
// A signature is over the bytes as they were sent, so this one route must get them before the JSON parser does.
app.use("/webhooks/dodo", express.raw({ type: "application/json" }));
app.use(express.json());
app.use(express.static("public"));

/** `{ plan, email, name }` → where to pay for it. */
app.post("/checkout/subscribe", async (req: Request, res: Response) => {
  const { plan, email, name } = req.body;
  const product_id = planProductIds.get(plan);
  if (product_id === undefined) {
    return void res.status(400).json({ error: `There is no plan "${plan}"` });
  }
  try {
    const session = await dodo.checkoutSessions.create({
      product_cart: [{ product_id, quantity: 1 }],
      customer: { email, name },
      return_url: `${baseUrl}/?subscribed=1`,
    });
    res.json({ checkout_url: session.checkout_url, session_id: session.session_id });
  } catch (error) {
    console.error("No subscription checkout:", error);
    res.status(500).json({ error: "The checkout could not be opened" });
  }
});

/** `{ customer_id }` of somebody who subscribed before → where to pay for a pack. */
app.post("/checkout/topup", async (req: Request, res: Response) => {
  const { customer_id } = req.body;
  if (!customer_id) return void res.status(400).json({ error: "customer_id is missing" });
  try {
    const session = await dodo.checkoutSessions.create({
      product_cart: [{ product_id: topUpProductId, quantity: 1 }],
      customer: { customer_id },
      return_url: `${baseUrl}/?topup=1`,
    });
    res.json({ checkout_url: session.checkout_url });
  } catch (error) {
    console.error("No top-up checkout:", error);
    res.status(500).json({ error: "The checkout could not be opened" });
  }
});

app.get("/credits/:customerId", async (req: Request<{ customerId: string }>, res: Response) => {
  try {
    const { balance, overage, last_transaction_at } = await balanceOf(req.params.customerId);
    res.json({ balance, overage, last_transaction_at });
  } catch (error) {
    console.error("No balance:", error);
    res.status(500).json({ error: "The balance could not be read" });
  }
});

/** `{ customer_id, prompt }` → an answer, whose tokens are billed once the meter has counted them. */
app.post("/api/generate", async (req: Request, res: Response) => {
  const { customer_id, prompt } = req.body;
  if (!customer_id || !prompt) {
    return void res.status(400).json({ error: "customer_id or prompt is missing" });
  }
  try {
    const { balance, overage } = await balanceOf(customer_id);
    if (Number(balance) <= 0 && Number(overage) <= 0) {
      return void res.status(402).json({ error: "Out of tokens: top up, or take a larger plan" });
    }
  } catch {
    // Whoever's balance cannot be read is not turned away for it: the meter counts all the same.
  }
  let completion: OpenAI.ChatCompletion;
  try {
    completion = await openai.chat.completions.create({
      model: "gpt-5-mini",
      messages: [{ role: "user", content: prompt }],
    });
  } catch (error) {
    console.error("No completion:", error);
    return void res.status(502).json({ error: "The language model does not answer" });
  }
  const tokens = completion.usage?.total_tokens ?? 0;
  // The answer does not wait for the bill.
  ingestUsage(customer_id, tokens, completion.model).catch((error) =>
    console.error("Usage not ingested:", error),
  );
  res.json({
    text: completion.choices[0]?.message.content ?? "",
    tokens_used: tokens,
    model: completion.model,
  });
});

app.post("/webhooks/dodo", (req: Request, res: Response) => {
  const headers = Object.fromEntries(
    ["webhook-id", "webhook-signature", "webhook-timestamp"].map((it) => [
      it,
      req.header(it) ?? "",
    ]),
  );
  let event: ReturnType<typeof dodo.webhooks.unwrap>;
  try {
    event = dodo.webhooks.unwrap(String(req.body), { headers });
  } catch (error) {
    console.error("Webhook refused:", error);
    return void res.status(401).json({ error: "The signature does not match" });
  }
  switch (event.type) {
    case "credit.added":
    case "credit.deducted":
      console.log(`[${event.type}] customer=${event.data.customer_id} amount=${event.data.amount}`);
      break;
    case "credit.overage_charged":
      console.log(`[${event.type}] customer=${event.data.customer_id}`);
      break;
    default:
      break;
  }
  res.json({ received: true });
});

const port = Number(process.env["PORT"] ?? 3000);
app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`NeuralAPI listens on http://127.0.0.1:${port}`);
});

function balanceOf(customerId: string) {
  return dodo.creditEntitlements.balances.retrieve(customerId, { credit_entitlement_id });
}

async function ingestUsage(customer_id: string, tokens: number, model: string): Promise<void> {
  const event_id = `req_${Date.now()}_${Math.random().toString(36).slice(2, 10)}`;
  const timestamp = new Date().toISOString();
  const metadata = { tokens, model };
  await dodo.usageEvents.ingest({
    events: [{ event_id, customer_id, event_name: "api.tokens_used", timestamp, metadata }],
  });
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; see the list in README.md`);
  return value;
}

function environmentNamed(name: string): "test_mode" | "live_mode" {
  if (name === "test_mode" || name === "live_mode") return name;
  throw new Error(`DODO_ENVIRONMENT is "${name}" but must be test_mode or live_mode`);
}
