import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@drawdown/mock-server";
import DodoPayments from "@drawdown/sdk";
import { api } from "@drawdown/sdk/api";
import { SandboxControl } from "@drawdown/sdk/sandbox";
import ts from "typescript";
import { expect, test } from "vitest";

/** The tasks in the README of the SDK, as they stand: the compiler takes them, and they run from first to last. */

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}sdk/README.md`, "utf8");
const section = (title: string): string =>
  new RegExp(`\n## ${title}\n([\\s\\S]*?)\n## `).exec(readme)?.[1] ?? "";
const tasks = section("Tasks");
const code = [...tasks.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
const imports = code.match(/^import .*$/gm) ?? [];
const body = code.replaceAll(/^import .*$/gm, "");

/** What the compiler has to say about the tasks, as a module of its own that is nowhere on disk. */
function faultsOf(text: string): readonly string[] {
  const file = `${root}contract-tests/sdk-readme-tasks.ts`;
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  source.impliedNodeFormat = ts.ModuleKind.ESNext;
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => (name === file ? source : read(name, ...rest));
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map((it) => {
    const line = it.file && it.start ? it.file.text.slice(0, it.start).split("\n").length : 0;
    return `${text.split("\n")[line - 1]}: ${ts.flattenDiagnosticMessageText(it.messageText, "\n")}`;
  });
}

test("every resource has a task", () => {
  const resources = [...section("Resources").matchAll(/^\| `([\w.]+)` \|/gm)].map(([, it]) => it);
  const told = [...tasks.matchAll(/^\*\*`([\w.]+)`\*\*/gm)].map(([, it]) => it);
  expect(resources.length).toBeGreaterThan(10);
  // These two are parts of the task of the resource they hang on.
  const parts = ["customers.wallets.ledgerEntries", "webhooks.headers"];
  expect([...told, ...parts].sort()).toEqual([...resources].sort());
});

test("the tasks compile", () => {
  const faults = faultsOf(`
    import DodoPayments from "@drawdown/sdk";
    import { SandboxControl } from "@drawdown/sdk/sandbox";
    ${imports.join("\n")}
    declare const client: DodoPayments, control: SandboxControl;
    ${body}
  `);
  expect(faults).toEqual([]);
});

test("the tasks run, each on from the ones before it", async () => {
  const { fetch } = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
  const options = { bearerToken: "dodo_test_readme", fetch };
  const printed: unknown[][] = [];
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const { outputText } = ts.transpileModule(body, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  const run = new AsyncFunction(
    ...["client", "control", "api", "console"],
    `${outputText}; return [link, secret, kept, error, response.status];`,
  );
  const ends = await run(new DodoPayments(options), new SandboxControl(options), api, {
    log: (...words: unknown[]) => void printed.push(words),
  });
  expect(printed).toEqual([
    [0],
    ["70"],
    ["70", "2026-01-31T00:00:00.000000Z"],
    ["credit_deducted", "30"],
    ["credit_added", "100"],
    [2900, expect.stringContaining("/_sandbox/pay/cks_")],
    [expect.stringMatching(/^pay_/), 2900],
    ["942"],
    ["942"],
    [expect.any(Number)],
    [500],
  ]);
  expect(ends).toEqual([
    expect.stringMatching(/^https?:/),
    expect.stringMatching(/^whsec_/),
    expect.objectContaining({ name: "Tokens used" }),
    undefined,
    200,
  ]);
});
