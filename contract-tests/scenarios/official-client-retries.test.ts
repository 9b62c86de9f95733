import DodoPayments from "dodopayments";
import { afterEach, expect, test, vi } from "vitest";
import {
  type Answer,
  answered,
  clientTest,
  connect,
  credited,
  failure,
  meter,
} from "./support/official-client.js";

afterEach(() => {
  vi.useRealTimers();
});

/** How often the client sends a request that is always answered like this. */
const sends = async (answer: Answer): Promise<number> => {
  const requests: Request[] = [];
  await failure(connect(requests, answer).meters.list());
  return requests.length;
};

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
