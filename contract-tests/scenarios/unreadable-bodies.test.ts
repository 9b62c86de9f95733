import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type LedgerEntry, pathOf, type World } from "../harness/world.js";
import { limit } from "./support/faults.js";
import { outcome, send } from "./support/requests.js";
import { entitlement, meter } from "./support/sample-bodies.js";

httpScenario("ERR-09 unreadable bodies do not have the code INVALID_REQUEST", async (world) => {
  for (const body of ["{", "[]", {}, " "]) {
    expect(await outcome(world, "POST /meters", { body })).toBe("422 INVALID_REQUEST_BODY");
  }
});

httpScenario("ERR-05 a body that cannot be read answers 422", async (world) => {
  const deep = (open: string, inmost: string, close: string) =>
    open.repeat(10_000) + inmost + close.repeat(10_000);
  const unreadable = [
    ...["", " ", "{", '{"name": }', "{'name': 'x'}", "name=x", "null", "[]", '"text"', "7"],
    "[".repeat(10_000),
    deep("[", "", "]"),
    deep('{"a":', "1", "}"),
    `{"name":${deep("[", "", "]")}}`,
    JSON.stringify(meter).replace("}}", `},"filter":${deep('{"clauses":[', "", "]}")}}`),
  ];
  for (const path of ["/meters", "/credit-entitlements", "/events/ingest"]) {
    for (const body of unreadable) {
      const got = await outcome(world, `POST ${path}`, { body });
      expect(got, body.slice(0, 40)).toBe("422 INVALID_REQUEST_BODY");
    }
  }
  expect(await world.ok("listMeters")).toEqual({ items: [] });
});

scenario("ERR-05 the message names the field at fault", async (world) => {
  const { customer_id } = await world.customer();
  const good = { event_id: "a", customer_id, event_name: "x" };
  const faults: [Parameters<World["call"]>[0], unknown, RegExp][] = [
    ["createCreditEntitlement", { ...entitlement, name: undefined }, /\bname\b/],
    ["createCreditEntitlement", { ...entitlement, precision: "2" }, /\bprecision\b/],
    ["createMeter", { ...meter, aggregation: { type: "mean" } }, /\baggregation\b.*\btype\b/],
    ["createCustomer", { name: "x" }, /\bemail\b/],
    ["ingestEvents", { events: [good, { ...good, event_id: undefined }] }, /\b1\b.*\bevent_id\b/],
    ["ingestEvents", { events: [{ ...good, metadata: { bad: {} } }] }, /\bmetadata\b.*\bbad\b/],
  ];
  for (const [id, body, named] of faults) {
    expect((await world.refused(422, id, { body })).message).toMatch(named);
  }
});

httpScenario("ERR-05 keys that objects have by nature are plain data", async (world) => {
  const metadata = '{"__proto__":"p","constructor":"c","toString":1,"hasOwnProperty":true}';
  const own = Object.entries(JSON.parse(metadata));
  const post = (path: string, body: string) => send(world, `POST ${path}`, { body });
  const kept = async (answer: Response) => {
    expect(answer.status).toBeLessThan(300);
    return Object.entries(JSON.parse(await answer.text()).metadata);
  };
  const made = await post("/customers", `{"email":"a@b.io","name":"x","metadata":${metadata}}`);
  const { customer_id }: { customer_id: string } = await made.clone().json();
  expect(await kept(made)).toEqual(own);
  expect(await kept(await world.raw("GET", `/customers/${customer_id}`))).toEqual(own);
  const usage = `{"event_id":"a","customer_id":"${customer_id}","event_name":"x","metadata":${metadata}}`;
  expect((await post("/events/ingest", `{"events":[${usage}]}`)).status).toBe(200);
  expect(await kept(await world.raw("GET", "/events/a"))).toEqual(own);
  const holding = { entitlement: await world.entitlement(), customer: { customer_id } };
  await world.credit(holding, "1", { metadata: JSON.parse(metadata) });
  const { items } = await world.ok<{ items: LedgerEntry[] }>("listLedger", {
    path: pathOf(holding),
  });
  expect(items.map((it) => Object.entries(it.metadata))).toEqual([own]);
  expect(Object.hasOwn(Object.prototype, "p")).toBe(false);
});

httpScenario("ERR-05 fields cannot be inherited through __proto__", async (world) => {
  const body = `{"__proto__":{"email":"a@b.io"},"name":"x"}`;
  expect(await outcome(world, "POST /customers", { body })).toBe("422 INVALID_REQUEST_BODY");
});

httpScenario("ERR-02 a body not sent as JSON answers 415, whatever it holds", async (world) => {
  const forms = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];
  for (const type of [...forms, "text/json", "json", "application/jsonx"]) {
    const got = await outcome(world, "POST /meters", { body: meter, type });
    expect(got, type).toBe("415 UNSUPPORTED_MEDIA_TYPE");
  }
  expect(await world.ok("listMeters")).toEqual({ items: [] });
  for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON"]) {
    expect((await send(world, "POST /meters", { body: meter, type })).status, type).toBe(201);
  }
});

httpScenario(
  "ERR-02 a body over the configured size answers 413, and one of that size is read",
  async (world) => {
    const body = JSON.stringify(meter);
    for (const path of ["/meters", "/customers", "/events/ingest"]) {
      const got = await outcome(world, `POST ${path}`, { body: body.padEnd(5001) });
      expect(got).toBe("413 PAYLOAD_TOO_LARGE");
    }
    expect(await world.ok("listMeters")).toEqual({ items: [] });
    expect((await send(world, "POST /meters", { body: body.padEnd(5000) })).status).toBe(201);
  },
  limit,
);
