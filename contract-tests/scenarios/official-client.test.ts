import type { SandboxOptions } from "@drawdown/mock-server";
import DodoPayments from "dodopayments";
import { afterEach, expect, test, vi } from "vitest";
import {
  closeServersAfterAll,
  inProcess,
  type Opened,
  overExpress,
} from "../harness/transports.js";
import { type ErrorBody, start } from "../harness/world.js";

interface Setting {
  readonly client: DodoPayments;
  readonly opened: Opened;
  /** What the client has sent so far. */
  readonly requests: Request[];
}

const key = "dodo_test_client";

/** A test of the unmodified client against a sandbox, over every transport. */
const clientTest = (
  name: string,
  body: (setting: Setting) => Promise<void>,
  options: SandboxOptions = {},
): void => {
  for (const transport of [inProcess, overExpress]) {
    test(`${name} [${transport.name}]`, async () => {
      const opened = await transport.open({ at: start, frozen: true, ...options });
      const requests: Request[] = [];
      const client = connect(requests, (request) => opened.fetch(request), opened.baseUrl);
      await body({ client, opened, requests });
    });
  }
};

type Answer = (request: Request) => Promise<Response> | Response;

const connect = (requests: Request[], answer: Answer, baseURL = "http://sandbox.test") =>
  new DodoPayments({
    bearerToken: key,
    baseURL,
    fetch: async (url, init) => {
      const request = new Request(url as string, init as RequestInit);
      requests.push(request.clone());
      return answer(request);
    },
  });

closeServersAfterAll();

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const meter = {
  name: "Calls",
  event_name: "api.call",
  measurement_unit: "call",
  aggregation: { type: "count" as const },
};

const entitlement = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};

/** A credit, a customer, and five credits given under the idempotency key `used`. */
const credited = async (client: DodoPayments) => {
  const { id: credit_entitlement_id } = await client.creditEntitlements.create(entitlement);
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const entry = { credit_entitlement_id, entry_type: "credit" as const, amount: "5" };
  const again = { ...entry, idempotency_key: "used" };
  await client.creditEntitlements.balances.createLedgerEntry(customer_id, again);
  return { credit_entitlement_id, customer_id, again };
};

const failure = async (call: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call succeeded");
};

const pagesAsked = (requests: readonly Request[]) =>
  requests
    .filter((it) => it.method === "GET")
    .map((it) => new URL(it.url).searchParams.get("page_number"));

const thirtyFiveMeters = async (client: DodoPayments): Promise<void> => {
  for (let i = 0; i < 35; i++) await client.meters.create({ ...meter, name: `Meter ${i}` });
};

clientTest("SDK-01 a plain loop misses the second page", async ({ client, requests }) => {
  await thirtyFiveMeters(client);
  const names: string[] = [];
  for await (const { name } of client.meters.list({ page_size: 10 })) names.push(name);
  expect(names).toHaveLength(25);
  expect(new Set(names).size).toBe(25);
  expect(pagesAsked(requests)).toEqual([null, "2", "3", "4"]);
});

clientTest("SDK-02 a loop from page 0 sees everything", async ({ client, requests }) => {
  await thirtyFiveMeters(client);
  const names: string[] = [];
  const pages = client.meters.list({ page_size: 10, page_number: 0 });
  for await (const { name } of pages) names.push(name);
  expect(new Set(names).size).toBe(35);
  expect(names).toHaveLength(35);
  expect(pagesAsked(requests)).toEqual(["0", "1", "2", "3", "4"]);
});

clientTest("SDK-03 only an empty page ends a loop", async ({ client, requests }) => {
  await client.meters.create(meter);
  const first = await client.meters.list({ page_size: 10, page_number: 0 });
  expect([first.items.length, first.hasNextPage()]).toEqual([1, true]);
  const second = await first.getNextPage();
  expect([second.items.length, second.hasNextPage()]).toEqual([0, false]);
  expect(pagesAsked(requests)).toEqual(["0", "1"]);
});

test("SDK-11 a client without a key cannot be built", () => {
  vi.stubEnv("DODO_PAYMENTS_API_KEY", undefined);
  expect(() => new DodoPayments({ baseURL: "http://sandbox.test" })).toThrow(
    /DODO_PAYMENTS_API_KEY/,
  );
  vi.stubEnv("DODO_PAYMENTS_API_KEY", key);
  expect(new DodoPayments({ baseURL: "http://sandbox.test" }).bearerToken).toBe(key);
});

test("SDK-13 a base URL and an environment together are ambiguous", () => {
  vi.stubEnv("DODO_PAYMENTS_BASE_URL", undefined);
  const baseURL = "http://sandbox.test";
  const build = (more: object) => new DodoPayments({ bearerToken: key, ...more });
  expect(() => build({ baseURL, environment: "test_mode" })).toThrow(/Ambiguous URL/);
  expect(build({ baseURL }).baseURL).toBe(baseURL);
  expect(build({ environment: "test_mode" }).baseURL).toBe("https://test.dodopayments.com");
  vi.stubEnv("DODO_PAYMENTS_BASE_URL", baseURL);
  expect(build({}).baseURL).toBe(baseURL);
  expect(() => build({ environment: "test_mode" })).toThrow(/Ambiguous URL/);
  expect(build({ baseURL: null, environment: "test_mode" }).baseURL).toBe(
    "https://test.dodopayments.com",
  );
});

clientTest("SDK-20 the headers of the client are accepted", async ({ client, requests }) => {
  const { id } = await client.meters.create(meter);
  await client.meters.list();
  await client.meters.archive(id);
  const [create, list, archive] = requests;
  for (const request of [create, list, archive]) {
    expect(request?.headers.get("authorization")).toBe(`Bearer ${key}`);
    expect(request?.headers.get("user-agent")).toBe("DodoPayments/JS 2.52.0");
    expect(request?.headers.get("x-stainless-retry-count")).toBe("0");
    expect(request?.headers.get("x-stainless-package-version")).toBe("2.52.0");
  }
  expect(create?.headers.get("content-type")).toBe("application/json");
  expect(list?.headers.has("content-type")).toBe(false);
  const accepts = [create, list, archive].map((it) => it?.headers.get("accept"));
  expect(accepts).toEqual(["application/json", "application/json", "*/*"]);
});

clientTest("SDK-20 a browser may send these headers", async ({ client, opened, requests }) => {
  await client.meters.create(meter);
  const sent = [...(requests[0]?.headers.keys() ?? [])];
  expect(sent.length).toBeGreaterThan(8);
  const answer = await opened.fetch(`${opened.baseUrl}/meters`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": sent.join(", "),
    },
  });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(["*", "https://app.example.com"]).toContain(
    answer.headers.get("access-control-allow-origin"),
  );
  const list = (name: string) =>
    (answer.headers.get(name) ?? "").split(",").map((it) => it.trim().toLowerCase());
  expect(list("access-control-allow-methods")).toContain("post");
  expect(list("access-control-allow-headers")).toEqual(expect.arrayContaining(sent));
});

clientTest("SDK-21 only the body protects against repeats", async ({ client, requests }) => {
  const options = { idempotencyKey: "same" };
  await client.meters.create(meter, options);
  await client.meters.create(meter, options);
  for (const { headers } of requests) expect(headers.has("idempotency-key")).toBe(false);
  expect((await client.meters.list()).items).toHaveLength(2);
  const { customer_id, again, credit_entitlement_id } = await credited(client);
  const repeated = client.creditEntitlements.balances.createLedgerEntry(customer_id, again);
  expect(await failure(repeated)).toBeInstanceOf(DodoPayments.ConflictError);
  const parent = { credit_entitlement_id };
  const { balance } = await client.creditEntitlements.balances.retrieve(customer_id, parent);
  expect(balance).toBe("5");
});

clientTest("SDK-22 a path parameter arrives as it was", async ({ client, requests }) => {
  const { customer_id } = await client.customers.create({ email: "a@example.com", name: "A" });
  for (const event_id of ["run/1 of 2", "50%", "a?b#c", "übung"]) {
    const event = { event_id, customer_id, event_name: "api.call" };
    await client.usageEvents.ingest({ events: [event] });
    expect((await client.usageEvents.retrieve(event_id)).event_id).toBe(event_id);
  }
  const paths = requests.filter((it) => it.method === "GET").map((it) => new URL(it.url).pathname);
  expect(paths[0]).toBe("/events/run%2F1%20of%202");
  expect(await failure(client.usageEvents.retrieve("run/1"))).toBeInstanceOf(
    DodoPayments.NotFoundError,
  );
});

clientTest("SDK-23 booleans are asked for as words", async ({ client, requests }) => {
  const { id } = await client.meters.create({ ...meter, name: "archived" });
  await client.meters.create({ ...meter, name: "active" });
  await client.meters.archive(id);
  const names = async (archived: boolean) =>
    (await client.meters.list({ archived })).items.map((it) => it.name);
  expect(await names(true)).toEqual(["archived"]);
  expect(await names(false)).toEqual(["active"]);
  const queries = requests.filter((it) => it.method === "GET").map((it) => new URL(it.url).search);
  expect(queries).toEqual(["?archived=true", "?archived=false"]);
});

/** How often the client sends a request that is always answered like this. */
const sends = async (answer: Answer): Promise<number> => {
  const requests: Request[] = [];
  await failure(connect(requests, answer).meters.list());
  return requests.length;
};

const answered = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ code: "X", message: "x" }, { status, headers });

test("SDK-30 conflicts, time-outs, limits and server errors are tried again", async () => {
  const soon = { "retry-after-ms": "1" };
  for (const status of [408, 409, 429, 500, 501, 502, 503, 504]) {
    expect(await sends(() => answered(status, soon)), String(status)).toBe(3);
  }
  for (const status of [400, 401, 402, 403, 404, 410, 413, 422]) {
    expect(await sends(() => answered(status, soon)), String(status)).toBe(1);
  }
});

test("SDK-30 a connection that fails is tried again", async () => {
  vi.useFakeTimers();
  const sent = sends(() => {
    throw new TypeError("fetch failed");
  });
  await vi.runAllTimersAsync();
  expect(await sent).toBe(3);
});

test("SDK-30 an answer that does not come in time is asked for again", async () => {
  vi.useFakeTimers();
  const requests: Request[] = [];
  const never: Answer = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const call = failure(connect(requests, never).meters.list({}, { timeout: 5000 }));
  await vi.runAllTimersAsync();
  expect(await call).toBeInstanceOf(DodoPayments.APIConnectionTimeoutError);
  expect(requests).toHaveLength(3);
});

test("SDK-31 three sends take about one and a half seconds", async () => {
  vi.useFakeTimers({ now: 0 });
  const sent: number[] = [];
  const call = sends(() => {
    sent.push(Date.now());
    return answered(409);
  });
  await vi.runAllTimersAsync();
  expect(await call).toBe(3);
  expect(sent[2]).toBeGreaterThanOrEqual(1125);
  expect(sent[2]).toBeLessThanOrEqual(1500);
});

test("SDK-31 x-should-retry has the last word", async () => {
  expect(await sends(() => answered(409, { "x-should-retry": "false" }))).toBe(1);
  expect(await sends(() => answered(500, { "x-should-retry": "false" }))).toBe(1);
  const forced = { "x-should-retry": "true", "retry-after-ms": "1" };
  expect(await sends(() => answered(404, forced))).toBe(3);
});

clientTest("SDK-31 without that header a repeated key is sent three times", async ({ opened }) => {
  const requests: Request[] = [];
  const silent: Answer = async (request) => {
    const { status, headers, body } = await opened.fetch(request);
    const kept = new Headers(headers);
    kept.delete("x-should-retry");
    kept.set("retry-after-ms", "1");
    return new Response(body, { status, headers: kept });
  };
  const client = connect(requests, silent, opened.baseUrl);
  const { customer_id, credit_entitlement_id, again } = await credited(client);
  const before = requests.length;
  const { balances } = client.creditEntitlements;
  await failure(balances.createLedgerEntry(customer_id, again));
  expect(requests.length - before).toBe(3);
  await failure(client.creditEntitlements.undelete(credit_entitlement_id));
  expect(requests.length - before).toBe(6);
  const { items } = await balances.listLedger(customer_id, { credit_entitlement_id });
  expect(items).toHaveLength(1);
});

clientTest("SDK-33 what cannot succeed is sent once", async ({ client, requests }) => {
  const { customer_id, credit_entitlement_id, again } = await credited(client);
  const { id } = await client.meters.create(meter);
  const hopeless: [number, () => PromiseLike<unknown>][] = [
    [409, () => client.creditEntitlements.balances.createLedgerEntry(customer_id, again)],
    [500, () => client.creditEntitlements.undelete(credit_entitlement_id)],
    [500, () => client.creditEntitlements.undelete("cde_none")],
    [500, () => client.meters.unarchive(id)],
    [500, () => client.meters.unarchive("mtr_none")],
  ];
  for (const [status, call] of hopeless) {
    const before = requests.length;
    const error = await failure(call());
    expect(error).toMatchObject({ status });
    expect((error as { headers: Headers }).headers.get("x-should-retry")).toBe("false");
    expect(requests.length - before).toBe(1);
  }
});

clientTest(
  "SDK-33 a call over the limit is told when to come again",
  async ({ client }) => {
    const once = client.withOptions({ maxRetries: 0 });
    for (let i = 0; i < 40; i++) await once.meters.list();
    const error = await failure(once.meters.list());
    expect(error).toBeInstanceOf(DodoPayments.RateLimitError);
    const { headers } = error as { headers: Headers };
    expect([headers.get("retry-after"), headers.get("x-should-retry")]).toEqual(["1", null]);
  },
  { tier: 0 },
);

clientTest("SDK-40 each status is its own error", async ({ client, opened }) => {
  const { customer_id, credit_entitlement_id, again } = await credited(client);
  const { creditEntitlements: credits, meters } = client;
  const post = (body: object) =>
    credits.balances.createLedgerEntry(customer_id, { ...again, ...body });
  const as = (bearerToken: string) => client.withOptions({ bearerToken });
  await opened.fetch(`${opened.baseUrl}/_sandbox/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ key: "dodo_test_viewer", access: "read" }),
  });
  const gone = await credits.create({ ...entitlement, name: "Gone" });
  await credits.delete(gone.id);
  const errors: [number, unknown, () => PromiseLike<unknown>][] = [
    [400, DodoPayments.BadRequestError, () => post({ amount: "0" })],
    [401, DodoPayments.AuthenticationError, () => as("dodo_live_x").meters.list()],
    [403, DodoPayments.PermissionDeniedError, () => as("dodo_test_viewer").meters.create(meter)],
    [404, DodoPayments.NotFoundError, () => meters.retrieve("mtr_none")],
    [409, DodoPayments.ConflictError, () => post({})],
    [410, DodoPayments.APIError, () => credits.delete(gone.id)],
    [422, DodoPayments.UnprocessableEntityError, () => meters.create({ ...meter, name: "" })],
    [500, DodoPayments.InternalServerError, () => credits.undelete(credit_entitlement_id)],
  ];
  for (const [status, type, call] of errors) {
    const error = await failure(call());
    if (!(error instanceof DodoPayments.APIError)) throw error;
    expect(error.constructor, String(status)).toBe(type);
    expect(error.status).toBe(status);
    const { code, message } = error.error as unknown as ErrorBody;
    expect(code).toMatch(/^[A-Z_]+$/);
    expect(error.message).toBe(`${status} ${message}`);
  }
});

test("SDK-40 a limit reached is a RateLimitError, and 501 a server error", async () => {
  const once = (status: number) =>
    failure(connect([], () => answered(status, { "x-should-retry": "false" })).meters.list());
  expect(await once(429)).toBeInstanceOf(DodoPayments.RateLimitError);
  expect(await once(501)).toBeInstanceOf(DodoPayments.InternalServerError);
});

clientTest("SDK-41 calls without a result read their empty answers", async ({ client }) => {
  const { id } = await client.creditEntitlements.create(entitlement);
  const meterId = (await client.meters.create(meter)).id;
  const calls = [
    () => client.creditEntitlements.update(id, { unit: "call" }),
    () => client.creditEntitlements.delete(id),
    () => client.creditEntitlements.undelete(id),
    () => client.meters.archive(meterId),
    () => client.meters.unarchive(meterId),
  ];
  const statuses: number[] = [];
  for (const call of calls) {
    const { data, response }: { data: unknown; response: Response } = await call().withResponse();
    expect(data || undefined).toBeUndefined();
    expect(response.headers.get("content-type")).toBeNull();
    statuses.push(response.status);
  }
  expect(statuses).toEqual([200, 200, 200, 204, 200]);
});

test("SDK-41 an empty body called JSON is safe only with its length", async () => {
  const empty = (status: number, headers: Record<string, string>) =>
    connect([], () => new Response(null, { status, headers })).meters.archive("m");
  const json = { "content-type": "application/json" };
  expect(await empty(204, json)).toBeNull();
  expect(await empty(200, { ...json, "content-length": "0" })).toBeUndefined();
  expect(await empty(200, {})).toBe("");
  expect(await failure(empty(200, json))).toBeInstanceOf(SyntaxError);
});

clientTest("SDK-50 balance calls name the customer first", async ({ client, requests }) => {
  const { customer_id, credit_entitlement_id } = await credited(client);
  const { balances } = client.creditEntitlements;
  const parent = { credit_entitlement_id };
  expect(await balances.retrieve(customer_id, parent)).toMatchObject({ customer_id, balance: "5" });
  expect((await balances.listGrants(customer_id, parent)).items).toHaveLength(1);
  expect((await balances.listLedger(customer_id, parent)).items).toHaveLength(1);
  expect((await balances.list(credit_entitlement_id)).items).toMatchObject([{ customer_id }]);
  const path = `/credit-entitlements/${credit_entitlement_id}/balances`;
  expect(requests.slice(2).map((it) => new URL(it.url).pathname)).toEqual([
    `${path}/${customer_id}/ledger-entries`,
    `${path}/${customer_id}`,
    `${path}/${customer_id}/grants`,
    `${path}/${customer_id}/ledger`,
    path,
  ]);
});

clientTest("SDK-51 listCreditEntitlements is the call for credits", async ({ client }) => {
  const { customer_id, credit_entitlement_id } = await credited(client);
  const { items } = await client.customers.listCreditEntitlements(customer_id);
  expect(items).toMatchObject([{ credit_entitlement_id, balance: "5" }]);
  const once = client.withOptions({ maxRetries: 0 });
  const other = await failure(once.customers.listEntitlements(customer_id));
  expect(other).toMatchObject({ status: 501, error: { code: "NOT_SERVED_BY_DRAWDOWN" } });
});

clientTest("SDK-53 meters and events offer what they offer", async ({ client }) => {
  const { id } = await client.meters.create(meter);
  await client.meters.archive(id);
  expect((await client.meters.list()).items).toEqual([]);
  await client.meters.unarchive(id);
  expect((await client.meters.list()).items).toMatchObject([{ id }]);
  expect("update" in client.meters).toBe(false);
  const { customer_id } = await client.customers.create({ email: "a@example.com", name: "A" });
  const event = { event_id: "a", customer_id, event_name: "api.call" };
  expect(await client.usageEvents.ingest({ events: [event] })).toEqual({ ingested_count: 1 });
  expect((await client.usageEvents.list({ meter_id: id })).items).toMatchObject([event]);
  expect(await client.usageEvents.retrieve("a")).toMatchObject(event);
});
