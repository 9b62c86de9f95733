import { defineConfig } from "vitest/config";

// Without a file here, vitest would take the one in the root of the repository. Two hundred races take a second or two;
// a machine that is busy with other things needs more.
export default defineConfig({ test: { testTimeout: 60_000 } });
