import { appendFile } from "node:fs/promises";
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
  // The one, imported from CommonJS of a package of type "module", would have its whole module object for its default
  // export; the other is four files, each of which takes its time to be found and read.
  noExternal: ["openapi-fetch", "standardwebhooks"],
  // `require("@drawdown/sdk")` is the client itself, as `require("dodopayments")` is. Added to the file that was written,
  // because Rollup takes it for a statement of the module, which runs before the exports are there.
  plugins: [
    {
      name: "client-as-module",
      async buildEnd({ writtenFiles }) {
        const entry = writtenFiles.find(({ name }) => name.endsWith("dist/index.cjs"));
        if (!entry) return;
        await appendFile(
          entry.name,
          "\nmodule.exports = Object.assign(exports.default, exports);\n",
        );
      },
    },
  ],
  // Which of the two it is, the conditions of whoever resolves it decide.
  external: ["#verifier"],
  clean: true,
  sourcemap: true,
  esbuildOptions(options) {
    options.conditions = ["drawdown-source"];
  },
});
