import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entries = { sdk: "", amount: "/amount", legacy: "/legacy", sandbox: "/sandbox" };

/**
 * The program and the built client in one script, which leaves `program.run(options)` behind.
 *
 * @param options.conditions by which packages choose what is for this runtime
 */
export async function bundle(options: { readonly conditions: string[] }): Promise<string> {
  const imports = Object.entries(entries).map(
    ([name, path]) => `import * as ${name} from "@drawdown/sdk${path}";`,
  );
  const contents = `${imports.join("\n")}
import { run as runWith } from "./program.mjs";
export const run = (options) => runWith({ ${Object.keys(entries)} }, options);`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "program",
    target: "es2022",
    keepNames: true,
    write: false,
    logLevel: "silent",
    ...options,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made no file");
  return file.text;
}
