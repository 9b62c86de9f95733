import { availableParallelism } from "node:os";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const scenarios = "contract-tests/scenarios/**/*.test.ts";

export default defineConfig({
  // Workspace packages are tested from their sources; nothing has to be built first.
  ssr: { resolve: { conditions: ["drawdown-source", ...defaultServerConditions] } },
  test: {
    // Vitest itself leaves one core unused, which on a small machine is half of them.
    maxWorkers: availableParallelism(),
    // A property test that hangs is a failure; nothing here takes a tenth of this.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "scenarios",
          include: [scenarios],
          // Each test has a sandbox of its own; loading the modules anew for each file would take longer than the tests.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "others",
          include: [
            "mock-server/test/**/*.test.ts",
            "sdk/test/**/*.test.ts",
            "contract-tests/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", scenarios],
        },
      },
    ],
  },
});
