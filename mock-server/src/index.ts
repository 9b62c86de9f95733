export { createSandbox, type Sandbox, type SandboxOptions } from "./create-sandbox.js";
export { version } from "./version.js";
