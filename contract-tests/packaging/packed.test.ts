import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, test } from "vitest";
import { openFolder, type Packed, pack, readManifest, root } from "./pack.js";

/** What publishing would send, looked at file by file and by the tools that know how others will read it. */

const attw = join(
  dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json")),
  "dist/index.js",
);

interface Problem {
  readonly kind: string;
  readonly entrypoint?: string;
  readonly resolutionKind?: string;
}

/**
 * Whether attw has found something to be put right. What only whoever starts the server imports is there as modules,
 * which CommonJS requires, too; resolution as before there was `exports` finds the types of these entries, and Node,
 * which has `exports`, the code.
 */
const isWrong = {
  sdk: () => true,
  "mock-server": ({ kind }: Problem) => kind !== "CJSResolvesToESM",
};

/** The same without what only this workspace has: its sources, under a condition of its own. */
function published(entries: unknown): unknown {
  if (typeof entries !== "object" || entries === null) return entries;
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([condition]) => condition !== "drawdown-source")
      .map(([key, value]) => [key, published(value)]),
  );
}

/** Every file that the entries lead to. */
const targets = (entries: unknown): readonly string[] =>
  typeof entries === "string" ? [entries] : Object.values(entries ?? {}).flatMap(targets);

describe.for(["sdk", "mock-server"] as const)("%s, packed", (name) => {
  let packed: Packed;

  beforeAll(async () => {
    packed = await pack(name);
  });

  test("is its build, and what a package has besides", () => {
    const build = /^(?:dist\/[\w-]+\.(?:js|cjs|d\.ts|d\.cts)(?:\.map)?|bin\/\w+\.mjs)$/;
    const documents =
      name === "sdk" ? [] : ["COVERAGE.md", "behaviours.yaml", "openapi.yaml", "sandbox.yaml"];
    expect(packed.files.filter((it) => !build.test(it))).toEqual([
      "LICENSE",
      "README.md",
      ...documents.map((it) => `dist/documents/${it}`),
      "package.json",
    ]);
  });

  test("has the entries of the workspace, without the way to the sources", async () => {
    const { exports, imports } = await readManifest(join(root, name));
    expect([packed.manifest.exports, packed.manifest.imports]).toEqual([
      published(exports),
      published(imports),
    ]);
  });

  test("has every file that an entry leads to", () => {
    const { exports, imports } = packed.manifest;
    const asked = [...targets(exports), ...targets(imports)].map((it) => it.replace("./", ""));
    expect(asked.filter((it) => !packed.files.includes(it))).toEqual([]);
  });

  test("depends on releases, never on the workspace", () => {
    expect(JSON.stringify(packed.manifest)).not.toContain("workspace:");
  });

  test("satisfies publint", async () => {
    const file = await readFile(packed.tarball);
    const tarball = new Uint8Array(file).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((it) => formatMessage(it, pkg, { color: false }))).toEqual([]);
  });

  test("has types that agree with its code", async () => {
    // Into a file: it ends before a pipe has taken all of what it says.
    const said = join(await openFolder(), "attw.json");
    const file = await open(said, "w");
    const child = spawn(process.execPath, [attw, packed.tarball, "--format", "json"], {
      stdio: ["ignore", file.fd, "inherit"],
    });
    await once(child, "close"); // with 1 when there are problems
    await file.close();
    const { analysis, problems = {} } = JSON.parse(await readFile(said, "utf8"));
    const found = Object.values<readonly Problem[]>(problems).flat();
    expect([analysis.types.kind, found.filter(isWrong[name])]).toEqual(["included", []]);
  });
});
