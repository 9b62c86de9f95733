import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";

/** Makes `count` calls and answers their statuses, each counted: `{ 200: 40, 429: 1 }`. */
const call = async (world: World, count: number, init: RequestInit = {}) => {
  const statuses: Record<number, number> = {};
  for (let i = 0; i < count; i++) {
    const { status } = await world.raw("GET", "/meters?page_size=0", init);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
};

const limits = async (world: World, path = "/meters", init: RequestInit = {}) => {
  const { status, headers } = await world.raw("GET", path, init);
  const names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
  return { status, told: names.map((name) => headers.get(name)) };
};

const start = 1767225600; // 2026-01-01T00:00:00Z in Unix seconds

const tiers = [
  { tier: 0, perSecond: 40, perMinute: 240 },
  { tier: 1, perSecond: 100, perMinute: 1000 },
  { tier: 2, perSecond: 500, perMinute: 5000 },
] as const;

for (const { tier, perSecond, perMinute } of tiers) {
  httpScenario(
    `RTE-01 tier ${tier} allows ${perSecond} calls a second`,
    async (world) => {
      expect(await call(world, perSecond)).toEqual({ 200: perSecond });
      expect(await call(world, 1)).toEqual({ 429: 1 });
      await world.advance("1s");
      expect(await call(world, perSecond + 1)).toEqual({ 200: perSecond, 429: 1 });
    },
    { tier },
  );

  httpScenario(
    `RTE-01 tier ${tier} allows ${perMinute} calls a minute`,
    async (world) => {
      // One call less than allowed a second, so that only the minute can run out.
      const steady = perSecond - 1;
      for (let left = perMinute; left > 0; left -= steady) {
        const calls = Math.min(left, steady);
        expect(await call(world, calls)).toEqual({ 200: calls });
        await world.advance("1s");
      }
      expect(await call(world, 1)).toEqual({ 429: 1 });
      await world.advance("60s");
      expect(await call(world, 1)).toEqual({ 200: 1 });
    },
    { tier },
  );
}

httpScenario(
  "RTE-01 the limit is one for all keys of a business, and another business has its own",
  async (world) => {
    await world.control("POST", "/_sandbox/keys", { key: "dodo_test_second", access: "read" });
    const second = { headers: { authorization: "Bearer dodo_test_second" } };
    expect(await call(world, 20)).toEqual({ 200: 20 });
    expect(await call(world, 20, second)).toEqual({ 200: 20 });
    expect(await call(world, 1, second)).toEqual({ 429: 1 });
    expect(await call(world, 1)).toEqual({ 429: 1 });
    const other = { headers: { authorization: "Bearer dodo_test_other" } };
    expect(await call(world, 40, other)).toEqual({ 200: 40 });
  },
  { tier: 0 },
);

httpScenario(
  "RTE-01 moving the clock is not a call to the service",
  async (world) => {
    for (let i = 0; i < 50; i++) await world.control("GET", "/_sandbox/clock");
    expect(await call(world, 41)).toEqual({ 200: 40, 429: 1 });
    expect(await world.advance("1s")).toBe("2026-01-01T00:00:01.000000Z");
    expect(await call(world, 1)).toEqual({ 200: 1 });
  },
  { tier: 0 },
);

httpScenario(
  "RTE-03 a call over the limit answers 429 and does nothing",
  async (world) => {
    expect(await call(world, 40)).toEqual({ 200: 40 });
    const body = { email: "ada@example.com", name: "Ada" };
    expect((await world.refused(429, "createCustomer", { body })).code).toBe("TOO_MANY_REQUESTS");
    expect((await world.refused(429, "listCustomers")).code).toBe("TOO_MANY_REQUESTS");
    await world.advance("1s");
    expect(await world.ok("listCustomers")).toEqual({ items: [] });
  },
  { tier: 0 },
);

httpScenario(
  "RTE-04 the headers count down the calls left in the second",
  async (world) => {
    const reset = String(start + 1);
    expect((await limits(world)).told).toEqual(["40", "39", reset]);
    expect((await limits(world)).told).toEqual(["40", "38", reset]);
    await call(world, 37);
    expect(await limits(world)).toEqual({ status: 200, told: ["40", "0", reset] });
    expect(await limits(world)).toEqual({ status: 429, told: ["40", "0", reset] });
  },
  { tier: 0 },
);

httpScenario(
  "RTE-04 the headers turn to the minute when fewer calls are left in it",
  async (world) => {
    for (const calls of [40, 40, 40, 40, 40, 30]) {
      await call(world, calls);
      await world.advance("1s");
    }
    expect((await limits(world)).told).toEqual(["240", "9", String(start + 60)]);
    await call(world, 9);
    expect(await limits(world)).toEqual({ status: 429, told: ["240", "0", String(start + 60)] });
  },
  { tier: 0 },
);

httpScenario(
  "RTE-04 an error carries the headers too",
  async (world) => {
    const [notFound, unprocessable] = [
      await limits(world, "/meters/mtr_none"),
      await limits(world, "/meters?page_size=101"),
    ];
    expect([notFound.status, unprocessable.status]).toEqual([404, 422]);
    expect(notFound.told).toEqual(["40", "39", String(start + 1)]);
    expect(unprocessable.told).toEqual(["40", "38", String(start + 1)]);
  },
  { tier: 0 },
);

const retryAfter = async (world: World) => {
  const { status, headers } = await world.raw("GET", "/meters");
  return [status, headers.get("retry-after")];
};

httpScenario(
  "RTE-05 a 429 says in Retry-After how many seconds to wait, and that is enough",
  async (world) => {
    expect(await retryAfter(world)).toEqual([200, null]);
    await call(world, 39);
    expect(await retryAfter(world)).toEqual([429, "1"]);
    await world.advance("1s");
    expect(await retryAfter(world)).toEqual([200, null]);
  },
  { tier: 0 },
);

httpScenario(
  "RTE-05 when the minute is used up Retry-After counts to its end",
  async (world) => {
    for (let second = 0; second < 6; second++) {
      expect(await call(world, 40)).toEqual({ 200: 40 });
      await world.advance("1s");
    }
    expect(await retryAfter(world)).toEqual([429, "54"]);
    await world.advance("53s");
    expect(await retryAfter(world)).toEqual([429, "1"]);
    await world.advance("1s");
    expect(await retryAfter(world)).toEqual([200, null]);
  },
  { tier: 0 },
);

httpScenario(
  "RTE-06 without a tier nothing is limited, and the headers are there",
  async (world) => {
    expect(await call(world, 300)).toEqual({ 200: 300 });
    for (const [path, status] of [
      ["/meters", 200],
      ["/meters/mtr_none", 404],
      ["/meters?page_size=101", 422],
    ] as const) {
      const seen = await limits(world, path);
      expect(seen.status).toBe(status);
      expect(seen.told.join(" "), path).toMatch(/^\d+ \d+ \d+$/);
    }
  },
);

const events = (customer_id: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    event_id: `e${i}`,
    customer_id,
    event_name: "tokens.used",
  }));

scenario(
  "RTE-07 a thousand events in one call use up one call",
  async (world) => {
    const { customer_id } = await world.customer();
    const body = { events: events(customer_id, 1000) };
    const { body: answer, headers } = await world.call("ingestEvents", { body });
    expect(answer).toEqual({ ingested_count: 1000 });
    expect(headers.get("x-ratelimit-remaining")).toBe("38");
  },
  { tier: 0 },
);

httpScenario(
  "EVT-24 an ingest held back by the limit succeeds when repeated with its ids",
  async (world) => {
    const { customer_id } = await world.customer();
    const body = { events: events(customer_id, 3) };
    await call(world, 39);
    await world.refused(429, "ingestEvents", { body });
    await world.advance("1s");
    expect(await world.ok("ingestEvents", { body })).toEqual({ ingested_count: 3 });
  },
  { tier: 0 },
);
