import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** The conditions of an entry and where they lead, as Node reads them. */
export type Exports = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly name: string;
  readonly exports: Exports;
  readonly imports?: Exports;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Packed {
  /** Its folder in the workspace. */
  readonly name: "sdk" | "mock-server";
  readonly tarball: string;
  /** The unpacked tarball. */
  readonly folder: string;
  /** Every file in it, by its path from `folder`, in the order of the alphabet. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
}

/** An empty folder outside of the workspace, until the file's tests are over. */
export async function openFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "drawdown-")));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

/** An application far from the workspace and its sources that has a packed package, and what it depends on. */
export async function installIn(
  app: string,
  { name, folder, manifest }: Packed,
  optional: readonly string[] = [],
): Promise<void> {
  const modules = join(app, "node_modules");
  await mkdir(join(modules, dirname(manifest.name)), { recursive: true });
  await cp(folder, join(modules, manifest.name), { recursive: true });
  for (const dependency of [...Object.keys(manifest.dependencies ?? {}), ...optional]) {
    const installed = await realpath(join(root, name, "node_modules", dependency));
    await mkdir(dirname(join(modules, dependency)), { recursive: true });
    await symlink(installed, join(modules, dependency), "junction");
  }
}

/** Packs a package of the workspace as publishing it would. */
export async function pack(name: "sdk" | "mock-server"): Promise<Packed> {
  const source = join(root, name);
  if (!existsSync(join(source, "dist"))) {
    throw new Error(`${name}/dist is not there: run \`npm run build\` first, as \`npm test\` does`);
  }
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const pnpm = String(packageManager).replace(/\+.*/, ""); // npx knows no hashes
  const to = await openFolder();
  await run("npx", ["--yes", pnpm, "pack", "--pack-destination", to], {
    cwd: source,
    shell: process.platform === "win32", // npx is a script there
  });
  const [file = ""] = await readdir(to);
  const tarball = join(to, file);
  await run("tar", ["-xzf", file], { cwd: to });
  const folder = join(to, "package");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((it) => it.isFile())
    .map((it) => relative(folder, join(it.parentPath, it.name)).replaceAll(sep, "/"))
    .sort();
  return { name, tarball, folder, files, manifest: await readManifest(folder) };
}
