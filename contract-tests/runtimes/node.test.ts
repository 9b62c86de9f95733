import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeOf, type Runtime, versions } from "./node.js";
import { outcome, serve } from "./outcome.js";

/** The built packages, in the releases of Node they are for. */

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const bin = pathOf("../node_modules/@drawdown/mock-server/bin/drawdown.mjs");
const children: ChildProcess[] = [];
let url: string;

beforeAll(async () => {
  url = await serve();
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

test("Node 18 is told in one line that it is too old, by the installed command and by the repository's", async ({
  skip,
}) => {
  const runtime = await nodeOf("18.20.8");
  if (runtime.executable === null) return skip(runtime.reason);
  for (const script of [bin, pathOf("../../run.mjs")]) {
    const child = spawn(runtime.executable, [script, "start"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const [out, err, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    expect([status, out]).toEqual([1, ""]);
    expect(err).toMatch(/^drawdown: Node 18\.20\.8 is too old; 20\.19 or newer is needed[^\n]*\n$/);
  }
}, 300_000);

describe.for(versions)("Node %s", (version) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await nodeOf(version);
  }, 300_000);

  test.for(["program-esm.mjs", "program-cjs.cjs"])(
    "runs the client as %s has it",
    async (program, { skip }) => {
      if (runtime.executable === null) return skip(runtime.reason);
      const { stdout } = await promisify(execFile)(runtime.executable, [pathOf(program), url]);
      expect(JSON.parse(stdout)).toEqual(outcome);
    },
  );

  test("serves a sandbox until it is told to stop", async ({ skip }) => {
    if (runtime.executable === null) return skip(runtime.reason);
    const child = spawn(runtime.executable, [bin, "serve", "--port", "0", "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const ended = once(child, "close");
    const [said] = await once(child.stdout, "data");
    const { url: served, version: release } = JSON.parse(String(said));
    const health = await fetch(`${served}/_sandbox/health`);
    expect([health.status, await health.json()]).toMatchObject([200, { version: release }]);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });
});
