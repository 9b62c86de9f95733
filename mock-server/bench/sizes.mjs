/**
 * Measures what gets slower the more is stored, each at a quarter of its size and at its whole size: flat is a factor
 * of one.
 *
 *   npm run bench -- sizes [--only explain,debit,deliveries,events,growth] [--scale 1] [--json]
 */
import { parseArgs } from "node:util";
import { createSandbox } from "../dist/index.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "explain,debit,deliveries,events,growth" },
    scale: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

const headers = { authorization: "Bearer dodo_test_bench", "content-type": "application/json" };
const sandboxTime = Date.parse("2026-01-01T00:00:00Z");

let sandbox;

function open(settings = {}) {
  sandbox?.close();
  sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true, ...settings });
  return async (method, path, body) => {
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await sandbox.fetch(new Request(`http://sandbox${path}`, init));
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

async function timed(work) {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

/** A customer and a credit, and the path of what the one holds of the other. */
async function holder(call) {
  const { customer_id } = await call("POST", "/customers", { email: "a@example.com", name: "A" });
  const credit = await call("POST", "/credit-entitlements", {
    name: "Bench",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  return {
    customer_id,
    entries: `/credit-entitlements/${credit.id}/balances/${customer_id}/ledger-entries`,
    explanation: `/_sandbox/explain/${credit.id}/${customer_id}`,
  };
}

const enter = (call, { entries }, entry_type, amount) =>
  call("POST", entries, { entry_type, amount });

async function grants(call, of, count) {
  for (let i = 0; i < count; i++) await enter(call, of, "credit", "2");
}

const measures = {
  explain: {
    what: "an explanation of grants",
    size: 60_000,
    unit: "ms",
    async run(count) {
      const call = open();
      const of = await holder(call);
      await grants(call, of, count);
      const { ms, result } = await timed(() => call("GET", of.explanation));
      if (result.grants.length !== count) throw new Error("some grants are not explained");
      return ms;
    },
  },

  debit: {
    what: "one debit over grants",
    size: 50_000,
    unit: "ms",
    async run(count) {
      const call = open();
      const of = await holder(call);
      await grants(call, of, count);
      const { ms, result } = await timed(() => enter(call, of, "debit", String(count * 2)));
      if (result.balance_after !== "0") throw new Error("the debit left something");
      return ms;
    },
  },

  deliveries: {
    what: "writes while deliveries wait for one receiver that does not answer",
    size: 20_000,
    unit: "writes/s",
    async run(count) {
      const call = open({ webhookFetch: () => new Promise(() => {}), webhookTimeoutSeconds: 3600 });
      const of = await holder(call);
      await call("POST", "/webhooks", { url: "http://localhost/webhooks" });
      await call("PATCH", "/_sandbox/webhooks/mode", { held: true });
      await grants(call, of, count);
      await call("PATCH", "/_sandbox/webhooks/mode", { held: false });
      const writes = 2000;
      const { ms } = await timed(() => grants(call, of, writes));
      return (writes / ms) * 1000;
    },
  },

  events: {
    what: "ingesting events whose timestamps are in no order",
    size: 500_000,
    unit: "events/s",
    async run(count) {
      const call = open();
      const { customer_id } = await holder(call);
      const random = generator();
      const at = () => new Date(sandboxTime - Math.floor(random() * 3_600_000)).toISOString();
      await ingest(call, customer_id, 0, count, at);
      const more = 20_000;
      const { ms } = await timed(() => ingest(call, customer_id, count, count + more, at));
      return (more / ms) * 1000;
    },
  },

  growth: {
    what: "the longest of all calls that store 100 events each, up to that many",
    size: 1_200_000,
    unit: "ms",
    async run(count) {
      const call = open();
      const { customer_id } = await holder(call);
      let longest = 0;
      for (let from = 0; from < count; from += 100) {
        const { ms } = await timed(() => ingest(call, customer_id, from, from + 100));
        longest = Math.max(longest, ms);
      }
      return longest;
    },
  },
};

/** Numbers from 0 to 1, the same in every run. */
function generator() {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function ingest(call, customer_id, from, to, timestamp) {
  const batch = 1000;
  for (let first = from; first < to; first += batch) {
    const events = Array.from({ length: Math.min(batch, to - first) }, (_, i) => ({
      event_id: `event-${first + i}`,
      customer_id,
      event_name: "tokens.used",
      metadata: { tokens: 3 },
      ...(timestamp ? { timestamp: timestamp() } : {}),
    }));
    await call("POST", "/events/ingest", { events });
  }
}

const results = [];
await measures.debit.run(200); // warm-up
for (const name of options.only.split(",")) {
  const { what, size, unit, run } = measures[name];
  const whole = Math.round(size * Number(options.scale));
  const quarter = await run(whole / 4);
  results.push({ what, size: whole, unit, quarter, whole: await run(whole) });
}
sandbox.close();
if (options.json) console.log(JSON.stringify(results, null, 2));
else {
  const figure = (it) => it.toLocaleString("en", { maximumFractionDigits: it < 100 ? 1 : 0 });
  console.log("| what | size | at a quarter | at the whole size | |");
  console.log("|---|---:|---:|---:|---|");
  for (const { what, size, unit, quarter, whole } of results) {
    const cells = [what, figure(size), figure(quarter), figure(whole), unit];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
