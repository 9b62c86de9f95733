/**
 * Compares calls that MSW answers from a sandbox in this process with calls of a sandbox on localhost, interleaved in one
 * run, and prints ratios: what the one handler for all operations costs, and what one for each would.
 *
 *   npm run bench -- msw [--calls 2000] [--rounds 5] [--json]
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { http } from "msw";
import { setupServer } from "msw/node";
import { createSandbox } from "../dist/index.js";
import { handlers } from "../dist/msw.js";
import { startServer } from "./process.mjs";

const { values: options } = parseArgs({
  options: {
    calls: { type: "string", default: "2000" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const calls = Number(options.calls);
const rounds = Number(options.rounds);
const inFlight = 16;
const operationCount = 60;

const here = dirname(fileURLToPath(import.meta.url));
const local = "http://127.0.0.1:4715";
const vendor = "https://test.dodopayments.com";
const headers = { authorization: "Bearer dodo_test_bench", "content-type": "application/json" };

const sandbox = createSandbox();
const answer = ({ request }) => sandbox.fetch(request);
const balance = `${vendor}/credit-entitlements/:credit/balances/:customer`;
const others = Array.from({ length: operationCount - 1 }, (_, i) =>
  http.get(`${vendor}/operations-${i}/:id`, answer),
);

/** Ways to call: where to, and what MSW is given, if it is there at all. */
const ways = {
  "localhost, without MSW": { base: local, given: null },
  "MSW, handlers(sandbox)": { base: vendor, given: handlers(sandbox) },
  "MSW, a handler for this operation alone": { base: vendor, given: [http.get(balance, answer)] },
  [`MSW, a handler for each of ${operationCount}, this one last`]: {
    base: vendor,
    given: [...others, http.get(balance, answer)],
  },
  "localhost, past MSW": { base: local, given: handlers(sandbox) },
};

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const say = (text) => process.stderr.isTTY && process.stderr.write(`${text}\n`);

async function post(base, path, body) {
  const fetch = base === vendor ? sandbox.fetch : globalThis.fetch;
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Opens a balance and answers its path. */
async function openBalance(base) {
  const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };
  const credit = await post(base, "/credit-entitlements", { name: "Bench", ...terms });
  const ada = await post(base, "/customers", { email: "ada@example.com", name: "Ada" });
  const path = `/credit-entitlements/${credit.id}/balances/${ada.customer_id}`;
  await post(base, `${path}/ledger-entries`, { entry_type: "credit", amount: "100" });
  return path;
}

async function read(url) {
  const response = await fetch(url, { headers });
  const body = await response.json();
  if (body.balance !== "100") throw new Error(`${url} answered ${JSON.stringify(body)}`);
}

/** Microseconds a call takes, one after another, and calls a second with several under way. */
async function measure({ base, given }, path, count = calls) {
  const server = given && setupServer(...given);
  server?.listen({ onUnhandledRequest: "bypass" });
  const url = `${base}${path}`;
  await read(url).catch(() => read(url)); // the server may just have closed what was idle since the last round
  const began = performance.now();
  for (let i = 0; i < count; i++) await read(url);
  const between = performance.now();
  let left = count;
  const work = async () => {
    while (left-- > 0) await read(url);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const ended = performance.now();
  server?.close();
  return {
    micros: ((between - began) / count) * 1000,
    perSecond: count / ((ended - between) / 1000),
  };
}

async function compare() {
  const paths = { [local]: await openBalance(local), [vendor]: await openBalance(vendor) };
  const found = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (const way of Object.values(ways)) await measure(way, paths[way.base], calls / 4); // warm-up
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      found[name].push(await measure(way, paths[way.base]));
      say(`round ${round + 1}: ${name} ${Math.round(found[name].at(-1).micros)} µs`);
    }
  }
  const [real] = Object.keys(ways);
  return Object.entries(found).map(([way, runs]) => ({
    way,
    micros: Math.round(median(runs.map((it) => it.micros))),
    perSecond: Math.round(median(runs.map((it) => it.perSecond))),
    // Of one round: what else the machine does comes and goes, but not within one.
    ofLocalhost: median(runs.map((it, round) => it.micros / found[real][round].micros)),
  }));
}

const server = await startServer({
  command: process.execPath,
  args: [join(here, "../bin/drawdown.mjs"), "serve", "--port", new URL(local).port],
  url: `${local}/_sandbox/health`,
});
const rows = await compare().finally(server.stop);

if (options.json) console.log(JSON.stringify(rows, null, 2));
else {
  const lines = rows.map(
    (it) =>
      `| ${it.way} | ${it.micros} | ${it.perSecond.toLocaleString("en")} | ${it.ofLocalhost.toFixed(2)} |`,
  );
  console.log(
    [
      `| a balance read | µs a call | calls/s, ${inFlight} under way | of localhost |`,
      "|---|---:|---:|---:|",
      ...lines,
    ].join("\n"),
  );
}
