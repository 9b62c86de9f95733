import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterEach, expect, test } from "vitest";

/** What users copy, run as it stands. */

const root = fileURLToPath(new URL("..", import.meta.url));
const quickstart = `${root}examples/quickstart`;

const node = async (args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) => {
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout;
};

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(): Promise<string> {
  const { url, server } = await listen(createSandbox(), { port: 0, host: "127.0.0.1" });
  closers.push(() => server.close().closeAllConnections());
  return url;
}

test("examples/quickstart prints the ledger of a credit, a debit and an expiry", async () => {
  const env = { ...process.env, DRAWDOWN_URL: await serve() };
  const stdout = await node(["quickstart.mjs"], { cwd: quickstart, env });
  expect(stdout.trim().split("\n").slice(-3)).toEqual([
    "2026-01-31  credit_expired     -970  → 0",
    "2026-01-01  credit_deducted     -30  → 970",
    "2026-01-01  credit_added      +1000  → 1000",
  ]);
  expect(stdout).toContain("refused: 400 Insufficient credit balance");
});

test("the ten lines of the README run as written, with only the address changed", async () => {
  const readme = readFileSync(`${root}README.md`, "utf8");
  const [, code = ""] = /## Ten lines[\s\S]*?```js\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code).toContain("createLedgerEntry");
  const script = code.replace("http://127.0.0.1:4010", await serve());
  const stdout = await node(["--input-type=module", "-e", script], { cwd: quickstart });
  expect(stdout.trim()).toBe("970");
});
