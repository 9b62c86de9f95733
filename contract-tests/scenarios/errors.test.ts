import { notServed, operationTable } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { ErrorBody, LedgerEntry, World } from "../harness/world.js";
import { pathOf, withOverage } from "../harness/world.js";

interface Extras {
  /** A text is sent as it stands, anything else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
  readonly type?: string;
}

/** Sends a request such as `POST /meters`. */
const send = (world: World, target: string, { body, key, type }: Extras = {}) => {
  const [method = "", path = ""] = target.split(" ");
  const headers = new Headers();
  if (key !== undefined) headers.set("authorization", key);
  if (body !== undefined) headers.set("content-type", "application/json");
  if (type !== undefined) headers.set("content-type", type);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return world.raw(method, path, { headers, ...(body === undefined ? {} : { body: text }) });
};

/** What came back, as `422 INVALID_REQUEST_BODY`. */
const outcome = async (world: World, target: string, extras: Extras = {}): Promise<string> => {
  const answer = await send(world, target, extras);
  const { code }: ErrorBody = await answer.json();
  return `${answer.status} ${code}`;
};

const meter = { name: "M", event_name: "x", measurement_unit: "x", aggregation: { type: "count" } };
const pairs = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`key${i}`, i]));
const entitlement = {
  name: "Credit",
  unit: "x",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};
const large = " ".repeat(5001);
const limit = { bodyBytesMax: 5000 };
const noKey = "Basic x";
const viewer = "Bearer dodo_test_viewer";

/** A tenant with something in it. */
const prepare = async (world: World) => {
  const live = await world.entitlement({ name: "Live" });
  const gone = await world.entitlement({ name: "Gone" });
  const owed = await world.entitlement({ name: "Owed", ...withOverage({ overage_limit: 10 }) });
  const holder = await world.customer();
  await world.credit({ entitlement: live, customer: holder }, "5", { idempotency_key: "used" });
  await world.ok("deleteCreditEntitlement", { path: { id: gone.id } });
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  const holding = `/credit-entitlements/${live.id}/balances/${holder.customer_id}`;
  return { live, gone, owed, holder, holding };
};

type Prepared = Awaited<ReturnType<typeof prepare>>;
type Failure = readonly [expected: string, target: string, extras?: Extras];

/** One request for each way to fail, with what it must answer. */
const failures = ({ live, gone, owed, holder, holding }: Prepared): readonly Failure[] => {
  const debit = (amount: string) => ({ body: { entry_type: "debit", amount } });
  const again = { body: { entry_type: "credit", amount: "1", idempotency_key: "used" } };
  const usage = { event_id: "a", customer_id: holder.customer_id, event_name: "x" };
  const crowded = { email: "x@example.com", name: "x", metadata: pairs };
  return [
    ["400 INVALID_REQUEST_PARAMETERS", `POST ${holding}/ledger-entries`, debit("0")],
    ["400 INSUFFICIENT_CREDIT_BALANCE", `POST ${holding}/ledger-entries`, debit("6")],
    [
      "400 OVERAGE_LIMIT_EXCEEDED",
      `POST ${holding.replace(live.id, owed.id)}/ledger-entries`,
      debit("11"),
    ],
    ["400 MAXIMUM_KEYS_REACHED", "POST /customers", { body: crowded }],
    ["400 DUPLICATE_EVENT_IDS", "POST /events/ingest", { body: { events: [usage, usage] } }],
    ["400 INVALID_QUERY_PARAMS", "GET /events?start=soon"],
    ["401 UNAUTHORIZED", "POST /meters", { body: meter, key: noKey }],
    ["403 UNAUTHORIZED", "POST /meters", { body: meter, key: viewer }],
    ["404 NOT_FOUND", "GET /meters/mtr_none"],
    ["404 NOT_FOUND", "GET /no-such-path"],
    ["405 METHOD_NOT_ALLOWED", "PUT /meters", { body: meter }],
    ["409 IDEMPOTENCY_KEY_ALREADY_EXISTS", `POST ${holding}/ledger-entries`, again],
    ["410 CREDIT_ENTITLEMENT_IS_DELETED", `DELETE /credit-entitlements/${gone.id}`],
    ["413 PAYLOAD_TOO_LARGE", "POST /meters", { body: JSON.stringify(meter) + large }],
    ["415 UNSUPPORTED_MEDIA_TYPE", "POST /meters", { body: meter, type: "text/plain" }],
    ["422 INVALID_REQUEST_BODY", "POST /meters", { body: { ...meter, name: 5 } }],
    ["422 INVALID_QUERY_PARAMS", "GET /meters?page_size=101"],
    ["422 INVALID_REQUEST_PARAMETERS", "GET /meters/%zz"],
    [
      "422 CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS",
      "POST /credit-entitlements",
      { body: { ...entitlement, name: "Live" } },
    ],
    ["500 INTERNAL_SERVER_ERROR", `POST /credit-entitlements/${live.id}/undelete`],
    ["500 INTERNAL_SERVER_ERROR", "POST /meters/mtr_none/unarchive"],
    ["501 NOT_SERVED_BY_DRAWDOWN", "POST /products", { body: { name: "x" } }],
  ];
};

/** Looks at the answer to each failing request. */
const everyFailure = (name: string, look: (answer: Response, expected: string) => Promise<void>) =>
  httpScenario(
    name,
    async (world) => {
      for (const [expected, target, extras] of failures(await prepare(world))) {
        await look(await send(world, target, extras), expected);
      }
    },
    limit,
  );

everyFailure("ERR-01 an error is a code and a message, sent as JSON", async (answer, expected) => {
  expect(answer.headers.get("content-type"), expected).toMatch(/^application\/json/);
  const body: ErrorBody = await answer.json();
  expect(Object.keys(body).sort(), expected).toEqual(["code", "message"]);
  expect(body.code).toMatch(/^[A-Z][A-Z_]*$/);
});

everyFailure("ERR-02 each kind of failure has its status", async (answer, expected) => {
  expect(answer.status, expected).toBe(Number(expected.slice(0, 3)));
});

everyFailure("ERR-03 each cause has its code", async (answer, expected) => {
  const { code }: ErrorBody = await answer.json();
  expect(code).toBe(expected.slice(4));
});

everyFailure("ERR-06 no failure leaves its message out", async (answer, expected) => {
  const { message }: ErrorBody = await answer.json();
  expect(message, expected).toMatch(/\w+ \w+/);
});

everyFailure("ERR-09 no failure has the code INVALID_REQUEST", async (answer) => {
  const { code }: ErrorBody = await answer.json();
  expect(code).not.toBe("INVALID_REQUEST");
});

httpScenario("ERR-09 unreadable bodies do not have the code INVALID_REQUEST", async (world) => {
  for (const body of ["{", "[]", {}, " "]) {
    expect(await outcome(world, "POST /meters", { body })).toBe("422 INVALID_REQUEST_BODY");
  }
});

httpScenario("ERR-04 one cause has the status that each path lists for it", async (world) => {
  const { gone, holding } = await prepare(world);
  const paths: readonly Failure[] = [
    ["404 NOT_FOUND", `DELETE ${none}`],
    ["500 INTERNAL_SERVER_ERROR", `POST ${none}/undelete`],
    ["404 NOT_FOUND", "DELETE /meters/mtr_none"],
    ["500 INTERNAL_SERVER_ERROR", "POST /meters/mtr_none/unarchive"],
    ["404 NOT_FOUND", `GET /credit-entitlements/${gone.id}`],
    ["410 CREDIT_ENTITLEMENT_IS_DELETED", `DELETE /credit-entitlements/${gone.id}`],
    ["400 INVALID_QUERY_PARAMS", "GET /events?end=soon"],
    ["422 INVALID_QUERY_PARAMS", "GET /events?page_size=soon"],
    ["422 INVALID_QUERY_PARAMS", `GET ${holding}/ledger?end_date=soon`],
  ];
  for (const [expected, target] of paths) {
    expect(await outcome(world, target), target).toBe(expected);
  }
});

const none = "/credit-entitlements/cde_none";
const noEntry = { entry_type: "credit", amount: "0" };
const twin = { event_id: "a", customer_id: "cus_none", event_name: "x" };
const text = "text/plain";

/** Two faults in one request, what the earlier check answers, and the request. */
const precedence: readonly (readonly [string, ...Failure])[] = [
  ["unknown path, no key", "404 NOT_FOUND", "GET /nothing", { key: noKey }],
  ["unknown path, large body", "404 NOT_FOUND", "POST /nothing", { body: large }],
  ["wrong method, no key", "405 METHOD_NOT_ALLOWED", "PUT /meters", { key: noKey }],
  ["wrong method, malformed", "405 METHOD_NOT_ALLOWED", "PUT /meters", { body: "{" }],
  ["not served, no key", "501 NOT_SERVED_BY_DRAWDOWN", "POST /products", { key: noKey }],
  ["not served, large body", "501 NOT_SERVED_BY_DRAWDOWN", "POST /products", { body: large }],
  ["no key, large body", "401 UNAUTHORIZED", "POST /meters", { body: large, key: noKey }],
  ["no key, not JSON", "401 UNAUTHORIZED", "POST /meters", { body: "x", key: noKey, type: text }],
  ["no key, malformed", "401 UNAUTHORIZED", "POST /meters", { body: "{", key: noKey }],
  ["no key, nothing there", "401 UNAUTHORIZED", `GET ${none}`, { key: noKey }],
  ["read-only, large body", "403 UNAUTHORIZED", "POST /meters", { body: large, key: viewer }],
  [
    "read-only, not JSON",
    "403 UNAUTHORIZED",
    "POST /meters",
    { body: "x", key: viewer, type: text },
  ],
  ["read-only, malformed", "403 UNAUTHORIZED", "POST /meters", { body: "{", key: viewer }],
  ["read-only, nothing there", "403 UNAUTHORIZED", `DELETE ${none}`, { key: viewer }],
  ["large body, not JSON", "413 PAYLOAD_TOO_LARGE", "POST /meters", { body: large, type: text }],
  ["large body, malformed", "413 PAYLOAD_TOO_LARGE", "POST /meters", { body: `{${large}` }],
  ["large body, nothing there", "413 PAYLOAD_TOO_LARGE", `PATCH ${none}`, { body: large }],
  ["not JSON, malformed", "415 UNSUPPORTED_MEDIA_TYPE", "POST /meters", { body: "{", type: text }],
  [
    "not JSON, nothing there",
    "415 UNSUPPORTED_MEDIA_TYPE",
    `PATCH ${none}`,
    { body: {}, type: text },
  ],
  [
    "broken body, nothing there",
    "422 INVALID_REQUEST_BODY",
    `PATCH ${none}`,
    { body: { unit: "" } },
  ],
  ["broken query, nothing there", "422 INVALID_QUERY_PARAMS", `GET ${none}/balances?page_size=101`],
  [
    "broken body, broken value",
    "422 INVALID_REQUEST_BODY",
    "POST /events/ingest",
    { body: { events: [twin, twin, {}] } },
  ],
  ["broken query, bad date", "422 INVALID_QUERY_PARAMS", "GET /events?start=soon&page_size=101"],
  [
    "nothing there, broken value",
    "404 NOT_FOUND",
    `POST ${none}/balances/cus_none/ledger-entries`,
    { body: noEntry },
  ],
  [
    "nobody there, broken value",
    "404 NOT_FOUND",
    "PATCH /customers/x",
    { body: { metadata: pairs } },
  ],
];

for (const [faults, expected, target, extras] of precedence) {
  httpScenario(
    `ERR-04 the earlier check decides: ${faults}`,
    async (world) => {
      await prepare(world);
      expect(await outcome(world, target, extras)).toBe(expected);
    },
    limit,
  );
}

httpScenario("ERR-04 the earlier check decides: broken body or value, key used", async (world) => {
  const { holding } = await prepare(world);
  const again = (amount: unknown) => {
    const body = { entry_type: "credit", amount, idempotency_key: "used" };
    return outcome(world, `POST ${holding}/ledger-entries`, { body });
  };
  expect(await again(5)).toBe("422 INVALID_REQUEST_BODY");
  expect(await again("0")).toBe("400 INVALID_REQUEST_PARAMETERS");
  expect(await again("1")).toBe("409 IDEMPOTENCY_KEY_ALREADY_EXISTS");
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

scenario("ERR-06 an error always tells in words what is wrong", async (world) => {
  const { live, gone } = await prepare(world);
  const messages = [
    await world.refused(404, "retrieveMeter", { path: { id: "mtr_none" } }),
    await world.refused(410, "deleteCreditEntitlement", { path: { id: gone.id } }),
    await world.refused(422, "createMeter", { body: {} }),
    await world.refused(500, "undeleteCreditEntitlement", { path: { id: live.id } }),
  ].map((it) => it.message);
  for (const message of messages) expect(message).toMatch(/\w+ \w+/);
  expect(new Set(messages).size).toBe(4);
});

httpScenario(
  "ERR-07 a request that fails changes nothing",
  async (world) => {
    const prepared = await prepare(world);
    const { holding, owed } = prepared;
    const paths = [
      ...["/credit-entitlements", "/credit-entitlements?deleted=true", "/customers", "/meters"],
      ...["/events", holding, `${holding}/grants`, `${holding}/ledger`],
      `/credit-entitlements/${owed.id}/balances`,
    ];
    const everything = () =>
      Promise.all(paths.map(async (path) => (await world.raw("GET", path)).text()));
    const before = await everything();
    for (const [expected, target, extras] of failures(prepared)) {
      await send(world, target, extras);
      expect(await everything(), expected).toEqual(before);
    }
    expect(await world.audited()).toBe(1);
  },
  limit,
);

httpScenario("ERR-08 a balance too low is told in words of credits, not cards", async (world) => {
  const { holding } = await prepare(world);
  const body = { entry_type: "debit", amount: "6" };
  const refused = await outcome(world, `POST ${holding}/ledger-entries`, { body });
  expect(refused).toBe("400 INSUFFICIENT_CREDIT_BALANCE");
  const payments = notServed.filter((it) => it.path.startsWith("/payments"));
  expect(payments.length).toBeGreaterThan(0);
  for (const { method, path } of payments) {
    expect(await outcome(world, `${method} ${shape(path)}`)).toBe("501 NOT_SERVED_BY_DRAWDOWN");
  }
});

httpScenario("ERR-10 a path nobody published answers 404", async (world) => {
  const unknown = ["/credit-entitlement", "/meters/a/b", "/v1/meters", "/meters/a/archive"];
  for (const path of unknown) {
    for (const method of ["GET", "POST", "DELETE"]) {
      expect(await outcome(world, `${method} ${path}`), path).toBe("404 NOT_FOUND");
    }
  }
});

const shape = (path: string) => path.replaceAll(/\{\w+\}/g, "any_id");
const methodsOf = (path: string, table: readonly { method: string; path: string }[]) =>
  table.filter((it) => shape(it.path) === shape(path)).map((it) => it.method);

httpScenario(
  "ERR-10 a known path with another method answers 405 and the ones there are",
  async (world) => {
    let refused = 0;
    // GET /events/ingest asks for the event called ingest, so that path is left out.
    for (const path of new Set(operationTable.map((it) => it.path))) {
      if (path === "/events/ingest") continue;
      const served = methodsOf(path, operationTable);
      const known = [...served, ...methodsOf(path, notServed)];
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (known.includes(method)) continue;
        const answer = await world.raw(method, shape(path));
        expect([answer.status, await answer.json()], `${method} ${path}`).toEqual([
          405,
          { code: "METHOD_NOT_ALLOWED", message: expect.any(String) },
        ]);
        const allowed = (answer.headers.get("allow") ?? "").split(", ");
        expect(allowed).toEqual(expect.arrayContaining(served));
        expect(allowed).not.toContain(method);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(40);
  },
);

httpScenario(
  "ERR-10 an operation of the vendor that is not served here answers 501",
  async (world) => {
    expect(notServed.length).toBeGreaterThan(100);
    for (const { method, path } of notServed) {
      const got = await outcome(world, `${method} ${shape(path)}`);
      expect(got, `${method} ${path}`).toBe("501 NOT_SERVED_BY_DRAWDOWN");
    }
  },
);

const oddIds = ["a/b", "a b", "100%", "%2F", "a?b#c", "a+b", "é", "ключ-🚀", "a\u0000b", "'\"<>"];

scenario("ERR-10 an id of any characters finds its event, or answers 404", async (world) => {
  const { customer_id } = await world.customer();
  const events = oddIds.map((event_id) => ({ event_id, customer_id, event_name: "x" }));
  await world.ok("ingestEvents", { body: { events } });
  for (const event_id of oddIds) {
    const found = await world.call("retrieveEvent", { path: { event_id } });
    expect([found.status, found.body]).toMatchObject([200, { event_id }]);
    const missing = [
      await world.refused(404, "retrieveEvent", { path: { event_id: `${event_id}x` } }),
      await world.refused(404, "retrieveMeter", { path: { id: event_id } }),
      await world.refused(404, "retrieveCustomer", { path: { customer_id: event_id } }),
      await world.refused(404, "deleteCreditEntitlement", { path: { id: event_id } }),
    ];
    expect(missing.map((it) => it.code)).toEqual(Array(4).fill("NOT_FOUND"));
  }
});

httpScenario(
  "ERR-02 a percent escape in a path that stands for nothing answers 422",
  async (world) => {
    for (const id of ["%", "%zz", "a%2", "%E0%A4%A", "%FF", "%C3%28"]) {
      for (const path of [
        `/events/${id}`,
        `/meters/${id}`,
        `/credit-entitlements/${id}/balances`,
      ]) {
        expect(await outcome(world, `GET ${path}`), path).toBe("422 INVALID_REQUEST_PARAMETERS");
      }
    }
  },
);

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

scenario(
  "ENT-24 a field the schema does not know is ignored, and a header tells of it",
  async (world) => {
    const known = await world.call("createCreditEntitlement", { body: entitlement });
    expect(known.headers.get("drawdown-warning")).toBeNull();
    const body = { ...entitlement, name: "Second", expiry_duration: 30, colour: "red" };
    const { status, body: made, headers } = await world.call("createCreditEntitlement", { body });
    expect([status, made]).toMatchObject([201, { name: "Second" }]);
    expect((made as { expires_after_days?: number | null }).expires_after_days ?? null).toBeNull();
    const warning = headers.get("drawdown-warning");
    for (const named of ["expiry_duration", "expires_after_days", "colour"]) {
      expect(warning).toContain(named);
    }
  },
);

scenario("ENT-24 a field unknown inside another field is told of as well", async (world) => {
  const body = { ...meter, aggregation: { type: "count", windows: 5 } };
  const { status, headers } = await world.call("createMeter", { body });
  expect([status, headers.get("drawdown-warning")]).toEqual([
    201,
    expect.stringContaining("windows"),
  ]);
});

scenario(
  "ENT-24 a strict sandbox refuses the field and says what was meant",
  async (world) => {
    const body = { ...entitlement, expiry_duration: 30 };
    const refusal = await world.refused(422, "createCreditEntitlement", { body });
    expect(refusal.code).toBe("INVALID_REQUEST_BODY");
    expect(refusal.message).toMatch(/expiry_duration.*expires_after_days/);
    expect(await world.ok("listCreditEntitlements")).toEqual({ items: [] });
    await world.ok("createCreditEntitlement", { body: entitlement });
  },
  { strict: true },
);

httpScenario("ENT-24 one request can ask to be read strictly", async (world) => {
  const post = (strict: string) =>
    world.raw("POST", "/credit-entitlements", {
      headers: { "content-type": "application/json", "drawdown-strict": strict },
      body: JSON.stringify({ ...entitlement, expiry_duration: 30 }),
    });
  const refused = await post("true");
  expect([refused.status, await refused.json()]).toEqual([
    422,
    {
      code: "INVALID_REQUEST_BODY",
      message: expect.stringMatching(/expiry_duration.*expires_after_days/),
    },
  ]);
  expect(await world.ok("listCreditEntitlements")).toEqual({ items: [] });
  expect((await post("false")).status).toBe(201);
});
