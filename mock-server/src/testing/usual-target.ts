import { createSandbox, type Sandbox } from "../create-sandbox.js";

let own: Sandbox | undefined;

/** The running server that `DRAWDOWN_URL` names, or else a sandbox in this process, the same for all callers. */
export function usualTarget(): Sandbox | string {
  const url = addressFromEnvironment();
  if (url !== undefined) return url;
  if (!own || own.closed) own = createSandbox();
  return own;
}

/** Browsers have no environment. */
export const addressFromEnvironment = (): string | undefined =>
  typeof process === "undefined" ? undefined : process.env["DRAWDOWN_URL"] || undefined;
