import { copyFile, mkdir } from "node:fs/promises";
import { defineConfig } from "tsup";
import { documents } from "./src/adapters/page-paths.js";

const forJest = {
  index: "src/index.ts",
  testing: "src/testing/index.ts",
  jest: "src/testing/jest.ts",
  msw: "src/adapters/msw.ts",
};

// One self-contained file per entry starts faster than a tree of packages; Express stays outside because a host
// application that mounts the sandbox has its own.
export default defineConfig({
  entry: {
    ...forJest,
    express: "src/adapters/express.ts",
    node: "src/adapters/listen.ts",
    cli: "src/cli.ts",
    redirect: "src/redirect/index.ts",
    vitest: "src/testing/vitest.ts",
    playwright: "src/testing/playwright.ts",
  },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  splitting: true,
  clean: true,
  noExternal: [/^@drawdown\/spec/, "decimal.js", "fastest-levenshtein", "standardwebhooks"],
  // The documents' types are copied into ours, as whoever installs this package has no @drawdown/spec. Types of packages
  // are left out, types of paths are not.
  dts: {
    compilerOptions: {
      paths: {
        "@drawdown/spec/contract": ["../spec/contract.ts"],
        "@drawdown/spec/control": ["../spec/generated/control.ts"],
        "@drawdown/spec/dodo": ["../spec/generated/dodo.ts"],
        "@drawdown/spec/rules": ["../spec/generated/rules.ts"],
      },
    },
  },
  // An installed package serves the documents it follows, and has no @drawdown/spec to read them from.
  async onSuccess() {
    await mkdir("dist/documents", { recursive: true });
    for (const name of documents) await copyFile(`../spec/${name}`, `dist/documents/${name}`);
  },
  esbuildOptions(options, { format }) {
    options.conditions = ["drawdown-source"];
    // Jest alone cannot load modules unless Node is told to let it, so what it needs is there in CommonJS, too.
    if (format === "cjs") options.entryPoints = forJest;
  },
});
