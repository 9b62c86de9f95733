import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { handlers } from "@drawdown/mock-server/msw";
import { listen } from "@drawdown/mock-server/node";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";

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

/** A real server on a port the system chose, for the length of the test. */
export const overExpress: Transport = {
  name: "express",
  async open(options = {}) {
    const { url, server } = await listen(createSandbox(options), { port: 0, host: "127.0.0.1" });
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return { baseUrl: url, fetch: (target, init) => fetch(target, init) };
  },
};

let opened = 0;

/**
 * The global `fetch`, which MSW answers for a base URL that no other sandbox of the file has. It is patched for the length
 * of the test only: whatever passes through the patch takes twice as long.
 */
export const overMsw: Transport = {
  name: "msw",
  async open(options = {}) {
    const baseUrl = `http://sandbox-${++opened}.test`;
    const server = setupServer(...handlers(createSandbox(options), { baseUrl }));
    server.listen({ onUnhandledRequest: "bypass" });
    onTestFinished(() => server.close());
    return { baseUrl, fetch: (target, init) => fetch(target, init) };
  },
};
