import express, { type ErrorRequestHandler, type Express } from "express";
import type { Sandbox } from "../sandbox-object.js";
import { type GateOptions, gateOf } from "./gate.js";
import { type FrontDoor, nodeListener, send } from "./node.js";
import { pages } from "./pages.js";
import { Passes } from "./passes.js";

export type { GateOptions };

/**
 * The sandbox as an Express application: its pages, then its API. Run it alone, or mount it in your own, at any path, before
 * or after body parsers.
 *
 * @throws TypeError when an option makes no sense; the message names it
 * @example
 * ```ts
 * app.use("/billing", sandboxApp(createSandbox()));
 * ```
 */
export const sandboxApp = (sandbox: Sandbox, options: GateOptions = {}): Express =>
  appBehind({ gate: gateOf(options), passes: new Passes() }, sandbox);

/** A file that cannot be sent any more because the host has answered meanwhile is no fault of anybody's. */
const unlessAnswered: ErrorRequestHandler = (error, _request, response, next) => {
  if (!response.headersSent) next(error);
};

/** The same behind a front door that there is already. */
export function appBehind(door: FrontDoor, sandbox: Sandbox): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use((request, response, next) => {
    if (response.headersSent) return;
    const { refusal, headers } = door.gate(request);
    if (refusal) send(response, refusal, headers);
    else next();
  });
  app.use(pages());
  app.use(nodeListener(sandbox.respond, door));
  app.use(unlessAnswered);
  return app;
}
