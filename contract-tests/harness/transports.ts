import type { Server } from "node:http";
import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterAll } from "vitest";

/** A way to reach a sandbox. */
export interface Transport {
  readonly name: string;
  /** A sandbox to itself, or a tenant to itself on a shared one. */
  open(options?: SandboxOptions): Promise<Opened>;
}

export interface Opened {
  readonly baseUrl: string;
  /** Sends a request the way this transport does. */
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>;
}

export const inProcess: Transport = {
  name: "in-process",
  async open(options = {}) {
    const sandbox = createSandbox(options);
    return { baseUrl: "http://sandbox.test", fetch: sandbox.fetch };
  },
};

const servers: Server[] = [];

/** A real server on a port the system chose, closed when the file's tests are over. */
export const overExpress: Transport = {
  name: "express",
  async open(options = {}) {
    const { url, server } = await listen(createSandbox(options), { port: 0, host: "127.0.0.1" });
    servers.push(server);
    return { baseUrl: url, fetch: (target, init) => fetch(target, init) };
  },
};

/** To be called once by a file whose tests open servers. */
export function closeServersAfterAll(): void {
  afterAll(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });
}
