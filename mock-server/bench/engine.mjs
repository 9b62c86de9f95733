/**
 * Measures the engine by itself, in one process, through `sandbox.fetch`: years of renewals, and a million events.
 *
 *   node mock-server/bench/engine.mjs [--events 1000000] [--subscriptions 1000] [--json]
 */
import { parseArgs } from "node:util";
import { createSandbox } from "../dist/index.js";

const { values: options } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    subscriptions: { type: "string", default: "1000" },
    json: { type: "boolean", default: false },
  },
});

const headers = { authorization: "Bearer dodo_test_bench", "content-type": "application/json" };

function open() {
  const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
  return async (method, path, body) => {
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await sandbox.fetch(new Request(`http://sandbox${path}`, init));
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

/** A plan of 100 credits a month that roll over by half, expire, and are metered. */
async function sell(call) {
  const credit = await call("POST", "/credit-entitlements", {
    name: "Bench",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: true,
    rollover_percentage: 50,
    rollover_timeframe_count: 1,
    rollover_timeframe_interval: "Month",
    max_rollover_count: 2,
    overage_enabled: false,
  });
  const meter = await call("POST", "/meters", {
    name: "Tokens",
    event_name: "tokens.used",
    measurement_unit: "token",
    aggregation: { type: "sum", key: "tokens" },
  });
  return call("POST", "/products", {
    name: "Plan",
    tax_category: "saas",
    price: {
      type: "usage_based_price",
      currency: "USD",
      fixed_price: 1000,
      discount: 0,
      purchasing_power_parity: false,
      payment_frequency_count: 1,
      payment_frequency_interval: "Month",
      subscription_period_count: 20,
      subscription_period_interval: "Year",
      meters: [
        { meter_id: meter.id, credit_entitlement_id: credit.id, meter_units_per_credit: "1000" },
      ],
    },
    credit_entitlements: [{ credit_entitlement_id: credit.id, credits_amount: "100" }],
  });
}

async function subscribe(call, product, email) {
  const { session_id } = await call("POST", "/checkouts", {
    product_cart: [{ product_id: product.product_id, quantity: 1 }],
    customer: { email, name: "Bench" },
  });
  return call("POST", `/_sandbox/checkouts/${session_id}/complete`, {});
}

async function timed(work) {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

async function renewals(count, months) {
  const call = open();
  const product = await sell(call);
  for (let i = 0; i < count; i++) await subscribe(call, product, `${i}@example.com`);
  const { ms, result } = await timed(() =>
    call("POST", "/_sandbox/clock/advance", { by: `P${months}M` }),
  );
  const audit = await call("GET", "/_sandbox/audit");
  if (audit.differences.length > 0) throw new Error(audit.differences.join("\n"));
  return { ms, tasks: result.tasks_run, entries: audit.entries };
}

async function events(count) {
  const call = open();
  const { customer_id } = await subscribe(call, await sell(call), "events@example.com");
  const before = heapMb();
  const batch = 1000;
  const { ms } = await timed(async () => {
    for (let from = 0; from < count; from += batch) {
      const ingested = Array.from({ length: batch }, (_, i) => ({
        event_id: `event-${from + i}`,
        customer_id,
        event_name: "tokens.used",
        metadata: { tokens: 3 },
      }));
      await call("POST", "/events/ingest", { events: ingested });
      await call("POST", "/_sandbox/meters/run");
    }
  });
  return { ms, perSecond: (count / ms) * 1000, bytesEach: ((heapMb() - before) * 2 ** 20) / count };
}

await renewals(1, 36); // warm-up
const result = {
  renewals36: await renewals(1, 36),
  decade: await renewals(Number(options.subscriptions), 120),
  events: await events(Number(options.events)),
};
if (options.json) console.log(JSON.stringify(result, null, 2));
else {
  const { renewals36, decade, events: drained } = result;
  console.log(
    [
      "| work | time | |",
      "|---|---:|---|",
      `| 36 renewals of one subscription | ${renewals36.ms.toFixed(1)} ms | ${renewals36.entries} entries, ${renewals36.tasks} tasks |`,
      `| ${options.subscriptions} subscriptions over 10 years | ${(decade.ms / 1000).toFixed(1)} s | ${decade.entries.toLocaleString("en")} entries, ${decade.tasks.toLocaleString("en")} tasks |`,
      `| ${Number(options.events).toLocaleString("en")} events ingested and drained | ${(drained.ms / 1000).toFixed(1)} s | ${Math.round(drained.perSecond).toLocaleString("en")} events/s, ${Math.round(drained.bytesEach)} bytes of heap each |`,
    ].join("\n"),
  );
}
