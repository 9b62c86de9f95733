import { createSandbox, type Sandbox } from "@drawdown/mock-server";
import type { Validator } from "@drawdown/spec/contract";
import * as control from "@drawdown/spec/control";
import * as dodo from "@drawdown/spec/dodo";
import { describe, expect, test } from "vitest";
import { type Attack, attacks } from "../../mock-server/bench/attacks.js";

/**
 * Every operation of both documents × every array, map, object and text of its body, filled with elements: each is
 * answered, in few words. What it costs is measured by `npm run bench -- bodies`.
 */

/** More than any limit of the documents, and enough for an answer that lists all of them to be seen. */
const count = 1200;

/** What a validator may find before it stops: a few of each list that is nested in another, and of each single field. */
const errorsMax = 60;

const messageBytesMax = 6500;
const warningBytesMax = 7000;

async function send(sandbox: Sandbox, { method, path }: Attack, body: string): Promise<Response> {
  return sandbox.fetch(`http://sandbox.test${path.replaceAll(/\{\w+\}/g, "none")}`, {
    method,
    headers: { authorization: "Bearer dodo_test_bodies", "content-type": "application/json" },
    body,
  });
}

const validators: { readonly [operationId: string]: Validator | undefined } = {
  ...dodo.validators,
  ...control.validators,
};

const all = attacks();
const operations = [...new Set(all.map((it) => `${it.method} ${it.path}`))];

describe.each(operations)("BDY-03 %s", (operation) => {
  test("answers every body in few words", async () => {
    const mine = all.filter((it) => `${it.method} ${it.path}` === operation);
    for (const attack of mine) {
      const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
      const answer = await send(sandbox, attack, attack.body(count));
      const text = await answer.text();
      expect(answer.status, `${attack.name}: ${text.slice(0, 300)}`).toBeLessThan(500);
      if (answer.status >= 400) expect(text.length, attack.name).toBeLessThan(messageBytesMax);
      const warning = answer.headers.get("drawdown-warning") ?? "";
      expect(warning.length, attack.name).toBeLessThan(warningBytesMax);
    }
  });

  test("looks at no more elements than it names", () => {
    for (const attack of all.filter((it) => `${it.method} ${it.path}` === operation)) {
      const validate = validators[attack.operationId];
      validate?.(JSON.parse(attack.body(count)));
      expect(validate?.errors?.length ?? 0, attack.name).toBeLessThan(errorsMax);
    }
  });
});

test("the attacks reach every operation that takes a body", () => {
  expect(operations.length).toBeGreaterThan(30);
  expect(all.length).toBeGreaterThan(2000);
});
