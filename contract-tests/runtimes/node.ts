import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Releases of Node that are tried: the one that runs the tests, and a fixed one of each later line. */
export const versions = [...new Set([process.versions.node, "22.23.3", "24.21.0"])];

/** Where a release is, or why it is not to be had here. */
export type Runtime =
  | { readonly executable: string }
  | { readonly executable: null; readonly reason: string };

const root = fileURLToPath(new URL("../..", import.meta.url));
/** One package for each platform has the executable; this is the one that CI runs on. */
const platform = "linux-x64";

/**
 * The executable of a release: the one running, or one that is installed from the registry once.
 *
 * @throws Error in CI, where nothing is to be left out
 */
export async function nodeOf(version: string): Promise<Runtime> {
  if (version === process.versions.node) return { executable: process.execPath };
  const here = `${process.platform}-${process.arch}`;
  if (here !== platform) return missing(`Node ${version} is tried on ${platform}, this is ${here}`);
  const folder = join(root, "node_modules/.drawdown", `node-${version}`);
  const executable = join(folder, `node_modules/node-${platform}/bin/node`);
  if (existsSync(executable)) return { executable };
  const install = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund"];
  try {
    await promisify(execFile)("npm", [...install, `node-${platform}@${version}`]);
  } catch (error) {
    return missing(`Node ${version} could not be installed: ${error}`);
  }
  return { executable };
}

function missing(reason: string): Runtime {
  if (process.env["CI"]) throw new Error(reason);
  return { executable: null, reason };
}
