import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { Customer, ErrorBody, UsageEvent, World } from "../harness/world.js";

const event = (customer: Pick<Customer, "customer_id">, event_id: string, more: object = {}) => ({
  event_id,
  customer_id: customer.customer_id,
  event_name: "tokens.used",
  ...more,
});

/** Ingests events that must be accepted and answers how many were counted. */
const ingest = async (world: World, ...events: readonly object[]): Promise<number> => {
  const body = await world.ok<{ ingested_count: number }>("ingestEvents", { body: { events } });
  return body.ingested_count;
};

const refuse = (world: World, status: number, ...events: readonly object[]): Promise<ErrorBody> =>
  world.refused(status, "ingestEvents", { body: { events } });

/** The ids of all stored events (at most 100), sorted. */
const stored = async (world: World): Promise<string[]> => {
  const query = { page_size: 100 };
  const list = await world.ok<{ items: UsageEvent[] }>("listEvents", { query });
  return list.items.map((it) => it.event_id).sort();
};

const retrieve = (world: World, event_id: string): Promise<UsageEvent> =>
  world.ok("retrieveEvent", { path: { event_id } });

scenario("EVT-01 ingesting a list of events tells how many were taken", async (world) => {
  const ada = await world.customer();
  const result = await world.call("ingestEvents", {
    body: { events: [event(ada, "a"), event(ada, "b"), event(ada, "c")] },
  });
  expect(result.status).toBe(200);
  expect(result.body).toEqual({ ingested_count: 3 });
  expect(await stored(world)).toEqual(["a", "b", "c"]);
});

scenario("EVT-02 one request carries 1 to 1000 events and no other number", async (world) => {
  const ada = await world.customer();
  const many = (count: number) => Array.from({ length: count }, (_, i) => event(ada, `e${i}`));
  for (const count of [0, 1001]) {
    expect((await refuse(world, 422, ...many(count))).code).toBe("INVALID_REQUEST_BODY");
  }
  expect(await stored(world)).toEqual([]);
  expect(await ingest(world, ...many(1))).toBe(1);
  expect(await ingest(world, ...many(1000))).toBe(999);
  const lastPage = await world.ok<{ items: UsageEvent[] }>("listEvents", {
    query: { page_size: 100, page_number: 9 },
  });
  expect(lastPage.items).toHaveLength(100);
});

scenario(
  "EVT-03 an event needs an id, a customer and a name, none of them empty",
  async (world) => {
    const ada = await world.customer();
    for (const field of ["event_id", "customer_id", "event_name"]) {
      for (const value of [undefined, null, "", 7]) {
        const { code, message } = await refuse(world, 422, event(ada, "a", { [field]: value }));
        expect(code).toBe("INVALID_REQUEST_BODY");
        expect(message).toContain(field);
      }
    }
    expect(await stored(world)).toEqual([]);
    expect(await ingest(world, event(ada, "a"))).toBe(1);
  },
);

scenario("EVT-04 a known event_id is passed over and the stored event stays", async (world) => {
  const ada = await world.customer();
  await ingest(world, event(ada, "a", { metadata: { tokens: 5 } }));
  const before = await retrieve(world, "a");
  await world.advance("1m");
  const other = event(ada, "a", { event_name: "images.made", metadata: { tokens: 9, more: true } });
  expect(await ingest(world, other)).toBe(0);
  expect(await retrieve(world, "a")).toEqual(before);
  expect(await stored(world)).toEqual(["a"]);
});

scenario("EVT-05 an id twice in one request refuses the whole request", async (world) => {
  const ada = await world.customer();
  const twice = [event(ada, "a"), event(ada, "b"), event(ada, "a", { metadata: { tokens: 1 } })];
  expect((await refuse(world, 400, ...twice)).code).toBe("DUPLICATE_EVENT_IDS");
  expect(await stored(world)).toEqual([]);
  expect(await ingest(world, event(ada, "a"), event(ada, "b"))).toBe(2);
  expect((await refuse(world, 400, event(ada, "b"), event(ada, "b"))).code).toBe(
    "DUPLICATE_EVENT_IDS",
  );
});

scenario("EVT-06 an event id is still known after years", async (world) => {
  const ada = await world.customer();
  await ingest(world, event(ada, "a"));
  await world.advance("P10Y");
  expect(await ingest(world, event(ada, "a"))).toBe(0);
  expect((await retrieve(world, "a")).timestamp).toBe("2026-01-01T00:00:00.000000Z");
});

scenario("EVT-07 an id is taken for all customers and event names at once", async (world) => {
  const ada = await world.customer();
  const bob = await world.customer({ email: "bob@example.com", name: "Bob" });
  await ingest(world, event(ada, "a"));
  expect(await ingest(world, event(bob, "a"))).toBe(0);
  expect(await ingest(world, event(ada, "a", { event_name: "images.made" }))).toBe(0);
  expect((await retrieve(world, "a")).customer_id).toBe(ada.customer_id);
  const twoCustomers = [event(ada, "b"), event(bob, "b", { event_name: "images.made" })];
  expect((await refuse(world, 400, ...twoCustomers)).code).toBe("DUPLICATE_EVENT_IDS");
});

httpScenario("EVT-07 another business may use the same event id", async (world) => {
  const headers = { authorization: "Bearer other", "content-type": "application/json" };
  await ingest(world, event(await world.customer(), "a"));
  const made = await world.raw("POST", "/customers", {
    headers,
    body: JSON.stringify({ email: "eve@example.com", name: "Eve" }),
  });
  const eve: Customer = await made.json();
  const body = JSON.stringify({ events: [event(eve, "a")] });
  const answer = await world.raw("POST", "/events/ingest", { headers, body });
  expect([answer.status, await answer.json()]).toEqual([200, { ingested_count: 1 }]);
});

scenario("EVT-08 event ids that differ in case are different events", async (world) => {
  const ada = await world.customer();
  expect(await ingest(world, event(ada, "Run-1"), event(ada, "run-1"))).toBe(2);
  expect((await retrieve(world, "Run-1")).event_id).toBe("Run-1");
  expect((await retrieve(world, "run-1")).event_id).toBe("run-1");
  const { code } = await world.refused(404, "retrieveEvent", { path: { event_id: "RUN-1" } });
  expect(code).toBe("NOT_FOUND");
});

scenario("EVT-09 only events that are new are counted", async (world) => {
  const ada = await world.customer();
  expect(await ingest(world, event(ada, "a"), event(ada, "b"))).toBe(2);
  expect(await ingest(world, event(ada, "b"), event(ada, "c"))).toBe(1);
  expect(await ingest(world, event(ada, "d"), event(ada, "a"), event(ada, "e"))).toBe(2);
  expect(await ingest(world, event(ada, "a"), event(ada, "b"))).toBe(0);
  expect(await stored(world)).toEqual(["a", "b", "c", "d", "e"]);
});

scenario("EVT-10 an event without a timestamp happened now", async (world) => {
  const ada = await world.customer();
  await world.advance("2026-01-01T12:00:00Z");
  expect(await ingest(world, event(ada, "absent"), event(ada, "null", { timestamp: null }))).toBe(
    2,
  );
  for (const id of ["absent", "null"]) {
    expect((await retrieve(world, id)).timestamp).toBe("2026-01-01T12:00:00.000000Z");
  }
});

const at = (customer: Customer, timestamp: string) => event(customer, timestamp, { timestamp });

scenario("EVT-11 usage of long ago or of later on fails the whole request", async (world) => {
  const ada = await world.customer();
  await world.advance("2026-01-01T12:00:00Z");
  const outside = [
    "2026-01-01T10:59:59Z",
    "2026-01-01T10:59:59.999999Z",
    "2026-01-01T12:05:01Z",
    "2026-01-01T12:05:00.000001Z",
    "2025-01-01T12:00:00Z",
    "2026-01-01T12:00:00-01:00",
  ];
  for (const instant of outside) {
    const now = at(ada, "2026-01-01T12:00:00Z");
    const refusal = await refuse(world, 400, now, at(ada, instant));
    expect(refusal.code).toBe("INVALID_REQUEST_PARAMETERS");
  }
  expect(await stored(world)).toEqual([]);
});

scenario("EVT-12 exactly one hour old and exactly five minutes ahead pass", async (world) => {
  const ada = await world.customer();
  await world.advance("2026-01-01T12:00:00Z");
  const inside = ["2026-01-01T11:00:00Z", "2026-01-01T12:05:00Z", "2026-01-01T13:00:00+02:00"];
  expect(await ingest(world, ...inside.map((instant) => at(ada, instant)))).toBe(3);
  expect((await retrieve(world, "2026-01-01T11:00:00Z")).timestamp).toBe(
    "2026-01-01T11:00:00.000000Z",
  );
  await world.advance("2026-01-01T12:00:00.000001Z");
  await refuse(world, 400, event(ada, "late", { timestamp: "2026-01-01T11:00:00Z" }));
});

scenario("EVT-13 a timestamp that is none answers 422", async (world) => {
  const ada = await world.customer();
  const unreadable = ["yesterday", "", "2026-01-01", "2026-13-01T00:00:00Z", 1767225600, true];
  for (const timestamp of unreadable) {
    const { code, message } = await refuse(world, 422, event(ada, "a", { timestamp }));
    expect(code).toBe("INVALID_REQUEST_BODY");
    expect(message).toContain("timestamp");
  }
  expect(await stored(world)).toEqual([]);
});

scenario("EVT-14 metadata is a flat object of texts, numbers and booleans", async (world) => {
  const ada = await world.customer();
  const metadata = {
    model: "small",
    tokens: 12,
    price: 0.25,
    change: -3,
    cached: false,
    empty: "",
  };
  const accepted = [
    event(ada, "full", { metadata }),
    event(ada, "null", { metadata: null }),
    event(ada, "none"),
  ];
  expect(await ingest(world, ...accepted)).toBe(3);
  expect((await retrieve(world, "full")).metadata).toEqual(metadata);
  expect((await retrieve(world, "null")).metadata).toBeNull();
  for (const value of [{}, { deep: 1 }, [], [1], null]) {
    const { code } = await refuse(world, 422, event(ada, "x", { metadata: { fine: 1, value } }));
    expect(code).toBe("INVALID_REQUEST_BODY");
  }
  for (const metadata of ["text", 5, true, []]) {
    expect((await refuse(world, 422, event(ada, "x", { metadata }))).code).toBe(
      "INVALID_REQUEST_BODY",
    );
  }
  expect(await stored(world)).toEqual(["full", "none", "null"]);
});

const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]));

scenario(
  "EVT-15 fifty pairs, keys of 100 and texts of 500 characters are the most",
  async (world) => {
    const ada = await world.customer();
    const full = { ...pairs(48), ["k".repeat(100)]: 1, text: "t".repeat(500) };
    expect(await ingest(world, event(ada, "full", { metadata: full }))).toBe(1);
    expect((await retrieve(world, "full")).metadata).toEqual(full);
    const broken: [object, string][] = [
      [pairs(51), "MAXIMUM_KEYS_REACHED"],
      [{ ["k".repeat(101)]: 1 }, "INVALID_REQUEST_PARAMETERS"],
      [{ text: "t".repeat(501) }, "INVALID_REQUEST_PARAMETERS"],
    ];
    for (const [metadata, code] of broken) {
      const refusal = await refuse(world, 400, event(ada, "x"), event(ada, "y", { metadata }));
      expect(refusal.code).toBe(code);
    }
    expect(await stored(world)).toEqual(["full"]);
  },
);

scenario("EVT-15 a character outside the basic plane counts once", async (world) => {
  const ada = await world.customer();
  const metadata = { ["🗝".repeat(100)]: "🚀".repeat(500) };
  expect(await ingest(world, event(ada, "a", { metadata }))).toBe(1);
  const longer = { text: "🚀".repeat(501) };
  await refuse(world, 400, event(ada, "b", { metadata: longer }));
  expect((await retrieve(world, "a")).metadata).toEqual(metadata);
});

httpScenario("EVT-16 a broken shape answers 422 and a broken value 400", async (world) => {
  const ada = await world.customer();
  const send = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const answer = await world.raw("POST", "/events/ingest", { headers, body });
    const { code }: ErrorBody = await answer.json();
    return `${answer.status} ${code}`;
  };
  expect(await send('{"events": [')).toBe("422 INVALID_REQUEST_BODY");
  expect(await send("[]")).toBe("422 INVALID_REQUEST_BODY");
  expect(await send('{"events": {}}')).toBe("422 INVALID_REQUEST_BODY");
  expect(await send('{"events": ["a"]}')).toBe("422 INVALID_REQUEST_BODY");
  const old = event(ada, "a", { timestamp: "2025-01-01T00:00:00Z" });
  expect(await send(JSON.stringify({ events: [old] }))).toBe("400 INVALID_REQUEST_PARAMETERS");
  const crowded = event(ada, "a", { metadata: pairs(51) });
  expect(await send(JSON.stringify({ events: [crowded] }))).toBe("400 MAXIMUM_KEYS_REACHED");
  expect(await stored(world)).toEqual([]);
});

/** Posts one event in a body of exactly so many bytes, and answers the status. */
const ingestBytes = async (world: World, bytes: number, id: string): Promise<number> => {
  const customer = await world.customer();
  const body = new TextEncoder().encode(
    JSON.stringify({ events: [event(customer, id, { metadata: { note: "é" } })] }),
  );
  const padded = new Uint8Array(bytes).fill(0x20);
  padded.set(body);
  const headers = { "content-type": "application/json" };
  const answer = await world.raw("POST", "/events/ingest", { headers, body: padded });
  const { code }: Partial<ErrorBody> = await answer.json();
  expect(code).toBe(answer.status === 200 ? undefined : "PAYLOAD_TOO_LARGE");
  return answer.status;
};

httpScenario(
  "EVT-17 a body of the configured size passes and one byte more does not",
  async (world) => {
    expect(await ingestBytes(world, 2001, "a")).toBe(413);
    expect(await stored(world)).toEqual([]);
    expect(await ingestBytes(world, 2000, "a")).toBe(200);
  },
  { bodyBytesMax: 2000 },
);

httpScenario("EVT-17 the size allowed is 10 MiB unless configured", async (world) => {
  const limit = 10 * 1024 * 1024;
  expect(await ingestBytes(world, limit + 1, "a")).toBe(413);
  expect(await stored(world)).toEqual([]);
  expect(await ingestBytes(world, limit, "a")).toBe(200);
});

scenario("EVT-18 one bad event keeps the good ones beside it out", async (world) => {
  const ada = await world.customer();
  const bad: [number, object][] = [
    [422, { event_name: "" }],
    [422, { metadata: { list: [] } }],
    [400, { customer_id: "cus_nobody" }],
    [400, { timestamp: "2025-12-31T00:00:00Z" }],
    [400, { metadata: pairs(51) }],
  ];
  for (const [status, more] of bad) {
    await refuse(world, status, event(ada, "first"), event(ada, "bad", more), event(ada, "last"));
  }
  expect(await stored(world)).toEqual([]);
  expect(await ingest(world, event(ada, "first"), event(ada, "last"))).toBe(2);
});

scenario("EVT-19 an event for a customer who does not exist fails the request", async (world) => {
  const ada = await world.customer();
  const refusal = await refuse(world, 400, event(ada, "a"), event({ customer_id: "cus_x" }, "b"));
  expect(refusal.code).toBe("INVALID_REQUEST_PARAMETERS");
  expect(refusal.message).toContain("cus_x");
  expect(await stored(world)).toEqual([]);
});

httpScenario("EVT-19 a customer of another business does not exist here", async (world) => {
  const headers = { authorization: "Bearer other", "content-type": "application/json" };
  const body = JSON.stringify({ email: "eve@example.com", name: "Eve" });
  const eve: Customer = await (await world.raw("POST", "/customers", { headers, body })).json();
  const refusal = await refuse(world, 400, event(eve, "a"));
  expect(refusal.code).toBe("INVALID_REQUEST_PARAMETERS");
  expect(await stored(world)).toEqual([]);
});

scenario("EVT-24 repeating an ingest whose answer was lost counts nothing twice", async (world) => {
  const ada = await world.customer();
  const batch = [event(ada, "a"), event(ada, "b")];
  expect(await ingest(world, ...batch)).toBe(2);
  expect(await ingest(world, ...batch)).toBe(0);
  expect(await stored(world)).toEqual(["a", "b"]);
});

scenario("EVT-24 repeating an ingest refused for its content is refused again", async (world) => {
  const ada = await world.customer();
  const batch = [event(ada, "a"), event(ada, "b", { timestamp: "2025-12-31T22:00:00Z" })];
  const first = await refuse(world, 400, ...batch);
  await world.advance("1m");
  expect((await refuse(world, 400, ...batch)).code).toBe(first.code);
  expect(await stored(world)).toEqual([]);
});

scenario(
  "EVT-25 the id of the request protects a repeat, an id made anew does not",
  async (world) => {
    const ada = await world.customer();
    for (const attempt of ["first", "second"]) {
      await ingest(world, event(ada, "req_42"));
      await ingest(world, event(ada, `1767225600-${attempt}`));
    }
    expect(await stored(world)).toEqual(["1767225600-first", "1767225600-second", "req_42"]);
  },
);
