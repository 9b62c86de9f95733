import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const here = fileURLToPath(new URL("..", import.meta.url));

/**
 * Compiles a program of the sources into one file for the tests of this file, because compiling takes longer than any of the
 * processes that run it.
 *
 * @param name of the file; one for each program of a test file
 * @param contents the program
 * @returns where it will be when the tests run
 */
export function compiled(
  name: string,
  contents: string,
): { readonly path: string; readonly url: string } {
  // Within the package, so that what is left out is found.
  const folder = join(here, "node_modules/.drawdown", `${name}-${process.pid}`);
  const path = join(folder, `${name}.mjs`);
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await build({
      stdin: { contents, resolveDir: here },
      ...{ bundle: true, platform: "node", format: "esm", conditions: ["drawdown-source"] },
      external: ["express"],
      outfile: path,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { path, url: pathToFileURL(path).href };
}

/** The command line: `node path serve --port 0`. */
export const commandLine =
  'import { run } from "@drawdown/mock-server/cli"; await run(process.argv.slice(2));';
