import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The application in a process of its own, as `src/server.ts` has it. */
export interface Application {
  readonly url: string;
  /** What it has logged, a line each. */
  readonly lines: readonly string[];
  /** Resolves once it has logged so many lines. */
  said(count: number): Promise<void>;
  close(): Promise<void>;
}

const folder = fileURLToPath(new URL("..", import.meta.url));

/** What is loaded before the application, which knows of neither. */
const preloads = ["@drawdown/mock-server/redirect", "./stand-in/clock.ts"];

export interface ApplicationOptions {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets what it logs, errors too, as it does. */
  readonly onLine?: (line: string) => void;
  /** What Node is given to run TypeScript. Default: what this process was given. */
  readonly execArgv?: readonly string[];
}

/**
 * Starts the application and waits until it listens.
 *
 * @throws Error with what it wrote when it ends instead
 */
export async function startApplication({
  port,
  environment,
  onLine = () => {},
  execArgv = process.execArgv,
}: ApplicationOptions): Promise<Application> {
  const child = spawn(
    process.execPath,
    [...execArgv, ...preloads.flatMap((it) => ["--import", it]), "src/server.ts"],
    {
      cwd: folder,
      env: { ...process.env, ...environment, PORT: String(port), DOTENV_CONFIG_QUIET: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = once(child, "close");
  const lines: string[] = [];
  const complaints: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    onLine(line);
    wake();
  });
  createInterface(child.stderr).on("line", (line) => {
    complaints.push(line);
    onLine(line);
  });
  child.once("close", wake);

  const said = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (lines.length >= count) resolve();
        else if (hasEnded(child)) reject(new Error(`NeuralAPI ended:\n${complaints.join("\n")}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });

  await said(1);
  return {
    url: `http://127.0.0.1:${port}`,
    lines,
    said,
    async close() {
      child.kill();
      await ended;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null;

/** A port that nothing listens on: its number has to be known before the application starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  server.close();
  await once(server, "close");
  return port;
}
