import { expect, test } from "vitest";
import type { DodoPayments } from "../src/index.js";
import { answer, scripted } from "./script.js";

const body = JSON.parse('{"any":"body"}'); // what goes in a body is the compiler's business, and the server's
const credit = { credit_entitlement_id: "cde/1" };
const firstPage = "page_number=0&page_size=10";
const ofCustomer = "/credit-entitlements/cde%2F1/balances/cus%201";

type Call = (client: DodoPayments) => PromiseLike<unknown>;

test.each<[line: string, call: Call, sentBody?: unknown]>([
  ["POST /credit-entitlements", (it) => it.creditEntitlements.create(body), body],
  ["GET /credit-entitlements/cde%2F1", (it) => it.creditEntitlements.retrieve("cde/1")],
  ["PATCH /credit-entitlements/cde%2F1", (it) => it.creditEntitlements.update("cde/1", body), body],
  [
    `GET /credit-entitlements?deleted=true&${firstPage}`,
    (it) => it.creditEntitlements.list({ deleted: true }),
  ],
  ["DELETE /credit-entitlements/cde%2F1", (it) => it.creditEntitlements.delete("cde/1")],
  ["POST /credit-entitlements/cde%2F1/undelete", (it) => it.creditEntitlements.undelete("cde/1")],
  [
    `GET /credit-entitlements/cde%2F1/balances?customer_id=cus%201&${firstPage}`,
    (it) => it.creditEntitlements.balances.list("cde/1", { customer_id: "cus 1" }),
  ],
  [`GET ${ofCustomer}`, (it) => it.creditEntitlements.balances.retrieve("cus 1", credit)],
  [
    `GET ${ofCustomer}/grants?status=active&${firstPage}`,
    (it) => it.creditEntitlements.balances.listGrants("cus 1", { ...credit, status: "active" }),
  ],
  [
    `GET ${ofCustomer}/ledger?transaction_type=refund&${firstPage}`,
    (it) =>
      it.creditEntitlements.balances.listLedger("cus 1", { ...credit, transaction_type: "refund" }),
  ],
  ["POST /events/ingest", (it) => it.usageEvents.ingest(body), body],
  [`GET /events?event_name=used&${firstPage}`, (it) => it.usageEvents.list({ event_name: "used" })],
  ["GET /events/a%2Fb%20c", (it) => it.usageEvents.retrieve("a/b c")],
  ["POST /meters", (it) => it.meters.create(body), body],
  ["GET /meters/mtr_1", (it) => it.meters.retrieve("mtr_1")],
  [`GET /meters?${firstPage}`, (it) => it.meters.list()],
  ["DELETE /meters/mtr_1", (it) => it.meters.archive("mtr_1")],
  ["POST /meters/mtr_1/unarchive", (it) => it.meters.unarchive("mtr_1")],
  ["POST /customers", (it) => it.customers.create(body), body],
  ["GET /customers/cus%201", (it) => it.customers.retrieve("cus 1")],
  ["PATCH /customers/cus%201", (it) => it.customers.update("cus 1", body), body],
  [`GET /customers?email=a%40b&${firstPage}`, (it) => it.customers.list({ email: "a@b" })],
  [
    "GET /customers/cus%201/credit-entitlements",
    (it) => it.customers.listCreditEntitlements("cus 1"),
  ],
  ["POST /webhooks", (it) => it.webhooks.create(body), body],
  ["GET /webhooks", (it) => it.webhooks.list()],
  [
    "GET /webhooks?limit=5&iterator=whk%2F1",
    (it) => it.webhooks.list({ limit: 5, iterator: "whk/1" }),
  ],
  ["GET /webhooks/whk%2F1", (it) => it.webhooks.retrieve("whk/1")],
  ["PATCH /webhooks/whk_1", (it) => it.webhooks.update("whk_1", body), body],
  ["DELETE /webhooks/whk_1", (it) => it.webhooks.delete("whk_1")],
  ["GET /webhooks/whk_1/secret", (it) => it.webhooks.retrieveSecret("whk_1")],
  ["GET /webhooks/whk_1/headers", (it) => it.webhooks.headers.retrieve("whk_1")],
  ["PATCH /webhooks/whk_1/headers", (it) => it.webhooks.headers.update("whk_1", body), body],
])("%s", async (line, call, sentBody) => {
  const { client, sent } = scripted([answer(200, { items: [], data: [], done: true })]);
  await call(client);
  expect(sent.map((it) => [it.line, it.body])).toEqual([[line, sentBody]]);
  expect(sent[0]?.headers.get("content-type")).toBe(sentBody ? "application/json" : null);
});
