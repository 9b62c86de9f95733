import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chromium } from "../harness/chromium.js";

/** Jest and Playwright themselves, each with a small project that uses what is built for it. */

const { resolve } = createRequire(import.meta.url);
const projectOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs a program of a test framework, whose failing tests make it fail, and reads the JSON it prints. */
function report<Report>(
  script: string,
  args: readonly string[],
  project: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const { NODE_OPTIONS: _, VITEST: __, DRAWDOWN_URL: ___, ...env } = process.env;
  return new Promise((done, fail) => {
    const options = { cwd: projectOf(project), env: { ...env, ...more, FORCE_COLOR: "0" } };
    execFile(process.execPath, [script, ...args], options, (_failed, stdout, stderr) => {
      const start = stdout.indexOf("{");
      if (start === -1) fail(new Error(`${project} printed no report:\n${stdout}\n${stderr}`));
      else done(JSON.parse(stdout.slice(start)));
    });
  });
}

/** A browser may take a while to start where all processors are busy; nothing waits for this long to pass. */
const patient = 180_000;

const difference = [
  "    type             amount  balance",
  "    credit_added      +1000     0 → 1000",
  "  - credit_deducted     -40  1000 →  960",
  "  + credit_deducted     -30  1000 →  970",
].join("\n");

test(
  "Jest: a tenant before each test, and a failure that shows both ledgers",
  async () => {
    interface JestReport {
      readonly testResults: readonly {
        readonly assertionResults: readonly {
          readonly title: string;
          readonly status: string;
          readonly failureMessages: readonly string[];
        }[];
      }[];
    }
    const { testResults } = await report<JestReport>(resolve("jest/bin/jest"), ["--json"], "jest");
    const results = testResults.flatMap((it) => it.assertionResults);
    expect(results.map((it) => `${it.status}: ${it.title}`)).toEqual([
      "passed: a ledger is as expected",
      "failed: a ledger is not as expected",
      "passed: each test had a tenant of its own",
      "passed: is taken",
    ]);
    expect(results[1]?.failureMessages.join()).toContain(
      `the ledger is not as expected (- expected, + received)\n\n${difference}\n`,
    );
  },
  patient,
);

const browser = "path" in chromium ? chromium.path : undefined;

// Where there is none, chromium.reason says why; in CI that is an error.
test.skipIf(browser === undefined)(
  "Playwright: a tenant for each test at an address that the browser reaches",
  async () => {
    interface Suite {
      readonly suites?: readonly Suite[];
      readonly specs: readonly {
        readonly title: string;
        readonly tests: readonly {
          readonly results: readonly {
            readonly status: string;
            readonly errors: readonly { readonly message: string }[];
          }[];
        }[];
      }[];
    }
    const specsOf = ({ specs, suites = [] }: Suite): Suite["specs"] => [
      ...specs,
      ...suites.flatMap(specsOf),
    ];
    const script = join(dirname(resolve("@playwright/test/package.json")), "cli.js");
    const { suites } = await report<Pick<Required<Suite>, "suites">>(
      script,
      ["test", "--reporter=json"],
      "playwright",
      { CHROMIUM_PATH: browser ?? "" },
    );
    const results = suites.flatMap(specsOf).map(({ title, tests }) => {
      const [result] = tests.flatMap((it) => it.results);
      return { title, ...result };
    });
    expect(results.map((it) => `${it.status}: ${it.title}`)).toEqual([
      "passed: a pack that is paid in the browser is in the ledger",
      "failed: a ledger is not as expected",
      "passed: is taken",
    ]);
    expect(results[1]?.errors?.map((it) => it.message).join()).toContain(
      [
        "the ledger is not as expected (- expected, + received)",
        "",
        "    type          amount  balance",
        "  - credit_added    +500  0 → 500",
      ].join("\n"),
    );
  },
  patient,
);
