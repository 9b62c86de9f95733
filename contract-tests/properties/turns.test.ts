import { createSandbox } from "@drawdown/mock-server";
import fc from "fast-check";
import { expect, test } from "vitest";
import { start } from "../harness/world.js";

/** Calls of one key that nobody waits for between them come to what they would one by one. */

interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const step = (name: string, method: string, path: string, body?: unknown): Step => ({
  name,
  method,
  path,
  ...(body === undefined ? {} : { body }),
});

const customer = (name: string) =>
  step(`write ${name}`, "POST", "/customers", { email: `${name}@example.com`, name });

const steps = {
  writeOne: customer("one"),
  writeTwo: customer("two"),
  /** Long enough that reading it takes its time. */
  writeMuch: step("write much", "POST", "/customers", {
    email: "much@example.com",
    name: "much",
    metadata: Object.fromEntries(
      Array.from({ length: 40 }, (_, key) => [`key ${key}`, "x".repeat(400)]),
    ),
  }),
  read: step("read", "GET", "/customers?page_size=100"),
  reset: step("reset", "POST", "/_sandbox/reset"),
  resetElsewhere: step("reset elsewhere", "POST", "/_sandbox/reset", {
    at: "2031-05-05T00:00:00Z",
    seed: "another",
  }),
  close: step("close", "POST", "/_sandbox/tenants/close"),
  advance: step("advance", "POST", "/_sandbox/clock/advance", { by: "40d" }),
  setClock: step("set the clock", "PATCH", "/_sandbox/clock", {
    now: "2026-02-20T00:00:00Z",
    frozen: true,
  }),
  freeze: step("freeze", "PATCH", "/_sandbox/clock", { frozen: true }),
  readClock: step("read the clock", "GET", "/_sandbox/clock"),
  setPolicy: step("set the policy", "PATCH", "/_sandbox/policy", { readOnlyWrites: "observed" }),
  readPolicy: step("read the policy", "GET", "/_sandbox/policy"),
  refused: step("be refused", "POST", "/customers", { email: 5 }),
  expiring: step("plan", "POST", "/credit-entitlements", {
    name: "Tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  }),
} satisfies { readonly [name: string]: Step };

/** What the calls answered, and what was there in the end. */
async function outcomeOf(calls: readonly Step[], awaits: boolean): Promise<readonly unknown[]> {
  const sandbox = createSandbox({ at: start, frozen: true, seed: "turns" });
  const send = async ({ method, path, body }: Step) => {
    const response = await sandbox.fetch(`http://sandbox.test${path}`, {
      method,
      headers: { authorization: "Bearer dodo_test_turns", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.text() };
  };
  const answers = [];
  if (awaits) for (const call of calls) answers.push(await send(call));
  else answers.push(...(await Promise.all(calls.map(send))));
  const after = [];
  for (const it of [steps.read, steps.readClock, steps.readPolicy]) after.push(await send(it));
  sandbox.close();
  return [...answers, ...after];
}

async function expectSame(calls: readonly Step[]): Promise<void> {
  const names = calls.map((it) => it.name).join(", ");
  expect(await outcomeOf(calls, false), names).toEqual(await outcomeOf(calls, true));
}

const permutations = <Value>(values: readonly Value[]): readonly (readonly Value[])[] =>
  values.length < 2
    ? [values]
    : values.flatMap((first, position) =>
        permutations(values.toSpliced(position, 1)).map((rest) => [first, ...rest]),
      );

test("CLK-10 five calls in any order come to what they do one by one", async () => {
  const { writeOne, writeMuch, reset, advance, read } = steps;
  for (const calls of permutations([writeOne, reset, writeMuch, advance, read])) {
    await expectSame(calls);
  }
}, 60_000);

test("CLK-10 so do calls of every kind, resets and closing included", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.values(steps)), { minLength: 2, maxLength: 12 }),
      expectSame,
    ),
    { numRuns: 100 },
  );
}, 60_000);
