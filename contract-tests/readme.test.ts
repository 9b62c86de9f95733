import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSandbox } from "@drawdown/mock-server";
import { handlers, override } from "@drawdown/mock-server/msw";
import { ledgerMatchers, openTenant } from "@drawdown/mock-server/testing";
import { expect as ledgerExpect, test as tenantTest } from "@drawdown/mock-server/vitest";
import OwnClient from "@drawdown/sdk";
import * as amount from "@drawdown/sdk/amount";
import { SandboxControl } from "@drawdown/sdk/sandbox";
import DodoPayments from "dodopayments";
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { plainEnvironment, serve, whenOver } from "./examples/support/programs.js";
import { root } from "./examples/support/readme.js";

/** Every block of code in the READMEs that users read: it runs as it is written, here or in another test, or says why not. */

interface Block {
  readonly language: string;
  readonly text: string;
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

const blocksOf = (path: string): readonly Block[] =>
  [...read(path).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));

/** The block of a README that begins with these words. */
function blockOf(path: string, beginning: string): string {
  const found = blocksOf(path).filter((it) => it.text.startsWith(beginning));
  if (found.length !== 1) throw new Error(`${path} has ${found.length} blocks of "${beginning}"`);
  return found[0]?.text ?? "";
}

/** What becomes of a block: a test of this file, another test that reads and runs it, or neither, and why. */
type Way = { readonly here: true } | { readonly test: string } | { readonly not: string };
type Ways = readonly (readonly [beginning: string, way: Way])[];

const here: Way = { here: true };
const run = (name: string): Way => ({ test: `contract-tests/${name}.test.ts` });
const example = (name: string): Way => run(`examples/${name}`);
const packaging = run("packaging/installed-server");
const build: Way = {
  not: "`npm run build` and the example's own `npm test`, whose tests run here",
};

const ways: { readonly [readme: string]: Ways } = {
  "README.md": [
    ["npm start\n", here],
    ["npm test\n", { not: "it is what runs this test" }],
    [
      "npm run pack\n",
      { not: "packaging/pack.ts packs in the same way; `npm run newest` begins so" },
    ],
    [
      "npm install --save-dev ../drawdown",
      { not: "it needs the registry: `npm run newest` does it" },
    ],
    ['import DodoPayments from "dodopayments";', example("quickstart")],
    ['import { createSandbox } from "@drawdown/mock-server";\nimport DodoPayments', here],
    ['import { expect, test } from "@drawdown/mock-server/vitest";', here],
    ["the ledger is not as expected", here],
    ['import { createSandbox } from "@drawdown/mock-server";\nimport { handlers', here],
    ["node --import @drawdown/mock-server/redirect app.js", packaging],
    ["curl -X POST http://127.0.0.1:4010/_sandbox/clock/advance", here],
    ["HTTP/1.1 400 Bad Request", here],
    ["npm start -- --frozen --webhook", here],
    ["npm start -- trigger credit.balance_low", here],
  ],
  "mock-server/README.md": [
    ["npx drawdown serve --port 4010", packaging],
    ['import { createSandbox } from "@drawdown/mock-server";', here],
  ],
  "sdk/README.md": [
    ['import DodoPayments from "@drawdown/sdk";\n\nconst client = new DodoPayments({ bearer', here],
    ['import { createSandbox } from "@drawdown/mock-server";', here],
    ...Array.from({ length: 14 }, (): Ways[number] => ["", run("sdk-readme")]),
    ["import DodoPayments, { WebhookUnwrapError }", { not: "examples/webhook-receiver is it" }],
    ['import DodoPayments from "@drawdown/sdk";\nimport { SandboxControl }', here],
    ["import { format, isPositive, parse", here],
    ["const batcher =", here],
    ['import DodoPayments from "@drawdown/sdk"; // or', { not: "legacy.test.ts makes the call" }],
  ],
  "examples/ci-contract-check/README.md": [
    ["npm start -- --at", { not: "by hand what the workflow does, which is run" }],
    ["cd examples/ci-contract-check\nnpx prism", { not: "the same" }],
    ["cd examples/ci-contract-check\nDODO", { not: "the same" }],
  ],
  "examples/neural-api/README.md": [
    ["npm run example -- neural-api demo", example("neural-api-demo")],
    ["2026-01-01 09:00  Ada takes Pro", example("neural-api-demo")],
    ["npm run example -- neural-api\n", here],
    [
      "DRAWDOWN_URL=",
      { not: "how the stage starts the application, in words; every test of it does" },
    ],
  ],
  "examples/nextjs-route/README.md": [
    ["npm start -- --webhook", example("nextjs-route")],
    ["cd examples/nextjs-route\nnpm run build", example("nextjs-route")],
    ["cd examples/nextjs-route\nnpm run seed", example("nextjs-route")],
    ['{"customer":"cus_…"', { not: "nextjs-route.test.ts asks for the same in parts" }],
  ],
  "examples/overspend-race/README.md": [
    ["check, then act", { not: "a drawing" }],
    ["npm run build\n", build],
  ],
  "examples/python-client/README.md": [
    ["npm start\n", example("python-client")],
    ["python3", example("python-client")],
    ["first: 201", example("python-client")],
  ],
  "examples/quickstart/README.md": [
    ["npm start\n", here],
    ["node examples/quickstart/quickstart.mjs", example("quickstart")],
    ["refused: 400", example("quickstart")],
    ["npm run build\n", example("quickstart")],
  ],
  "examples/react-msw/README.md": [
    ["page/ ", { not: "a drawing" }],
    ["npm run build\n", example("react-msw")],
    ["worker.resetHandlers", { not: "lines of the example's own tests, which run here" }],
  ],
  "examples/vitest-in-process/README.md": [["npm run build\n", build]],
  "examples/webhook-receiver/README.md": [
    ["npm start -- --frozen --webhook", example("webhook-receiver")],
    ["cd examples/webhook-receiver", example("webhook-receiver")],
    ["npm start -- trigger credit.deducted --set data.amount=40", example("webhook-receiver")],
    ['{"used"', example("webhook-receiver")],
    ["curl -X PATCH", example("webhook-receiver")],
  ],
};

test("every block of every README has a way to be true", () => {
  const examples = readdirSync(join(root, "examples")).map((it) => `examples/${it}/README.md`);
  const readmes = ["README.md", "mock-server/README.md", "sdk/README.md", ...examples];
  expect(Object.keys(ways)).toEqual(readmes.filter((it) => existsSync(join(root, it))));
  for (const [readme, listed] of Object.entries(ways)) {
    const blocks = blocksOf(readme).map((it) => it.text);
    const beginnings = blocks.map((it, position) => it.slice(0, listed[position]?.[0].length));
    expect([readme, beginnings]).toEqual([readme, listed.map(([beginning]) => beginning)]);
  }
  const named = Object.values(ways).flatMap((it) =>
    it.flatMap(([, way]) => ("test" in way ? [way.test] : [])),
  );
  expect(named.filter((it) => !/readme|README/i.test(read(it)))).toEqual([]);
});

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Runs a block with what it imports in its hands; answers what `ends` names. */
function execute(block: string, given: Readonly<Record<string, unknown>>, ends: string) {
  const body = block.replaceAll(/^import .*$/gm, "");
  const compilerOptions = { target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(body, { compilerOptions });
  const code = `${outputText.replace(/export \{\};/, "")}; return ${ends};`;
  return new AsyncFunction(...Object.keys(given), code)(...Object.values(given));
}

/** A console that keeps what is logged. */
function recorder() {
  const printed: unknown[][] = [];
  return { printed, log: (...words: unknown[]) => void printed.push(words) };
}

describe("without a server", () => {
  test.for(["README.md", "mock-server/README.md"])("the sandbox of %s", async (readme) => {
    const block = blockOf(
      readme,
      'import { createSandbox } from "@drawdown/mock-server";\nimport DodoPayments',
    );
    const client = await execute(block, { createSandbox, DodoPayments }, "client");
    const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
    expect(ada.created_at).toBe("2026-01-01T00:00:00.000000Z");
  });

  test("MSW, and the failure of one call", async () => {
    const block = blockOf(
      "README.md",
      'import { createSandbox } from "@drawdown/mock-server";\nimport { handlers',
    );
    const given = { createSandbox, handlers, override, DodoPayments, HttpResponse, setupServer };
    const { client, server } = await execute(block, given, "({ client, server })");
    whenOver(() => server.close());
    const of = { credit_entitlement_id: "cde_1" };
    const asked = () => client.creditEntitlements.balances.retrieve("cus_1", of, { maxRetries: 0 });
    await expect(asked()).rejects.toThrow("503 down");
    await expect(asked()).rejects.toThrow("404");
  });
});

// The block is a test: it is registered here, as it would be in a file of its own.
await execute(
  blockOf("README.md", 'import { expect, test } from "@drawdown/mock-server/vitest";'),
  { expect: ledgerExpect, test: tenantTest, DodoPayments },
  "null",
);

test("a ledger that is not as expected is printed as the README shows it", async () => {
  const tenant = await openTenant(createSandbox());
  const { key: bearerToken, baseURL, fetch } = tenant;
  const { creditEntitlements, customers } = new OwnClient({ bearerToken, baseURL, fetch });
  const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };
  const { id } = await creditEntitlements.create({ name: "Tokens", ...terms });
  const { customer_id } = await customers.create({ email: "ada@example.com", name: "Ada" });
  const of = { credit_entitlement_id: id };
  for (const [entry_type, much] of [
    ["credit", "1000"],
    ["debit", "40"],
  ] as const) {
    const entry = { ...of, entry_type, amount: much };
    await creditEntitlements.balances.createLedgerEntry(customer_id, entry);
  }
  const { pass, message } = ledgerMatchers.toHaveLedger(
    await tenant.ledger(customer_id, id),
    `
      credit_added     +1000     0 → 1000
      credit_deducted    -30  1000 →  970
    `,
  );
  expect(pass).toBe(false);
  expect(`${message().trimEnd()}\n`).toBe(blockOf("README.md", "the ledger is not as expected"));
});

test("an error carries the rule it rests on as the README shows it", async () => {
  const sandbox = createSandbox();
  const client = new OwnClient({ bearerToken: "dodo_test_readme", fetch: sandbox.fetch });
  const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };
  const { id } = await client.creditEntitlements.create({ name: "Tokens", ...terms });
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const { balances } = client.creditEntitlements;
  const entry = { credit_entitlement_id: id, idempotency_key: "a" };
  await balances.createLedgerEntry(customer_id, { ...entry, entry_type: "credit", amount: "40" });
  const debit = { ...entry, entry_type: "debit", amount: "60", idempotency_key: "b" } as const;
  const error = await balances.createLedgerEntry(customer_id, debit).catch((it) => it);
  const [status, rule, , body = ""] = blockOf("README.md", "HTTP/1.1 400").split("\n");
  expect(status).toBe(`HTTP/1.1 ${error.status} Bad Request`);
  expect(rule).toBe(`drawdown-rule: ${error.headers.get("drawdown-rule")}`);
  const [shown = ""] = body.split("…");
  expect(JSON.stringify(error.error).startsWith(shown)).toBe(true);
});

test("the call of curl moves the clock", async () => {
  const line = blockOf("README.md", "curl -X POST").replaceAll("\\\n", " ");
  const url = await serve({ at: "2026-01-01T00:00:00Z", frozen: true });
  const [, method = "", address = ""] = /^curl -X (\w+) (\S+)/.exec(line) ?? [];
  const headers = [...line.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value],
  );
  const [, body = ""] = /-d '([^']+)'/.exec(line) ?? [];
  const target = address.replace("http://127.0.0.1:4010", url);
  const response = await fetch(target, { method, headers, body });
  expect(await response.json()).toMatchObject({ now: "2026-01-31T00:00:00.000000Z" });
});

describe("npm start", () => {
  /** The command line that npm has for a line of a README, in the root, with more words at its end. */
  function npmStart(line: string, ...more: readonly string[]) {
    const [, words = ""] = /^npm start(?: -- (.*))?$/.exec(line.trim()) ?? [];
    const args = ["run.mjs", "start", ...words.split(" ").filter((it) => it !== ""), ...more];
    const env = plainEnvironment();
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    whenOver(() => child.kill("SIGKILL"));
    const said = { out: "", err: "" };
    const first = new Promise<string>((resolve) => {
      child.stdout.on("data", (chunk) => {
        said.out += chunk;
        if (said.out.includes("\n")) resolve(said.out);
      });
      child.once("close", () => resolve(said.out));
    });
    child.stderr.on("data", (chunk) => {
      said.err += chunk;
    });
    const ended = once(child, "close").then(([status]) => ({ status, ...said }));
    return { child, first, ended };
  }

  const addressIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? "";

  test.for(["README.md", "examples/quickstart/README.md"])(
    "%s starts a sandbox",
    async (readme) => {
      const { child, first, ended } = npmStart(blockOf(readme, "npm start\n"), "--port", "0");
      const health = await fetch(`${addressIn(await first)}/_sandbox/health`);
      expect(await health.json()).toMatchObject({ status: "ok" });
      child.kill("SIGTERM");
      expect((await ended).status).toBe(0);
    },
  );

  test("-- --help lists the options, those that the README names among them", async () => {
    const { out, status } = await npmStart("npm start -- --help").ended;
    expect(status).toBe(0);
    const inline = [...read("README.md").matchAll(/`(?:npm start -- )?(--[^`]+)`/g)];
    const named = inline.flatMap(([, words = ""]) => words.match(/--[a-z-]+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(6);
    const elsewhere = ["--help", "--json", "--conditions", "--import", "--env-file"];
    for (const flag of named) if (!elsewhere.includes(flag)) expect(out).toContain(flag);
  }, 120_000);

  test("the options of the README start a sandbox there and then", async () => {
    const [, line = ""] = /`(npm start -- --port 4020 [^`]+)`/.exec(read("README.md")) ?? [];
    const { first } = npmStart(line.replace("4020", "0"));
    const response = await fetch(`${addressIn(await first)}/_sandbox/clock`, {
      headers: { authorization: "Bearer k" },
    });
    expect(await response.json()).toEqual({ now: "2026-01-01T00:00:00.000000Z", frozen: true });
  }, 120_000);

  test("its webhooks and its trigger work as written", async () => {
    const line = blockOf("README.md", "npm start -- --frozen --webhook");
    const { first } = npmStart(line, "--port", "0");
    const said = await first;
    expect(said).toMatch(/Events of dodo_test_readme go to http:\/\/localhost:3000\/webhooks/);
    const trigger = blockOf("README.md", "npm start -- trigger");
    const { status, out, err } = await npmStart(trigger, "--url", addressIn(said)).ended;
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^credit\.balance_low/);
    expect(out).toContain('"threshold_percent": 10');
  }, 120_000);

  test("an example that has no such script, or none at all, says what to do", async () => {
    const said = async (...words: string[]) => {
      const args = ["run.mjs", "example", ...words];
      const child = spawn(process.execPath, args, { cwd: root, env: plainEnvironment() });
      let err = "";
      child.stderr.on("data", (chunk) => {
        err += chunk;
      });
      const [status] = await once(child, "close");
      return [status, err.trim()];
    };
    expect(await said("python-client")).toEqual([
      1,
      "drawdown: python-client is no program of Node; examples/python-client/README.md says how to run it",
    ]);
    expect(await said("nextjs-route", "strat")).toEqual([
      1,
      'drawdown: nextjs-route has no script "strat"; it has build, start, seed',
    ]);
  }, 120_000);

  test("an example's page is served with the options that its README has", async () => {
    const readme = read("examples/neural-api/README.md");
    const [, flags = ""] = /`--port`, `(--at [^`]+)` and `--frozen` may follow/.exec(readme) ?? [];
    const words = ["example", "neural-api", "--port", "0", ...flags.split(" "), "--frozen"];
    const child = spawn(process.execPath, ["run.mjs", ...words], {
      cwd: root,
      env: plainEnvironment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    whenOver(() => child.kill("SIGKILL"));
    let said = "";
    for await (const chunk of child.stdout) {
      said += chunk;
      if (said.includes("/clock/advance")) break;
    }
    const [, url = ""] = /Open {3}(\S+)/.exec(said) ?? [];
    expect((await fetch(url)).status).toBe(200);
    child.kill("SIGTERM");
    await ended;
  }, 120_000);
});

describe("the README of the SDK", () => {
  const first =
    'import DodoPayments from "@drawdown/sdk";\n\nconst client = new DodoPayments({ bearer';

  /** The client at an address of the README is one of a sandbox in this process. */
  const clientOf = (fetch: (typeof globalThis)["fetch"]) =>
    class extends OwnClient {
      constructor(options: ConstructorParameters<typeof OwnClient>[0] = {}) {
        super({ ...options, fetch });
      }
    };

  test("its first program, and its amounts after it", async () => {
    const { fetch } = createSandbox();
    const { printed, log } = recorder();
    const given = { DodoPayments: clientOf(fetch as never), console: { log }, ...amount };
    const block = blockOf("sdk/README.md", first);
    const amounts = blockOf("sdk/README.md", "import { format, isPositive, parse").replace(
      "const { balances } = client.creditEntitlements;",
      "const customerID = ada.customer_id;",
    );
    await execute(`${block}\n${amounts}`, given, "null");
    expect(printed).toEqual([
      ["credit_deducted", "30"],
      ["credit_added", "100"],
      ["70"],
      ["70.00", "left"],
      ["35"],
    ]);
  });

  test("its client of a sandbox in the process", async () => {
    const block = blockOf(
      "sdk/README.md",
      'import { createSandbox } from "@drawdown/mock-server";',
    );
    const client = await execute(block, { createSandbox, DodoPayments: OwnClient }, "client");
    expect((await client.customers.list()).items).toEqual([]);
  });

  test("its control of a sandbox", async () => {
    const { fetch } = createSandbox();
    const { printed, log } = recorder();
    class Control extends SandboxControl {
      constructor(options: ConstructorParameters<typeof SandboxControl>[0]) {
        super({ ...options, fetch: fetch as never });
      }
    }
    const block = blockOf(
      "sdk/README.md",
      'import DodoPayments from "@drawdown/sdk";\nimport { Sand',
    );
    const given = { DodoPayments: clientOf(fetch as never), SandboxControl: Control };
    await execute(block, { ...given, console: { log } }, "null");
    expect(printed).toEqual([[[]]]);
  });

  test("its batcher", async () => {
    const { fetch } = createSandbox();
    const client = new OwnClient({ bearerToken: "k", fetch: fetch as never });
    const ended: (() => Promise<void>)[] = [];
    const process = { once: (_signal: string, end: () => Promise<void>) => ended.push(end) };
    const failed: unknown[] = [];
    const given = { client, requestId: "r1", process, console: { error: failed.push } };
    await execute(blockOf("sdk/README.md", "const batcher ="), given, "null");
    await Promise.all(ended.map((it) => it()));
    expect([ended.length, failed]).toEqual([1, []]);
  });
});
