import DodoPayments from "dodopayments";
import { beforeAll, expect, test } from "vitest";
import { charge, remaining, welcome } from "./billing.js";

// DODO_PAYMENTS_BASE_URL is the validator's address; whatever departs from the document is an error here.
const client = new DodoPayments({ bearerToken: "dodo_test_contract", maxRetries: 0 });
let credit = "";

beforeAll(async () => {
  ({ id: credit } = await client.creditEntitlements.create({
    name: "API tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  }));
});

test("a customer is welcomed, charged and told what is left", async () => {
  const customer = await welcome(client, credit, "ada@example.com");
  await charge(client, credit, customer, { id: "request-1", tokens: 30 });
  expect(await remaining(client, customer)).toEqual({ "API tokens": "970" });
});

test("a charge above the balance, or made twice, is refused as documented", async () => {
  const customer = await welcome(client, credit, "bob@example.com");
  const request = { id: "request-1", tokens: 1000 };
  await charge(client, credit, customer, request);
  await expect(charge(client, credit, customer, request)).rejects.toMatchObject({ status: 409 });
  const above = charge(client, credit, customer, { id: "request-2", tokens: 1 });
  await expect(above).rejects.toMatchObject({
    status: 400,
    error: { code: "INSUFFICIENT_CREDIT_BALANCE" },
  });
});

test("the validator is in between: a request that is none is its to refuse", async () => {
  const body = { name: "API tokens", unit: "token", precision: "none" };
  await expect(client.post("/credit-entitlements", { body })).rejects.toMatchObject({
    status: 422,
    error: { type: expect.stringContaining("prism") },
  });
});
