import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "../../node_modules/.playwright",
  timeout: 120_000,
  workers: 2,
  fullyParallel: true,
  // Whoever runs this has looked for a browser.
  use: { launchOptions: { executablePath: process.env["CHROMIUM_PATH"] ?? "" } },
});
