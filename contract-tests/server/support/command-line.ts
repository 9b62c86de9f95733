import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterAll, beforeAll, expect } from "vitest";
import { commandLine, compiled } from "../../harness/compile.js";

/** The command line for the tests of a file, and a sandbox that listens for it; both end with the file. */
export function openCommandLine() {
  const program = compiled("drawdown", commandLine);
  const children: ChildProcess[] = [];
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
    ({ server, url } = await listen(sandbox, { port: 0, host: "127.0.0.1" }));
  });

  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  });

  /** The command line as users run it, in a process of its own; `input` is what it can read. */
  function drawdown(args: readonly string[], input = "") {
    const child = spawn(process.execPath, [program.path, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    children.push(child);
    child.stdin.end(input);
    return { child, ...spokenBy(child) };
  }

  /** Runs a command against the sandbox as `key` to its end. */
  async function run(key: string, args: readonly string[], input?: string) {
    const { said, ended } = drawdown([...args, "--url", url, "--key", key], input);
    return { code: await ended, out: said.out.trim(), err: said.err.trim() };
  }

  /** Runs a command that must succeed and reads the JSON it prints. */
  async function answer(key: string, ...args: string[]) {
    const { code, out, err } = await run(key, [...args, "--json"]);
    expect(code, err).toBe(0);
    return JSON.parse(out);
  }

  /** Calls the sandbox as `key`; the call must succeed. */
  async function call(key: string, method: string, path: string, body?: unknown) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return JSON.parse(text);
  }

  return { drawdown, run, answer, call, url: () => url };
}

/** What a process says: all of it as it goes, the first line of each stream, and its exit code at the end. */
function spokenBy(child: ReturnType<typeof spawn>) {
  const said = { out: "", err: "" };
  const speaks = (name: "out" | "err", stream: NodeJS.ReadableStream | null) =>
    new Promise<string>((resolve) => {
      stream?.on("data", (chunk) => {
        said[name] += chunk;
        if (said[name].includes("\n")) resolve(said[name]);
      });
      child.once("close", () => resolve(said[name]));
    });
  const out = speaks("out", child.stdout);
  const err = speaks("err", child.stderr);
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { said, out, err, ended };
}
