import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { Customer, UsageEvent, World } from "../harness/world.js";

const event = (customer: Customer, event_id: string, more: object = {}) => ({
  event_id,
  customer_id: customer.customer_id,
  event_name: "tokens.used",
  ...more,
});

const ingest = async (world: World, ...events: readonly object[]): Promise<number> => {
  const body = await world.ok<{ ingested_count: number }>("ingestEvents", { body: { events } });
  return body.ingested_count;
};

type Query = Readonly<Record<string, string | number>>;

/** The ids of the events in the order they are listed. */
const listedInOrder = async (world: World, query: Query = {}): Promise<string[]> => {
  const list = await world.ok<{ items: UsageEvent[] }>("listEvents", { query });
  return list.items.map((it) => it.event_id);
};

const listed = async (world: World, query: Query = {}): Promise<string[]> =>
  (await listedInOrder(world, query)).sort();

const retrieve = (world: World, event_id: string): Promise<UsageEvent> =>
  world.ok("retrieveEvent", { path: { event_id } });

scenario("EVT-20 an event that no meter listens to is kept", async (world) => {
  const ada = await world.customer();
  expect(await ingest(world, event(ada, "a", { event_name: "nobody.listens" }))).toBe(1);
  expect(await listed(world)).toEqual(["a"]);
  const late = await world.meter({ event_name: "nobody.listens" });
  expect(await listed(world, { meter_id: late.id })).toEqual(["a"]);
});

scenario("EVT-21 event names that differ in case are different names", async (world) => {
  const ada = await world.customer();
  await ingest(world, event(ada, "lower"), event(ada, "upper", { event_name: "Tokens.Used" }));
  const meter = await world.meter({ event_name: "Tokens.Used" });
  expect(await listed(world, { event_name: "tokens.used" })).toEqual(["lower"]);
  expect(await listed(world, { event_name: "TOKENS.USED" })).toEqual([]);
  expect(await listed(world, { meter_id: meter.id })).toEqual(["upper"]);
});

scenario("EVT-22 usage of a customer with nothing left is accepted", async (world) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await world.credit(holding, "10");
  await world.debit(holding, "10");
  await world.meter();
  const usage = event(holding.customer, "a", { metadata: { tokens: 1_000_000 } });
  expect(await ingest(world, usage)).toBe(1);
  expect(await world.balance(holding)).toMatchObject({ balance: "0", overage: "0" });
});

scenario("EVT-23 a number sent as text is kept as text and compared as a number", async (world) => {
  const ada = await world.customer();
  await ingest(
    world,
    event(ada, "text", { metadata: { tokens: "1500" } }),
    event(ada, "number", { metadata: { tokens: 1500 } }),
    event(ada, "words", { metadata: { tokens: "1500 tokens" } }),
  );
  expect((await retrieve(world, "text")).metadata).toEqual({ tokens: "1500" });
  const meter = await world.meter({
    filter: {
      conjunction: "and",
      clauses: [{ key: "tokens", operator: "greater_than", value: 1499 }],
    },
  });
  expect(await listed(world, { meter_id: meter.id })).toEqual(["number", "text"]);
});

scenario("EVT-30 one event is returned as it was sent, with its own time", async (world) => {
  const ada = await world.customer();
  const metadata = { model: "small", tokens: 12, price: 0.25, cached: false };
  await ingest(world, event(ada, "a", { timestamp: "2025-12-31T23:30:00.123456Z", metadata }));
  await world.advance("3d");
  expect(await retrieve(world, "a")).toEqual({
    event_id: "a",
    business_id: expect.stringMatching(/^bus_/),
    customer_id: ada.customer_id,
    event_name: "tokens.used",
    timestamp: "2025-12-31T23:30:00.123456Z",
    metadata,
  });
});

scenario("EVT-30 an id never sent answers 404 and one too long to be an id 422", async (world) => {
  await ingest(world, event(await world.customer(), "x".repeat(255)));
  expect((await retrieve(world, "x".repeat(255))).event_id).toHaveLength(255);
  const unknown = await world.refused(404, "retrieveEvent", { path: { event_id: "nothing" } });
  expect(unknown.code).toBe("NOT_FOUND");
  const long = await world.refused(422, "retrieveEvent", { path: { event_id: "x".repeat(256) } });
  expect(long.code).toBe("INVALID_REQUEST_PARAMETERS");
});

httpScenario("EVT-30 an event of another business is unknown", async (world) => {
  await ingest(world, event(await world.customer(), "a"));
  const headers = { authorization: "Bearer other" };
  const answer = await world.raw("GET", "/events/a", { headers });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: "NOT_FOUND" }]);
});

scenario("EVT-31 every filter of the list must hold at once", async (world) => {
  const ada = await world.customer();
  const bob = await world.customer({ email: "bob@example.com", name: "Bob" });
  const meter = await world.meter({
    filter: { conjunction: "and", clauses: [{ key: "big", operator: "equals", value: true }] },
  });
  const [big, early] = [{ metadata: { big: true } }, { timestamp: "2025-12-31T23:30:00Z" }];
  const late = { timestamp: "2026-01-01T00:04:00Z" };
  await ingest(
    world,
    event(ada, "wanted", big),
    event(ada, "small"),
    event(bob, "bob's", big),
    event(ada, "early", { ...big, ...early }),
    event(ada, "late", { ...big, ...late }),
    event(ada, "image", { ...big, event_name: "images.made" }),
  );
  const start = "2025-12-31T23:45:00Z";
  const end = "2026-01-01T00:02:00Z";
  const customer_id = ada.customer_id;
  const query = { customer_id, meter_id: meter.id, event_name: "tokens.used", start, end };
  expect(await listed(world, query)).toEqual(["wanted"]);
  expect(await listed(world, { ...query, customer_id: bob.customer_id })).toEqual(["bob's"]);
  expect(await listed(world, { ...query, start: early.timestamp })).toEqual(["early", "wanted"]);
  expect(await listed(world, { ...query, end: late.timestamp })).toEqual(["late", "wanted"]);
  expect(await listed(world, { customer_id, start, end })).toEqual(["image", "small", "wanted"]);
  expect(await listed(world, { event_name: "images.made" })).toEqual(["image"]);
  expect(await listed(world, { customer_id: "cus_nobody" })).toEqual([]);
  expect(await listed(world, { ...query, page_size: 1, page_number: 1 })).toEqual([]);
});

scenario("EVT-31 the list begins at page 0 and holds ten events", async (world) => {
  const ada = await world.customer();
  await ingest(world, ...Array.from({ length: 12 }, (_, i) => event(ada, `e${i}`)));
  const [first, named, second] = [
    await listedInOrder(world),
    await listedInOrder(world, { page_number: 0, page_size: 10 }),
    await listedInOrder(world, { page_number: 1 }),
  ];
  expect(first).toHaveLength(10);
  expect(named).toEqual(first);
  expect(second).toHaveLength(2);
  expect(new Set([...first, ...second]).size).toBe(12);
});

scenario("EVT-32 meter_id shows what the meter would count", async (world) => {
  const ada = await world.customer();
  const clauses = [{ key: "model", operator: "equals", value: "small" }];
  const every = await world.meter();
  const small = await world.meter({ filter: { conjunction: "and", clauses } });
  await ingest(
    world,
    event(ada, "small", { metadata: { model: "small" } }),
    event(ada, "large", { metadata: { model: "large" } }),
    event(ada, "bare"),
    event(ada, "image", { event_name: "images.made", metadata: { model: "small" } }),
  );
  expect(await listed(world, { meter_id: every.id })).toEqual(["bare", "large", "small"]);
  expect(await listed(world, { meter_id: small.id })).toEqual(["small"]);
  const { code } = await world.refused(404, "listEvents", { query: { meter_id: "mtr_none" } });
  expect(code).toBe("NOT_FOUND");
});

scenario("EVT-33 meter_id beside another event_name answers 400", async (world) => {
  await ingest(world, event(await world.customer(), "a"));
  const meter_id = (await world.meter()).id;
  for (const event_name of ["images.made", "Tokens.used"]) {
    const refusal = await world.refused(400, "listEvents", { query: { meter_id, event_name } });
    expect(refusal.code).toBe("INVALID_QUERY_PARAMS");
  }
  expect(await listed(world, { meter_id, event_name: "tokens.used" })).toEqual(["a"]);
});

scenario("EVT-34 start and end take in the very instant they name", async (world) => {
  await ingest(
    world,
    event(await world.customer(), "a", { timestamp: "2025-12-31T23:50:00.000005Z" }),
  );
  const visible = async (query: Query) => (await listed(world, query)).length === 1;
  const instant = "2025-12-31T23:50:00.000005Z";
  expect(await visible({ start: instant })).toBe(true);
  expect(await visible({ end: instant })).toBe(true);
  expect(await visible({ start: instant, end: instant })).toBe(true);
  expect(await visible({ start: "2026-01-01T00:50:00.000005+01:00" })).toBe(true);
  expect(await visible({ start: "2025-12-31T23:50:00.000006Z" })).toBe(false);
  expect(await visible({ end: "2025-12-31T23:50:00.000004Z" })).toBe(false);
  expect(await visible({ start: "2026-01-01T00:00:00Z", end: "2025-12-31T00:00:00Z" })).toBe(false);
});

scenario("EVT-35 a date that is none answers 400 in the event list", async (world) => {
  for (const bound of ["start", "end"]) {
    for (const value of ["yesterday", "2026-01-01", "2026-02-30T00:00:00Z", "1767225600"]) {
      const refusal = await world.refused(400, "listEvents", { query: { [bound]: value } });
      expect(refusal.code).toBe("INVALID_QUERY_PARAMS");
      expect(refusal.message).toContain(bound);
    }
  }
});

scenario("EVT-36 events are listed by their own time, the newest first", async (world) => {
  const ada = await world.customer();
  const at = (id: string, timestamp: string) => event(ada, id, { timestamp });
  await ingest(
    world,
    at("second", "2025-12-31T23:50:00.000001Z"),
    at("fourth", "2025-12-31T23:10:00Z"),
    at("first", "2026-01-01T00:03:00Z"),
    at("third", "2026-01-01T00:50:00+01:00"),
  );
  await world.advance("1m");
  await ingest(world, at("fifth", "2025-12-31T23:05:00Z"));
  expect(await listedInOrder(world)).toEqual(["first", "second", "third", "fourth", "fifth"]);
});

scenario("EVT-37 an event is listed at once, while the balance is untouched", async (world) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await world.credit(holding, "100");
  const meter = await world.meter();
  await ingest(world, event(holding.customer, "a", { metadata: { tokens: 30 } }));
  expect(await listed(world)).toEqual(["a"]);
  expect(await listed(world, { meter_id: meter.id })).toEqual(["a"]);
  expect(await world.balance(holding)).toMatchObject({ balance: "100", overage: "0" });
});
