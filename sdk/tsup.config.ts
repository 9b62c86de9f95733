import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    legacy: "src/legacy/index.ts",
    sandbox: "src/sandbox/index.ts",
    amount: "src/amount.ts",
    api: "src/api.ts",
    verifier: "src/verifier.ts",
    "no-verifier": "src/no-verifier.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  // What entries share is in files of its own, in CommonJS too: an error of one is an instance of the other's class.
  splitting: true,
  // By Rollup, which leaves CommonJS as it was written; without it classes lose their names there.
  treeshake: true,
  // The document's types are copied into ours, as whoever installs this package has no @drawdown/spec. Types of
  // packages are left out, types of paths are not.
  dts: {
    compilerOptions: {
      paths: {
        "@drawdown/spec/control": ["../spec/generated/control.ts"],
        "@drawdown/spec/dodo": ["../spec/generated/dodo.ts"],
      },
      stripInternal: true,
    },
  },
  // Imported from CommonJS of a package of type "module", its default export would be its whole module object.
  noExternal: ["openapi-fetch"],
  // Which of the two it is, the conditions of whoever resolves it decide.
  external: ["#verifier"],
  clean: true,
  sourcemap: true,
  esbuildOptions(options) {
    options.conditions = ["drawdown-source"];
  },
});
