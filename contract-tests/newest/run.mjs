/**
 * Installs the packed packages beside the newest release of everything they may meet, without a lockfile, and runs the
 * suite there: what an application gets that is begun today. It needs the registry, so `npm test` does not run it.
 *
 *     node contract-tests/newest/run.mjs TARBALL…
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const newest = [
  ...["@playwright/test", "dodopayments", "express", "jest", "msw", "typescript", "vitest"],
  ...["@types/express", "@types/node"],
];

/** The release of Node that some of them need, where this one is older. */
const nodeLine = 24;
const isWindows = process.platform === "win32";
const folder = mkdtempSync(join(tmpdir(), "drawdown-newest-"));

const environment = { ...process.env };

try {
  if (!isNodeNew()) takeNewerNode();
  installAll(process.argv.slice(2));
  for (const name of newest) console.log(`${name} ${manifestOf(name).version}`);
  must(node("typescript", "tsc", "--project", "."), "the types agree");
  must(node("vitest", "vitest", "run", "vitest.test.mjs"), "the suite passes in Vitest");
  must(node("jest", "jest", "--rootDir", ".", "jest.spec.cjs"), "the suite passes in Jest");
  must(node("@drawdown/mock-server", "drawdown", "version"), "the command runs");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isNodeNew() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** Puts a newer Node before this one, for npm and for what is installed. */
function takeNewerNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const to = join(folder, "node");
  const options = ["--prefix", to, "--no-save", "--no-audit", "--no-fund"];
  must(["npm", "install", ...options, `${name}@${nodeLine}`], `Node ${nodeLine} is to be had`);
  environment.PATH = join(to, "node_modules", name, "bin") + delimiter + environment.PATH;
}

/** A strict installation: a peer range that does not admit what is newest makes it fail. */
function installAll(tarballs) {
  cpSync(fileURLToPath(new URL("suite", import.meta.url)), folder, { recursive: true });
  const exact = { module: "nodenext", target: "es2023", strict: true, noEmit: true };
  const compilerOptions = { ...exact, skipLibCheck: true, types: ["node"] };
  const files = ["application.mts"];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const wanted = [...tarballs, ...newest.map((it) => `${it}@latest`)];
  const options = ["--no-audit", "--no-fund", "--no-package-lock", "--strict-peer-deps"];
  must(
    ["npm", "install", ...options, ...wanted],
    "the newest of everything installs beside the packages",
  );
}

/** The command line that runs a program of an installed package. */
function node(name, program, ...args) {
  const { bin } = manifestOf(name);
  const script = typeof bin === "string" ? bin : bin[program];
  return ["node", join(folder, "node_modules", name, script), ...args];
}

function manifestOf(name) {
  return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
}

function must([program, ...args], what) {
  const shell = isWindows && program === "npm"; // there, npm is a script that only a shell can start
  const options = { cwd: folder, env: environment, stdio: "inherit", shell };
  const { status } = spawnSync(program, args, options);
  if (status === 0) return console.log(`✓ ${what}`);
  console.error(`✗ not true: ${what}`);
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
