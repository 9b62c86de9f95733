/**
 * Measures what hostile bodies cost: each operation × each array, map and object of its body, filled with bad elements.
 * An answer may take 250 ms longer than `JSON.parse` of its body; what takes longer is listed, and fails the run.
 *
 *   npm run bench -- bodies [--count 100000] [--only "events.*names$"] [--worst 12]
 */
import { parseArgs } from "node:util";
import { createSandbox } from "@drawdown/mock-server";
import { type Attack, attacks, type Known } from "./attacks.js";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    only: { type: "string", default: "" },
    worst: { type: "string", default: "12" },
  },
});

/** What an answer may take longer than the parse of its body. */
const beyondParseMsMax = 250;

const sandbox = createSandbox({
  at: "2026-01-01T00:00:00Z",
  frozen: true,
  bodyBytesMax: 1024 ** 3,
  webhookFetch: async () => new Response(),
});

// What empties or moves a tenant does it to another one.
const keyFor = (path: string) =>
  /reset|clock|tenants/.test(path) ? "dodo_test_other" : "dodo_test_bench";

async function call(method: string, path: string, body: string) {
  const headers: Readonly<Record<string, string>> = {
    authorization: `Bearer ${keyFor(path)}`,
    "content-type": "application/json",
  };
  const response = await sandbox.respond({
    method,
    target: path,
    linkTo: (page, id) => `http://sandbox/${page}/${id}`,
    header: (name) => headers[name] ?? null,
    text: async () => body,
  });
  return { ...response, body: response.body ?? "" };
}

/** One of everything, so that bodies get as far as the handlers. */
async function prepare(): Promise<Known> {
  const make = async (path: string, body: object) => {
    const { status, body: text } = await call("POST", path, JSON.stringify(body));
    if (status >= 300) throw new Error(`POST ${path}: ${text}`);
    return JSON.parse(text) as Record<string, string>; // an answer of the document
  };
  const credit = await make("/credit-entitlements", {
    name: "Bench",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const { id: meter = "" } = await make("/meters", {
    name: "Tokens",
    event_name: "tokens.used",
    measurement_unit: "token",
    aggregation: { type: "count" },
  });
  const { product_id: product = "" } = await make("/products", {
    name: "Plan",
    tax_category: "saas",
    price: {
      type: "recurring_price",
      currency: "USD",
      price: 1000,
      discount: 0,
      purchasing_power_parity: false,
      payment_frequency_count: 1,
      payment_frequency_interval: "Month",
      subscription_period_count: 20,
      subscription_period_interval: "Year",
    },
  });
  const checkout = {
    product_cart: [{ product_id: product, quantity: 1 }],
    customer: { email: "a@b.io" },
  };
  const { session_id: session = "" } = await make("/checkouts", checkout);
  const { subscription_id: subscription = "", customer_id: customer = "" } = await make(
    `/_sandbox/checkouts/${session}/complete`,
    {},
  );
  const { session_id: open = "" } = await make("/checkouts", checkout);
  const { id: hook = "" } = await make("/webhooks", { url: "http://localhost:9/hook" });
  return {
    credit_entitlement_id: credit["id"] ?? "",
    customer_id: customer,
    product_id: product,
    meter_id: meter,
    subscription_id: subscription,
    session_id: open,
    webhook_id: hook,
  };
}

/** The path with ids for its parameters. */
const fill = ({ path }: Attack, known: Known): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const resource = /^\/(?:_sandbox\/)?([\w-]+?)s?\//.exec(path)?.[1]?.replace("-", "_") ?? "";
    return known[name] ?? known[`${resource}_id`] ?? "none";
  });

/** Runs at most before the quickest counts. */
const runsMax = 3;

/** The processor's time, as a machine that does something else meanwhile must not fail a body. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

interface Row {
  readonly name: string;
  readonly status: number;
  readonly parseMs: number;
  readonly answerMs: number;
  readonly beyondMs: number;
  readonly answerBytes: number;
  readonly warningBytes: number;
}

async function measure(attack: Attack, known: Known): Promise<Row> {
  const body = attack.body(Number(options.count));
  let best: Row | undefined;
  for (let run = 0; run < runsMax && !(best && best.beyondMs <= beyondParseMsMax); run++) {
    globalThis.gc?.();
    const began = cpuMs();
    JSON.parse(body);
    const parseMs = cpuMs() - began;
    globalThis.gc?.();
    const asked = cpuMs();
    const answer = await call(attack.method, fill(attack, known), body);
    const answerMs = cpuMs() - asked;
    const row: Row = {
      name: attack.name,
      status: answer.status,
      parseMs: Math.round(parseMs),
      answerMs: Math.round(answerMs),
      beyondMs: Math.round(answerMs - parseMs),
      answerBytes: answer.body.length,
      warningBytes: answer.headers["drawdown-warning"]?.length ?? 0,
    };
    if (!best || row.beyondMs < best.beyondMs) best = row;
  }
  if (!best) throw new Error("no run was made");
  return best;
}

const known = await prepare();
const rows: Row[] = [];
for (const attack of attacks(known).filter((it) => new RegExp(options.only).test(it.name))) {
  rows.push(await measure(attack, known));
}
rows.sort((one, other) => other.beyondMs - one.beyondMs);
console.table(rows.slice(0, Number(options.worst)));
const slow = rows.filter((it) => it.beyondMs > beyondParseMsMax);
const most = (of: (row: Row) => number) => Math.max(...rows.map(of));
console.log(
  `${rows.length} bodies, ${slow.length} took more than ${beyondParseMsMax} ms beyond their parse; longest message ${most((it) => (it.status >= 400 ? it.answerBytes : 0))} bytes, longest warning ${most((it) => it.warningBytes)} bytes`,
);
process.exitCode = slow.length > 0 ? 1 : 0;
process.exit();
