export type { Delivery } from "./client/control.js";
export { createSandbox, type Sandbox, type SandboxOptions } from "./create-sandbox.js";
export type { Fetch } from "./http/call.js";
export type { OfKey } from "./sandbox-object.js";
export { version } from "./version.js";
