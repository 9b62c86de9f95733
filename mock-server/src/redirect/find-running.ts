import { exchange, messageOf } from "../client/exchange.js";
import { startCommand } from "../client/start-command.js";
import type { Fetch } from "../http/call.js";
import { failureCode } from "../http/failure.js";

/** Milliseconds a sandbox has to say that it is there. */
const patienceMs = 5000;

/**
 * Makes sure that a sandbox runs at an address.
 *
 * @throws TypeError when nothing answers there, or something that is no sandbox; the message says how to start one
 */
export async function findRunning(url: string, fetch: Fetch): Promise<void> {
  const start = `start one with \`${startCommand(url)}\`, or unset DRAWDOWN_URL to have one in this process`;
  const { ok, status, text, body } = await exchange(
    { fetch, baseURL: url },
    { method: "GET", path: "/_sandbox/health", patienceMs },
  ).catch((error: unknown) => {
    throw new TypeError(
      `DRAWDOWN_URL is ${url}, where no sandbox answers (${failureCode(error)}); ${start}`,
    );
  });
  if (ok && isHealth(text ?? "")) return;
  // A sandbox that does not answer under this name says so.
  const refusal = status === 421 ? messageOf(body) : undefined;
  if (refusal !== undefined) {
    throw new TypeError(`DRAWDOWN_URL is ${url}, where the answer is: ${refusal}`);
  }
  throw new TypeError(
    `DRAWDOWN_URL is ${url}, where something else than a sandbox answers (${status} to GET /_sandbox/health); ${start}`,
  );
}

const isHealth = (text: string): boolean => /^\{"status":"ok","version":"[^"]+"\}$/.test(text);
