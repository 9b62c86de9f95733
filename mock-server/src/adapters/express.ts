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
