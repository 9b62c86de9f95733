import { notServed, operationTable } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { outcome, shape } from "./support/requests.js";

httpScenario("ERR-10 a path nobody published answers 404", async (world) => {
  const unknown = ["/credit-entitlement", "/meters/a/b", "/v1/meters", "/meters/a/archive"];
  for (const path of unknown) {
    for (const method of ["GET", "POST", "DELETE"]) {
      expect(await outcome(world, `${method} ${path}`), path).toBe("404 NOT_FOUND");
    }
  }
});

const methodsOf = (path: string, table: readonly { method: string; path: string }[]) =>
  table.filter((it) => shape(it.path) === shape(path)).map((it) => it.method);

httpScenario(
  "ERR-10 a known path with another method answers 405 and the ones there are",
  async (world) => {
    let refused = 0;
    // GET /events/ingest asks for the event called ingest, and /checkouts/preview for a session of that name.
    for (const path of new Set(operationTable.map((it) => it.path))) {
      if (path === "/events/ingest" || path === "/checkouts/preview") continue;
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
    expect(notServed.length).toBeGreaterThan(80);
    for (const { method, path } of notServed) {
      const got = await outcome(world, `${method} ${shape(path)}`);
      expect(got, `${method} ${path}`).toBe("501 NOT_SERVED_BY_DRAWDOWN");
    }
  },
);

httpScenario(
  "ERR-10 the refusal names the operation that was meant, if one is near",
  async (world) => {
    const meant = {
      "POST /credit_entitlements": "POST /credit-entitlements",
      "DELETE /credit-entitlement/x": "DELETE /credit-entitlements/{id}",
      "GET /v1/meters": "GET /meters",
      "PATCH /api/v1/customer/x": "PATCH /customers/{customer_id}",
      "POST /credit-entitlements/a/balances/b/ledger-entry":
        "POST /credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger-entries",
      "GET /customers/": "GET /customers",
      "GET /_sandbox/clok": "GET /_sandbox/clock",
      "GET /nonsense": undefined,
      [`GET ${"/meters".repeat(13)}`]: undefined,
      [`GET /meters/a/${"b".repeat(300)}`]: undefined,
      // The vendor has these.
      "GET /products/short_links": "GET /products/{id}",
      "GET /refunds": undefined,
    };
    for (const [asked, expected] of Object.entries(meant)) {
      const [method = "", path = ""] = asked.split(" ");
      const { message } = await (await world.raw(method, path)).json();
      const [, named] = /nearest operation(?: served)? is (\w+ [^\s,.]+)/.exec(message) ?? [];
      expect(named, asked).toBe(expected);
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
