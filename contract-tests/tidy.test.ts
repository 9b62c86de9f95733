import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { functionsOf, linesOfFile, parseFile, undocumentedExports } from "./harness/source-code.js";

/** The style of the project, as far as a program can see it. */

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const filesBelow = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (["node_modules", "dist", "generated"].includes(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path, ending) : ending.test(path) ? [path] : [];
  });

const read = (path: string) => readFileSync(join(root, path), "utf8");

const sources = ["spec", "sdk", "mock-server"].flatMap((it) => filesBelow(it, /\.ts$/));
const engine = sources.filter((it) => it.startsWith("mock-server/src/"));
const tests = ["contract-tests", "mock-server/test", "sdk/test"].flatMap((it) =>
  filesBelow(it, /\.test\.ts$/),
);

interface Rule {
  readonly id: string;
  readonly says: string;
  readonly status: "built" | "planned" | "declined";
  readonly why?: string;
  readonly basis: string;
  readonly note?: string;
  readonly conflict?: string;
}

const catalogue: { rules: readonly Rule[]; conflicts: readonly { id: string }[] } = parse(
  read("spec/behaviours.yaml"),
);
const document: {
  "x-not-served": readonly { method: string; path: string; "x-rules"?: readonly string[] }[];
} = parse(read("spec/openapi.yaml"));
const built = catalogue.rules.filter((it) => it.status === "built").map((it) => it.id);
const known = new Set(catalogue.rules.map((it) => it.id));

describe("imports", () => {
  /** What each folder of the engine may import besides itself: folders of the engine, and packages. */
  const allowed: { readonly [folder: string]: readonly string[] } = {
    domain: ["decimal.js"],
    sandbox: ["domain"],
    http: ["domain", "sandbox", "@drawdown/spec", "fastest-levenshtein", "version.ts"],
    "dialects/dodo": ["domain", "sandbox", "http", "@drawdown/spec", "standardwebhooks"],
    "dialects/control": ["domain", "sandbox", "http", "@drawdown/spec", "version.ts"],
    stores: ["sandbox", "domain/order.ts"],
    adapters: [
      "http",
      "sandbox/ports.ts",
      "sandbox-object.ts",
      "version.ts",
      "@drawdown/spec",
      "express",
      "msw",
      "node:",
    ],
    client: ["http/call.ts", "http/web-address.ts", "@drawdown/spec"],
    redirect: ["adapters", "client", "http", "create-sandbox.ts", "sandbox-options.ts"],
    testing: [
      "adapters/listen.ts",
      "client",
      "http/call.ts",
      "http/failure.ts",
      "sandbox-object.ts",
      "create-sandbox.ts",
      "@drawdown/spec",
      "vitest",
      "@playwright/test",
    ],
  };

  const importsOf = (path: string): readonly string[] =>
    [...read(path).matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)"/gm)].map(([, from = ""]) =>
      from.startsWith(".")
        ? relative("mock-server/src", join(dirname(path), from)).replace(/\.js$/, ".ts")
        : from.startsWith("#")
          ? from.slice(1).replace(/\.js$/, ".ts")
          : from,
    );

  for (const [folder, others] of Object.entries(allowed)) {
    test(`${folder} imports only what it may`, () => {
      const mine = engine.filter((it) => it.startsWith(`mock-server/src/${folder}/`));
      expect(mine.length).toBeGreaterThan(0);
      const offending = mine.flatMap((path) =>
        importsOf(path)
          .filter((from) => ![folder, ...others].some((it) => from.startsWith(it)))
          .map((from) => `${path} imports ${from}`),
      );
      expect(offending).toEqual([]);
    });
  }

  test("no import climbs more than two folders", () => {
    const climbing = [...sources, ...tests].flatMap((path) =>
      [...read(path).matchAll(/from "((?:\.\.\/){3,}[^"]*)"/g)].map(
        ([, from]) => `${path}: ${from}`,
      ),
    );
    expect(climbing).toEqual([]);
  });

  test("decimal.js has one importer a package", () => {
    const importers = sources.filter((it) => /from "decimal\.js"/.test(read(it)));
    expect(importers).toEqual(["sdk/src/amount.ts", "mock-server/src/domain/amount.ts"]);
  });

  test("names are compared in one place", () => {
    const comparing = sources.filter((it) => /from "fastest-levenshtein"/.test(read(it)));
    expect(comparing).toEqual(["mock-server/src/http/did-you-mean.ts"]);
  });

  test("the machine's clock has one reader", () => {
    const readers = engine.filter((it) => /Date\.now|new Date\(\)|performance\.now/.test(read(it)));
    expect(readers).toEqual(["mock-server/src/sandbox/clock.ts"]);
  });

  test("nothing in the engine or its tests is left to chance but what opens links", () => {
    const chance = /Math\.random|randomUUID|randomBytes|getRandomValues/;
    const rollers = [...engine, ...tests].filter(
      (it) => !it.endsWith("tidy.test.ts") && chance.test(read(it)),
    );
    expect(rollers).toEqual(["mock-server/src/adapters/passes.ts"]);
  });

  test("the SDK never imports the server", () => {
    const offending = sources.filter(
      (it) => it.startsWith("sdk/src") && /mock-server/.test(read(it)),
    );
    expect(offending).toEqual([]);
  });
});

/**
 * The engine is to serve several vendors, so what is below the dialects has no vendor's word: no name, no prefix of an id or
 * a key, no type of an entry, no event, no field of the wire.
 */
describe("vendors", () => {
  const words =
    /dodo|\b(?:bus|cde|cdb|cdg|cdl|cks|cus|pdt|sub)_|\bcredit_(?:added|deducted|expired|rolled_over)\b|\boverage_(?:charged|reset)\b|\bcredit\.\w+ed\b|\b(?:customer_id|credit_entitlement_id|expires_at|event_name)\b/i;

  /** Where one is left. A file that is clean goes off the list and stays off it. */
  const left = [
    "domain/ledger/account.ts",
    "domain/ledger/deduct.ts",
    "domain/ledger/expire.ts",
    "domain/ledger/fold.ts",
    "domain/ledger/grant.ts",
    "domain/ledger/roll-over.ts",
    "domain/ledger/rules/expiry.ts",
    "domain/ledger/rules/rollover.ts",
    "domain/ledger/settle-overage.ts",
    "domain/policy.ts",
    "sandbox/tenant.ts",
    "http/authenticate.ts",
    "http/placeholder-key.ts",
  ];

  test("no vendor's word is below the dialects, but where it is left", () => {
    const below = ["domain", "sandbox", "http", "stores"].flatMap((folder) =>
      engine.filter((it) => it.startsWith(`mock-server/src/${folder}/`)),
    );
    const found = below.filter((it) => words.test(read(it)));
    expect(found.map((it) => it.slice("mock-server/src/".length))).toEqual(left);
  });
});

describe("rules", () => {
  /** `@rule ID` in a docstring of the engine, or `x-rule` beside a constraint of the document. */
  const homes = [
    ...engine.flatMap((path) =>
      [...read(path).matchAll(/@rule ([A-Z]{3}-\d\d)/g)].map(([, id = ""]) => ({ id, path })),
    ),
    ...[...read("spec/openapi.yaml").matchAll(/x-rule: (.+)$/gm)].flatMap(([, ids = ""]) =>
      [...ids.matchAll(/[A-Z]{3}-\d\d/g)].map(([id]) => ({ id, path: "spec/openapi.yaml" })),
    ),
  ];

  // Scenario files have their own names for `test`; what counts is a call whose first words are an id.
  const namesOfTests = tests.flatMap((path) =>
    [...read(path).matchAll(/\w\(\s*["'`]([A-Z]{3}-\d\d) /g)].map(([, id = ""]) => id),
  );

  test("a rule has at most one home", () => {
    const seen = new Map<string, string>();
    const twice = homes.flatMap(({ id, path }) => {
      const first = seen.get(id);
      seen.set(id, path);
      return first === undefined ? [] : [`${id}: ${first} and ${path}`];
    });
    expect(twice).toEqual([]);
  });

  test("only rules of the catalogue that are built have a home", () => {
    expect(homes.filter(({ id }) => !built.includes(id))).toEqual([]);
  });

  test("every rule that is built has a test that starts with its id", () => {
    expect(built.filter((it) => !namesOfTests.includes(it))).toEqual([]);
  });

  test("no test is named after a rule that is not in the catalogue, or not built", () => {
    expect(namesOfTests.filter((it) => !built.includes(it))).toEqual([]);
  });

  test("every rule id that the sources mention is in the catalogue", () => {
    const areas = new Set([...known].map((it) => it.slice(0, 3)));
    const unknown = [...sources, "spec/openapi.yaml", "spec/sandbox.yaml"].flatMap((path) =>
      [...read(path).matchAll(/\b([A-Z]{3})-\d\d\b/g)]
        .filter(([id, area = ""]) => areas.has(area) && !known.has(id))
        .map(([id]) => `${path}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  test("no rule is built whose operation answers 501", () => {
    const lying = document["x-not-served"].flatMap(({ method, path, "x-rules": rules = [] }) =>
      rules.filter((it) => built.includes(it)).map((id) => `${id}: ${method} ${path}`),
    );
    expect(lying).toEqual([]);
  });

  test("only rules about refusals are tested by an answer of 501", () => {
    const about = ["AUT", "ERR", "SDK"];
    const lying = tests
      .filter((it) => !it.endsWith("tidy.test.ts"))
      .flatMap((path) =>
        read(path)
          .split(/^(?=(?:for|scenario|test|\w+Scenario|clientTest)\b)/m)
          .filter((it) => it.includes("NOT_SERVED_BY_DRAWDOWN"))
          .flatMap((it) => /\w\(\s*["'`]([A-Z]{3})-\d\d /.exec(it)?.[1] ?? [])
          .filter((area) => !about.includes(area))
          .map((area) => `${path}: ${area}`),
      );
    expect(lying).toEqual([]);
  });

  test("a rule says why exactly when it is declined", () => {
    expect(catalogue.rules.filter((it) => (it.status === "declined") !== Boolean(it.why))).toEqual(
      [],
    );
  });

  test("no built rule is said to come later", () => {
    const later =
      /\bcomes? with (?:products|subscriptions|checkout|webhooks|rollover|the meter)|later version|part of this version|can occur now\b/;
    const stale = catalogue.rules.filter(
      (it) => it.status === "built" && later.test(`${it.says} ${it.note}`),
    );
    expect(stale.map((it) => `${it.id}: ${it.note}`)).toEqual([]);
  });

  test("every inferred rule says what is inferred, every conflicting one how it was settled", () => {
    const conflicts = new Set(catalogue.conflicts.map((it) => it.id));
    const silent = catalogue.rules.filter(
      (it) =>
        (it.basis === "inferred" && !it.note) ||
        (it.basis === "conflicting" && !conflicts.has(it.conflict ?? "")),
    );
    expect(silent).toEqual([]);
  });
});

describe("size", () => {
  const functionLinesMax = 70; // a screen
  const fileLinesMax = 350;

  /** What may be longer, and why. */
  const longer: { readonly [path: string]: string } = {
    "contract-tests/properties/second-model.ts":
      "one class, written from the documents alone: what it knows must be in sight of itself",
  };

  const measured = [
    ...sources,
    ...filesBelow("contract-tests", /\.ts$/),
    ...filesBelow("examples", /\.ts$/),
  ].map((path) => ({ path, source: parseFile(join(root, path)) }));

  test("a function fits on a screen", () => {
    const long = measured.flatMap(({ path, source }) =>
      functionsOf(source)
        .filter((it) => it.lines > functionLinesMax && !longer[path])
        .map((it) => `${relative(root, it.where)} has ${it.lines} lines`),
    );
    expect(long).toEqual([]);
  });

  test("a file is about one thing", () => {
    const long = measured
      .map(({ path, source }) => ({ path, lines: linesOfFile(source) }))
      .filter((it) => it.lines > fileLinesMax && !longer[it.path])
      .map((it) => `${it.path} has ${it.lines} lines`);
    expect(long).toEqual([]);
  });

  test("what may be longer still is", () => {
    const short = Object.keys(longer).filter(
      (path) =>
        !measured.some(
          (it) =>
            it.path === path &&
            (linesOfFile(it.source) > fileLinesMax ||
              functionsOf(it.source).some(({ lines }) => lines > functionLinesMax)),
        ),
    );
    expect(short).toEqual([]);
  });
});

describe("exports", () => {
  for (const folder of ["sdk", "mock-server"]) {
    test(`every public export of ${folder} has a docstring`, () => {
      const { exports }: { exports: { readonly [name: string]: { "drawdown-source"?: string } } } =
        JSON.parse(read(`${folder}/package.json`));
      const entries = Object.values(exports).flatMap((it) => it["drawdown-source"] ?? []);
      expect(entries.length).toBeGreaterThan(1);
      const undocumented = undocumentedExports(
        join(root, folder),
        entries.map((it) => join(root, folder, it)),
      );
      expect([...undocumented].map((it) => relative(root, it))).toEqual([]);
    });
  }
});

describe("tests", () => {
  test("nothing is skipped, focused, mocked or waited for", () => {
    const forbidden =
      /\.(?:only|skip|todo)\(|\bsetTimeout\(|new Date\(\)|vi\.mock\(|performance\.now/;
    const offending = tests
      .filter((it) => !it.endsWith("tidy.test.ts"))
      .filter((it) => {
        const text = read(it);
        // A faked clock may be read: that is what it is for.
        const readsClock = text.includes("Date.now") && !text.includes("useFakeTimers");
        return readsClock || forbidden.test(text);
      });
    expect(offending).toEqual([]);
  });
});
