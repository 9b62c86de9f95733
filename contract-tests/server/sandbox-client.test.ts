import { readFileSync } from "node:fs";
import DodoPayments, { type APIConnectionError, APIError } from "@drawdown/sdk";
import Control, { SandboxControl } from "@drawdown/sdk/sandbox";
import { type operations, operationTable } from "@drawdown/spec/control";
import { afterEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { violation } from "../harness/conformance.js";
import { Receiver } from "../harness/receiver.js";
import { inProcess, type Opened, overExpress } from "../harness/transports.js";
import { start } from "../harness/world.js";

afterEach(() => vi.unstubAllEnvs());

const key = "dodo_test_control";

/** How each operation is called; the type refuses a table that lacks one. */
const calls: Record<keyof operations, (control: SandboxControl) => Promise<unknown>> = {
  health: (it) => it.health(),
  readClock: (it) => it.clock.read(),
  setClock: (it) => it.clock.set({ frozen: true }),
  advanceClock: (it) => it.clock.advance({ by: "1d" }),
  reset: (it) => it.reset({ seed: "s" }),
  audit: (it) => it.audit(),
  runMeters: (it) => it.meters.run(),
  viewCheckout: (it) => it.checkouts.retrieve("{id}"),
  completeCheckout: (it) => it.checkouts.complete("{id}"),
  setCard: (it) => it.subscriptions.setCard("{id}", { fails: true }),
  readPolicy: (it) => it.policy.read(),
  setPolicy: (it) => it.policy.set({ profile: "observed" }),
  postEntry: (it) =>
    it.entries.create("{customer_id}", {
      credit_entitlement_id: "{credit_entitlement_id}",
      transaction_type: "refund",
      entry_type: "debit",
      amount: "1",
    }),
  explain: (it) =>
    it.explain("{customer_id}", { credit_entitlement_id: "{credit_entitlement_id}" }),
  closeCycle: (it) => it.subscriptions.closeCycle("{id}"),
  readMeters: (it) => it.subscriptions.meters("{id}"),
  readEvents: (it) => it.events.list({ event_type: "credit.added", after: "a", limit: 5 }),
  listDeliveries: (it) =>
    it.deliveries.list({
      webhook_id: "w",
      status: "failed",
      event_type: "credit.added",
      after: "a",
      limit: 5,
    }),
  settleDeliveries: (it) => it.deliveries.settle(),
  retrieveDelivery: (it) => it.deliveries.retrieve("{id}"),
  resendDelivery: (it) => it.deliveries.resend("{id}"),
  readDeliveryMode: (it) => it.webhooks.readMode(),
  setDeliveryMode: (it) => it.webhooks.setMode({ held: true }),
  replayEvents: (it) => it.webhooks.replay("{id}", { since: start }),
  recoverDeliveries: (it) => it.webhooks.recover("{id}"),
  rotateSecret: (it) => it.webhooks.rotateSecret("{id}"),
  sendBody: (it) => it.webhooks.send("{id}", { body: "{}" }),
  viewPortal: (it) =>
    it.portals.retrieve("{id}", { credit_entitlement_id: "c", page_number: 1, page_size: 5 }),
  createTenant: (it) => it.tenants.create({ key: "k", at: start, frozen: true, seed: "s" }),
  closeTenant: (it) => it.tenants.close(),
  createKey: (it) => it.keys.create({ key: "k", access: "read" }),
};

/** Methods that are another's shorthand. */
const shorthands = ["clock.freeze", "clock.unfreeze"];

/** Every method of the client as users write it, such as `clock.read`. */
function methodsOf(control: SandboxControl): readonly string[] {
  const namesOf = (it: object) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(it)).filter((name) => name !== "constructor");
  const groups = Object.entries(control).filter(([name]) => !["baseURL", "fetch"].includes(name));
  return [
    ...namesOf(control),
    ...groups.flatMap(([group, it]) => namesOf(it).map((name) => `${group}.${name}`)),
  ];
}

describe("the operation table", () => {
  for (const { id, method, path, query, body } of operationTable) {
    test(`${id} is ${method} ${path}`, async () => {
      const sent: Request[] = [];
      const control = new SandboxControl({
        bearerToken: key,
        baseURL: "http://sandbox.test/prefix/",
        fetch: async (input, init) => {
          sent.push(new Request(input, init));
          return Response.json({ items: [] });
        },
      });
      expect(Object.keys(calls)).toContain(id);
      await calls[id](control);
      const [request] = sent;
      if (!request || sent.length > 1) throw new Error(`${sent.length} requests were sent`);
      const { pathname, searchParams } = new URL(request.url);
      expect(`${request.method} ${decodeURIComponent(pathname)}`).toBe(`${method} /prefix${path}`);
      expect(request.headers.get("authorization")).toBe(`Bearer ${key}`);
      expect([...searchParams.keys()].sort()).toEqual(Object.keys(query).sort());
      const fields = body ? Object.keys(await request.json()) : [];
      expect(Object.keys(body?.fields ?? {})).toEqual(expect.arrayContaining(fields));
    });
  }

  test("every method is an operation, or another's shorthand", () => {
    const control = new SandboxControl({ bearerToken: key, baseURL: "http://sandbox.test" });
    const methods = methodsOf(control).filter((it) => !shorthands.includes(it));
    expect(methods).toHaveLength(operationTable.length);
    const written = Object.values(calls).join("\n");
    expect(methods.filter((it) => !written.includes(`it.${it}(`))).toEqual([]);
  });

  test("every method has an example", () => {
    const folder = new URL("../../sdk/src/sandbox/", import.meta.url);
    const text = ["control", "clock", "tenant", "billing", "webhooks"]
      .map((it) => readFileSync(new URL(`${it}.ts`, folder), "utf8"))
      .join("\n");
    const control = new SandboxControl({ bearerToken: key, baseURL: "http://sandbox.test" });
    const examples = [...text.matchAll(/@example[\s\S]*?\*\//g)].join("\n");
    expect(methodsOf(control).filter((it) => !examples.includes(`control.${it}(`))).toEqual([]);
  });
});

/** The two clients of one tenant. Every answer of the control API is held against its document. */
function clientsOf(opened: Opened) {
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init);
    const response = await opened.fetch(request);
    const { pathname } = new URL(request.url);
    const facts = operationTable.find(
      ({ method, path }) =>
        method === request.method &&
        new RegExp(`^${path.replaceAll(/\{\w+\}/g, "(?!settle$|mode$)[^/]+")}$`).test(pathname),
    );
    if (facts) {
      const text = await response.clone().text();
      expect(violation(facts.id, response.status, JSON.parse(text), text)).toBeUndefined();
    }
    return response;
  };
  const options = { bearerToken: key, baseURL: opened.baseUrl, fetch, maxRetries: 0 };
  return { client: new DodoPayments(options), control: new SandboxControl(options) };
}

/** A body as the vendor's API takes it, for what our client may not have. */
async function post<Body>(opened: Opened, path: string, body: object): Promise<Body> {
  const response = await opened.fetch(`${opened.baseUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Body; // the caller names the shape it reads
}

async function itemsOf<Item>(list: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

const tokens = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
} as const;

for (const transport of [inProcess, overExpress]) {
  describe(transport.name, () => {
    const open = async () => {
      const opened = await transport.open({ at: start, frozen: true });
      return { opened, ...clientsOf(opened) };
    };

    /** A customer with some tokens. */
    async function holding(client: DodoPayments, amount = "100") {
      const credit = await client.creditEntitlements.create(tokens);
      const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
      const held = { credit_entitlement_id: credit.id };
      await client.creditEntitlements.balances.createLedgerEntry(ada.customer_id, {
        ...held,
        entry_type: "credit",
        amount,
      });
      return { held, customerID: ada.customer_id };
    }

    test("the clock is read, set, advanced, released and frozen", async () => {
      const { control } = await open();
      const now = "2026-01-01T00:00:00.000000Z";
      expect(await control.clock.read()).toEqual({ now, frozen: true });
      expect(await control.clock.set({ now: "2026-02-01T00:00:00Z" })).toMatchObject({
        now: "2026-02-01T00:00:00.000000Z",
      });
      expect(await control.clock.advance({ by: "P1M" })).toEqual({
        now: "2026-03-01T00:00:00.000000Z",
        frozen: true,
        tasks_run: 0,
      });
      expect((await control.clock.unfreeze()).frozen).toBe(false);
      expect((await control.clock.freeze()).frozen).toBe(true);
      expect(await control.reset({ at: start, frozen: true })).toEqual({ now, frozen: true });
      expect((await control.reset()).frozen).toBe(true);
      expect((await control.health()).status).toBe("ok");
    });

    test("an entry is written, the balance explained and the ledger added up", async () => {
      const { client, control } = await open();
      const { held, customerID } = await holding(client);
      const entry = await control.entries.create(customerID, {
        ...held,
        transaction_type: "manual_adjustment",
        entry_type: "debit",
        amount: "30",
      });
      expect(entry).toMatchObject({ balance_before: "100", balance_after: "70" });
      const { balance, grants, totals } = await control.explain(customerID, held);
      expect([balance, totals.issued, totals.deducted]).toEqual(["70", "100", "30"]);
      expect(grants.map((it) => it.movements.map((moved) => moved.amount))).toEqual([["-30"]]);
      expect(await control.audit()).toEqual({ accounts: 1, entries: 2, differences: [] });
    });

    test("a policy is changed, a key made, and errors are those of the client", async () => {
      const { opened, control } = await open();
      expect((await control.policy.set({ profile: "observed" })).profile).toBe("observed");
      expect((await control.policy.read()).profile).toBe("observed");
      const readOnly = { key: "dodo_test_readonly", access: "read" } as const;
      expect(await control.keys.create(readOnly)).toEqual(readOnly);
      await expect(control.keys.create(readOnly)).rejects.toThrow(DodoPayments.ConflictError);
      await expect(control.checkouts.retrieve("cks_gone")).rejects.toMatchObject({
        name: "NotFoundError",
        status: 404,
        code: "NOT_FOUND",
      });
      await expect(control.clock.set({ now: "tomorrow" })).rejects.toThrow(
        DodoPayments.UnprocessableEntityError,
      );
      const reader = new SandboxControl({
        bearerToken: readOnly.key,
        baseURL: opened.baseUrl,
        fetch: opened.fetch,
      });
      expect(await reader.policy.read()).toMatchObject({ profile: "observed" });
      await expect(reader.meters.run()).rejects.toThrow(APIError);
    });

    test("a checkout is looked at and paid, a card fails, a cycle is closed", async () => {
      const { opened, client, control } = await open();
      const { held, customerID } = await holding(client);
      const meter = await client.meters.create({
        name: "Tokens",
        event_name: "tokens.used",
        measurement_unit: "token",
        aggregation: { type: "sum", key: "tokens" },
      });
      const plan = await post<{ product_id: string }>(opened, "/products", {
        name: "Starter",
        tax_category: "saas",
        price: {
          type: "usage_based_price",
          currency: "USD",
          discount: 0,
          purchasing_power_parity: false,
          payment_frequency_count: 1,
          payment_frequency_interval: "Month",
          subscription_period_count: 10,
          subscription_period_interval: "Year",
          fixed_price: 2900,
          meters: [{ meter_id: meter.id, ...held, meter_units_per_credit: "1" }],
        },
        credit_entitlements: [{ ...held, credits_amount: "1000", overage_enabled: false }],
      });
      const session = await post<{ session_id: string }>(opened, "/checkouts", {
        product_cart: [{ product_id: plan.product_id, quantity: 1 }],
        customer: { customer_id: customerID },
      });
      expect(await control.checkouts.retrieve(session.session_id)).toMatchObject({
        status: "open",
        total: 2900,
        lines: [{ name: "Starter", credits: [{ amount: "1000" }] }],
      });
      const declined = await control.checkouts.complete(session.session_id, {
        outcome: "declined",
      });
      expect(declined.status).toBe("failed");
      const { status, subscription_ids } = await control.checkouts.complete(session.session_id);
      expect(status).toBe("succeeded");
      const [id = ""] = subscription_ids;

      const metadata = { tokens: 1040 };
      const event_name = "tokens.used";
      const event = { event_id: "e1", customer_id: customerID, event_name, metadata };
      await client.usageEvents.ingest({ events: [event] });
      expect(await control.meters.run()).toEqual({ events: 1 });
      expect(await control.subscriptions.meters(id)).toMatchObject({
        items: [{ meter_id: meter.id, units: "1040", events: 1, blocked: "0" }],
      });

      expect(await control.subscriptions.setCard(id, { fails: false })).toEqual({
        fails: false,
        status: "active",
      });
      await control.clock.advance({ by: "10d" });
      expect(await control.subscriptions.closeCycle(id)).toEqual({
        status: "active",
        previous_billing_date: "2026-01-11T00:00:00.000000Z",
        next_billing_date: "2026-02-11T00:00:00.000000Z",
      });
      await control.subscriptions.setCard(id, { fails: true });
      await control.clock.advance({ by: "P1M" });
      expect((await control.subscriptions.setCard(id, { fails: true })).status).toBe("on_hold");
      expect((await control.audit()).differences).toEqual([]);

      const { link } = await post<{ link: string }>(
        opened,
        `/customers/${customerID}/customer-portal/session`,
        {},
      );
      const portal = await control.portals.retrieve(link.split("/").at(-1) ?? "");
      expect(portal).toMatchObject({ customer_name: "Ada", credits: [{ unit: "token" }] });
    });

    test("events and deliveries are read page by page, and on from where one was", async () => {
      const { client, control } = await open();
      const { held, customerID } = await holding(client);
      const debit = { ...held, entry_type: "debit", amount: "1" } as const;
      for (let count = 0; count < 4; count++) {
        await client.creditEntitlements.balances.createLedgerEntry(customerID, debit);
      }
      const event_type = "credit.deducted";
      const first = await control.events.list({ event_type, limit: 2 });
      expect(first.items).toHaveLength(2);
      const all = await itemsOf(control.events.list({ event_type, limit: 2 }));
      expect(all).toHaveLength(4);
      expect(new Set(all.map((it) => it.id)).size).toBe(4);
      expect(await itemsOf(first)).toEqual(all);
      const after = all.at(1)?.id ?? "";
      expect((await control.events.list({ event_type, after })).items).toEqual(all.slice(2));
      expect((await control.events.list({ limit: 1000 })).hasNextPage()).toBe(false);
      const [{ payload } = {}] = all;
      expect(payload?.type === "credit.deducted" && payload.data.amount).toBe("1");
      await expect(control.events.list({ limit: 0 })).rejects.toMatchObject({ status: 422 });
      const end = await control.events.list();
      await expect(end.getNextPage()).rejects.toThrow("There is no next page");
    });

    test("deliveries go wrong, are looked at and made good", async () => {
      const { client, control } = await open();
      const receiver = await Receiver.open();
      const { id } = await client.webhooks.create({ url: receiver.url });
      expect(await control.webhooks.setMode({ drop_next: 1 })).toMatchObject({ drop_next: 1 });
      await holding(client);
      await control.deliveries.settle();
      expect(receiver.requests).toHaveLength(0);
      const [dropped] = await itemsOf(control.deliveries.list({ status: "dropped" }));
      expect(dropped).toMatchObject({ webhook_id: id, event_type: "credit.added" });
      expect(await control.webhooks.recover(id)).toEqual({ deliveries: 1 });
      await control.deliveries.settle();
      expect(receiver.types).toEqual(["credit.added"]);
      const deliveryID = dropped?.id ?? "";
      expect((await control.deliveries.retrieve(deliveryID)).status).toBe("delivered");
      expect((await control.deliveries.resend(deliveryID)).attempts).toHaveLength(2);
      expect(await control.webhooks.replay(id)).toEqual({ deliveries: 1 });
      await control.deliveries.settle();
      expect(receiver.requests).toHaveLength(3);
      expect(new Set(receiver.requests.map((it) => it.headers["webhook-id"])).size).toBe(1);
      expect((await control.webhooks.readMode()).drop_next).toBe(0);
      const { secret } = await control.webhooks.rotateSecret(id);
      expect(secret).toMatch(/^whsec_/);
      const sent = await control.webhooks.send(id, { body: '{"type":"any"}' });
      expect([sent.status_code, receiver.types.at(-1)]).toEqual([200, "any"]);
    });
  });
}

describe("options", () => {
  test("the default export is the class", () => {
    expect(Control).toBe(SandboxControl);
  });

  test("the vendor is never asked", () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", undefined);
    const said = /The control API is a sandbox's, and https:\/\/live\.dodopayments\.com is the/;
    expect(() => new SandboxControl({ bearerToken: key })).toThrow(said);
    expect(() => new SandboxControl({ bearerToken: key, baseURL: null })).toThrow(said);
    for (const baseURL of ["https://test.dodopayments.com", "https://live.dodopayments.com./x"]) {
      const options = { bearerToken: key, baseURL, fetch: globalThis.fetch };
      expect(() => new SandboxControl(options)).toThrow("is the vendor's");
    }
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://127.0.0.1:4010/");
    expect(new SandboxControl({ bearerToken: key }).baseURL).toBe("http://127.0.0.1:4010");
  });

  test("with a fetch there need be no address", async () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", undefined);
    const { fetch } = await inProcess.open({ at: start, frozen: true });
    const control = new SandboxControl({ bearerToken: key, fetch });
    expect((await control.clock.read()).frozen).toBe(true);
  });

  test("a connection that fails rejects as the client's does, and a signal ends a call", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed"));
    const control = new SandboxControl({ bearerToken: key, fetch, maxRetries: 0 });
    await expect(control.health()).rejects.toThrow(DodoPayments.APIConnectionError);
    const signal = AbortSignal.abort();
    await expect(control.audit({ signal })).rejects.toThrow(DodoPayments.APIUserAbortError);
    await expect(control.checkouts.complete("")).rejects.toThrow("id is");
  });
});

test("bodies and answers are typed by the document", () => {
  type Clock = SandboxControl["clock"];
  expectTypeOf<Awaited<ReturnType<Clock["read"]>>["frozen"]>().toEqualTypeOf<boolean>();
  expectTypeOf<{ by: string; to: string }>().not.toExtend<Parameters<Clock["advance"]>[0]>();
  expectTypeOf<Record<never, never>>().not.toExtend<Parameters<Clock["advance"]>[0]>();
  expectTypeOf<APIConnectionError>().toExtend<APIError>();
});
