import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterEach } from "vitest";
import type { Command } from "./readme.js";

const stops: (() => unknown)[] = [];

/** Has something undone when the test is over, last things first. */
export const whenOver = (stop: () => unknown): void => void stops.push(stop);

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Serves a new sandbox until the test is over; answers its address. */
export async function serve(options: SandboxOptions = {}): Promise<string> {
  const { url, server } = await listen(createSandbox(options), { port: 0, host: "127.0.0.1" });
  whenOver(() => {
    server.close();
    server.closeAllConnections();
  });
  return url;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a listening server has an address
  server.close();
  await once(server, "close");
  return port;
}

/** Runs a command to its end and answers what it printed; it must succeed. */
export async function finish(command: Command, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { child, said } = run(command, env);
  const [code] = await once(child, "close");
  if (code === 0) return said.out;
  throw new Error(`${command.line} ended with status ${code}:\n${said.out}\n${said.err}`);
}

/** A program that runs. */
export interface Running {
  /** What it has printed so far. */
  readonly said: { readonly out: string; readonly err: string };
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** Starts a command that runs until the test is over; resolves once it has printed `ready`. */
export async function begin(command: Command, ready: RegExp): Promise<Running> {
  const { child, said } = run(command, {});
  const stop = async () => {
    if (child.exitCode !== null || !child.kill()) return;
    await once(child, "close");
  };
  whenOver(stop);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", () => {
      if (ready.test(said.out)) resolve();
    });
    child.once("close", () =>
      reject(new Error(`${command.line} ended early:\n${said.out}\n${said.err}`)),
    );
  });
  return { said, stop };
}

/** The environment without what vitest put there, which would have programs believe that they are tests. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== "NODE_ENV" && !/^VITEST/.test(name)),
  );

function run({ program, args, cwd, env }: Command, more: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(program, args, {
    cwd,
    env: { ...plainEnvironment(), ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    said.err += chunk;
  });
  return { child, said };
}
