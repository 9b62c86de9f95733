import { operationTable } from "@drawdown/spec/dodo";
import { expect, test } from "vitest";
import type { DodoPayments } from "../src/index.js";
import { answer, scripted } from "./script.js";

const body = JSON.parse('{"any":"body"}'); // what goes in a body is the compiler's business, and the server's
const credit = { credit_entitlement_id: "cde/1" };
const key = { idempotency_key: "job-42" };
const firstPage = "page_number=0&page_size=10";
const thirdOfFive = { page_number: 2, page_size: 5 };
const ofCustomer = "/credit-entitlements/cde%2F1/balances/cus%201";

type Call = (client: DodoPayments) => PromiseLike<unknown>;

const calls: [line: string, call: Call, sentBody?: unknown][] = [
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
  [
    `POST ${ofCustomer}/ledger-entries`,
    (it) =>
      it.creditEntitlements.balances.createLedgerEntry("cus 1", { ...body, ...credit, ...key }),
    { ...body, ...key },
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
  ["GET /customers/cus%201/wallets", (it) => it.customers.wallets.list("cus 1")],
  [
    `GET /customers/cus%201/wallets/ledger-entries?currency=USD&${firstPage}`,
    (it) => it.customers.wallets.ledgerEntries.list("cus 1", { currency: "USD" }),
  ],
  [
    "POST /customers/cus%201/wallets/ledger-entries",
    (it) => it.customers.wallets.ledgerEntries.create("cus 1", { ...body, ...key }),
    { ...body, ...key },
  ],
  [
    "POST /customers/cus%201/customer-portal/session",
    (it) => it.customers.customerPortal.create("cus 1"),
  ],
  [
    "POST /customers/cus_1/customer-portal/session?send_email=true&return_url=https%3A%2F%2Fa.test",
    (it) =>
      it.customers.customerPortal.create("cus_1", {
        send_email: true,
        return_url: "https://a.test",
      }),
  ],
  ["POST /products", (it) => it.products.create(body), body],
  ["GET /products/pdt%2F1", (it) => it.products.retrieve("pdt/1")],
  ["PATCH /products/pdt_1", (it) => it.products.update("pdt_1", body), body],
  [`GET /products?archived=true&${firstPage}`, (it) => it.products.list({ archived: true })],
  ["DELETE /products/pdt_1", (it) => it.products.archive("pdt_1")],
  ["POST /products/pdt_1/unarchive", (it) => it.products.unarchive("pdt_1")],
  ["POST /addons", (it) => it.addons.create(body), body],
  ["GET /addons/adn%2F1", (it) => it.addons.retrieve("adn/1")],
  ["PATCH /addons/adn_1", (it) => it.addons.update("adn_1", body), body],
  ["GET /addons?page_number=2&page_size=5", (it) => it.addons.list(thirdOfFive)],
  ["POST /checkouts", (it) => it.checkoutSessions.create(body), body],
  ["POST /checkouts/preview", (it) => it.checkoutSessions.preview(body), body],
  ["GET /checkouts/cks%2F1", (it) => it.checkoutSessions.retrieve("cks/1")],
  [
    `GET /payments?status=succeeded&${firstPage}`,
    (it) => it.payments.list({ status: "succeeded" }),
  ],
  ["GET /payments/pay%2F1", (it) => it.payments.retrieve("pay/1")],
  [
    `GET /subscriptions?cancel_at_next_billing_date=true&${firstPage}`,
    (it) => it.subscriptions.list({ cancel_at_next_billing_date: true }),
  ],
  ["GET /subscriptions/sub%2F1", (it) => it.subscriptions.retrieve("sub/1")],
  ["PATCH /subscriptions/sub_1", (it) => it.subscriptions.update("sub_1", body), body],
  [
    "POST /subscriptions/sub_1/change-plan",
    (it) => it.subscriptions.changePlan("sub_1", body),
    body,
  ],
  [
    "POST /subscriptions/sub_1/change-plan/preview",
    (it) => it.subscriptions.previewChangePlan("sub_1", body),
    body,
  ],
  [
    "DELETE /subscriptions/sub_1/change-plan/scheduled",
    (it) => it.subscriptions.cancelChangePlan("sub_1"),
  ],
  ["POST /subscriptions/sub_1/charge", (it) => it.subscriptions.charge("sub_1", body), body],
  ["GET /subscriptions/sub_1/credit-usage", (it) => it.subscriptions.retrieveCreditUsage("sub_1")],
  [
    `GET /subscriptions/sub_1/usage-history?meter_id=mtr_1&${firstPage}`,
    (it) => it.subscriptions.retrieveUsageHistory("sub_1", { meter_id: "mtr_1" }),
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
];

test.each(calls)("%s", async (line, call, sentBody) => {
  const { client, sent } = scripted([answer(200, { items: [], data: [], done: true })]);
  await call(client);
  expect(sent.map((it) => [it.line, it.body])).toEqual([[line, sentBody]]);
  expect(sent[0]?.headers.get("content-type")).toBe(sentBody ? "application/json" : null);
});

test("every operation of the document has a method", async () => {
  const tried = new Set(calls.map(([line]) => line.replace(/\?.*$/, "")));
  const untried = operationTable.filter(({ method, path }) => {
    const shape = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`, "i");
    return ![...tried].some((line) => shape.test(line));
  });
  expect(untried.map((it) => it.id)).toEqual([]);
});
