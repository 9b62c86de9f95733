import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import type { LedgerEntry } from "@drawdown/mock-server/testing";
import { expect, test } from "@drawdown/mock-server/vitest";

interface Spent {
  readonly number: number;
  readonly key: string;
  readonly customers: readonly string[];
  readonly ledger: readonly LedgerEntry[];
}

const script = fileURLToPath(new URL("parallel/spend.ts", import.meta.url));
const tsx = createRequire(import.meta.url).resolve("tsx");

async function spendInAnotherProcess(url: string, from: number, to: number): Promise<Spent[]> {
  const args = ["--conditions=drawdown-source", "--import", tsx, script, url, `${from}`, `${to}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
}

test("64 tenants of four processes on one server read nothing of each other", async () => {
  const { url, server } = await listen(createSandbox(), { port: 0, host: "127.0.0.1" });
  try {
    const spent = await Promise.all(
      [0, 16, 32, 48].map((from) => spendInAnotherProcess(url, from + 1, from + 17)),
    );
    const all = spent.flat();
    expect(all.map((it) => it.number)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    expect(new Set(all.map((it) => it.key)).size).toBe(64);
    for (const { number, customers, ledger } of all) {
      expect(customers).toEqual([`${number}@example.com`]);
      expect(ledger).toHaveLedger([
        `credit_added +${number * 10} 0 → ${number * 10}`,
        `credit_deducted -${number} ${number * 10} → ${number * 9}`,
        `credit_deducted -${number} ${number * 9} → ${number * 8}`,
        `credit_deducted -${number} ${number * 8} → ${number * 7}`,
      ]);
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
