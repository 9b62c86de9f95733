import { expect } from "vitest";
import manifest from "../../mock-server/package.json" with { type: "json" };
import { httpScenario } from "../harness/scenario.js";
import { start, type World } from "../harness/world.js";

const clock = (world: World) =>
  world.control<{ now: string; frozen: boolean }>("GET", "/_sandbox/clock");

async function answer(world: World, method: string, path: string, body?: unknown) {
  const response = await world.raw(method, path, {
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { code: string; message: string },
  };
}

const holdingOf = async (world: World) => ({
  entitlement: await world.entitlement(),
  customer: await world.customer(),
});

httpScenario("health needs no key", async (world) => {
  const response = await world.raw("GET", "/_sandbox/health", { headers: { authorization: "" } });
  expect(await response.json()).toEqual({ status: "ok", version: manifest.version });
});

httpScenario("every other control call needs a key", async (world) => {
  for (const [method, path] of [
    ["GET", "/_sandbox/clock"],
    ["POST", "/_sandbox/reset"],
    ["GET", "/_sandbox/audit"],
  ] as const) {
    const response = await world.raw(method, path, { headers: { authorization: "Basic x" } });
    expect(response.status, path).toBe(401);
  }
});

httpScenario(
  "the clock is read, moved by a duration, by the calendar and to an instant",
  async (world) => {
    expect(await clock(world)).toEqual({ now: "2026-01-01T00:00:00.000000Z", frozen: true });
    expect(await world.advance("30d12h")).toBe("2026-01-31T12:00:00.000000Z");
    expect(await world.advance("P1M")).toBe("2026-02-28T12:00:00.000000Z");
    expect(await world.advance("2026-03-01T00:00:00+01:00")).toBe("2026-02-28T23:00:00.000000Z");
    expect((await clock(world)).now).toBe("2026-02-28T23:00:00.000000Z");
  },
);

httpScenario(
  "an empty tenant's clock may be set anywhere, a used one only forward",
  async (world) => {
    const past = { now: "2020-05-05T00:00:00Z" };
    await world.control("PATCH", "/_sandbox/clock", past);
    expect((await clock(world)).now).toBe("2020-05-05T00:00:00.000000Z");
    await world.customer();
    await world.control("PATCH", "/_sandbox/clock", { now: "2021-01-01T00:00:00Z" });
    const refused = await answer(world, "PATCH", "/_sandbox/clock", past);
    expect(refused.status).toBe(422);
    expect(refused.body.message).toContain("is at 2021-01-01T00:00:00.000000Z and cannot go back");
    expect((await clock(world)).now).toBe("2021-01-01T00:00:00.000000Z");
  },
);

httpScenario("the clock is released and frozen again", async (world) => {
  await world.control("PATCH", "/_sandbox/clock", { frozen: false });
  expect((await clock(world)).frozen).toBe(false);
  await world.control("PATCH", "/_sandbox/clock", { frozen: true });
  const { now, frozen } = await clock(world);
  expect(frozen).toBe(true);
  expect((await clock(world)).now).toBe(now);
});

httpScenario("moves that make no sense are 422 and leave the clock where it is", async (world) => {
  for (const body of [
    {},
    { by: "1d", to: "2027-01-01T00:00:00Z" },
    { by: "soon" },
    { by: "-1d" },
    { by: 5 },
    { by: "P9999Y" },
    { to: "2025-12-31T23:59:59Z" },
    { to: "tomorrow" },
  ]) {
    const { status, body: said } = await answer(world, "POST", "/_sandbox/clock/advance", body);
    expect(status, JSON.stringify(body)).toBe(422);
    expect(said.message.length).toBeGreaterThan(20);
  }
  expect((await answer(world, "PATCH", "/_sandbox/clock", {})).status).toBe(422);
  expect((await clock(world)).now).toBe("2026-01-01T00:00:00.000000Z");
});

httpScenario("advancing says how many tasks ran", async (world) => {
  const holding = await holdingOf(world);
  for (const day of ["02", "03", "04"]) {
    await world.credit(holding, "1", { expires_at: `2026-01-${day}T00:00:00Z` });
  }
  const moved = await world.control("POST", "/_sandbox/clock/advance", {
    to: "2026-01-03T00:00:00Z",
  });
  expect(moved).toEqual({ now: "2026-01-03T00:00:00.000000Z", frozen: true, tasks_run: 2 });
});

httpScenario("reset forgets everything, and a seed brings the same ids back", async (world) => {
  const first = await world.customer();
  await world.control("POST", "/_sandbox/reset");
  expect(await world.ok("listCustomers")).toEqual({ items: [] });
  expect(await world.customer()).toEqual(first);
  await world.control("POST", "/_sandbox/reset", { seed: "another", at: start });
  expect((await world.customer()).customer_id).not.toBe(first.customer_id);
  const at = { at: "2031-01-01T00:00:00Z", frozen: true };
  expect(await world.control("POST", "/_sandbox/reset", at)).toEqual({
    now: "2031-01-01T00:00:00.000000Z",
    frozen: true,
  });
});

httpScenario("reset and audit touch one tenant only", async (world) => {
  await world.credit(await holdingOf(world), "5");
  const other = await world.raw("POST", "/_sandbox/reset", {
    headers: { authorization: "Bearer other" },
  });
  expect(other.status).toBe(200);
  expect(await world.audited()).toBe(1);
});

httpScenario("a key in use is not given away, and a strange one is refused", async (world) => {
  const key = { key: "dodo_test_second", access: "write" };
  expect((await answer(world, "POST", "/_sandbox/keys", key)).status).toBe(201);
  expect(await answer(world, "POST", "/_sandbox/keys", key)).toMatchObject({
    status: 409,
    body: { code: "KEY_IN_USE" },
  });
  for (const body of [
    { key: "", access: "read" },
    { key: " x", access: "read" },
    { key: "x", access: "all" },
    {},
  ]) {
    expect((await answer(world, "POST", "/_sandbox/keys", body)).status, JSON.stringify(body)).toBe(
      422,
    );
  }
});

httpScenario(
  "a sandbox holds no more keys than it was told to",
  async (world) => {
    await world.customer();
    const other = await world.raw("GET", "/customers", {
      headers: { authorization: "Bearer one too many" },
    });
    expect(other.status).toBe(429);
    expect(await other.json()).toMatchObject({ code: "TOO_MANY_TENANTS" });
  },
  { keysMax: 1 },
);
