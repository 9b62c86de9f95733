import type { SandboxOptions } from "@drawdown/mock-server";
import { operationTable } from "@drawdown/spec/control";
import { describe, expect, test } from "vitest";
import { violation } from "../harness/conformance.js";
import { inProcess, type Opened, overExpress } from "../harness/transports.js";
import { start } from "../harness/world.js";

interface Tenant {
  readonly key: string;
  readonly now: string;
  readonly frozen: boolean;
  readonly seed: string;
}

interface Answer<Body = Tenant & { readonly message: string }> {
  readonly status: number;
  readonly body: Body;
}

async function post(opened: Opened, path: string, body?: object, key?: string): Promise<Answer> {
  const response = await opened.fetch(`${opened.baseUrl}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const facts = operationTable.find((it) => it.method === "POST" && it.path === path);
  const answer = JSON.parse(text);
  if (facts) expect(violation(facts.id, response.status, answer, text)).toBeUndefined();
  return { status: response.status, body: answer };
}

const create = (opened: Opened, body?: object) => post(opened, "/_sandbox/tenants", body);

const customer = { email: "ada@example.com", name: "Ada" };

/** The id of a customer made with a key: what the seed decides. */
async function idMadeWith(opened: Opened, key: string): Promise<string> {
  const response = await opened.fetch(`${opened.baseUrl}/customers`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(customer),
  });
  const { customer_id }: { customer_id: string } = await response.json();
  return customer_id;
}

const now = "2026-01-01T00:00:00.000000Z";

for (const transport of [inProcess, overExpress]) {
  const open = (options: SandboxOptions = {}) =>
    transport.open({ at: start, frozen: true, seed: "tenants", ...options });

  describe(transport.name, () => {
    test("BND-14 a key that could be no bearer token is made for nobody", async () => {
      const opened = await open({ keys: ["first", "second", "dodo_live_listed"], keysMax: 2 });
      const add = (key: string) => post(opened, "/_sandbox/keys", { key, access: "read" }, "first");
      const live = await add("dodo_live_listed");
      expect(live.status).toBe(401);
      expect(live.body.message).toContain("refuses live keys");
      const strange = await add("third");
      expect(strange.status).toBe(401);
      expect(strange.body.message).toContain("the key is not in the list");
      expect((await add("second")).status).toBe(201);
      expect((await add("second")).status).toBe(409);
      const open2 = await open({ keysMax: 1 });
      const full = await post(open2, "/_sandbox/keys", { key: "b", access: "write" }, "a");
      expect(full.status).toBe(429);
      expect(full.body.message).toContain("this sandbox holds 1 keys already");
    });

    test("a tenant without wishes begins as the sandbox did, with a key that is made up", async () => {
      const opened = await open();
      const { status, body } = await create(opened);
      const key = expect.stringMatching(/^dodo_test_000000\w{15}$/);
      expect([status, body]).toEqual([201, { key, now, frozen: true, seed: "tenants" }]);
      expect((await create(opened, {})).body.key).toMatch(/^dodo_test_000001/);
      expect((await create(await open())).body.key).toBe(body.key);
      expect((await create(await open({ seed: "another" }))).body.key).not.toBe(body.key);
    });

    test("a key that is made up is never one in use", async () => {
      const { key } = (await create(await open())).body;
      const opened = await open();
      await create(opened, { key });
      expect((await create(opened)).body.key).toMatch(/^dodo_test_000001/);
    });

    test("a tenant begins as it is asked to", async () => {
      const opened = await open();
      const asked = { key: "mine", at: "2030-05-05T12:00:00+02:00", frozen: true, seed: "s" };
      expect(await create(opened, asked)).toEqual({
        status: 201,
        body: { key: "mine", now: "2030-05-05T10:00:00.000000Z", frozen: true, seed: "s" },
      });
      const reset = await post(opened, "/_sandbox/reset", undefined, "mine");
      expect(reset.body).toEqual({ now: "2030-05-05T10:00:00.000000Z", frozen: true });
    });

    test("a key that is made up does not enter the ids, one that is given does", async () => {
      const opened = await open();
      const ids: string[] = [];
      for (const asked of [{ seed: "s" }, { seed: "s" }, { seed: "t" }, { seed: "s", key: "k" }]) {
        ids.push(await idMadeWith(opened, (await create(opened, asked)).body.key));
      }
      expect(ids[1]).toBe(ids[0]);
      expect(new Set(ids).size).toBe(3);
    });

    test("a key in use is answered with its present state when its tenant began the same way", async () => {
      const opened = await open();
      const asked = { key: "shared", at: "2026-02-01T00:00:00Z", seed: "s" };
      await create(opened, asked);
      await post(opened, "/_sandbox/clock/advance", { by: "1d" }, "shared");
      expect(await create(opened, asked)).toEqual({
        status: 200,
        body: { key: "shared", now: "2026-02-02T00:00:00.000000Z", frozen: true, seed: "s" },
      });
    });

    test("a key that its first use opened began as the sandbox did", async () => {
      const opened = await open();
      await idMadeWith(opened, "used");
      expect((await create(opened, { key: "used" })).status).toBe(200);
      expect((await create(opened, { key: "used", at: start, frozen: true })).status).toBe(200);
    });

    test("a key in use by a tenant that began otherwise is refused, with both beginnings", async () => {
      const opened = await open();
      await create(opened, { key: "taken", seed: "s" });
      await post(opened, "/_sandbox/clock/advance", { by: "1d" }, "taken");
      const asked = { key: "taken", at: "2027-01-01T00:00:00Z", frozen: false };
      expect(await create(opened, asked)).toEqual({
        status: 409,
        body: {
          code: "KEY_IN_USE",
          message:
            'the key "taken" is in use by a tenant that began at 2026-01-01T00:00:00.000000Z, frozen, with the seed "s" and whose clock is at 2026-01-02T00:00:00.000000Z; asked for was one that begins at 2027-01-01T00:00:00.000000Z, running, with the seed "tenants"; choose another key, or send none and one is made up',
        },
      });
      for (const other of [
        {},
        { seed: "s", frozen: false },
        { seed: "s", at: "2027-01-01T00:00:00Z" },
      ]) {
        expect((await create(opened, { key: "taken", ...other })).status).toBe(409);
      }
    });

    test("wishes that make no sense are 422, and live keys 401", async () => {
      const opened = await open();
      for (const body of [
        { key: "" },
        { key: " x" },
        { key: "é" },
        { at: "tomorrow" },
        { frozen: "yes" },
        { seed: "" },
        { seed: 1 },
      ]) {
        expect((await create(opened, body)).status, JSON.stringify(body)).toBe(422);
      }
      expect((await create(opened, { key: "dodo_live_x" })).status).toBe(401);
    });

    test("a sandbox with a list of keys opens those alone, and makes none up", async () => {
      const opened = await open({ keys: ["listed"] });
      expect((await create(opened, { key: "listed", seed: "s" })).status).toBe(201);
      expect((await create(opened, { key: "stranger" })).body.message).toContain(
        "the key is not in the list this sandbox was started with",
      );
      expect(await create(opened, {})).toMatchObject({
        status: 422,
        body: {
          message: expect.stringContaining(
            "this sandbox was started with a list of keys, so none can be made up; send one of them as `key`",
          ),
        },
      });
    });

    test("a sandbox opens no more tenants than it may hold, until one is closed", async () => {
      const opened = await open({ keysMax: 1 });
      const { key } = (await create(opened)).body;
      expect(await create(opened)).toMatchObject({
        status: 429,
        body: {
          message: "this sandbox holds 1 keys already; close tenants, reuse keys, or restart it",
        },
      });
      await post(opened, "/_sandbox/tenants/close", undefined, key);
      expect((await create(opened)).status).toBe(201);
    });

    test("a tenant that is closed is forgotten with all its keys", async () => {
      const opened = await open();
      const { key } = (await create(opened, { key: "closing", seed: "s" })).body;
      const id = await idMadeWith(opened, key);
      const reader = { key: "reader", access: "read" };
      await post(opened, "/_sandbox/keys", reader, key);
      expect((await post(opened, "/_sandbox/tenants/close", undefined, "reader")).status).toBe(403);
      expect(await post(opened, "/_sandbox/tenants/close", undefined, key)).toEqual({
        status: 200,
        body: { key },
      });
      expect((await create(opened, { key: "reader" })).status).toBe(201);
      expect((await create(opened, { key, seed: "s" })).status).toBe(201);
      expect(await idMadeWith(opened, key)).toBe(id); // the first one again
    });
  });
}
