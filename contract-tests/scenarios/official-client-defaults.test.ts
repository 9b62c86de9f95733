import Drawdown from "@drawdown/sdk";
import DodoPayments from "dodopayments";
import { afterEach, expect, test, vi } from "vitest";
import {
  answered,
  clientTest,
  connect,
  credited,
  entitlement,
  failure,
  key,
  meter,
} from "./support/official-client.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

clientTest("SDK-04 page 0 stays the first, and our loops begin there", async (setting) => {
  const { client, opened } = setting;
  for (let i = 0; i < 35; i++) await client.meters.create({ ...meter, name: `Meter ${i}` });
  const { baseUrl: baseURL, fetch } = opened;
  const ours = new Drawdown({
    bearerToken: key,
    baseURL,
    fetch: (url, init) => fetch(new Request(url, init)),
  });
  const [plain, first, second] = [
    await client.meters.list(),
    await client.meters.list({ page_number: 0 }),
    await client.meters.list({ page_number: 1 }),
  ];
  expect(plain.items).toEqual(first.items);
  expect(second.items).not.toEqual(first.items);
  const names = async (list: AsyncIterable<{ name: string }>) => {
    const seen = new Set<string>();
    for await (const { name } of list) seen.add(name);
    return seen.size;
  };
  expect(await names(client.meters.list())).toBe(25);
  expect(await names(ours.meters.list())).toBe(35);
});

clientTest(
  "SDK-05 webhook endpoints are followed by their cursor",
  async ({ client, requests }) => {
    const made: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      made.unshift((await client.webhooks.create({ url: `https://app.example.com/${name}` })).id);
    }
    const listed: string[] = [];
    for await (const { id } of client.webhooks.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(made);
    const asked = requests.filter((it) => it.method === "GET").map((it) => new URL(it.url));
    expect(asked).toHaveLength(3);
    expect(asked.map((it) => it.searchParams.has("iterator"))).toEqual([false, true, true]);
  },
);

test("SDK-05 a loop stops at an empty iterator, or no data, and not at done", async () => {
  const pages = [
    { data: [{ id: "a" }], iterator: "1", done: true },
    { data: [{ id: "b" }], iterator: "2", done: true },
    { data: [], iterator: "3", done: false },
  ];
  const seen: string[] = [];
  const client = connect([], () => Response.json(pages.shift()));
  for await (const { id } of client.webhooks.list()) seen.push(id);
  expect([seen, pages.length]).toEqual([["a", "b"], 0]);
  const last = connect([], () => Response.json({ data: [{ id: "a" }], iterator: null }));
  for await (const { id } of last.webhooks.list()) seen.push(id);
  expect(seen).toEqual(["a", "b", "a"]);
});

test("SDK-10 the environment sets keys, address, log and headers", async () => {
  vi.stubEnv("DODO_PAYMENTS_API_KEY", key);
  vi.stubEnv("DODO_PAYMENTS_WEBHOOK_KEY", "whsec_AAAA");
  vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://sandbox.test");
  vi.stubEnv("DODO_PAYMENTS_LOG", "debug");
  vi.stubEnv("DODO_PAYMENTS_CUSTOM_HEADERS", "X-One: 1\nX-Two: 2");
  const sent: Request[] = [];
  const client = new DodoPayments({
    logger: { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() },
    fetch: async (url, init) => {
      sent.push(new Request(url as string, init as RequestInit));
      return Response.json({ items: [] });
    },
  });
  expect(client).toMatchObject({ bearerToken: key, webhookKey: "whsec_AAAA", logLevel: "debug" });
  await client.meters.list();
  expect(sent[0]?.url).toBe("http://sandbox.test/meters");
  const { headers } = sent[0] ?? new Request("http://none");
  expect([headers.get("x-one"), headers.get("x-two")]).toEqual(["1", "2"]);
});

test("SDK-12 without an environment the live host is called", async () => {
  vi.stubEnv("DODO_PAYMENTS_BASE_URL", undefined);
  const asked: string[] = [];
  const client = new DodoPayments({
    bearerToken: key,
    fetch: async (url) => {
      asked.push(String(url));
      return Response.json({ items: [] });
    },
  });
  await client.meters.list();
  expect(asked).toEqual(["https://live.dodopayments.com/meters"]);
});

test("SDK-15 a minute for an answer, and two more tries", () => {
  const { timeout, maxRetries } = new DodoPayments({ bearerToken: key });
  expect([timeout, maxRetries]).toEqual([60_000, 2]);
});

/** The two waits, in milliseconds, between the three sends of a call that is always answered so. */
async function waits(headers: Record<string, string>): Promise<readonly number[]> {
  vi.useFakeTimers({ now: 0 });
  const sent: number[] = [];
  const client = connect([], () => {
    sent.push(Date.now());
    return answered(429, headers);
  });
  const call = failure(client.meters.list());
  await vi.runAllTimersAsync();
  await call;
  const [first = 0, second = 0, third = 0] = sent;
  return [second - first, third - second];
}

test("SDK-32 the answer says how long to wait, in the order the client reads it", async () => {
  const both = { "retry-after-ms": "70", "retry-after": "3" };
  expect(await waits(both)).toEqual([70, 70]);
  expect(await waits({ "retry-after": "3" })).toEqual([3000, 3000]);
  const [untilDate] = await waits({ "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT" });
  expect(untilDate).toBe(9000);
  const [first = 0, second = 0] = await waits({});
  expect(first).toBeGreaterThanOrEqual(375);
  expect(first).toBeLessThanOrEqual(500);
  expect(second).toBeGreaterThanOrEqual(750);
  expect(second).toBeLessThanOrEqual(1000);
});

clientTest("SDK-42 a balance is handed on as it came", async ({ client, opened }) => {
  const { customer_id, credit_entitlement_id } = await credited(client);
  const read = () =>
    client.creditEntitlements.balances.retrieve(customer_id, { credit_entitlement_id });
  expect(await read()).toMatchObject({ balance: "5", overage: "0" });
  await opened.fetch(`${opened.baseUrl}/_sandbox/policy`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ profile: "observed" }),
  });
  expect(await read()).toMatchObject({ balance: 5, overage: 0 });
});

const pack = {
  name: "Pack",
  tax_category: "saas" as const,
  price: {
    type: "one_time_price" as const,
    currency: "USD" as const,
    price: 500,
    discount: 0,
    purchasing_power_parity: false,
  },
};

clientTest("SDK-43 sessions and products have ids of their own name", async ({ client }) => {
  const product = await client.products.create(pack);
  expect(product.product_id).toMatch(/^pdt_/);
  const product_cart = [{ product_id: product.product_id, quantity: 1 }];
  const session = await client.checkoutSessions.create({ product_cart });
  expect(session.session_id).toMatch(/^cks_/);
  expect(["id" in product, "id" in session]).toEqual([false, false]);
});

clientTest("SDK-52 subscriptions offer usage, history and plan changes", async ({ client }) => {
  const calls = [
    () => client.subscriptions.retrieveCreditUsage("sub_none"),
    () => client.subscriptions.retrieveUsageHistory("sub_none"),
    () => client.subscriptions.changePlan("sub_none", change),
    () => client.subscriptions.previewChangePlan("sub_none", change),
    () => client.subscriptions.cancelChangePlan("sub_none"),
  ];
  const change = {
    product_id: "pdt_none",
    quantity: 1,
    proration_billing_mode: "do_not_bill" as const,
  };
  for (const call of calls) {
    expect(await failure(call())).toBeInstanceOf(DodoPayments.NotFoundError);
  }
});

clientTest("SDK-72 the flags of older clients are not answered", async ({ client }) => {
  const { id } = await client.creditEntitlements.create(entitlement);
  const shown = await client.creditEntitlements.retrieve(id);
  expect(shown.overage_behavior).toBe("forgive_at_reset");
  expect(Object.keys(shown)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/_at_billing$|_at_reset$|_reduce_overage$/)]),
  );
});
