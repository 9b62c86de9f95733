import type { components } from "@drawdown/spec/control";
import type { Client } from "./client.js";

type Clock = components["schemas"]["Clock"];

/** How often the clock is looked at: a person sees it move, and a short move shows nothing at all. */
const lookMs = 250;

/** Erases the line that a terminal's cursor is on. */
const erased = "\r\u001b[2K";

/** Waits for a call that moves the clock, and shows on a terminal how far that has come meanwhile. */
export async function withProgress<Value>({ call }: Client, moved: Promise<Value>): Promise<Value> {
  const { stderr } = process;
  if (!stderr.isTTY) return moved;
  const show = async () => {
    const { now, moving } = await call<Clock>("GET", "/_sandbox/clock");
    if (moving) stderr.write(`${erased}${progressOf(now, moving)}`);
  };
  const looking = setInterval(() => void show().catch(ignore), lookMs);
  try {
    return await moved;
  } finally {
    clearInterval(looking);
    stderr.write(erased);
  }
}

/** How far a move has come, in one line. */
export function progressOf(
  now: string,
  { from, to, tasks_run }: NonNullable<Clock["moving"]>,
): string {
  const [at, begun, end] = [now, from, to].map((it) => Date.parse(it)) as [number, number, number];
  const percent = end > begun ? Math.floor(((at - begun) / (end - begun)) * 100) : 100;
  return `the clock is at ${now.slice(0, 10)} on its way to ${to.slice(0, 10)}: ${percent} %, ${tasks_run} tasks`;
}

/** Who is refused the clock is told by the call that moves it. */
const ignore = () => {};
