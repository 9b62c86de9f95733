import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@drawdown/mock-server";
import { sandboxApp } from "@drawdown/mock-server/express";
import { handlers, override } from "@drawdown/mock-server/msw";
import { ledgerMatchers, openTenant, type TestTenant } from "@drawdown/mock-server/testing";
import { expect as expectLedger } from "@drawdown/mock-server/vitest";
import DodoPayments from "dodopayments";
import express from "express";
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** The examples in the docstrings of the server's public entries: the compiler takes each, and each runs. */

const root = fileURLToPath(new URL("..", import.meta.url));

/** What no application imports. An example there speaks to whoever works on it, and may be a sketch. */
const inner = /^(?:domain|sandbox|engine|dialects|http|stores)\//;

interface Example {
  /** The file, and which of its examples it is. */
  readonly name: string;
  readonly text: string;
}

const examplesBelow = (folder: string, isIn: (path: string) => boolean): readonly Example[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((it) => it.replaceAll("\\", "/"))
    .filter((it) => it.endsWith(".ts") && isIn(it))
    .sort()
    .flatMap((path) => examplesOf(path, readFileSync(join(root, folder, path), "utf8")));

const examples = examplesBelow("mock-server/src", (it) => !inner.test(it));
/** Those of the client; the older guide's calls say what to write instead. */
const examplesOfClient = examplesBelow("sdk/src", (it) => !it.startsWith("legacy"));

function examplesOf(path: string, text: string): readonly Example[] {
  const blocks = [...text.matchAll(/^ *\* @example\s*\n((?: *\*(?!\/| @).*\n)+)/gm)];
  return blocks.map(([, block = ""], index) => ({
    name: `${path} ${index + 1}`,
    text: block.replaceAll(/^ *\* ?/gm, "").replaceAll(/^```\w*\n/gm, ""),
  }));
}

/** What an example may use without saying where it is from, and how the compiler learns what it is. */
const known: Readonly<Record<string, string>> = {
  DodoPayments: 'import DodoPayments from "dodopayments";',
  HttpResponse: 'import { HttpResponse } from "msw";',
  createSandbox: 'import { createSandbox } from "@drawdown/mock-server";',
  handlers: 'import { handlers } from "@drawdown/mock-server/msw";',
  override: 'import { override } from "@drawdown/mock-server/msw";',
  openTenant: 'import { openTenant } from "@drawdown/mock-server/testing";',
  sandboxApp: 'import { sandboxApp } from "@drawdown/mock-server/express";',
  setupServer: 'import { setupServer } from "msw/node";',
  afterAll: 'import { afterAll } from "vitest";',
  expect: 'import { expect } from "@drawdown/mock-server/vitest";',
  test: 'import { test } from "vitest";',
  app: 'declare const app: import("express").Express;',
  client: 'declare const client: import("dodopayments").default;',
  creditId: "declare const creditId: string;",
  customerId: "declare const customerId: string;",
  entry:
    'declare const entry: { credit_entitlement_id: string; entry_type: "debit"; amount: string };',
  of: "declare const of: { credit_entitlement_id: string };",
  sandbox: 'declare const sandbox: import("@drawdown/mock-server").Sandbox;',
  server: 'declare const server: import("msw/node").SetupServer;',
  tenant: 'declare const tenant: import("@drawdown/mock-server/testing").TestTenant;',
};

const amounts = "add compare equal format isPositive isZero parse subtract sum toWire AmountError";
const errors = "APIError UsageBatchError WebhookUnwrapError";
const fromAll = (names: string, from: string) =>
  names.split(" ").map((it) => [it, `import { ${it} } from "${from}";`]);

/** The same for the client's. Its ids are made up, so these are compiled and not run. */
const knownToClient: Readonly<Record<string, string>> = {
  ...Object.fromEntries([
    ...fromAll(amounts, "@drawdown/sdk/amount"),
    ...fromAll(errors, "@drawdown/sdk"),
    ...fromAll("afterEach beforeEach expect", "vitest"),
  ]),
  DodoPayments: 'import DodoPayments from "@drawdown/sdk";',
  SandboxControl: 'import { SandboxControl } from "@drawdown/sdk/sandbox";',
  WebhookEventOf: 'import type { WebhookEventOf } from "@drawdown/sdk";',
  api: 'import { api } from "@drawdown/sdk/api";',
  createSandbox: 'import { createSandbox } from "@drawdown/mock-server";',
  express: 'import express from "express";',
  app: 'declare const app: import("express").Express;',
  balances:
    'declare const balances: import("@drawdown/sdk").default["creditEntitlements"]["balances"] & { balance: string }[];',
  batcher:
    'declare const batcher: ReturnType<import("@drawdown/sdk").default["usageEvents"]["batcher"]>;',
  body: "declare const body: string;",
  client: 'declare const client: import("@drawdown/sdk").default;',
  control: 'declare const control: import("@drawdown/sdk/sandbox").SandboxControl;',
  cost: "declare const cost: string;",
  credit_entitlement_id: "declare const credit_entitlement_id: string;",
  customerID: "declare const customerID: string;",
  debit:
    'declare const debit: { credit_entitlement_id: string; entry_type: "debit"; amount: string };',
  event: 'declare const event: ReturnType<import("@drawdown/sdk").default["webhooks"]["unwrap"]>;',
  grants: "declare const grants: readonly { remaining_amount: string; initial_amount: string }[];",
  headers: "declare const headers: Record<string, string>;",
  held: "declare const held: { readonly balance: string };",
  page: 'declare let page: Awaited<ReturnType<import("@drawdown/sdk").default["customers"]["list"]>>;',
  price: "declare const price: string;",
  received: "declare const received: readonly unknown[];",
  request: "declare const request: Request & { readonly id: string };",
};

/** The names that an example uses and does not make or import itself. */
function wantedBy(
  { name, text }: Example,
  known: Readonly<Record<string, string>>,
): readonly string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  const used = new Set<string>();
  const own = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const named = statement.importClause?.namedBindings;
      if (named && ts.isNamedImports(named)) for (const it of named.elements) own.add(it.name.text);
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const it of statement.declarationList.declarations) {
      for (const name of namesOf(it.name)) own.add(name);
    }
  }
  return Object.keys(known).filter((it) => used.has(it) && !own.has(it));
}

const namesOf = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((it) => (ts.isBindingElement(it) ? namesOf(it.name) : []));

/** The end of a function that an example shows the inside of. */
const returnOutsideOfFunction = 1108;

/** What the compiler has to say about the examples, each a module of its own that is nowhere on disk. */
function faultsOf(
  all: readonly Example[],
  known: Readonly<Record<string, string>>,
): readonly string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const modules = new Map(
    all.map((example, index) => {
      const path = `${root}contract-tests/docstring-${index}.ts`;
      const prelude = wantedBy(example, known).map((it) => known[it]);
      const text = [...prelude, example.text, "export {};"].join("\n");
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
      source.impliedNodeFormat = ts.ModuleKind.ESNext;
      return [path, { source, name: example.name }];
    }),
  );
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => modules.get(name)?.source ?? read(name, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...modules.keys()], options, host))
    .filter(({ code }) => code !== returnOutsideOfFunction)
    .map(
      (it) =>
        `${modules.get(it.file?.fileName ?? "")?.name}: ${ts.flattenDiagnosticMessageText(it.messageText, "\n")}`,
    );
}

/** A customer who was given 1000 credits and has spent 30, and what a test has at hand. */
async function worldOf() {
  const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
  const tenant = await openTenant(sandbox, { key: "dodo_test_me" });
  const { key: bearerToken, baseURL, fetch } = tenant;
  const client = new DodoPayments({ bearerToken, baseURL, fetch });
  const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };
  const { id: creditId } = await client.creditEntitlements.create({ name: "Tokens", ...terms });
  const { customer_id: customerId } = await client.customers.create({
    ...{ email: "ada@example.com", name: "Ada" },
  });
  const of = { credit_entitlement_id: creditId };
  const entry = { ...of, entry_type: "debit", amount: "30" } as const;
  const { balances } = client.creditEntitlements;
  await balances.createLedgerEntry(customerId, { ...entry, entry_type: "credit", amount: "1000" });
  await balances.createLedgerEntry(customerId, entry);
  return { sandbox, tenant, client, creditId, customerId, of, entry };
}

/** Runs an example, then the tests that it has and what it does after them. */
async function run(example: Example): Promise<number> {
  const world = await worldOf();
  const bodies: ((fixtures: { tenant: TestTenant; page: object }) => unknown)[] = [];
  const afterwards: (() => unknown)[] = [];
  let expected = 0;
  const scope: Readonly<Record<string, unknown>> = {
    ...{ DodoPayments, HttpResponse, createSandbox, handlers, override, openTenant, sandboxApp },
    ...world,
    app: express(),
    server: setupServer(),
    setupServer: (...given: Parameters<typeof setupServer>) => {
      const server = setupServer(...given);
      afterwards.push(() => server.close());
      return server;
    },
    ledgerMatchers,
    expect: Object.assign(
      (value: unknown) => {
        expected += 1;
        return expectLedger(value);
      },
      { extend: expectLedger.extend },
    ),
    afterAll: (body: () => unknown) => afterwards.push(body),
    test: (_: string, body: (typeof bodies)[number]) => bodies.push(body),
    // That of Jest opens its tenant in a hook; here it is open.
    tenantBeforeEach: () => () => world.tenant,
    console: { log: () => {} },
  };
  const { outputText } = ts.transpileModule(example.text.replaceAll(/^import .*$/gm, ""), {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  const body = outputText.replace(/^export \{\};$/m, "");
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const names = Object.keys(scope);
  // In a block, so that what an example declares may have the name of what it is given.
  await new AsyncFunction(...names, `{ ${body} }`)(...names.map((it) => scope[it]));
  for (const it of bodies) await it({ tenant: world.tenant, page: {} });
  for (const it of afterwards) await it();
  await world.sandbox.close();
  return expected;
}

test("there are examples, and the compiler takes them", () => {
  expect(examples.length).toBeGreaterThan(12);
  expect(faultsOf(examples, known)).toEqual([]);
});

test("the compiler takes those of the client, too", () => {
  expect(examplesOfClient.length).toBeGreaterThan(100);
  expect(faultsOf(examplesOfClient, knownToClient)).toEqual([]);
});

describe("each runs", () => {
  test.for(examples)("$name", async (example) => {
    const expected = await run(example);
    // What it says that holds was looked at.
    expect(expected).toBe([...example.text.matchAll(/\bexpect\(/g)].length);
  });
});
