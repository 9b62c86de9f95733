import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { finish, serve } from "./support/programs.js";
import { commandsOf, nodeCommand, root, shownBy } from "./support/readme.js";

/** Runs a command of the README against a sandbox of its own. */
async function run(line: string): Promise<string> {
  const command = commandsOf("quickstart").find((it) => it.line === line);
  if (command === undefined) throw new Error(`the README does not say ${line}`);
  return finish(command, { DRAWDOWN_URL: await serve() });
}

test("examples/quickstart prints the ledger of a credit, a debit and an expiry", async () => {
  const said = await run("node examples/quickstart/quickstart.mjs");
  expect(said.trim().split("\n").slice(-3)).toEqual([
    "2026-01-31  credit_expired     -970  → 0",
    "2026-01-01  credit_deducted     -30  → 970",
    "2026-01-01  credit_added      +1000  → 1000",
  ]);
  expect(said).toContain("refused: 400 Insufficient credit balance");
  expect(said).toMatch(shownBy("quickstart"));
});

test("examples/quickstart prints the same with our own client, but for the refusal", async () => {
  const said = await run("node examples/quickstart/quickstart-sdk.mjs");
  expect(said).toMatch(/^refused: INSUFFICIENT_CREDIT_BALANCE\n/);
  const official = await run("node examples/quickstart/quickstart.mjs");
  expect(afterFirstLine(said)).toBe(afterFirstLine(official));
});

test("the ten lines of the README run as written, with only the address changed", async () => {
  const readme = readFileSync(`${root}README.md`, "utf8");
  const [, code = ""] = /## Ten lines[\s\S]*?```js\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code).toContain("createLedgerEntry");
  const script = code.replace("http://127.0.0.1:4010", await serve());
  const command = nodeCommand(["--input-type=module", "-e", script], "examples/quickstart");
  expect((await finish(command)).trim()).toBe("970");
});

const afterFirstLine = (text: string): string => text.slice(text.indexOf("\n"));
