import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { installIn, openFolder, type Packed, pack, root } from "./pack.js";

/** The packed client in an application of its own, far from the workspace and its sources. */

let packed: Packed;
let app: string;
let entries: readonly string[];

beforeAll(async () => {
  packed = await pack("sdk");
  app = await openFolder();
  await installIn(app, packed);
  const { name, exports } = packed.manifest;
  entries = Object.keys(exports).map((it) => it.replace(".", name));
});

const write = (name: string, text: string) => writeFile(join(app, name), text);

/** Runs a program in the application; resolves with what it printed, whether it succeeded or not. */
async function node(...args: string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, args, { cwd: app });
  const { stdout, stderr } = await running.catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

describe("plain Node", () => {
  const print = "console.log(JSON.stringify(entries.map((it) => Object.keys(it).sort())))";

  test("imports every entry, and requires the same names", async () => {
    const list = entries.map((it) => JSON.stringify(it));
    const imports = list.map((it) => `await import(${it})`);
    const requires = list.map((it) => `require(${it})`);
    await write("program.mjs", `const entries = [${imports}];\n${print}`);
    await write("program.cjs", `const entries = [${requires}];\n${print}`);
    const names: readonly (readonly string[])[] = JSON.parse(await node("program.mjs"));
    expect(names.flat()).toEqual(expect.arrayContaining(["default", "DodoPayments", "APIError"]));
    // The root of the package is the client in CommonJS, so what the class has besides is there, too.
    const required: readonly (readonly string[])[] = JSON.parse(await node("program.cjs"));
    expect(required.map((it) => it.filter((name) => name !== "DEFAULT_TIMEOUT"))).toEqual(names);
  });

  test("requires the client itself, as require of the official package gives it", async () => {
    await write(
      "client.cjs",
      `const DodoPayments = require("@drawdown/sdk");
      const { baseURL } = new DodoPayments({ bearerToken: "dodo_test_me", environment: "test_mode" });
      console.log(baseURL, DodoPayments === DodoPayments.default, DodoPayments.APIError.name);`,
    );
    expect(await node("client.cjs")).toBe("https://test.dodopayments.com true APIError\n");
  });
});

describe("TypeScript", () => {
  /** What is right compiles, and what is wrong does not: the types are there, not `any`. */
  const program = `
import DodoPayments, { APIError, type WebhookEvent } from "@drawdown/sdk";
import { add, format } from "@drawdown/sdk/amount";
import { withLegacyCalls } from "@drawdown/sdk/legacy";
import { SandboxControl } from "@drawdown/sdk/sandbox";

const options = { bearerToken: "dodo_test_me", baseURL: "http://127.0.0.1:4010" };
const client = new DodoPayments(options);
const held = { credit_entitlement_id: "cde_1" };

export async function read(event: WebhookEvent): Promise<string> {
  const { balance } = await client.creditEntitlements.balances.retrieve("cus_1", held);
  const exact: string = balance;
  // @ts-expect-error an amount is text
  const rounded: number = balance;
  // @ts-expect-error which credit is not said
  await client.creditEntitlements.balances.retrieve("cus_1", {});
  for await (const customer of client.customers.list()) customer.email.toUpperCase();
  if (event.type === "credit.added") return event.data.amount;
  const older = await withLegacyCalls(client).creditEntitlements.balances.get("cde_1", "cus_1");
  const { now } = await new SandboxControl(options).clock.read();
  return [exact, rounded, now, older.available_balance, format(add(balance, "1"), 2)].join();
}

export const isRefused = (error: unknown) => error instanceof APIError && error.status === 400;
`;

  const tsc = join(
    dirname(createRequire(join(root, "package.json")).resolve("typescript/package.json")),
    "bin/tsc",
  );

  const modes = {
    "modules, as Node resolves": ["program.mts", "NodeNext", "NodeNext"],
    "CommonJS, as Node resolves": ["program.cts", "NodeNext", "NodeNext"],
    "CommonJS, as Node once resolved": ["program.ts", "CommonJS", "Node10"],
    "modules, as bundlers resolve": ["program.ts", "ESNext", "Bundler"],
  } as const;

  test.for(Object.entries(modes))("checks an application: %s", async ([, mode]) => {
    const [file, module, moduleResolution] = mode;
    await write(file, program);
    const compilerOptions = {
      ...{ module, moduleResolution, target: "ES2022", noEmit: true, types: [] },
      lib: ["ES2022", "ESNext.Disposable", "DOM", "DOM.Iterable"],
      ...{ strict: true, exactOptionalPropertyTypes: true, skipDefaultLibCheck: true },
    };
    await write("tsconfig.json", JSON.stringify({ compilerOptions, files: [file] }));
    expect(await node(tsc, "--project", ".")).toBe("");
  });
});

describe("a bundler", () => {
  const bundle = async (contents: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: app },
      ...{ bundle: true, minify: true, platform: "browser", format: "esm", write: false },
      logLevel: "silent",
    });
    return outputFiles.map((it) => it.text).join("");
  };

  test("leaves nothing of what is imported and not used", async () => {
    expect(await bundle(entries.map((it) => `import ${JSON.stringify(it)};`).join("\n"))).toBe("");
  });

  test("leaves the client out where only its errors are used", async () => {
    const whole = await bundle('export { default } from "@drawdown/sdk"');
    const errors = await bundle('export { APIError } from "@drawdown/sdk"');
    expect(errors).toContain("APIError");
    expect(errors.length).toBeLessThan(whole.length / 4);
  });
});
