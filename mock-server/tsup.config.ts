import { defineConfig } from "tsup";

// One self-contained file per entry starts faster than a tree of packages; Express stays outside because a host
// application that mounts the sandbox has its own.
export default defineConfig({
  entry: {
    index: "src/index.ts",
    express: "src/adapters/express.ts",
    node: "src/adapters/listen.ts",
    cli: "src/cli.ts",
  },
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: true,
  clean: true,
  noExternal: [/^@drawdown\/spec/, "decimal.js", "fastest-levenshtein", "standardwebhooks"],
  esbuildOptions(options) {
    options.conditions = ["drawdown-source"];
  },
});
