import DodoPayments from "dodopayments";
import { afterEach, expect, test, vi } from "vitest";
import { clientTest, credited, failure, key, meter } from "./support/official-client.js";

afterEach(() => {
  vi.unstubAllEnvs();
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
      origin: "http://localhost:5173",
      "access-control-request-method": "POST",
      "access-control-request-headers": sent.join(", "),
    },
  });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  // In process there is no network, and no page that would have to be let in.
  const isServer = new URL(opened.baseUrl).hostname === "127.0.0.1";
  expect(answer.headers.get("access-control-allow-origin")).toBe(
    isServer ? "http://localhost:5173" : null,
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
