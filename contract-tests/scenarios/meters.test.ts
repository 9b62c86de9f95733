import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { Meter, UsageEvent, World } from "../harness/world.js";

const plain = {
  name: "Calls",
  event_name: "api.call",
  measurement_unit: "call",
  aggregation: { type: "count" },
};

const refuse = async (world: World, body: object): Promise<string> => {
  const { code, message } = await world.refused(422, "createMeter", { body });
  expect(code).toBe("INVALID_REQUEST_BODY");
  return message;
};

const names = async (world: World, query: Record<string, string | boolean> = {}) => {
  const list = await world.ok<{ items: Meter[] }>("listMeters", { query });
  return list.items.map((it) => it.name);
};

const at = (id: string) => ({ path: { id } });

scenario("MTR-01 a meter is created from its four fields alone", async (world) => {
  const result = await world.call("createMeter", { body: plain });
  expect(result.status).toBe(201);
  const meter = result.body as Meter; // its shape is checked next
  expect(meter).toMatchObject({
    ...plain,
    id: expect.stringMatching(/^mtr_[0-9A-Za-z]{21}$/),
    business_id: expect.stringMatching(/^bus_/),
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-01T00:00:00.000000Z",
  });
  expect([meter.description ?? null, meter.filter ?? null]).toEqual([null, null]);
  expect(await world.ok("retrieveMeter", at(meter.id))).toEqual(meter);
});

scenario("MTR-01 description and filter come back as they were given", async (world) => {
  const filter = {
    conjunction: "or",
    clauses: [
      { key: "model", operator: "equals", value: "small" },
      { conjunction: "and", clauses: [{ key: "n", operator: "less_than", value: 2.5 }] },
    ],
  };
  const more = { description: "Calls to the small model.", filter };
  const meter = await world.ok<Meter>("createMeter", { body: { ...plain, ...more } });
  expect(meter).toMatchObject(more);
  expect(await world.ok("retrieveMeter", at(meter.id))).toEqual(meter);
  await world.ok("createMeter", { body: { ...plain, description: null, filter: null } });
});

scenario("MTR-01 a meter without one of its fields is refused", async (world) => {
  for (const field of Object.keys(plain)) {
    for (const value of [undefined, null, "", 5]) {
      expect(await refuse(world, { ...plain, [field]: value })).toContain(field);
    }
  }
  await refuse(world, { ...plain, filter: "model = small" });
  expect(await names(world)).toEqual([]);
});

scenario("MTR-01 the texts of a meter keep to their lengths", async (world) => {
  const lengths: [string, number][] = [
    ["name", 255],
    ["event_name", 255],
    ["measurement_unit", 255],
    ["description", 1000],
  ];
  for (const [field, most] of lengths) {
    await refuse(world, { ...plain, [field]: "x".repeat(most + 1) });
  }
  const full = Object.fromEntries(lengths.map(([field, most]) => [field, "x".repeat(most)]));
  expect(await world.ok("createMeter", { body: { ...plain, ...full } })).toMatchObject(full);
  expect(await names(world)).toHaveLength(1);
});

scenario("MTR-02 a meter counts, sums, or takes the highest or the last value", async (world) => {
  for (const type of ["count", "sum", "max", "last"]) {
    const meter = await world.meter({ aggregation: { type, key: "tokens" } });
    expect(meter.aggregation.type).toBe(type);
  }
  for (const type of ["unique_count", "average", "SUM", "", null]) {
    await refuse(world, { ...plain, aggregation: { type, key: "tokens" } });
  }
  expect(await names(world)).toHaveLength(4);
});

scenario("MTR-03 every aggregation but count needs a key", async (world) => {
  for (const type of ["sum", "max", "last"]) {
    expect(await refuse(world, { ...plain, aggregation: { type } })).toContain("key");
    await refuse(world, { ...plain, aggregation: { type, key: null } });
  }
  expect(await names(world)).toEqual([]);
  for (const key of ["tokens", null, undefined]) {
    const meter = await world.meter({ aggregation: { type: "count", key } });
    expect(meter.aggregation.type).toBe("count");
  }
});

scenario("MTR-03 a key given to a counting meter leaves no event out", async (world) => {
  const customer_id = (await world.customer()).customer_id;
  const aggregation = { type: "count", key: "tokens" };
  const meter = await world.ok<Meter>("createMeter", { body: { ...plain, aggregation } });
  const bare = { event_id: "bare", customer_id, event_name: "api.call" };
  await world.ok("ingestEvents", { body: { events: [bare] } });
  const query = { meter_id: meter.id };
  const list = await world.ok<{ items: UsageEvent[] }>("listEvents", { query });
  expect(list.items.map((it) => it.event_id)).toEqual(["bare"]);
});

httpScenario("MTR-04 a meter cannot be edited", async (world) => {
  const meter = await world.meter();
  for (const method of ["PATCH", "PUT"]) {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ name: "Other" });
    const answer = await world.raw(method, `/meters/${meter.id}`, { headers, body });
    expect(answer.status).toBe(405);
  }
  expect(await world.ok("retrieveMeter", at(meter.id))).toEqual(meter);
});

httpScenario(
  "MTR-04 archiving answers 204 and unarchiving 200, both without a body",
  async (world) => {
    const meter = await world.meter();
    const archived = await world.raw("DELETE", `/meters/${meter.id}`);
    expect([archived.status, await archived.text()]).toEqual([204, ""]);
    expect(await names(world)).toEqual([]);
    const back = await world.raw("POST", `/meters/${meter.id}/unarchive`);
    expect([back.status, await back.text()]).toEqual([200, ""]);
    expect(await names(world)).toEqual([meter.name]);
  },
);

scenario("MTR-05 archiving a meter nobody made answers 404", async (world) => {
  await world.meter();
  expect((await world.refused(404, "archiveMeter", at("mtr_none"))).code).toBe("NOT_FOUND");
  expect(await names(world)).toHaveLength(1);
});

scenario("MTR-05 only an archived meter can be unarchived, else 500", async (world) => {
  const meter = await world.meter();
  for (const id of ["mtr_none", meter.id]) {
    const { status, body, headers } = await world.call("unarchiveMeter", at(id));
    expect([status, body]).toMatchObject([500, { code: "INTERNAL_SERVER_ERROR" }]);
    expect(headers.get("x-should-retry")).toBe("false");
  }
  await world.ok("archiveMeter", at(meter.id));
  expect((await world.call("unarchiveMeter", at(meter.id))).status).toBe(200);
  expect((await world.call("unarchiveMeter", at(meter.id))).status).toBe(500);
});

scenario("MTR-06 the list shows active meters, or the archived ones instead", async (world) => {
  for (const name of ["one", "two", "three"]) {
    const meter = await world.meter({ name });
    await world.advance("1s");
    if (name === "two") await world.ok("archiveMeter", at(meter.id));
  }
  expect(await names(world)).toEqual(["three", "one"]);
  expect(await names(world, { archived: false })).toEqual(["three", "one"]);
  expect(await names(world, { archived: true })).toEqual(["two"]);
  const { code } = await world.refused(422, "listMeters", { query: { archived: "perhaps" } });
  expect(code).toBe("INVALID_QUERY_PARAMS");
});

scenario("MTR-07 archiving a meter keeps its history", async (world) => {
  const customer_id = (await world.customer()).customer_id;
  const meter = await world.meter();
  const usage = { event_id: "a", customer_id, event_name: meter.event_name };
  await world.ok("ingestEvents", { body: { events: [usage] } });
  await world.ok("archiveMeter", at(meter.id));
  const query = { meter_id: meter.id };
  const list = await world.ok<{ items: UsageEvent[] }>("listEvents", { query });
  expect(list.items.map((it) => it.event_id)).toEqual(["a"]);
  expect(await world.ok<UsageEvent>("retrieveEvent", { path: { event_id: "a" } })).toMatchObject(
    usage,
  );
  const kept = ["name", "event_name", "aggregation", "measurement_unit", "created_at"] as const;
  await world.ok("unarchiveMeter", at(meter.id));
  const back = await world.ok<Meter>("retrieveMeter", at(meter.id));
  for (const field of kept) expect(back[field]).toEqual(meter[field]);
});

scenario("MTR-08 two meters may share a name", async (world) => {
  const one = await world.meter({ name: "Tokens" });
  const two = await world.meter({ name: "Tokens" });
  expect(one.id).not.toBe(two.id);
  expect(await names(world)).toEqual(["Tokens", "Tokens"]);
});
