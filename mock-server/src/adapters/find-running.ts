import { messageOf } from "./control.js";
import type { Fetch } from "./fetch.js";
import { reasonOf, startCommand } from "./unreachable.js";

/** Milliseconds a sandbox has to say that it is there. */
const patienceMs = 5000;

/**
 * Makes sure that a sandbox runs at an address.
 *
 * @throws TypeError when nothing answers there, or something that is no sandbox; the message says how to start one
 */
export async function findRunning(url: string, fetch: Fetch): Promise<void> {
  const start = `start one with \`${startCommand(url)}\`, or unset DRAWDOWN_URL to have one in this process`;
  const answered = await fetch(`${url}/_sandbox/health`, {
    signal: AbortSignal.timeout(patienceMs),
  }).catch((error: unknown) => {
    throw new TypeError(
      `DRAWDOWN_URL is ${url}, where no sandbox answers (${reasonOf(error)}); ${start}`,
    );
  });
  const said = await answered.text().catch(() => "");
  if (answered.ok && isHealth(said)) return;
  const refusal = answered.status === 421 ? refusalIn(said) : undefined;
  if (refusal !== undefined) {
    throw new TypeError(`DRAWDOWN_URL is ${url}, where the answer is: ${refusal}`);
  }
  throw new TypeError(
    `DRAWDOWN_URL is ${url}, where something else than a sandbox answers (${answered.status} to GET /_sandbox/health); ${start}`,
  );
}

/** What a sandbox says that does not answer under this name. */
function refusalIn(text: string): string | undefined {
  try {
    return messageOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const isHealth = (text: string): boolean => /^\{"status":"ok","version":"[^"]+"\}$/.test(text);
