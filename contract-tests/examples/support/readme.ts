import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A line of a README's shell blocks, ready to be run without a shell and without a build. */
export interface Command {
  /** As a reader sees it, with the addresses of the test in place of the usual ones. */
  readonly line: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly program: string;
  readonly args: readonly string[];
}

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a sandbox that was started prints. */
export const isServing = /^Drawdown listens on/;

const require = createRequire(import.meta.url);

/** Packages of the workspace are loaded from their sources. */
export const fromSources = ["--conditions=drawdown-source", "--import", require.resolve("tsx")];

/**
 * The commands of an example's README in order, each with the texts in `changes` replaced: usually ports, which a test
 * cannot take for granted. Every block begins in the root of the repository. Calls of curl are left out.
 */
export function commandsOf(
  example: string,
  changes: Readonly<Record<string, string | number>> = {},
): readonly Command[] {
  return blocksOf(example, "sh").flatMap((block) => readBlock(replaceAll(block, changes)));
}

/** What an example's README says that you should see, its first block without a language; `…` stands for anything. */
export function shownBy(example: string): RegExp {
  const [shown = ""] = blocksOf(example, "");
  return new RegExp(`^${shown.split("…").map(escaped).join(".+")}$`);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function blocksOf(example: string, language: string): readonly string[] {
  const readme = readFileSync(join(root, "examples", example, "README.md"), "utf8");
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , block = ""]) => block);
}

/** Runs Node with these arguments in a folder of the repository. */
export const nodeCommand = (args: readonly string[], folder = "."): Command => ({
  line: `node ${args.join(" ")}`,
  cwd: join(root, folder),
  env: {},
  program: process.execPath,
  args,
});

const replaceAll = (text: string, changes: Readonly<Record<string, string | number>>): string =>
  Object.entries(changes).reduce((it, [from, to]) => it.replaceAll(from, String(to)), text);

function readBlock(block: string): readonly Command[] {
  let cwd = root;
  return block.split("\n").flatMap((raw) => {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    const [program = "", ...words] = line.match(/'[^']*'|\S+/g) ?? [];
    // What curl would say, a test asks for by itself: not every machine has it.
    if (program === "" || program === "curl") return [];
    if (program !== "cd") return [readCommand(line, cwd)];
    cwd = join(cwd, words[0] ?? "");
    return [];
  });
}

function readCommand(line: string, cwd: string): Command {
  const words = (line.match(/'[^']*'|\S+/g) ?? []).map((it) => it.replace(/^'(.*)'$/, "$1"));
  const start = words.findIndex((it) => !/^[A-Z_]+=/.test(it));
  const env = Object.fromEntries(words.slice(0, start).map((it) => it.split(/=(.*)/s, 2)));
  const [program = "", ...rest] = words.slice(start);
  if (program === "python3") return { line, cwd, env, program, args: rest };
  const args = program === "node" ? [...fromSources, ...rest] : npm(program, rest, cwd);
  return { line, cwd, env, program: process.execPath, args };
}

/** What Node is given to do what npm would. */
function npm(program: string, words: readonly string[], cwd: string): readonly string[] {
  if (program !== "npm") throw new Error(`a README calls ${program}, which tests cannot run`);
  const [name = "", ...rest] = words[0] === "run" ? words.slice(1) : words;
  const given = rest[0] === "--" ? rest.slice(1) : rest;
  // What the root's `npm start` runs once it has built the server.
  if (cwd === root && name === "start") {
    return [...fromSources, join(root, "contract-tests/harness/serve.ts"), ...given];
  }
  const { scripts } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  const [tool = "", ...own] = String(scripts[name]).split(" ");
  return [...(tool === "node" ? [] : [binary(tool, cwd)]), ...own, ...given];
}

/** The script behind a program that a package of the example brings. */
function binary(tool: string, cwd: string): string {
  const manifest = createRequire(join(cwd, "package.json")).resolve(`${tool}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return join(manifest, "..", typeof bin === "string" ? bin : bin[tool]);
}
