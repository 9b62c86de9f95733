import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import type { Sandbox } from "../create-sandbox.js";
import { nodeListener } from "./node.js";
import { pages } from "./pages.js";

/**
 * The sandbox as an Express application: its pages, then its API. Run it alone, or mount it in your own.
 *
 * @example
 * ```ts
 * app.use("/billing", sandboxApp(createSandbox()));
 * ```
 */
export function sandboxApp(sandbox: Sandbox): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(pages());
  app.use(nodeListener(sandbox.respond));
  return app;
}

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to bind to; anything but loopback lets other machines in. */
  readonly host: string;
}

export interface Listening {
  readonly url: string;
  readonly server: Server;
}

/**
 * Serves a sandbox on a port. API calls go straight to the sandbox; pages go through Express, which would change
 * the prototype of every request it sees and so cost each API call most of its speed.
 *
 * @throws Error with `code` EADDRINUSE, EACCES or another of Node's when the port cannot be had
 */
export function listen(sandbox: Sandbox, { port, host }: ListenOptions): Promise<Listening> {
  const app = sandboxApp(sandbox);
  const answer = nodeListener(sandbox.respond);
  const server = createServer((request, response) => {
    if (pages.isPage(request.url ?? "/")) app(request, response);
    else answer(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // A server that listens on a port has an address with a port.
      const address = server.address() as AddressInfo;
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve({ url: `http://${name}:${address.port}`, server });
    });
  });
}
