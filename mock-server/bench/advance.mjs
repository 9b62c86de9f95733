/**
 * Measures how long others wait while a clock is moved far: a server of its own, one key with monthly subscriptions, and
 * readers of another key, of the same key, and of the server's health.
 *
 *   node mock-server/bench/advance.mjs [--years 1000] [--subscriptions 20] [--events 0] [--json]
 *
 * With `--events` there is, instead of renewals, one pass of the meter worker over so many events.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    years: { type: "string", default: "1000" },
    subscriptions: { type: "string", default: "20" },
    events: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  },
});
const years = Number(options.years);
const events = Number(options.events);

const program = fileURLToPath(new URL("../bin/drawdown.mjs", import.meta.url));
const server = spawn(
  process.execPath,
  [
    ...["--max-old-space-size=8192", program, "serve", "--port", "0", "--json"],
    ...["--at", "2026-01-01T00:00:00Z", "--frozen"],
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [line] = await once(server.stdout, "data");
const { port } = new URL(JSON.parse(line).url);
const agent = new Agent({ keepAlive: true });

function call(key, method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ agent, port, host: "127.0.0.1", method, path },
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        if (response.statusCode < 300) resolve(text === "" ? undefined : JSON.parse(text));
        else reject(new Error(`${method} ${path} answered ${response.statusCode} ${text}`));
      },
    );
    sent.on("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

const busy = "dodo_test_busy";

async function prepare() {
  const credit = await call(busy, "POST", "/credit-entitlements", {
    ...{ name: "Bench", unit: "token", precision: 0, expires_after_days: 30 },
    ...{ rollover_enabled: false, overage_enabled: false },
  });
  const meter = await call(busy, "POST", "/meters", {
    ...{ name: "Tokens", event_name: "tokens.used", measurement_unit: "token" },
    aggregation: { type: "sum", key: "tokens" },
  });
  const product = await call(busy, "POST", "/products", {
    name: "Plan",
    tax_category: "saas",
    price: {
      ...{ type: "usage_based_price", currency: "USD", fixed_price: 1000, discount: 0 },
      ...{ purchasing_power_parity: false },
      ...{ payment_frequency_count: 1, payment_frequency_interval: "Month" },
      ...{ subscription_period_count: years + 1, subscription_period_interval: "Year" },
      meters: [
        { meter_id: meter.id, credit_entitlement_id: credit.id, meter_units_per_credit: "1000" },
      ],
    },
    credit_entitlements: [{ credit_entitlement_id: credit.id, credits_amount: "100" }],
  });
  let customer;
  for (let number = 0; number < Number(options.subscriptions); number++) {
    const { session_id } = await call(busy, "POST", "/checkouts", {
      product_cart: [{ product_id: product.product_id, quantity: 1 }],
      customer: { email: `${number}@example.com`, name: "Bench" },
    });
    const paid = await call(busy, "POST", `/_sandbox/checkouts/${session_id}/complete`, {});
    customer = paid.customer_id;
  }
  for (let from = 0; from < events; from += 1000) {
    await call(busy, "POST", "/events/ingest", {
      events: Array.from({ length: 1000 }, (_, i) => ({
        ...{ event_id: `event-${from + i}`, customer_id: customer, event_name: "tokens.used" },
        metadata: { tokens: 3 },
      })),
    });
  }
}

/** Asks again and again until it is told to stop; the longest wait and how many there were. */
async function reader(key, path, isOver) {
  const waits = { calls: 0, longestMs: 0 };
  while (!isOver()) {
    const began = performance.now();
    await call(key, "GET", path);
    waits.longestMs = Math.max(waits.longestMs, performance.now() - began);
    waits.calls += 1;
  }
  return waits;
}

await prepare();
await call("dodo_test_other", "GET", "/customers");
let isOver = false;
const over = () => isOver;
const readers = {
  "another key's read": reader("dodo_test_other", "/customers", over),
  "the same key's read": reader(busy, "/customers?page_size=1", over),
  "the same key's clock": reader(busy, "/_sandbox/clock", over),
  health: reader("dodo_test_other", "/_sandbox/health", over),
};
const began = performance.now();
const by = events > 0 ? "1d" : `P${years}Y`;
const { tasks_run: tasks } = await call(busy, "POST", "/_sandbox/clock/advance", { by });
const seconds = (performance.now() - began) / 1000;
isOver = true;
const waits = {};
for (const [name, waiting] of Object.entries(readers)) waits[name] = await waiting;
server.kill();
if (options.json) console.log(JSON.stringify({ seconds, tasks, waits }, null, 2));
else {
  const what =
    events > 0
      ? `a pass over ${events.toLocaleString("en")} events`
      : `${years} years of ${options.subscriptions} monthly subscriptions`;
  console.log(`${what}: ${tasks.toLocaleString("en")} tasks in ${seconds.toFixed(1)} s\n`);
  console.log("| meanwhile | answers | longest wait |\n|---|---:|---:|");
  for (const [name, { calls, longestMs }] of Object.entries(waits)) {
    console.log(`| ${name} | ${calls.toLocaleString("en")} | ${longestMs.toFixed(1)} ms |`);
  }
}
agent.destroy();
