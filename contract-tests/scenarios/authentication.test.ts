import { notServed, operationTable } from "@drawdown/spec/dodo";
import { expect, test } from "vitest";
import { httpScenario } from "../harness/scenario.js";
import {
  attach,
  complete,
  meterLink,
  openCheckout,
  sell,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { inProcess, type Opened, overExpress } from "../harness/transports.js";
import { type ErrorBody, start, type World } from "../harness/world.js";

type Options = Parameters<typeof inProcess.open>[0];

/** A test that writes the Authorization header itself, or leaves it out. */
const keyless = (name: string, body: (opened: Opened) => Promise<void>, options: Options = {}) => {
  for (const transport of [inProcess, overExpress]) {
    test(`${name} [${transport.name}]`, async () => {
      await body(await transport.open({ at: start, frozen: true, ...options }));
    });
  }
};

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly body: { readonly items?: unknown };
}

const send = async (
  opened: Opened,
  authorization: string | undefined,
  method = "GET",
  path = "/meters",
  body?: unknown,
): Promise<Answer> => {
  const response = await opened.fetch(`${opened.baseUrl}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = text === "" ? {} : JSON.parse(text);
  const { code, message }: Partial<ErrorBody> = parsed;
  return { status: response.status, code, message, body: parsed };
};

const pathOf = (template: string): string => template.replaceAll(/\{\w+\}/g, "any_id");

const meter = {
  name: "Calls",
  event_name: "api.call",
  measurement_unit: "call",
  aggregation: { type: "count" },
};

const refusedKey = {
  status: 401,
  code: "UNAUTHORIZED",
  message: expect.stringMatching(/^You are not authorised to perform this action/),
};

keyless("AUT-01 a missing or malformed bearer key answers 401", async (opened) => {
  const malformed = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Basic ZG9kb190ZXN0OnNlY3JldA==",
    "dodo_test_key",
    "Token dodo_test_key",
    "Bearerdodo_test_key",
  ];
  for (const authorization of malformed) {
    expect(await send(opened, authorization), String(authorization)).toMatchObject(refusedKey);
    expect((await send(opened, authorization, "POST", "/meters", meter)).status).toBe(401);
  }
  expect(await send(opened, "Bearer dodo_test_key")).toMatchObject({ status: 200 });
});

keyless(
  "AUT-01 a key that is not on the list is unknown and answers 401",
  async (opened) => {
    for (const key of ["dodo_test_other", "dodo_test_on", "dodo_test_one1", "DODO_TEST_ONE"]) {
      expect(await send(opened, `Bearer ${key}`), key).toMatchObject(refusedKey);
    }
    expect((await send(opened, "Bearer dodo_test_one")).status).toBe(200);
  },
  { keys: ["dodo_test_one"] },
);

keyless("AUT-08 what stands where a key was forgotten answers 401 and says so", async (opened) => {
  const forgotten: readonly (readonly [string, RegExp])[] = [
    ["undefined", /DODO_PAYMENTS_API_KEY.*/],
    ["null", /probably not set/],
    ["None", /probably not set/],
    ["YOUR_API_KEY", /placeholder.*DODO_PAYMENTS_API_KEY/],
    ["your-test-api-key-here", /placeholder/],
    ["<your key>", /placeholder/],
    ["[object Object]", /an object/],
    ["[object Promise]", /not awaited/],
    ["$DODO_KEY", /variable DODO_KEY was not replaced/],
    ["$" + "{DODO_KEY}", /variable DODO_KEY was not replaced/],
    ["process.env.DODO_KEY", /variable DODO_KEY was not replaced/],
  ];
  for (const [key, why] of forgotten) {
    const { status, code, message } = await send(opened, `Bearer ${key}`);
    expect([status, code, message], key).toEqual([401, "UNAUTHORIZED", expect.stringMatching(why)]);
    expect(message).toContain(JSON.stringify(key));
    const tenant = await send(opened, undefined, "POST", "/_sandbox/tenants", { key });
    expect([tenant.status, tenant.message], key).toEqual([401, expect.stringMatching(why)]);
  }
  for (const key of ["dodo_test_null", "nullable", "key", "a", "secret", "objects"]) {
    expect((await send(opened, `Bearer ${key}`)).status, key).toBe(200);
  }
});

keyless(
  "AUT-08 a list that names such a key is taken at its word",
  async (opened) => expect((await send(opened, "Bearer null")).status).toBe(200),
  { keys: ["null"] },
);

keyless("AUT-02 a live key answers 401 in this test mode", async (opened) => {
  for (const [method, path] of [
    ["GET", "/meters"],
    ["POST", "/meters"],
    ["GET", "/credit-entitlements"],
  ] as const) {
    const body = method === "POST" ? meter : undefined;
    const answer = await send(opened, "Bearer dodo_live_key", method, path, body);
    expect(answer).toMatchObject(refusedKey);
  }
  expect((await send(opened, "Bearer dodo_test_key")).status).toBe(200);
});

const readOnly = async (world: World): Promise<RequestInit> => {
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  return { headers: { authorization: "Bearer dodo_test_viewer" } };
};

httpScenario("AUT-03 a read-only key fetches everything its business has", async (world) => {
  const viewer = await readOnly(world);
  const entitlement = await world.entitlement();
  const customer = await world.customer();
  const meter = await world.meter();
  const plan = await sell(world, usagePrice([meterLink(meter, entitlement)]), [
    attach(entitlement, "5"),
  ]);
  const checkout = await openCheckout(world, plan, customer);
  const { payment_id, subscription_ids } = await complete(world, checkout);
  await use(world, customer, "a", 1);
  const addon = await world.ok<{ id: string }>("createAddon", {
    body: { name: "Seat", currency: "USD", price: 500, tax_category: "saas" },
  });
  const webhook = await world.ok<{ id: string }>("createWebhook", {
    body: { url: "http://localhost:9/hooks", disabled: true },
  });
  const ids: Record<string, string | undefined> = {
    credit_entitlement_id: entitlement.id,
    customer_id: customer.customer_id,
    event_id: "a",
    webhook_id: webhook.id,
    payment_id,
    subscription_id: subscription_ids[0],
  };
  const idBelow: Record<string, string> = {
    "credit-entitlements": entitlement.id,
    meters: meter.id,
    products: plan.product_id,
    checkouts: checkout,
    addons: addon.id,
  };
  for (const { method, path } of operationTable) {
    if (method !== "GET") continue;
    const [, resource = ""] = path.split("/");
    const target = path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => (name === "id" ? idBelow[resource] : ids[name]) ?? "",
    );
    const seen = await world.raw("GET", target, viewer);
    expect(seen.status, target).toBe(200);
    expect(await seen.text()).toBe(await (await world.raw("GET", target)).text());
  }
});

httpScenario("AUT-03 a read-only key can create and change nothing", async (world) => {
  const viewer = await readOnly(world);
  for (const { id, method, path } of operationTable) {
    if (method === "GET") continue;
    const answer = await world.raw(method, pathOf(path), viewer);
    expect(answer.status, id).toBe(403);
  }
});

httpScenario(
  "AUT-04 a write with a read-only key answers 403 and stores nothing",
  async (world) => {
    const { id } = await world.meter({ name: "Kept" });
    const { headers } = await readOnly(world);
    const init = { headers: { ...headers, "content-type": "application/json" } };
    const made = await world.raw("POST", "/meters", { ...init, body: JSON.stringify(meter) });
    expect([made.status, await made.json()]).toEqual([
      403,
      { code: "UNAUTHORIZED", message: expect.any(String) },
    ]);
    expect((await world.raw("DELETE", `/meters/${id}`, init)).status).toBe(403);
    const { items } = await world.ok<{ items: { name: string }[] }>("listMeters");
    expect(items.map((it) => it.name)).toEqual(["Kept"]);
  },
);

httpScenario(
  "AUT-05 a viewer reads, and an editor writes what the viewer then sees",
  async (world) => {
    const viewer = await readOnly(world);
    await world.control("POST", "/_sandbox/keys", { key: "dodo_test_editor", access: "write" });
    const json = { "content-type": "application/json" };
    const post = (authorization: string) =>
      world.raw("POST", "/meters", {
        headers: { ...json, authorization },
        body: JSON.stringify(meter),
      });
    expect((await post("Bearer dodo_test_viewer")).status).toBe(403);
    expect((await post("Bearer dodo_test_editor")).status).toBe(201);
    const seen = await world.raw("GET", "/meters", viewer);
    const { items }: { items: { name: string }[] } = await seen.json();
    expect(items.map((it) => it.name)).toEqual(["Calls"]);
    expect(await world.ok("listMeters")).toEqual({ items });
  },
);

keyless(
  "AUT-06 any text but a live key is a key, and each is a business to itself",
  async (opened) => {
    const keys = ["dodo_test_a", "dodo_test_b", "a", "secret with spaces", "secret with", "sk:%/é"];
    for (const [i, key] of keys.entries()) {
      const bytes = String.fromCharCode(...new TextEncoder().encode(key));
      const authorization = `Bearer ${bytes}`;
      expect(await send(opened, authorization), key).toMatchObject({
        status: 200,
        body: { items: [] },
      });
      const body = { ...meter, name: `Meter ${i}` };
      expect((await send(opened, authorization, "POST", "/meters", body)).status).toBe(201);
      expect(await send(opened, authorization)).toMatchObject({
        body: { items: [{ name: `Meter ${i}` }] },
      });
    }
    expect((await send(opened, "Bearer dodo_live_a")).status).toBe(401);
  },
);

httpScenario("AUT-06 two businesses see nothing of each other", async (world) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await world.credit(holding, "5");
  const { id } = await world.meter();
  const { customer_id } = holding.customer;
  const events = [{ event_id: "a", customer_id, event_name: "tokens.used" }];
  await world.ok("ingestEvents", { body: { events } });
  const stranger = { headers: { authorization: "Bearer dodo_test_stranger" } };
  const credit = `/credit-entitlements/${holding.entitlement.id}`;
  const hidden = [
    credit,
    `${credit}/balances`,
    `${credit}/balances/${customer_id}`,
    `/customers/${customer_id}`,
    `/customers/${customer_id}/credit-entitlements`,
    `/meters/${id}`,
    "/events/a",
    `/events?meter_id=${id}`,
  ];
  for (const path of hidden) {
    expect((await world.raw("GET", path)).status, path).toBe(200);
    expect((await world.raw("GET", path, stranger)).status, path).toBe(404);
  }
  for (const path of ["/credit-entitlements", "/customers", "/meters", "/events"]) {
    expect(await (await world.raw("GET", path, stranger)).json(), path).toEqual({ items: [] });
  }
  expect((await world.raw("DELETE", `/meters/${id}`, stranger)).status).toBe(404);
  expect((await world.call("retrieveMeter", { path: { id } })).status).toBe(200);
});

keyless(
  "AUT-06 given a list of keys the sandbox takes these and no other",
  async (opened) => {
    for (const key of ["dodo_test_a", "my own key"]) {
      expect((await send(opened, `Bearer ${key}`)).status).toBe(200);
    }
    for (const key of ["dodo_test_b", "my own", "dodo_live_a"]) {
      expect(await send(opened, `Bearer ${key}`), key).toMatchObject(refusedKey);
    }
  },
  { keys: ["dodo_test_a", "my own key"] },
);

keyless("AUT-07 no operation on credits and events answers without a key", async (opened) => {
  expect(operationTable.length).toBeGreaterThan(20);
  for (const { id, method, path } of operationTable) {
    expect(await send(opened, undefined, method, pathOf(path)), id).toMatchObject(refusedKey);
  }
});

keyless("AUT-07 the licence calls, which need no key, are not served here", async (opened) => {
  const licences = notServed.filter((it) => it.path.startsWith("/licenses/"));
  expect(licences.map((it) => `${it.method} ${it.path}`).sort()).toEqual([
    "POST /licenses/activate",
    "POST /licenses/deactivate",
    "POST /licenses/validate",
  ]);
  for (const { method, path } of licences) {
    const answer = await send(opened, undefined, method, path, {});
    expect(answer).toMatchObject({ status: 501, code: "NOT_SERVED_BY_DRAWDOWN" });
  }
});
