// Starts servers in processes of their own and looks at them.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const giveUpMs = 60_000;

/**
 * Starts a command and waits until `url` answers.
 *
 * @returns how long that took, a way to read the memory of the process and its children, and a way to end it
 */
export async function startServer({ command, args = [], env = {}, url, headers = {} }) {
  const began = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: "ignore",
    detached: true,
  });
  while (!(await answers(url, headers))) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} ended early`);
    if (performance.now() - began > giveUpMs) throw new Error(`${url} does not answer`);
    await pause(2);
  }
  const readyMs = performance.now() - began;
  return {
    readyMs,
    memoryMb: () => treeMemoryMb(child.pid),
    async stop() {
      process.kill(-child.pid, "SIGTERM");
      for (let i = 0; i < 100 && child.exitCode === null && child.signalCode === null; i++) {
        await pause(20);
      }
    },
  };
}

async function answers(url, headers) {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Resident memory of a process and its descendants, from /proc. */
function treeMemoryMb(pid) {
  const children = new Map();
  for (const entry of readdirSync("/proc").filter((it) => /^\d+$/.test(it))) {
    const stat = read(`/proc/${entry}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const kilobytes = (id) =>
    Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1] ?? 0) +
    (children.get(id) ?? []).reduce((sum, child) => sum + kilobytes(child), 0);
  return kilobytes(pid) / 1024;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
