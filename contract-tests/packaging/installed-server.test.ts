import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installIn, openFolder, type Packed, pack, root } from "./pack.js";

/** The packed server in an application of its own, far from the workspace and its sources. */

let packed: Packed;
let app: string;
const stops: (() => void)[] = [];

beforeAll(async () => {
  packed = await pack("mock-server");
  app = await openFolder();
  await installIn(app, packed, Object.keys(packed.manifest.peerDependencies ?? {}));
});

afterAll(() => {
  for (const stop of stops) stop();
});

const write = (name: string, text: string) => writeFile(join(app, name), text);

/** Runs a program in the application; resolves with what it printed, whether it succeeded or not. */
async function node(...args: string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, args, { cwd: app });
  const { stdout, stderr } = await running.catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

/** Starts the installed command; answers where it listens. */
async function start(words: readonly string[] = ["--port", "0"]): Promise<string> {
  const bin = join(app, "node_modules/@drawdown/mock-server/bin/drawdown.mjs");
  const child = spawn(process.execPath, [bin, ...words, "--json"], {
    cwd: app,
    stdio: ["ignore", "pipe", "inherit"],
  });
  stops.push(() => child.kill("SIGKILL"));
  const [said] = await once(child.stdout, "data");
  return JSON.parse(String(said)).url;
}

test("it serves its documents, whole, and has a front page that leads to each of them", async () => {
  const url = await start();
  const front = await (await fetch(url)).text();
  const links = [...front.matchAll(/<a href="([^"]+)"/g)].map(([, it]) => it ?? "");
  const names = links.map((it) => it.split("/").at(-1) ?? "");
  expect(names).toEqual(["openapi.yaml", "sandbox.yaml", "behaviours.yaml", "COVERAGE.md"]);
  for (const [position, name] of names.entries()) {
    const answer = await fetch(new URL(links[position] ?? "", url));
    const text = await readFile(join(root, "spec", name), "utf8");
    expect([name, answer.status, await answer.text()]).toEqual([name, 200, text]);
  }
});

test("it starts as its README says, with only the port changed", async () => {
  const readme = await readFile(join(packed.folder, "README.md"), "utf8");
  const [, words = ""] = /^npx drawdown (serve --port 4010)$/m.exec(readme) ?? [];
  const url = await start(words.replace("4010", "0").split(" "));
  expect((await fetch(`${url}/_sandbox/health`)).status).toBe(200);
});

test("an application as it is runs as the README says, its calls taken to a sandbox", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, words = ""] =
    /^node (--import @drawdown\/mock-server\/redirect app\.js)$/m.exec(readme) ?? [];
  const call = `fetch("https://test.dodopayments.com/customers", { headers: { authorization: "Bearer k" } })`;
  await write("app.js", `${call}.then(async (it) => console.log(it.status, await it.text()));`);
  const said = await node(...words.split(" "));
  expect(said).toContain('200 {"items":[]}\n');
  expect(said).toContain("go to a sandbox in this process\n");
});

test("a message about what is not served points at a document that is there", async () => {
  const url = await start();
  const headers = { authorization: "Bearer dodo_test_me" };
  const refused = await fetch(`${url}/refunds`, { headers });
  expect(refused.status).toBe(501);
  const [, path = ""] = /See (\/_sandbox\/\S+)/.exec((await refused.json()).message) ?? [];
  expect(await (await fetch(url + path)).text()).toContain("/refunds");
});

describe("CommonJS", () => {
  const entries = () =>
    Object.keys(packed.manifest.exports).map((it) => it.replace(".", packed.manifest.name));

  test("requires every entry; those of test frameworks only where these run", async () => {
    // What only a test runner or a preload may load is required in its own tests.
    const plain = entries().filter((it) => !/\/(jest|vitest|playwright|redirect)$/.test(it));
    expect(plain.length).toBeGreaterThan(4);
    await write(
      "program.cjs",
      `for (const it of ${JSON.stringify(plain)}) console.log(it, Object.keys(require(it)).length > 0);`,
    );
    expect(await node("program.cjs")).toBe(plain.map((it) => `${it} true\n`).join(""));
  });

  const tsc = join(
    dirname(createRequire(join(root, "package.json")).resolve("typescript/package.json")),
    "bin/tsc",
  );

  /** As `npx tsc --init` and the vendor's tutorial have it: resolution is Node's of before there was `exports`. */
  const older = { module: "commonjs", target: "ES2022", strict: true, esModuleInterop: true };

  test("TypeScript finds the types of every entry, which are not `any`", async () => {
    const names = entries().map((_, index) => `entry${index}`);
    const program = [
      ...entries().map((it, index) => `import * as entry${index} from "${it}";`),
      "type IsAny<It> = 0 extends 1 & It ? true : false;",
      ...names.map((it) => `export const of_${it}: IsAny<typeof ${it}> = false;`),
      'import { createSandbox, type Sandbox } from "@drawdown/mock-server";',
      'export const sandbox: Sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });',
      "// @ts-expect-error the instant is a text or a date",
      "createSandbox({ at: 1 });",
    ];
    await write("program.ts", program.join("\n"));
    const compilerOptions = { ...older, noEmit: true, skipLibCheck: true, types: [] };
    await write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    expect(await node(tsc, "--project", ".")).toBe("");
  });

  test("a program as TypeScript compiles it runs", async () => {
    const program = `
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { sandboxApp } from "@drawdown/mock-server/express";

async function main(): Promise<void> {
  const sandbox = createSandbox();
  const { url, server } = await listen(sandbox, { port: 0, host: "127.0.0.1" });
  const { status } = await fetch(url + "/_sandbox/health");
  console.log(status, typeof sandboxApp(sandbox));
  server.close();
}
void main();
`;
    await write("server.ts", program);
    const compilerOptions = { ...older, outDir: "out", skipLibCheck: true, types: [] };
    await write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["server.ts"] }));
    expect(await node(tsc, "--project", ".")).toBe("");
    expect(await node("out/server.js")).toBe("200 function\n");
  });
});
