/**
 * Loaded before an application, takes its calls of `fetch` to the vendor's hosts to a sandbox: the running one at
 * `DRAWDOWN_URL`, or else one in this process. The application is not changed, and needs no base URL, which the official
 * client refuses next to an environment (SDK-13).
 *
 *     node --import @drawdown/mock-server/redirect app.js
 *
 * A sandbox in this process is made by `DRAWDOWN_AT`, `DRAWDOWN_FROZEN`, `DRAWDOWN_SEED`, `DRAWDOWN_POLICY` and
 * `DRAWDOWN_WEBHOOK`. A variable that makes no sense, and an address without a sandbox, end the process with status 1
 * before the application runs. `DRAWDOWN_QUIET` leaves out what is said on stderr: where calls go, and
 * what answers warn of.
 */

import { warningPrinter } from "../adapters/print-warnings.js";
import { printable } from "../adapters/printable.js";
import { vendorHosts } from "../adapters/vendor-hosts.js";
import { createSandbox } from "../create-sandbox.js";
import type { Fetch } from "../http/call.js";
import { findRunning } from "./find-running.js";
import { onwardTo, redirectFetch } from "./redirect-fetch.js";
import { inVariables, type RedirectSettings, readSettings } from "./settings.js";

const real = globalThis.fetch;

try {
  const settings = readSettings(process.env);
  globalThis.fetch = redirectFetch(await open(settings), real);
  if (!process.env["DRAWDOWN_QUIET"]) {
    say(
      `calls to ${vendorHosts.join(" and ")} go to ${settings.url ?? "a sandbox in this process"}`,
    );
  }
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  say(inVariables(error.message));
  process.exit(1);
}

async function open(settings: RedirectSettings): Promise<Fetch> {
  if (settings.url === null) {
    const quiet = process.env["DRAWDOWN_QUIET"];
    const told = quiet ? {} : { onWarning: warningPrinter(say) };
    return createSandbox({ ...settings.options, ...told }).fetch;
  }
  await findRunning(settings.url, real);
  return onwardTo(settings.url, real);
}

function say(text: string): void {
  process.stderr.write(`drawdown: ${printable(text)}\n`);
}
