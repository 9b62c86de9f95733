import { createRequire } from "node:module";
import { dirname } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

// Playwright's own browser, from `npx playwright install chromium`, unless another is named.
const executablePath = process.env["CHROMIUM_PATH"];

export default defineConfig({
  // Where MSW keeps mockServiceWorker.js. An application that has a public folder: `npx msw init public`.
  publicDir: dirname(createRequire(import.meta.url).resolve("msw/mockServiceWorker.js")),
  esbuild: { jsx: "automatic" },
  // What no source file names, so that Vite would come upon it in the middle of a test and load the page again.
  optimizeDeps: { include: ["react/jsx-dev-runtime"] },
  test: {
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: executablePath ? { executablePath } : {} }),
      instances: [{ browser: "chromium" }],
    },
  },
});
