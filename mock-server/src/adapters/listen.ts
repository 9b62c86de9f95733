import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sandbox } from "../sandbox-object.js";
import { type GateOptions, gateOf } from "./gate.js";
import { nodeListener } from "./node.js";
import { isPage } from "./page-paths.js";
import { Passes } from "./passes.js";

export type { GateOptions };

/** Where to listen, under which names to answer, and which pages may call. */
export interface ListenOptions extends GateOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to bind to; anything but loopback lets other machines in. */
  readonly host: string;
}

/**
 * A server that listens: its address, with the port it got and no slash at the end, and Node's own server, to close
 * it.
 */
export interface Listening {
  readonly url: string;
  readonly server: Server;
}

/**
 * Serves a sandbox on a port. API calls go straight to the sandbox; pages go through Express, which would change
 * the prototype of every request it sees and so cost each API call most of its speed. It is loaded with the first page.
 *
 * @throws TypeError when `allowHosts` or `allowOrigins` makes no sense; the message names it
 * @throws Error with `code` EADDRINUSE, EACCES or another of Node's when the port cannot be had
 */
export async function listen(
  sandbox: Sandbox,
  { port, host, ...options }: ListenOptions,
): Promise<Listening> {
  const door = { gate: gateOf(options, host), passes: new Passes() };
  const answer = nodeListener(sandbox.respond, door);
  let pages: Promise<RequestListener> | undefined;
  const server = createServer((request, response) => {
    if (!isPage(request.url ?? "/")) return answer(request, response);
    pages ??= import("./express.js").then((it) => it.appBehind(door, sandbox));
    void pages.then((app) => app(request, response));
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
