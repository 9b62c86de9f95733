export type { Delivery } from "./adapters/control.js";
export type { Fetch } from "./adapters/fetch.js";
export type { OfKey } from "./adapters/in-process.js";
export { createSandbox, type Sandbox, type SandboxOptions } from "./create-sandbox.js";
export { version } from "./version.js";
