import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterAll } from "vitest";

/** What `program.mjs` makes of a sandbox, whatever it runs in. */
export const outcome = {
  construction: { isOneClass: true, refused: true },
  ledger: { after: "100", balance: "100" },
  paging: {
    amounts: ["23", "3", "20", "100"],
    first: 3,
    hasNextPage: true,
    cursors: ["http://127.0.0.1:9/webhooks"],
  },
  errors: {
    overdrawn: ["BadRequestError", 400, true],
    missing: ["NotFoundError", 404],
    aborted: true,
    unreachable: true,
  },
  retries: { attempts: 3, balance: "100" },
  batcher: { queued: 0, stored: ["evt_1", "evt_2", "evt_3"] },
  unwrap: { text: "credit.added", bytes: "credit.added", changed: "signature_mismatch" },
  amount: { sum: "0.30", refused: [true, true] },
  legacy: { available_balance: "100", price: "0.1" },
  clock: { now: "2026-01-31T00:00:00.000000Z", differences: [] },
};

/** A sandbox on a port the system chose, until the file's tests are over. */
export async function serve(): Promise<string> {
  const { url, server } = await listen(createSandbox(), { port: 0, host: "127.0.0.1" });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return url;
}
