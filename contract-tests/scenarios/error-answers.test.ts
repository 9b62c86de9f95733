import { notServed } from "@drawdown/spec/dodo";
import DodoPayments from "dodopayments";
import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { ErrorBody } from "../harness/world.js";
import { type Failure, large, limit, noKey, pairs, prepare, viewer } from "./support/faults.js";
import { clientTest, failure } from "./support/official-client.js";
import { outcome, send, shape } from "./support/requests.js";
import { entitlement, meter } from "./support/sample-bodies.js";

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** One request for each way to fail, with what it must answer. */
const failures = ({ live, gone, owed, holder, holding }: Prepared): readonly Failure[] => {
  const debit = (amount: string) => ({ body: { entry_type: "debit", amount } });
  const again = { body: { entry_type: "credit", amount: "1", idempotency_key: "used" } };
  const usage = { event_id: "a", customer_id: holder.customer_id, event_name: "x" };
  const crowded = { email: "x@example.com", name: "x", metadata: pairs };
  return [
    ["400 INVALID_REQUEST_PARAMETERS", `POST ${holding}/ledger-entries`, debit("0")],
    ["400 INSUFFICIENT_CREDIT_BALANCE", `POST ${holding}/ledger-entries`, debit("6")],
    [
      "400 OVERAGE_LIMIT_EXCEEDED",
      `POST ${holding.replace(live.id, owed.id)}/ledger-entries`,
      debit("11"),
    ],
    ["400 MAXIMUM_KEYS_REACHED", "POST /customers", { body: crowded }],
    ["400 DUPLICATE_EVENT_IDS", "POST /events/ingest", { body: { events: [usage, usage] } }],
    ["400 INVALID_QUERY_PARAMS", "GET /events?start=soon"],
    ["401 UNAUTHORIZED", "POST /meters", { body: meter, key: noKey }],
    ["403 UNAUTHORIZED", "POST /meters", { body: meter, key: viewer }],
    ["404 NOT_FOUND", "GET /meters/mtr_none"],
    ["404 NOT_FOUND", "GET /no-such-path"],
    ["405 METHOD_NOT_ALLOWED", "PUT /meters", { body: meter }],
    ["409 IDEMPOTENCY_KEY_ALREADY_EXISTS", `POST ${holding}/ledger-entries`, again],
    ["410 CREDIT_ENTITLEMENT_IS_DELETED", `DELETE /credit-entitlements/${gone.id}`],
    ["413 PAYLOAD_TOO_LARGE", "POST /meters", { body: JSON.stringify(meter) + large }],
    ["415 UNSUPPORTED_MEDIA_TYPE", "POST /meters", { body: meter, type: "text/plain" }],
    ["422 INVALID_REQUEST_BODY", "POST /meters", { body: { ...meter, name: 5 } }],
    ["422 INVALID_QUERY_PARAMS", "GET /meters?page_size=101"],
    ["422 INVALID_REQUEST_PARAMETERS", "GET /meters/%zz"],
    [
      "422 CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS",
      "POST /credit-entitlements",
      { body: { ...entitlement, name: "Live" } },
    ],
    ["500 INTERNAL_SERVER_ERROR", `POST /credit-entitlements/${live.id}/undelete`],
    ["500 INTERNAL_SERVER_ERROR", "POST /meters/mtr_none/unarchive"],
    ["501 NOT_SERVED_BY_DRAWDOWN", "POST /discounts", { body: { name: "x" } }],
  ];
};

/** Looks at the answer to each failing request. */
const everyFailure = (name: string, look: (answer: Response, expected: string) => Promise<void>) =>
  httpScenario(
    name,
    async (world) => {
      for (const [expected, target, extras] of failures(await prepare(world))) {
        await look(await send(world, target, extras), expected);
      }
    },
    limit,
  );

everyFailure("ERR-01 an error is a code and a message, sent as JSON", async (answer, expected) => {
  expect(answer.headers.get("content-type"), expected).toMatch(/^application\/json/);
  const body: ErrorBody = await answer.json();
  expect(Object.keys(body).sort(), expected).toEqual(["code", "message"]);
  expect(body.code).toMatch(/^[A-Z][A-Z_]*$/);
});

everyFailure("ERR-02 each kind of failure has its status", async (answer, expected) => {
  expect(answer.status, expected).toBe(Number(expected.slice(0, 3)));
});

everyFailure("ERR-03 each cause has its code", async (answer, expected) => {
  const { code }: ErrorBody = await answer.json();
  expect(code).toBe(expected.slice(4));
});

everyFailure("ERR-06 no failure leaves its message out", async (answer, expected) => {
  const { message }: ErrorBody = await answer.json();
  expect(message, expected).toMatch(/\w+ \w+/);
});

everyFailure("ERR-09 no failure has the code INVALID_REQUEST", async (answer) => {
  const { code }: ErrorBody = await answer.json();
  expect(code).not.toBe("INVALID_REQUEST");
});

scenario("ERR-06 an error always tells in words what is wrong", async (world) => {
  const { live, gone } = await prepare(world);
  const messages = [
    await world.refused(404, "retrieveMeter", { path: { id: "mtr_none" } }),
    await world.refused(410, "deleteCreditEntitlement", { path: { id: gone.id } }),
    await world.refused(422, "createMeter", { body: {} }),
    await world.refused(500, "undeleteCreditEntitlement", { path: { id: live.id } }),
  ].map((it) => it.message);
  for (const message of messages) expect(message).toMatch(/\w+ \w+/);
  expect(new Set(messages).size).toBe(4);
});

clientTest("ERR-06 the official client shows status and message as its own", async ({ client }) => {
  const refused = await failure(client.meters.retrieve("mtr_none"));
  if (!(refused instanceof DodoPayments.NotFoundError)) throw refused;
  const { message } = refused.error as { message: string };
  expect(message).toMatch(/there is no meter "mtr_none"/);
  expect(refused.message).toBe(`404 ${message}`);
});

httpScenario(
  "ERR-07 a request that fails changes nothing",
  async (world) => {
    const prepared = await prepare(world);
    const { holding, owed } = prepared;
    const paths = [
      ...["/credit-entitlements", "/credit-entitlements?deleted=true", "/customers", "/meters"],
      ...["/events", holding, `${holding}/grants`, `${holding}/ledger`],
      `/credit-entitlements/${owed.id}/balances`,
    ];
    const everything = () =>
      Promise.all(paths.map(async (path) => (await world.raw("GET", path)).text()));
    const before = await everything();
    for (const [expected, target, extras] of failures(prepared)) {
      await send(world, target, extras);
      expect(await everything(), expected).toEqual(before);
    }
    expect(await world.audited()).toBe(1);
  },
  limit,
);

httpScenario("ERR-08 a balance too low is told in words of credits, not cards", async (world) => {
  const { holding } = await prepare(world);
  const body = { entry_type: "debit", amount: "6" };
  const refused = await outcome(world, `POST ${holding}/ledger-entries`, { body });
  expect(refused).toBe("400 INSUFFICIENT_CREDIT_BALANCE");
  const payments = notServed.filter((it) => it.path.startsWith("/payments"));
  expect(payments.length).toBeGreaterThan(0);
  for (const { method, path } of payments) {
    expect(await outcome(world, `${method} ${shape(path)}`)).toBe("501 NOT_SERVED_BY_DRAWDOWN");
  }
});
