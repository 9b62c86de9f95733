import type { Server } from "node:http";
import { constants } from "node:os";
import type { Sandbox } from "../sandbox-object.js";

/** How long calls under way may take, so that the process is gone within two seconds of being told to stop. */
const graceMs = 1500;

/** How often it is looked at whether a connection has nothing under way any more. */
const lookMs = 25;

/**
 * Ends a server that is told to by a signal: it accepts no more calls, answers those under way, breaks off what it sends
 * itself, and is gone. Told again, it is gone at once.
 *
 * @rule CLK-30 within two seconds, whatever receivers do
 */
export function stopOnSignals(server: Server, sandbox: Sandbox): void {
  let isStopping = false;
  const stop = (signal: "SIGTERM" | "SIGINT") => {
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    sandbox.close();
    server.close(() => clearInterval(looking));
    // A connection that is kept alive becomes idle once its call is answered.
    const looking = setInterval(() => server.closeIdleConnections(), lookMs);
    setTimeout(() => process.exit(), graceMs).unref();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** How often it is looked at whether the parent is still there. */
const parentLookMs = 100;

/**
 * Tells this process to stop when the one that started it has ended, if that was a script of npm: npm, and npx, start
 * scripts through a shell that dies of the signal npm passes on without passing it further, which would leave the server
 * on its port. A script that puts the server into the background means it to stay.
 *
 * @rule CLK-31 it leaves nothing behind
 */
export function stopWithScript(env: NodeJS.ProcessEnv = process.env): void {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = "" } = env;
  const isBackground = /[^&>]&(?![&>\d])/.test(script);
  if (event === undefined || isBackground) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
  }, parentLookMs);
  watch.unref();
}
