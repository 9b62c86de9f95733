/**
 * Compares the server with a bare `node:http` server and with Prism, interleaved in one run, and prints ratios.
 *
 *   npm run bench -- [--seconds 3] [--rounds 3] [--connections 16,64] [--only http|start] [--json]
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pause, startServer } from "./process.mjs";
import { load, requireWrk } from "./wrk.mjs";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    connections: { type: "string", default: "16,64" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const connections = options.connections.split(",").map(Number);

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const prismManifest = createRequire(join(root, "contract-tests/package.json")).resolve(
  "@stoplight/prism-cli/package.json",
);
const authorization = "Bearer dodo_test_bench";
const ids = "/credit-entitlements/cde_ztxm5XJsKxWucRWA3rjdM/balances/cus_TV52uJWWXt2yIoBBxpjaa";

const targets = {
  "node:http": {
    port: 4711,
    path: ids,
    args: [join(here, "peers/http.mjs")],
    env: { PORT: "4711" },
    probe: "/",
  },
  prism: {
    port: 4712,
    path: ids,
    args: [
      join(dirname(prismManifest), "dist/index.js"),
      ...["mock", "-h", "127.0.0.1", "-p", "4712", "-v", "silent"],
      join(root, "spec/openapi.yaml"),
    ],
    probe: "/customers",
  },
  drawdown: {
    port: 4713,
    path: "", // known once its balance exists
    args: [join(root, "mock-server/bin/drawdown.mjs"), "serve", "--port", "4713"],
    probe: "/_sandbox/health",
  },
};

const post = {
  method: "POST",
  headers: { Authorization: authorization, "Content-Type": "application/json" },
};
const event = (customer) =>
  `{"event_id":"@","customer_id":"${customer}","event_name":"api.tokens_used","metadata":{"tokens":1532,"model":"m"}}`;

const workloads = [
  {
    name: "balance read",
    request: (target) => ({ url: target.path, headers: { Authorization: authorization } }),
  },
  {
    name: "ledger entry, debit",
    request: (target) => ({
      ...post,
      url: `${target.path}/ledger-entries`,
      body: '{"entry_type":"debit","amount":"1","idempotency_key":"@"}',
    }),
  },
  {
    name: "ledger entry, credit",
    request: (target) => ({
      ...post,
      url: `${target.path}/ledger-entries`,
      body: '{"entry_type":"credit","amount":"15","idempotency_key":"@"}',
    }),
  },
  {
    name: "ingest of 100 events",
    request: (target) => ({
      ...post,
      url: "/events/ingest",
      body: `{"events":[${Array(100)
        .fill(event(target.customer ?? "cus_TV52uJWWXt2yIoBBxpjaa"))
        .join(",")}]}`,
    }),
  },
];

const say = (text) => process.stderr.isTTY && process.stderr.write(`${text}\n`);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function compareHttp() {
  requireWrk();
  const servers = [];
  const rows = [];
  try {
    for (const target of Object.values(targets)) servers.push(await start(target));
    await prepare(targets.drawdown);
    for (const { name, request } of workloads) {
      const runs = {};
      for (const [targetName, target] of Object.entries(targets)) {
        await measure(target, request, 16, 2); // warm-up
        runs[targetName] = Object.fromEntries(connections.map((it) => [it, []]));
      }
      for (let round = 1; round <= rounds; round++) {
        for (const count of connections) {
          for (const [targetName, target] of Object.entries(targets)) {
            const run = await measure(target, request, count, seconds);
            runs[targetName][count].push(run);
            say(
              `${name}, ${count} connections, round ${round}: ${targetName} ${Math.round(run.perSecond)}/s`,
            );
          }
        }
      }
      for (const count of connections) {
        for (const targetName of Object.keys(targets)) {
          const mine = runs[targetName][count];
          rows.push({
            workload: name,
            connections: count,
            target: targetName,
            perSecond: Math.round(median(mine.map((it) => it.perSecond))),
            p99Ms: median(mine.map((it) => it.p99Ms)),
            bad: mine.reduce((sum, it) => sum + it.bad, 0),
            ofBare: median(
              mine.map((it, round) => it.perSecond / runs["node:http"][count][round].perSecond),
            ),
            ofPrism: median(
              mine.map((it, round) => it.perSecond / runs.prism[count][round].perSecond),
            ),
          });
        }
      }
    }
    const audit = await call("GET", "/_sandbox/audit");
    if (audit.differences.length > 0) throw new Error(audit.differences.join("\n"));
    return { rows, memoryMb: Math.round(servers[2].memoryMb()), entries: audit.entries };
  } finally {
    for (const server of servers) await server.stop();
  }
}

const start = ({ args, env, port, probe }) =>
  startServer({
    command: process.execPath,
    args,
    env,
    url: `http://127.0.0.1:${port}${probe}`,
    headers: { authorization },
  });

const measure = (target, request, count, duration) => {
  const { url, ...rest } = request(target);
  return load({
    ...rest,
    url: `http://127.0.0.1:${target.port}${url}`,
    connections: count,
    seconds: duration,
  });
};

/** Gives the sandbox a balance of a billion credits in a hundred grants. */
async function prepare(target) {
  const entitlement = await call("POST", "/credit-entitlements", {
    name: "Bench",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
    expires_after_days: 30,
  });
  const customer = await call("POST", "/customers", { email: "bench@example.com", name: "Bench" });
  target.path = `/credit-entitlements/${entitlement.id}/balances/${customer.customer_id}`;
  target.customer = customer.customer_id;
  for (let i = 0; i < 100; i++) {
    await call("POST", `${target.path}/ledger-entries`, {
      entry_type: "credit",
      amount: "10000000",
    });
  }
}

async function call(method, path, body) {
  const response = await fetch(`http://127.0.0.1:${targets.drawdown.port}${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function compareStart() {
  const found = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
  for (let round = 0; round < 7; round++) {
    for (const [name, target] of Object.entries(targets)) {
      if (name === "prism" && round > 2) continue;
      const server = await start(target);
      found[name].push({ readyMs: server.readyMs, memoryMb: server.memoryMb() });
      await server.stop();
      say(`start ${round + 1}: ${name} ${Math.round(server.readyMs)} ms`);
    }
  }
  const warm = [];
  for (let round = 0; round < 3; round++) {
    const server = await startServer({
      command: "npm",
      args: ["start", "--silent", "--prefix", root, "--", "--port", "4714"],
      url: "http://127.0.0.1:4714/_sandbox/health",
    });
    warm.push(server.readyMs);
    await server.stop();
    await pause(300);
  }
  const rows = Object.entries(found).map(([target, runs]) => ({
    target,
    readyMs: Math.round(median(runs.map((it) => it.readyMs))),
    memoryMb: Math.round(median(runs.map((it) => it.memoryMb))),
  }));
  return { rows, npmStartWarmMs: Math.round(median(warm)) };
}

function tables({ http, start }) {
  const lines = [];
  if (http) {
    lines.push(
      `| workload | connections | target | requests/s | p99 ms | of node:http | of Prism | not 2xx |`,
      `|---|---:|---|---:|---:|---:|---:|---:|`,
      ...http.rows.map(
        (it) =>
          `| ${it.workload} | ${it.connections} | ${it.target} | ${it.perSecond.toLocaleString("en")} | ${it.p99Ms.toFixed(1)} | ${it.ofBare.toFixed(2)} | ${it.ofPrism.toFixed(0)}× | ${it.bad} |`,
      ),
      "",
      `Drawdown afterwards: ${http.memoryMb} MB, ${http.entries.toLocaleString("en")} ledger entries, audit without differences.`,
      "",
    );
  }
  if (start) {
    const bare = start.rows.find((it) => it.target === "node:http").readyMs;
    lines.push(
      `| target | process to first answer, ms | of node:http | memory then, MB |`,
      `|---|---:|---:|---:|`,
      ...start.rows.map(
        (it) =>
          `| ${it.target} | ${it.readyMs} | ${(it.readyMs / bare).toFixed(2)} | ${it.memoryMb} |`,
      ),
      "",
      `\`npm start\` when everything is set up: ${start.npmStartWarmMs} ms to the first answer.`,
    );
  }
  return lines.join("\n");
}

const result = {};
if (options.only !== "start") result.http = await compareHttp();
if (options.only !== "http") result.start = await compareStart();
console.log(options.json ? JSON.stringify(result, null, 2) : tables(result));
