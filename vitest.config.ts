import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Workspace packages are tested from their sources; nothing has to be built first.
  ssr: { resolve: { conditions: ["drawdown-source", ...defaultServerConditions] } },
  test: {
    include: [
      "mock-server/test/**/*.test.ts",
      "sdk/test/**/*.test.ts",
      "contract-tests/**/*.test.ts",
    ],
    // A property test that hangs is a failure; nothing here takes a tenth of this.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
