import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../src/api.js";
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  ConflictError,
  DodoPayments,
  InternalServerError,
  RateLimitError,
} from "../src/index.js";
import { sleep } from "../src/sleep.js";
import { answer, broken, type Step, scripted, silent } from "./script.js";

const meter = { id: "mtr_1" };
const ok = answer(200, meter);
const debit = { credit_entitlement_id: "cde_1", entry_type: "debit", amount: "30" } as const;
const customer = { email: "ada@example.com", name: "Ada" };
const breaksOff: Step = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":'));
        controller.error(new TypeError("terminated"));
      },
    }),
  );

describe("what is sent again", () => {
  test.each<[string, Step]>([
    ["a broken connection", broken],
    ["an answer that breaks off", breaksOff],
    ["408", answer(408)],
    ["429", answer(429)],
    ["500", answer(500)],
    ["503", answer(503)],
    ["409 with x-should-retry: true", answer(409, undefined, { "x-should-retry": "true" })],
  ])("%s", async (_, failure) => {
    const { client, sent } = scripted([failure, failure, ok]);
    expect(await client.meters.retrieve("mtr_1")).toEqual(meter);
    expect(sent.map((it) => it.line)).toEqual(Array(3).fill("GET /meters/mtr_1"));
  });

  test.each([400, 401, 402, 403, 404, 409, 410, 413, 422])("not %d", async (status) => {
    const { client, sent } = scripted([answer(status)]);
    await expect(client.meters.retrieve("mtr_1")).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  });

  test.each([408, 429, 500])("not %d with x-should-retry: false", async (status) => {
    const { client, sent } = scripted([answer(status, undefined, { "x-should-retry": "false" })]);
    await expect(client.meters.retrieve("mtr_1")).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  });

  test("no more than maxRetries times, of the client or of the call", async () => {
    const failures = Array(9).fill(answer(500));
    const { client, sent } = scripted(failures, { maxRetries: 1 });
    await expect(client.meters.retrieve("mtr_1")).rejects.toBeInstanceOf(InternalServerError);
    expect(sent).toHaveLength(2);
    await expect(client.meters.retrieve("mtr_1", { maxRetries: 3 })).rejects.toThrow("500");
    expect(sent).toHaveLength(2 + 4);
    await expect(client.meters.retrieve("mtr_1", { maxRetries: 0 })).rejects.toThrow("500");
    expect(sent).toHaveLength(2 + 4 + 1);
  });

  test("PATCH and DELETE too, with the same body", async () => {
    const { client, sent } = scripted([broken, answer(200), broken, answer(200)]);
    await client.creditEntitlements.update("cde_1", { name: "New" });
    await client.creditEntitlements.delete("cde_1");
    expect(sent.map((it) => [it.line, it.body])).toEqual([
      ["PATCH /credit-entitlements/cde_1", { name: "New" }],
      ["PATCH /credit-entitlements/cde_1", { name: "New" }],
      ["DELETE /credit-entitlements/cde_1", undefined],
      ["DELETE /credit-entitlements/cde_1", undefined],
    ]);
  });
});

describe("a POST without a key is sent again only when nothing can have happened", () => {
  test.each<[string, Step]>([
    ["429", answer(429)],
    ["x-should-retry: true", answer(500, undefined, { "x-should-retry": "true" })],
  ])("after %s", async (_, failure) => {
    const { client, sent } = scripted([failure, answer(200, { customer_id: "cus_1" })]);
    await client.customers.create(customer);
    expect(sent.map((it) => it.body)).toEqual([customer, customer]);
  });

  test.each<[string, Step]>([
    ["a broken connection", broken],
    ["408", answer(408)],
    ["500", answer(500)],
  ])("not after %s", async (_, failure) => {
    const { client, sent } = scripted([failure]);
    await expect(client.customers.create(customer)).rejects.toBeInstanceOf(DodoPayments.APIError);
    expect(sent).toHaveLength(1);
  });
});

describe("a ledger entry", () => {
  const balances = "POST /credit-entitlements/cde_1/balances/cus_1/ledger-entries";

  test("without a key gets a random one, the same at every attempt", async () => {
    const { client, sent } = scripted([broken, answer(500), answer(201, { id: "cdl_1" })]);
    await client.creditEntitlements.balances.createLedgerEntry("cus_1", debit);
    const body = {
      entry_type: "debit",
      amount: "30",
      idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
    };
    expect(sent.map((it) => [it.line, it.body])).toEqual(Array(3).fill([balances, body]));
    expect(sent[1]?.body).toEqual(sent[0]?.body);
    expect(sent[2]?.body).toEqual(sent[0]?.body);
  });

  test("with a key keeps it", async () => {
    const { client, sent } = scripted([broken, answer(201, { id: "cdl_1" })]);
    const params = { ...debit, idempotency_key: "job-42" };
    await client.creditEntitlements.balances.createLedgerEntry("cus_1", params);
    expect(sent.map((it) => it.body)).toEqual(
      Array(2).fill({ entry_type: "debit", amount: "30", idempotency_key: "job-42" }),
    );
  });

  test("with the key null is not sent again", async () => {
    const { client, sent } = scripted([broken]);
    const params = { ...debit, idempotency_key: null };
    await expect(
      client.creditEntitlements.balances.createLedgerEntry("cus_1", params),
    ).rejects.toBeInstanceOf(APIConnectionError);
    expect(sent).toHaveLength(1);
  });

  test("whose answer was lost ends in a ConflictError, which says that it was made", async () => {
    const { client, sent } = scripted([broken, answer(409)]);
    await expect(
      client.creditEntitlements.balances.createLedgerEntry("cus_1", debit),
    ).rejects.toBeInstanceOf(ConflictError);
    expect(sent).toHaveLength(2);
  });
});

describe("an entry of a wallet", () => {
  const ledgerEntries = "POST /customers/cus_1/wallets/ledger-entries";
  const credit = { entry_type: "credit", amount: 500, currency: "USD" } as const;
  const wallet = { customer_id: "cus_1", currency: "USD", balance: 500 };

  test("without a key gets a random one, the same at every attempt", async () => {
    const { client, sent } = scripted([broken, answer(500), answer(200, wallet)]);
    expect(await client.customers.wallets.ledgerEntries.create("cus_1", credit)).toEqual(wallet);
    const body = { ...credit, idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(sent.map((it) => [it.line, it.body])).toEqual(Array(3).fill([ledgerEntries, body]));
    expect(sent[1]?.body).toEqual(sent[0]?.body);
    expect(sent[2]?.body).toEqual(sent[0]?.body);
  });

  test("with a key keeps it", async () => {
    const { client, sent } = scripted([broken, answer(200, wallet)]);
    const params = { ...credit, idempotency_key: "refund-42" };
    await client.customers.wallets.ledgerEntries.create("cus_1", params);
    expect(sent.map((it) => it.body)).toEqual([params, params]);
  });

  test("with the key null is not sent again", async () => {
    const { client, sent } = scripted([broken]);
    const params = { ...credit, idempotency_key: null };
    await expect(
      client.customers.wallets.ledgerEntries.create("cus_1", params),
    ).rejects.toBeInstanceOf(APIConnectionError);
    expect(sent).toHaveLength(1);
  });
});

describe("what sells", () => {
  const cart = { product_cart: [{ product_id: "pdt_1", quantity: 1 }] };
  const plan = {
    product_id: "pdt_2",
    quantity: 1,
    proration_billing_mode: "prorated_immediately",
  } as const;

  test.each<[string, (client: DodoPayments) => Promise<unknown>]>([
    ["a checkout session", (it) => it.checkoutSessions.create(cart)],
    ["a plan change", (it) => it.subscriptions.changePlan("sub_1", plan)],
    ["a charge", (it) => it.subscriptions.charge("sub_1", { product_price: 250 })],
    ["a link to the portal", (it) => it.customers.customerPortal.create("cus_1")],
    ["a product put on sale again", (it) => it.products.unarchive("pdt_1")],
  ])("%s is not sent again when it may have happened", async (_, call) => {
    const { client, sent } = scripted([broken]);
    await expect(call(client)).rejects.toBeInstanceOf(APIConnectionError);
    expect(sent).toHaveLength(1);
  });

  test.each<[string, (client: DodoPayments) => Promise<unknown>]>([
    ["the preview of a checkout", (it) => it.checkoutSessions.preview(cart)],
    ["the preview of a plan change", (it) => it.subscriptions.previewChangePlan("sub_1", plan)],
    ["an update", (it) => it.subscriptions.update("sub_1", { customer_name: "Ada" })],
    ["a scheduled change that is cancelled", (it) => it.subscriptions.cancelChangePlan("sub_1")],
  ])("%s is sent again", async (_, call) => {
    const { client, sent } = scripted([broken, answer(500), ok]);
    await call(client);
    expect(sent).toHaveLength(3);
    expect(sent[2]).toEqual({ ...sent[0], headers: expect.anything() });
  });
});

test("usage events are sent again: each carries its id", async () => {
  const { client, sent } = scripted([broken, answer(200, { ingested_count: 1 })]);
  const batch = { events: [{ event_id: "evt_1", customer_id: "cus_1", event_name: "used" }] };
  expect(await client.usageEvents.ingest(batch)).toEqual({ ingested_count: 1 });
  expect(sent.map((it) => it.body)).toEqual([batch, batch]);
});

test("api(client) retries as the resources do", async () => {
  const { client, sent } = scripted([broken, ok]);
  const { data } = await api(client).GET("/meters/{id}", { params: { path: { id: "mtr_1" } } });
  expect(data).toEqual(meter);
  expect(sent).toHaveLength(2);
});

describe("the wait before the next attempt", () => {
  test("doubles from half a second up to eight, less up to a quarter", async () => {
    const { client, waits } = scripted([...Array(6).fill(broken), ok], { maxRetries: 6 });
    await client.meters.retrieve("mtr_1");
    expect(waits).toHaveLength(6);
    for (const [index, most] of [500, 1_000, 2_000, 4_000, 8_000, 8_000].entries()) {
      expect(waits[index]).toBeLessThanOrEqual(most);
      expect(waits[index]).toBeGreaterThan(most * 0.75);
    }
  });

  test.each([
    ["retry-after-ms in milliseconds", { "retry-after-ms": "1250", "retry-after": "9" }, 1_250],
    ["retry-after in seconds", { "retry-after": "1.5" }, 1_500],
    ["retry-after 0", { "retry-after": "0" }, 0],
    ["a date that is past", { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
  ])("is what the server says: %s", async (_, headers, expectedMs) => {
    const { client, waits } = scripted([answer(429, undefined, headers), ok]);
    await client.meters.retrieve("mtr_1");
    expect(waits).toEqual([expectedMs]);
  });

  test("is what the server says: a date", async () => {
    vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z"), toFake: ["Date"] });
    const headers = { "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" };
    const { client, waits } = scripted([answer(429, undefined, headers), ok]);
    await client.meters.retrieve("mtr_1");
    vi.useRealTimers();
    expect(waits).toEqual([20_000]);
  });

  test("is its own when the server's makes no sense", async () => {
    const { client, waits } = scripted([answer(429, undefined, { "retry-after": "soon" }), ok]);
    await client.meters.retrieve("mtr_1");
    expect(waits[0]).toBeGreaterThan(375);
  });

  test("is not taken up when it is longer than a minute", async () => {
    const { client, sent, waits } = scripted([answer(429, undefined, { "retry-after": "61" })]);
    await expect(client.meters.retrieve("mtr_1")).rejects.toBeInstanceOf(RateLimitError);
    expect([sent.length, waits.length]).toEqual([1, 0]);
  });
});

describe("an attempt that takes too long", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Never answers, while `ms` milliseconds pass; the last of them is one too many. */
  const silentFor =
    (ms: number): Step =>
    (request) => {
      const never = silent(request);
      vi.advanceTimersByTime(ms - 1);
      expect(request.signal.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      return never;
    };

  test("ends after a minute and is sent again", async () => {
    const { client, sent } = scripted([silentFor(60_000), ok]);
    expect(await client.meters.retrieve("mtr_1")).toEqual(meter);
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends after the time given and rejects, naming it", async () => {
    const { client } = scripted([silentFor(200)], { timeout: 100 });
    const call = client.meters.retrieve("mtr_1", { timeout: 200, maxRetries: 0 });
    await expect(call).rejects.toBeInstanceOf(APIConnectionTimeoutError);
    await expect(call).rejects.toThrow(
      "GET http://sandbox.test/meters/mtr_1 took longer than 200 ms.",
    );
  });
});

describe("a caller who gives up", () => {
  test("before the request: nothing is sent", async () => {
    const { client, sent } = scripted([]);
    const call = client.meters.retrieve("mtr_1", { signal: AbortSignal.abort() });
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError);
    expect(sent).toEqual([]);
  });

  test("during the request: it ends and is not sent again", async () => {
    const controller = new AbortController();
    const { client, sent } = scripted([
      (request) => {
        queueMicrotask(() => controller.abort());
        return silent(request);
      },
    ]);
    const call = client.meters.retrieve("mtr_1", { signal: controller.signal });
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError);
    expect(sent).toHaveLength(1);
  });

  test("between two attempts: the second is not made", async () => {
    const controller = new AbortController();
    const { client, sent } = scripted([answer(429)], { sleep: async () => controller.abort() });
    const call = client.meters.retrieve("mtr_1", { signal: controller.signal });
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError);
    expect(sent).toHaveLength(1);
  });
});

describe("the sleep between two attempts", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("lasts as long as it should", async () => {
    const ended = vi.fn();
    const wait = sleep(1_000, new AbortController().signal).then(ended);
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalled();
    await wait;
  });

  test("ends when the caller gives up, and leaves no timer", async () => {
    const controller = new AbortController();
    const wait = sleep(60_000, controller.signal);
    controller.abort();
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not begin when the caller has given up", async () => {
    await sleep(60_000, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
