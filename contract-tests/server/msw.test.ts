import { createSandbox } from "@drawdown/mock-server";
import { handlers, type OperationId, override } from "@drawdown/mock-server/msw";
import DodoPayments from "dodopayments";
import { build } from "esbuild";
import { HttpResponse, http, passthrough } from "msw";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, test } from "vitest";
import { Receiver } from "../harness/receiver.js";
import { start } from "../harness/world.js";

const key = "dodo_test_msw";
const testHost = "https://test.dodopayments.com";
const authorization = `Bearer ${key}`;

const server = setupServer();
afterEach(() => server.close());

/** A sandbox behind MSW, the way the README shows it. Calls that nothing handles fail. */
function open(...before: Parameters<typeof server.use>) {
  const sandbox = createSandbox({ at: start, frozen: true });
  server.resetHandlers(...before, ...handlers(sandbox));
  server.listen({ onUnhandledRequest: "error" });
  return sandbox;
}

/** Lets calls to this machine pass, as MSW would with a warning. */
const passOn = http.post(/^http:\/\/127\.0\.0\.1:/, () => passthrough());

const officialClient = (options: ConstructorParameters<typeof DodoPayments>[0] = {}) =>
  new DodoPayments({ bearerToken: key, environment: "test_mode", maxRetries: 0, ...options });

const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };

async function openBalance(client: DodoPayments) {
  const credit = await client.creditEntitlements.create({ name: "Tokens", ...terms });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  return { credit_entitlement_id: credit.id, customer: ada.customer_id };
}

const read = async (url: string, init: RequestInit = {}): Promise<unknown> => {
  const response = await fetch(url, { ...init, headers: { authorization, ...init.headers } });
  return [response.status, await response.json()];
};

describe("the official client, unmodified", () => {
  test("SDK-14 reaches the sandbox in test mode and by its default, live mode", async () => {
    open();
    const { customer, credit_entitlement_id } = await openBalance(officialClient());
    const { balances } = new DodoPayments({ bearerToken: key }).creditEntitlements;
    const of = { credit_entitlement_id };
    await balances.createLedgerEntry(customer, { ...of, entry_type: "credit", amount: "1000" });
    await balances.createLedgerEntry(customer, { ...of, entry_type: "debit", amount: "30" });
    expect((await balances.retrieve(customer, of)).balance).toBe("970");
  });

  test("is told why a live key is refused", async () => {
    open();
    const asked = new DodoPayments({ bearerToken: "dodo_live_oops" }).customers.list();
    await expect(asked).rejects.toThrow(
      "401 You are not authorised to perform this action: the key starts with dodo_live_, and Drawdown, which answers here in place of the service, refuses live keys",
    );
  });

  test("is told what was meant where no operation is", async () => {
    open();
    const client = officialClient();
    await expect(client.get("/credit-entitlement")).rejects.toThrow(
      "404 Item not found: there is no /credit-entitlement; the nearest operation is GET /credit-entitlements",
    );
    await expect(client.get("/v1/customers/cus_1")).rejects.toThrow(
      "the nearest operation is GET /customers/{customer_id}, and",
    );
    await expect(client.post("/products/pdt_1/short_links")).rejects.toThrow(
      "501 Drawdown does not serve POST /products/pdt_1/short_links: the vendor's API has it, this sandbox does not yet; nothing was done. The nearest operation served is GET /products/{id}. See",
    );
    await expect(client.refunds.list()).rejects.toThrow(
      "nothing was done. See /_sandbox/COVERAGE.md",
    );
  });

  test("gives up when its caller does", async () => {
    open();
    const abort = new AbortController();
    const asked = officialClient().customers.list({}, { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toBeInstanceOf(DodoPayments.APIUserAbortError);
  });
});

describe("addresses", () => {
  test("the control API answers below all of them, and links begin with the one that was called", async () => {
    const sandbox = createSandbox({ at: start, frozen: true });
    const mine = ["http://localhost:3000/billing/v1/", "http://10.0.0.1"];
    server.resetHandlers(...handlers(sandbox, { baseUrl: mine }));
    server.listen({ onUnhandledRequest: "error" });
    const clock = [200, { now: "2026-01-01T00:00:00.000000Z", frozen: true }];
    for (const base of [testHost, "http://localhost:3000/billing/v1", "http://10.0.0.1"]) {
      expect(await read(`${base}/_sandbox/clock?#y`)).toEqual(clock);
      const client = officialClient({ environment: undefined, baseURL: base });
      const { customer } = await openBalance(client);
      const { link } = await client.customers.customerPortal.create(customer);
      expect(link.startsWith(`${base}/_sandbox/portal/`)).toBe(true);
      await read(`${base}/_sandbox/reset`, { method: "POST" });
    }
  });

  test("nothing beside them is touched", async () => {
    const baseUrl = "http://localhost:3000/billing";
    server.resetHandlers(
      ...handlers(createSandbox(), { baseUrl }),
      http.all("*", () => HttpResponse.json("not the sandbox")),
    );
    server.listen();
    const beside = [
      "http://localhost:3000/billings",
      "http://localhost:3000/",
      "https://test.dodopayments.com.example/customers",
      "https://checkout.dodopayments.com/buy",
      `http://example.com/?url=${testHost}/customers`,
    ];
    for (const url of beside) expect(await read(url), url).toEqual([200, "not the sandbox"]);
  });

  test("webhooks of the sandbox pass MSW, or are caught by it", async () => {
    const sandbox = open(passOn);
    const client = officialClient();
    const receiver = await Receiver.open();
    await client.webhooks.create({ url: receiver.url });
    const caught: string[] = [];
    server.use(
      http.post("http://127.0.0.1/caught", async ({ request }) => {
        caught.push(String(request.headers.get("webhook-id")));
        return HttpResponse.json({});
      }),
    );
    await client.webhooks.create({ url: "http://127.0.0.1/caught" });
    const { customer, credit_entitlement_id } = await openBalance(client);
    const entry = { credit_entitlement_id, entry_type: "credit", amount: "1" } as const;
    await client.creditEntitlements.balances.createLedgerEntry(customer, entry);
    await sandbox.idle();
    expect(receiver.types).toEqual(["credit.added"]);
    expect(caught).toEqual([receiver.requests[0]?.headers["webhook-id"]]);
  });
});

describe("a handler before the sandbox's", () => {
  test("answers its route alone", async () => {
    open(http.get(`${testHost}/customers`, () => HttpResponse.json({ items: [] })));
    const client = officialClient();
    await openBalance(client);
    expect((await client.customers.list()).items).toEqual([]);
    expect((await client.creditEntitlements.list()).items).toHaveLength(1);
  });

  test("override() answers an operation by its id, at every host, with its parameters", async () => {
    open(
      override("retrieveBalance", ({ params }) =>
        HttpResponse.json({ code: "DOWN", message: params.customer_id }, { status: 503 }),
      ),
    );
    const client = officialClient();
    const { customer, credit_entitlement_id } = await openBalance(client);
    for (const environment of ["test_mode", "live_mode"] as const) {
      const { balances } = officialClient({ environment }).creditEntitlements;
      await expect(balances.retrieve(customer, { credit_entitlement_id })).rejects.toMatchObject({
        status: 503,
        error: { code: "DOWN", message: customer },
      });
      await balances.listLedger(customer, { credit_entitlement_id });
    }
    expect((await client.creditEntitlements.balances.list(credit_entitlement_id)).items).toEqual(
      [],
    );
  });

  test("override() with `once` fails one call, which the client repeats, and one that answers nothing fails none", async () => {
    const seen: string[] = [];
    open(
      override("createCustomer", async ({ request }) => {
        seen.push((await request.clone().json()).email);
      }),
      override("createCustomer", () => new HttpResponse(null, { status: 500 }), { once: true }),
    );
    const client = officialClient({ maxRetries: 1 });
    const { email } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
    expect([email, ...seen]).toEqual(Array(3).fill("ada@example.com"));
  });

  test("override() takes base URLs as handlers() does", async () => {
    const baseUrl = "http://localhost:3000/billing";
    server.resetHandlers(
      override("listCustomers", () => HttpResponse.json("mine"), { baseUrl }),
      ...handlers(createSandbox(), { baseUrl }),
    );
    server.listen({ onUnhandledRequest: "error" });
    expect(await read(`${baseUrl}/customers?page_size=5`)).toEqual([200, "mine"]);
  });
});

describe("what makes no sense is refused when it is set up", () => {
  test("something that is no sandbox, or no longer one", () => {
    const closed = createSandbox();
    closed.close();
    // @ts-expect-error that is for openTenant
    expect(() => handlers("http://127.0.0.1:4010")).toThrow(
      new TypeError("handlers() takes what createSandbox() returns, but was given string"),
    );
    // @ts-expect-error a call too few
    expect(() => handlers(createSandbox)).toThrow("but was given function");
    expect(() => handlers(closed)).toThrow("handlers() was given a sandbox that is closed");
  });

  test("a base URL that is none, or taken care of already", () => {
    const sandbox = createSandbox();
    for (const baseUrl of ["/billing", "localhost:3000", "", "http://x/?a", "ftp://x"]) {
      expect(() => handlers(sandbox, { baseUrl }), baseUrl).toThrow(
        `\`baseUrl\` is ${JSON.stringify(baseUrl)} but must be an absolute http or https address`,
      );
    }
    const twice = [
      [testHost],
      ["https://LIVE.dodopayments.com:443/v1"],
      ["http://x", "http://x/"],
      ["http://x/a/b", "http://x/a"],
    ];
    for (const baseUrl of twice) {
      expect(() => handlers(sandbox, { baseUrl }), String(baseUrl)).toThrow(
        "is taken care of already; leave either out",
      );
    }
    expect(handlers(sandbox, { baseUrl: ["http://x/a", "http://x/ab"] })).toHaveLength(1);
  });

  test("an operation that the document does not have", () => {
    const misspelt = "retreiveBalance";
    expect(() => override(misspelt as OperationId, () => undefined)).toThrow(
      new TypeError(
        'override() knows no operation "retreiveBalance"; did you mean "retrieveBalance"? dist/documents/openapi.yaml of @drawdown/mock-server has them all',
      ),
    );
    // @ts-expect-error the id is checked as it is written, too
    expect(() => override(misspelt, () => undefined)).toThrow("did you mean");
  });

  test("a sandbox that is closed later says so to whoever calls", async () => {
    open().close();
    expect(await read(`${testHost}/customers`)).toEqual([
      503,
      { code: "SANDBOX_CLOSED", message: expect.stringContaining("this sandbox was closed") },
    ]);
  });
});

test("nothing of the sandbox or its handlers needs Node", async () => {
  const { metafile } = await build({
    stdin: {
      contents: `export { createSandbox } from "@drawdown/mock-server";
        export { handlers } from "@drawdown/mock-server/msw";`,
      resolveDir: import.meta.dirname,
    },
    ...{ bundle: true, platform: "browser", format: "esm", conditions: ["drawdown-source"] },
    ...{ external: ["msw"], metafile: true, write: false },
  });
  const imports = Object.values(metafile.outputs).flatMap((it) => it.imports);
  expect(imports.map((it) => it.path)).toEqual(["msw"]);
});
