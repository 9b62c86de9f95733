import { Worker } from "node:worker_threads";

/**
 * Loaded before an application (`--import`): its `new Date()` tells the time of the sandbox at `DRAWDOWN_URL`, because
 * usage that is an hour old, or from the future, is refused by the service. `Date.now()` stays the machine's, which is
 * what signatures of webhooks are checked against.
 */

/** What the reader writes: whether it has answered (1) or failed (2), and the milliseconds since the epoch. */
const answer = new SharedArrayBuffer(16);
const state = new Int32Array(answer, 0, 1);
const milliseconds = new Float64Array(answer, 8, 1);

const reader = new Worker(new URL("./clock-reader.mjs", import.meta.url), {
  // Without this the reader would be given the preloads of its parent, this one among them.
  execArgv: [],
  workerData: {
    url: `${process.env["DRAWDOWN_URL"]}/_sandbox/clock`,
    key: process.env["DODO_PAYMENTS_API_KEY"],
    answer,
  },
});
reader.unref();

function readClock(): number {
  Atomics.store(state, 0, 0);
  reader.postMessage(null);
  Atomics.wait(state, 0, 0);
  if (Atomics.load(state, 0) === 1) return milliseconds[0] ?? 0;
  throw new Error(`No clock at ${process.env["DRAWDOWN_URL"]}; is a sandbox running there?`);
}

globalThis.Date = new Proxy(Date, {
  construct: (date, args, newTarget) =>
    Reflect.construct(date, args.length === 0 ? [readClock()] : args, newTarget),
});
