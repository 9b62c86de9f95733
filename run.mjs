/**
 * Sets up whatever a command needs, then runs it: `npm start`, `npm test` and the rest work in a bare clone with
 * nothing but Node and npm. What is set up already is left alone, so a second run begins at once.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const stamps = join(root, "node_modules", ".drawdown");
// There, npm and npx are scripts that only a shell can start.
const isWindows = process.platform === "win32";
const readManifest = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const { packageManager } = readManifest(root);

/** What a server needs, and whoever tries it first. */
const serving = [
  "drawdown",
  "@drawdown/mock-server...",
  "@drawdown/example-quickstart...",
  "@drawdown/example-webhook-receiver",
];

const commands = {
  async start(args) {
    build(["mock-server"], { isForRunning: true });
    const { run } = await import(pathToFileURL(join(root, "mock-server/dist/cli.js")).href);
    await run(args);
  },

  test(args) {
    build(["sdk", "mock-server"]); // what is packed, and what runs in other runtimes
    const results = join(stamps, "test-results.json");
    rmSync(results, { force: true });
    const status = runTool("vitest", "vitest", [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${results}`,
      ...args,
    ]);
    if (existsSync(results)) {
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, "utf8"));
      console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
    }
    process.exitCode = status;
  },

  /** Tests what is changed, and what imports it, until it is stopped; `-- ledger` only files with that in their path. */
  "test:watch"(args) {
    build(["sdk", "mock-server"]);
    process.exitCode = runTool("vitest", "vitest", ["watch", ...args]);
  },

  /** Everything about the sources that a test cannot see. */
  check() {
    must("generated files are up to date", "tsx", "tsx", ["spec/generate.ts", "--check"]);
    must("the documents pass their lint", "@redocly/cli", "redocly", ["lint"]);
    commands.typecheck([]);
    must("the sources are in order", "@biomejs/biome", "biome", ["check", "--error-on-warnings"]);
    must("every file, export and dependency is used", "knip", "knip", [
      ...["--no-progress", "--treat-config-hints-as-errors"],
    ]);
  },

  typecheck(args) {
    must("the types agree", "typescript", "tsc", ["-p", ".", ...args]);
  },

  /** The documents and the sources, without a word on how they are laid out; `-- --write` mends what is safe to mend. */
  lint(args) {
    must("the documents pass their lint", "@redocly/cli", "redocly", ["lint"]);
    must("the sources pass their lint", "@biomejs/biome", "biome", [
      ...["lint", "--error-on-warnings"],
      ...args,
    ]);
  },

  /** Lays out the sources and sorts their imports, in place. */
  format(args) {
    must("everything could be laid out", "@biomejs/biome", "biome", [
      ...["check", "--write", "--linter-enabled=false"],
      ...args,
    ]);
  },

  generate() {
    must("generate", "tsx", "tsx", ["spec/generate.ts"]);
  },

  build() {
    build(["spec", "sdk", "mock-server"]);
  },

  /** Packs what an application installs, into the folder `packed`. */
  pack() {
    for (const it of pack()) console.log(it);
  },

  /** Asks what users will notice of a change and writes it down; `-- status` lists what is noted, `-- version` releases it. */
  changeset(args) {
    process.exitCode = runTool("@changesets/cli", "changeset", args);
  },

  /** Whether the packages run beside the newest release of everything; takes it from the registry. */
  newest() {
    process.exitCode = runNode(["contract-tests/newest/run.mjs", ...pack()]);
  },

  /** `npm run example -- neural-api demo` runs a script of an example, without its name `start`, or else `test`. */
  async example([name, ...words]) {
    const examples = readdirSync(join(root, "examples"));
    if (!examples.includes(name)) {
      fail(`there is no example "${name ?? ""}"; there are ${examples.join(", ")}`);
    }
    const folder = join(root, "examples", name);
    if (!existsSync(join(folder, "package.json"))) {
      fail(`${name} is no program of Node; examples/${name}/README.md says how to run it`);
    }
    const { scripts = {}, ...manifest } = readManifest(folder);
    const usual = Object.hasOwn(scripts, "start") ? "start" : "test";
    const hasName = words[0] !== undefined && !words[0].startsWith("-");
    const [script, ...args] = hasName ? words : [usual, ...words];
    if (!Object.hasOwn(scripts, script)) {
      fail(`${name} has no script "${script}"; it has ${Object.keys(scripts).join(", ")}`);
    }
    const uses = { ...manifest.dependencies, ...manifest.devDependencies };
    const packages = ["sdk", "mock-server"].filter((it) => Object.hasOwn(uses, `@drawdown/${it}`));
    build(packages, { isForRunning: true });
    process.exitCode = await runScript(folder, script, args);
  },

  /** `npm run bench` measures the server; `npm run bench -- engine`, `-- sizes` and others what they name. */
  bench(args) {
    const [what = "", ...others] = args;
    const programs = {
      engine: ["--expose-gc", "--max-old-space-size=8192", "mock-server/bench/engine.mjs"],
      sizes: ["--expose-gc", "--max-old-space-size=8192", "mock-server/bench/sizes.mjs"],
      bodies: [
        ...["--expose-gc", "--import", "tsx", "--conditions", "drawdown-source"],
        "mock-server/bench/bodies.ts",
      ],
      advance: ["mock-server/bench/advance.mjs"],
      msw: ["mock-server/bench/msw.mjs"],
      sdk: ["sdk/bench/bench.mjs"],
    };
    build([what === "sdk" ? "sdk" : "mock-server"]);
    process.exitCode = runNode(
      Object.hasOwn(programs, what)
        ? [...programs[what], ...others]
        : ["mock-server/bench/bench.mjs", ...args],
    );
  },
};

await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  requireNode(20, 19);
  if (!Object.hasOwn(commands, name)) {
    fail(`unknown command "${name}"; there are ${Object.keys(commands).join(", ")}`);
  }
  install(name === "start" ? serving : []);
  await commands[name](args);
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(
    `Node ${process.versions.node} is too old; ${major}.${minor} or newer is needed, see https://nodejs.org`,
  );
}

/**
 * Installs the locked dependencies with the pnpm that package.json pins, unless this lockfile is installed already.
 *
 * @param packages those that are needed, as pnpm's --filter has them; none for all: a server needs a quarter of it
 */
function install(packages) {
  const key = hash(["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"]);
  const part = ["install", ...packages].join(" ").replaceAll("/", "-");
  if (isCurrent("install", key) || isCurrent(part, key)) return;
  const isTerminal = process.stdout.isTTY;
  const status = runPnpm([
    "install",
    "--frozen-lockfile",
    "--prefer-offline",
    ...packages.flatMap((it) => ["--filter", it]),
    ...(isTerminal ? [] : ["--reporter=append-only", "--loglevel=warn"]),
  ]);
  if (status !== 0) fail("the dependencies could not be installed; see above");
  markCurrent(part, key);
}

/**
 * Builds the packages whose sources, or whose dependencies' sources, have changed since they were built.
 *
 * @param isForRunning leaves out what takes the most time and does not run: declarations and CommonJS
 */
function build(packages, { isForRunning = false } = {}) {
  for (const name of packages) {
    const sources = [...files("spec"), ...(name === "spec" ? [] : files(name))];
    const whole = hash(sources);
    const key = isForRunning ? `${whole} for running` : whole;
    const isBuilt = [whole, key].some((it) => isCurrent(`build-${name}`, it));
    if (isBuilt && existsSync(join(root, name, "dist"))) continue;
    const only = isForRunning ? ["--no-dts", "--format", "esm"] : [];
    const status = runTool("tsup", "tsup", ["--silent", ...only], join(root, name));
    if (status !== 0) fail(`${name} does not build; see above`);
    markCurrent(`build-${name}`, key);
  }
}

/** Builds and packs both packages as publishing them would; answers the paths of the tarballs. */
function pack() {
  const names = ["sdk", "mock-server"];
  build(names);
  const to = join(root, "packed");
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const name of names) {
    const status = runPnpm(["pack", "--pack-destination", to], join(root, name), "ignore");
    if (status !== 0) fail(`${name} could not be packed; see above`);
  }
  return readdirSync(to).map((it) => join(to, it));
}

/**
 * Ends this process when the one that started it has ended, as the server does by itself. npm starts scripts through a shell that dies of the
 * signal npm passes on without passing it further, which would leave the server on its port.
 */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
  }, 100);
  watch.unref();
}

/** Runs the pnpm that package.json pins. */
function runPnpm(args, cwd = root, stdout = "inherit") {
  const pnpm = packageManager.split("+")[0]; // npx knows no hashes
  const options = { cwd, stdio: ["inherit", stdout, "inherit"], shell: isWindows };
  return spawnSync("npx", ["--yes", pnpm, ...args], options).status ?? 1;
}

function must(what, packageName, bin, args) {
  if (runTool(packageName, bin, args) !== 0) fail(`not true: ${what}`);
}

/** Runs a package's program with this Node, without a shell. Not every package lets its manifest be resolved. */
function runTool(packageName, bin, args, cwd = root) {
  const folder = join(root, "node_modules", packageName);
  const { bin: bins } = readManifest(folder);
  return runNode([join(folder, typeof bins === "string" ? bins : bins[bin]), ...args], cwd);
}

function runNode(args, cwd = root) {
  return spawnSync(process.execPath, args, { cwd, stdio: "inherit" }).status ?? 1;
}

/** Runs a package's script until it ends, or until whoever started this does. */
async function runScript(folder, script, args) {
  const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
    cwd: folder,
    stdio: "inherit",
    shell: isWindows,
  });
  stopWithParent();
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal sends this one to the script, too, which then ends in its own way.
  process.on("SIGINT", () => {});
  const [status] = await once(child, "close");
  return status ?? 1;
}

function files(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (["node_modules", "dist", "test", "bench"].includes(entry.name)) return [];
    return entry.isDirectory() ? files(path) : [path];
  });
}

function hash(paths) {
  const sum = createHash("sha256");
  for (const path of paths) sum.update(path).update(readFileSync(join(root, path)));
  return sum.digest("hex");
}

function isCurrent(name, key) {
  const stamp = join(stamps, name);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === key;
}

function markCurrent(name, key) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), key);
}

function fail(message) {
  console.error(`drawdown: ${message}`);
  process.exit(1);
}
