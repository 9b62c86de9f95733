import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import manifest from "../mock-server/package.json" with { type: "json" };
import sdkManifest from "../sdk/package.json" with { type: "json" };
import specManifest from "../spec/package.json" with { type: "json" };

/** What nobody runs here: workflows of the repository's host, its forms, and what documents say about them. */

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const namesIn = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder)).filter((it) => ending.test(it));

const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(read("package.json"));

/** The scripts of package.json that a text runs, and the programs of the repository. */
const scriptsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test)\b)/g)].map(
    ([, name, usual]) => name ?? usual ?? "",
  );
const programsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\.ci\/\w+/gm)].map(([path]) => path);

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly "runs-on": string;
        readonly "timeout-minutes": number;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
}

describe.for(namesIn(".github/workflows", /\.yml$/))("workflow %s", (file) => {
  const workflow: Workflow = parse(read(`.github/workflows/${file}`));
  const jobs = Object.values(workflow.jobs);
  const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run)).join("\n");

  test("has the name of its file, an occasion, and an end for each job", () => {
    expect(`${workflow.name}.yml`).toBe(file);
    expect(Object.keys(workflow.on)).not.toEqual([]);
    for (const job of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  test("may read, and a job that may more says what", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    const more = jobs.flatMap((it) => Object.entries(it.permissions ?? {}));
    expect(more.filter(([, access]) => access === "write")).toEqual(
      file === "release.yml" ? [["id-token", "write"]] : [],
    );
  });

  test("has steps that use an action at a version, or run something", () => {
    for (const step of jobs.flatMap((it) => it.steps)) {
      expect(step.uses ?? "an/action@v1").toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
      expect([step.uses, step.run].filter((it) => it !== undefined)).toHaveLength(1);
    }
  });

  test("runs scripts and programs that there are, and one at least", () => {
    const programs = programsIn(commands);
    const called = [...scriptsIn(commands), ...programs.flatMap((it) => scriptsIn(read(it)))];
    expect(called.filter((it) => !Object.hasOwn(scripts, it))).toEqual([]);
    expect(called.length).toBeGreaterThan(0);
  });
});

test("the forms for issues ask for something, each field with a name of its own", () => {
  for (const file of namesIn(".github/ISSUE_TEMPLATE", /\.yml$/)) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${file}`));
    if (file === "config.yml") continue;
    expect([typeof form.name, typeof form.description], file).toEqual(["string", "string"]);
    const ids = form.body.map(({ id }: { id: string }) => id);
    expect(ids.length, file).toBeGreaterThan(0);
    expect(new Set(ids).size, file).toBe(ids.length);
    for (const { attributes } of form.body) expect(typeof attributes.label, file).toBe("string");
  }
});

test("CODEOWNERS gives paths that there are to teams", () => {
  const lines = read(".github/CODEOWNERS")
    .split("\n")
    .filter((it) => it !== "" && !it.startsWith("#"))
    .map((it) => it.split(/\s+/));
  expect(lines.length).toBeGreaterThan(0);
  for (const [path = "", ...owners] of lines) {
    expect(path === "*" || existsSync(join(root, path)), path).toBe(true);
    expect(owners.length, path).toBeGreaterThan(0);
    for (const owner of owners) expect(owner).toMatch(/^@[\w-]+\/[\w-]+$/);
  }
});

test("SECURITY.md, changes and change logs cite rules of the catalogue that are built", () => {
  const catalogue: { rules: readonly { id: string; status: string }[] } = parse(
    read("spec/behaviours.yaml"),
  );
  const built = new Set(catalogue.rules.filter((it) => it.status === "built").map(({ id }) => id));
  const texts = [
    "SECURITY.md",
    ...["mock-server", "sdk", "spec"].map((it) => `${it}/CHANGELOG.md`),
    ...namesIn(".changeset", /\.md$/).map((it) => `.changeset/${it}`),
  ];
  const unknown = texts.flatMap((path) =>
    [...read(path).matchAll(/\b[A-Z]{3}-\d\d\b/g)]
      .filter(([id]) => !built.has(id))
      .map(([id]) => `${path}: ${id}`),
  );
  expect(unknown).toEqual([]);
  expect([...read("SECURITY.md").matchAll(/\b(BND|BDY|CLK)-\d\d\b/g)].length).toBeGreaterThan(5);
});

test("CONTRIBUTING.md lists every script, and the documents name only scripts that there are", () => {
  const listed = scriptsIn(read("CONTRIBUTING.md"));
  expect(Object.keys(scripts).filter((it) => !listed.includes(it))).toEqual([]);
  const texts = ["CONTRIBUTING.md", ".github/pull_request_template.md", "SECURITY.md"];
  const unknown = texts.flatMap((it) => scriptsIn(read(it))).filter((it) => !scripts[it]);
  expect(unknown).toEqual([]);
});

test("the packages have one version, which the README and the change logs name", () => {
  const { version } = manifest;
  expect([sdkManifest.version, specManifest.version]).toEqual([version, version]);
  const tarballs = [...read("README.md").matchAll(/drawdown-[a-z-]+-(\d+\.\d+\.\d+)\.tgz/g)];
  expect(tarballs.map(([, named]) => named)).toEqual([version, version]);
  for (const name of ["mock-server", "sdk", "spec"]) {
    expect(read(`${name}/CHANGELOG.md`), name).toContain(`## ${version}\n`);
  }
});
