import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { ErrorBody, World } from "../harness/world.js";
import { send } from "./support/requests.js";
import { entitlement } from "./support/sample-bodies.js";

const many = 20_000;
const messageMax = 2001; // and the mark of what is missing

const refusal = async (world: World, target: string, body: unknown) => {
  const answer = await send(world, target, { body });
  const { code, message }: ErrorBody = await answer.json();
  return { is: `${answer.status} ${code}`, message };
};

const mapOf = (name: (i: number) => string, value: unknown) =>
  Object.fromEntries(Array.from({ length: many }, (_, i) => [name(i), value]));

httpScenario("BDY-03 too many elements are refused for their number alone", async (world) => {
  const hook = await world.control<{ id: string }>("POST", "/webhooks", {
    url: "http://localhost:9/hook",
  });
  const headers = mapOf((i) => `bad näme ${i}`, {});
  const faults: readonly (readonly [target: string, body: unknown, reason: string])[] = [
    ["POST /events/ingest", { events: Array(many).fill({}) }, "`events` has 20000 items"],
    [`PATCH /webhooks/${hook.id}/headers`, { headers }, "`headers` has 20000 entries"],
    [
      "POST /webhooks",
      { url: "http://localhost:9/hook", headers },
      "`headers` has 20000 entries but must have at most 50",
    ],
  ];
  for (const [target, body, reason] of faults) {
    const { is, message } = await refusal(world, target, body);
    expect([is, message.split(": ")[1]?.includes(";")]).toEqual([
      "422 INVALID_REQUEST_BODY",
      false,
    ]);
    expect(message).toContain(reason);
  }
});

httpScenario("BDY-03 of many problems five are named", async (world) => {
  const { message } = await refusal(world, "POST /events/ingest", { events: Array(900).fill({}) });
  expect(message.split("; ")).toHaveLength(6);
  expect(message).toMatch(/`events\[0\]\.event_id` is missing.*; and more problems$/);
  const names = await refusal(
    world,
    "PATCH /_sandbox/policy",
    mapOf((i) => `no_${i}`, 1),
  );
  expect(names.message).toMatch(/`no_0` is no field there.*; and more problems$/);
  expect(names.message.length).toBeLessThanOrEqual(messageMax);
});

httpScenario("BDY-03 what a message shows of a value and a name is short", async (world) => {
  const long = "x".repeat(300_000);
  const bodies: readonly (readonly [target: string, body: unknown])[] = [
    ["POST /customers", { email: long, name: long }],
    ["POST /customers", { email: "a@b.io", name: "x", metadata: { [long]: {} } }],
    ["POST /credit-entitlements", { ...entitlement, name: [[long], { [long]: long }] }],
    ["POST /checkouts", { product_cart: [{ product_id: long, quantity: 1 }] }],
    ["POST /_sandbox/clock/advance", { by: long }],
  ];
  for (const [target, body] of bodies) {
    const { is, message } = await refusal(world, target, body);
    expect(is).toMatch(/^4/);
    expect(message.length).toBeLessThanOrEqual(messageMax);
  }
  const paths = [`/customers/${long.slice(0, 5000)}`, `/${long.slice(0, 5000)}`];
  for (const path of [...paths, `/events?start=${long.slice(0, 5000)}`]) {
    const answer = await world.raw("GET", path);
    expect((await answer.text()).length).toBeLessThanOrEqual(messageMax + 50);
  }
});

httpScenario("BDY-03 a name that HTTP does not allow for a header is named", async (world) => {
  const body = { url: "http://localhost:9/hook", headers: { "bad name": "x" } };
  const { message } = await refusal(world, "POST /webhooks", body);
  expect(message).toContain('`headers` has the name "bad name", but names there must be');
});

httpScenario(
  "BDY-04 a number that no double holds is refused wherever it stands",
  async (world) => {
    const { customer_id } = await world.customer();
    const event = `"event_id":"a","customer_id":"${customer_id}","event_name":"x"`;
    const bodies: readonly (readonly [target: string, body: string, where: string])[] = [
      ["POST /customers", '{"email":"b@b.io","name":"x","metadata":{"n":1e999}}', "metadata.n"],
      [
        "POST /events/ingest",
        `{"events":[{${event},"metadata":{"n":-1E+400}}]}`,
        "events[0].metadata.n",
      ],
      [
        "POST /events/ingest",
        `{"events":[{${event},"what":[{"ever":1e309}]}]}`,
        "events[0].what[0].ever",
      ],
      ["POST /meters", `{"n":${"9".repeat(310)}}`, "n"],
      ["POST /_sandbox/reset", '{"frozen":true,"x":1e1000}', "x"],
    ];
    for (const [target, body, where] of bodies) {
      const { is, message } = await refusal(world, target, body);
      expect(is).toBe("422 INVALID_REQUEST_BODY");
      expect(message).toContain(`\`${where}\` is a number`);
    }
    expect(await world.ok("listEvents")).toEqual({ items: [] });
    expect((await send(world, "GET /events?page_size=1e999")).status).toBe(422);
  },
);

httpScenario("BDY-05 whole numbers of metadata come back digit for digit", async (world) => {
  const metadata =
    '"metadata":{"a":9007199254740993,"b":-9223372036854775808,"c":"9007199254740993","d":1.5,"__proto__":18446744073709551615}';
  const read = async (target: string, body?: string) => {
    const answer = await send(world, target, body === undefined ? {} : { body });
    const text = await answer.text();
    expect(answer.status, text).toBeLessThan(300);
    return text;
  };
  const made = await read("POST /customers", `{"email":"a@b.io","name":"x",${metadata}}`);
  expect(made).toContain(metadata);
  const { customer_id }: { customer_id: string } = JSON.parse(made);
  expect(await read(`GET /customers/${customer_id}`)).toContain(metadata);
  const event = `"event_id":"e","customer_id":"${customer_id}","event_name":"x"`;
  await read("POST /events/ingest", `{"events":[{${event},${metadata}}]}`);
  expect(await read("GET /events/e")).toContain(metadata);
  const { id } = await world.entitlement();
  const holding = `/credit-entitlements/${id}/balances/${customer_id}`;
  const entry = `{"entry_type":"credit","amount":"5","idempotency_key":"k",${metadata}}`;
  expect(await read(`POST ${holding}/ledger-entries`, entry)).toContain(metadata);
  expect(await read(`GET ${holding}/ledger`)).toContain(metadata);
  expect(await read(`GET ${holding}/grants`)).toContain(metadata);
  expect(await read("GET /_sandbox/events")).toContain(metadata);
});

httpScenario("BDY-05 a meter tells whole numbers apart that are one double", async (world) => {
  const filter =
    '{"conjunction":"and","clauses":[{"key":"n","operator":"equals","value":9007199254740993}]}';
  const body = `{"name":"m","event_name":"x","measurement_unit":"u","aggregation":{"type":"count"},"filter":${filter}}`;
  const meter = await (await send(world, "POST /meters", { body })).text();
  expect(meter).toContain(filter);
  const { customer_id } = await world.customer();
  const event = (id: string, n: string) =>
    `{"event_id":"${id}","customer_id":"${customer_id}","event_name":"x","metadata":{"n":${n}}}`;
  const events = [event("odd", "9007199254740993"), event("even", "9007199254740992")];
  await send(world, "POST /events/ingest", { body: `{"events":[${events}]}` });
  const { id }: { id: string } = JSON.parse(meter);
  const { items } = await world.ok<{ items: { event_id: string }[] }>("listEvents", {
    query: { meter_id: id },
  });
  expect(items.map((it) => it.event_id)).toEqual(["odd"]);
});

scenario("MTR-80 a number of an event that could be no usage is refused", async (world) => {
  const { customer_id } = await world.customer();
  const event = (metadata: object) => ({
    body: { events: [{ event_id: "e", customer_id, event_name: "x", metadata }] },
  });
  for (const n of [1e30, -1e30, 1e300]) {
    const { message } = await world.refused(400, "ingestEvents", event({ n }));
    expect(message).toContain("events[0].metadata.n is");
  }
  expect(await world.ok("listEvents")).toEqual({ items: [] });
  await world.ok("ingestEvents", event({ n: 9e29, text: "1".repeat(40) }));
});
