import { expect } from "vitest";
import { httpScenario } from "../harness/scenario.js";
import { type Failure, large, limit, noKey, pairs, prepare, viewer } from "./support/faults.js";
import { outcome } from "./support/requests.js";

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
  ["not served, no key", "501 NOT_SERVED_BY_DRAWDOWN", "POST /discounts", { key: noKey }],
  ["not served, large body", "501 NOT_SERVED_BY_DRAWDOWN", "POST /discounts", { body: large }],
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
