import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    dodo: "generated/dodo.ts",
    control: "generated/control.ts",
    rules: "generated/rules.ts",
    contract: "contract.ts",
  },
  format: ["esm"],
  target: "es2022",
  clean: true,
});
