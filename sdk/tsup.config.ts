import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  // The document's types are copied into ours, as whoever installs this package has no @drawdown/spec. Types of
  // packages are left out, types of paths are not.
  dts: {
    compilerOptions: {
      paths: { "@drawdown/spec/dodo": ["../spec/generated/dodo.ts"] },
      stripInternal: true,
    },
  },
  // Imported from CommonJS of a package of type "module", its default export would be its whole module object.
  noExternal: ["openapi-fetch"],
  clean: true,
  sourcemap: true,
  esbuildOptions(options) {
    options.conditions = ["drawdown-source"];
  },
});
