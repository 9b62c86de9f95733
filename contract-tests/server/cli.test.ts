import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import manifest from "../../mock-server/package.json" with { type: "json" };
import { commandLine, compiled } from "../harness/compile.js";
import { knock } from "../harness/knock.js";

const program = compiled("drawdown", commandLine);

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The command line as users run it, in a process of its own. */
function drawdown(...args: string[]) {
  const child = spawn(process.execPath, [program.path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const said = { out: "", err: "" };
  const ended = once(child, "exit").then(([code]) => code as number | null);
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const line = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk) => {
      said.out += chunk;
      if (said.out.includes("\n")) resolve(said.out.trim());
    });
    child.once("close", () => resolve(said.out.trim()));
  });
  return { child, said, line, ended };
}

test("the server says on one line where it listens, on loopback only, and ends at SIGTERM", async () => {
  const { child, line, ended } = drawdown("serve", "--port", "0");
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(await line) ?? [];
  expect((await line).split("\n")).toHaveLength(1);
  const health = await fetch(`${url}/_sandbox/health`);
  expect(await health.json()).toEqual({ status: "ok", version: manifest.version });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("--json says it for machines, and --at, --frozen and --seed decide the world", async () => {
  const worlds = [];
  for (const _ of [1, 2]) {
    const flags = ["--at", "2026-03-01T00:00:00Z", "--frozen", "--seed", "same"];
    const { line } = drawdown("serve", "--port", "0", "--json", ...flags);
    const { url, version } = JSON.parse(await line);
    expect(version).toBe(manifest.version);
    const response = await fetch(`${url}/customers`, {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": "application/json" },
      body: JSON.stringify({ email: "ada@example.com", name: "Ada" }),
    });
    worlds.push(await response.json());
  }
  expect(worlds[0]).toEqual(worlds[1]);
  expect(worlds[0].created_at).toBe("2026-03-01T00:00:00.000000Z");
});

test("BND-13 a server that other machines reach says so, and one on loopback does not", async () => {
  for (const host of ["0.0.0.0", "::"]) {
    const { child, line, said, ended } = drawdown("serve", "--port", "0", "--host", host);
    await line;
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(said.err).toContain(`drawdown: --host ${host} lets every machine that reaches http://`);
    expect(said.err).toContain("read, change and wipe what any key holds here");
  }
  for (const host of ["127.0.0.1", "localhost", "127.0.0.2"]) {
    const { child, line, said, ended } = drawdown("serve", "--port", "0", "--host", host);
    await line;
    child.kill("SIGTERM");
    await ended;
    expect([host, said.err]).toEqual([host, ""]);
  }
});

test("BND-01 --allow-host and --allow-origin let a host and the pages of an origin in", async () => {
  const allow = ["--allow-host", "sandbox", "--allow-host", "10.0.0.1"];
  const origins = [
    "--allow-origin",
    "https://a.example.com",
    "--allow-origin",
    "https://b.example.com",
  ];
  const { line } = drawdown("serve", "--port", "0", ...allow, ...origins);
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(await line) ?? [];
  const status = async (headers: Record<string, string>) =>
    (await knock(`${url}/_sandbox/clock`, { headers: { authorization: "Bearer k", ...headers } }))
      .status;
  expect(await status({ host: "sandbox:4010" })).toBe(200);
  expect(await status({ host: "10.0.0.1" })).toBe(200);
  expect(await status({ host: "10.0.0.2" })).toBe(421);
  expect(await status({ origin: "https://b.example.com" })).toBe(200);
  expect(await status({ origin: "https://c.example.com" })).toBe(403);
});

test("bad command lines end with status 2 and a message that names the option, its value and the fix", async () => {
  const bad: readonly (readonly [readonly string[], string])[] = [
    [["serve", "--port", "70000"], '--port is "70000" but must be a whole number from 0 to 65535'],
    [["serve", "--port", "http"], '--port is "http"'],
    [["serve", "--at", "tomorrow"], '--at is "tomorrow" but must be an RFC 3339 timestamp'],
    [["serve", "--tier", "3"], '--tier is "3" but must be a whole number from 0 to 2'],
    [["serve", "--meter-delay", "-1"], "--meter-delay"],
    [
      ["serve", "--meter-delay", "soon"],
      '--meter-delay is "soon" but must be a whole number from 0 to 86400',
    ],
    [["serve", "--body-limit", "0"], '--body-limit is "0"'],
    [["serve", "--host", "203.0.113.1", "--port", "0"], '--host is "203.0.113.1"'],
    [
      ["serve", "--prot", "1"],
      "there is no option --prot (did you mean --port?); see drawdown --help serve",
    ],
    [
      ["--allow-remote"],
      "there is no option --allow-remote (did you mean --allow-remote-webhooks?); see",
    ],
    [["--xyzzy"], "there is no option --xyzzy; see drawdown --help serve"],
    [["listen", "--evnet", "x"], "(did you mean --event?); see drawdown --help listen"],
    [
      ["sevre"],
      'unknown command "sevre" (did you mean "serve"?); the ones there are: serve, trigger',
    ],
    [["help", "lisen"], 'unknown command "lisen" (did you mean "listen"?)'],
    [
      ["trigger", "credit.balance-low"],
      '"credit.balance-low" (did you mean "credit.balance_low"?); choose one of:',
    ],
    [["serve", "--allow-host", "http://x"], '--allow-host has "http://x" but must have host names'],
    [["serve", "--allow-origin", "*"], '--allow-origin has "*" but must have origins'],
  ];
  await Promise.all(
    bad.map(async ([args, message]) => {
      const { said, ended } = drawdown(...args);
      expect(await ended, args.join(" ")).toBe(2);
      expect(said.err).toContain(message);
      expect(said.err.trim().split("\n")).toHaveLength(1);
      expect(said.out).toBe("");
    }),
  );
});

test("a port in use is named, with the way out", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo; // a listening server has an address
  const { said, ended } = drawdown("serve", "--port", String(port));
  expect(await ended).toBe(2);
  expect(said.err).toContain(`port ${port} on 127.0.0.1 is in use`);
  other.close();
});

test("WRN-20 a warning reaches the terminal once, with the call and without its control characters", async () => {
  const { line, said, child, ended } = drawdown("serve", "--port", "0", "--json");
  const { url } = JSON.parse(await line);
  const add = (name: string, body: object) =>
    fetch(`${url}/customers?a=secret`, {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": "application/json" },
      body: JSON.stringify({ email: `${name}@example.com`, name, ...body }),
    });
  for (const name of ["ada", "bob"]) await add(name, { nmae: "x" });
  await add("eve", { "\u001b[2Jx": 1 });
  child.kill("SIGTERM");
  await ended;
  expect(said.err.trim().split("\n")).toEqual([
    "drawdown: warning: POST /customers: unknown field `nmae` was ignored",
    "drawdown: warning: POST /customers: unknown field `\\u001b[2Jx` was ignored",
  ]);
});

test("help and version are commands as well as options", async () => {
  const said = async (...args: string[]) => {
    const { said, ended } = drawdown(...args);
    expect(await ended, said.err).toBe(0);
    return said.out.trim();
  };
  expect(await said("version")).toBe(manifest.version);
  expect(await said("--version")).toBe(manifest.version);
  const help = await said("help");
  expect(help).toContain("drawdown serve [options]");
  expect(await said("--help")).toBe(help);
  expect(await said("help", "serve")).toBe(await said("serve", "--help"));
});
