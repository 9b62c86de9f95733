import { createSandbox } from "@drawdown/mock-server";

/** Closes a sandbox while a webhook receiver does not answer, and prints the timers before and after. */

const key = "dodo_test_closing";
let reached = () => {};
const isReached = new Promise<void>((resolve) => {
  reached = resolve;
});
const sandbox = createSandbox({
  webhooks: [{ key, url: "http://localhost:9/hooks" }],
  webhookFetch: () => {
    reached();
    return new Promise(() => {});
  },
});

async function post(path: string, body: object): Promise<{ id: string; customer_id: string }> {
  const response = await sandbox.fetch(`http://sandbox.test${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

const credit = await post("/credit-entitlements", {
  name: "Tokens",
  unit: "token",
  precision: 0,
  expires_after_days: 1,
  rollover_enabled: false,
  overage_enabled: false,
});
const ada = await post("/customers", { email: "ada@example.com", name: "Ada" });
await post(`/credit-entitlements/${credit.id}/balances/${ada.customer_id}/ledger-entries`, {
  entry_type: "credit",
  amount: "100",
});
await isReached;

const timers = () => process.getActiveResourcesInfo().filter((it) => it === "Timeout");
const before = timers();
sandbox.close();
await Promise.resolve().then(() => {}); // what waited for the receiver goes on
await new Promise((resolve) => setImmediate(resolve));
console.log(JSON.stringify({ before, after: timers() }));
