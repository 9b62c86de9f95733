import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  clean: true,
  sourcemap: true,
  esbuildOptions(options) {
    options.conditions = ["drawdown-source"];
  },
});
