import { expect, test } from "vitest";
import { warningPrinter } from "#adapters/print-warnings.js";
import { createSandbox } from "../../src/create-sandbox.js";

test("WRN-20 each warning is printed once, and the 201st says that there are more", () => {
  const lines: string[] = [];
  const told = warningPrinter((line) => lines.push(line));
  const call = { method: "GET", target: `/${"x".repeat(500)}\u0007?key=1` };
  for (const _ of [1, 2]) {
    for (let count = 1; count <= 500; count++) told(`sentence ${count}`, call);
  }
  expect(lines).toHaveLength(201);
  expect(lines[0]).toBe(`warning: GET /${"x".repeat(99)}: sentence 1`);
  expect(lines.at(-1)).toMatch(/^there are more warnings, which are not printed/);
});

test("WRN-20 a sandbox in a process tells onWarning, each time", async () => {
  const told: unknown[] = [];
  const sandbox = createSandbox({
    onWarning: (sentence, { method, target }) => told.push([sentence, method, target]),
  });
  const init = {
    method: "POST",
    headers: { authorization: "Bearer k", "content-type": "application/json" },
    body: JSON.stringify({ email: "ada@example.com", name: "Ada", colour: "red" }),
  };
  await sandbox.fetch("http://sandbox.test/customers", init);
  expect(told).toEqual([["unknown field `colour` was ignored", "POST", "/customers"]]);
  await sandbox.close();
});
