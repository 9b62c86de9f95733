import { describe, expect, test } from "vitest";
import {
  APIError,
  ConflictError,
  type DodoPayments,
  DodoPaymentsError,
  LostAnswerError,
} from "../src/index.js";
import { answer, broken, scripted } from "./script.js";

const credit = { credit_entitlement_id: "cde_1" };
const entry = { ...credit, entry_type: "credit", amount: "1" } as const;

const refusal = async (call: (client: DodoPayments) => PromiseLike<unknown>): Promise<string> => {
  const { client, sent } = scripted([]);
  const error = await Promise.resolve(call(client)).then(
    () => new Error("it was accepted"),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(DodoPaymentsError);
  expect(error).not.toBeInstanceOf(APIError);
  expect(sent).toEqual([]);
  return error.message;
};

describe("is refused before anything is sent", () => {
  test.each([
    [12.5, "amount is 12.5, not a text"],
    [Number.NaN, "amount is NaN, not a text"],
    [null, "amount is null, not a text"],
  ])("the amount %s", async (amount, said) => {
    const wrong = { ...entry, amount: amount as unknown as string }; // past the type
    const call = ({ creditEntitlements: { balances } }: DodoPayments) =>
      balances.createLedgerEntry("cus_1", wrong);
    expect(await refusal(call)).toBe(`${said}: write a decimal as text, such as "12.5".`);
  });

  test("NaN anywhere in a body, which JSON would make null of", async () => {
    const said = await refusal(({ products }) =>
      products.create({
        name: "Pack",
        tax_category: "saas",
        price: { type: "one_time_price", currency: "USD", price: Number.NaN },
      }),
    );
    expect(said).toBe("price is NaN: write a finite number.");
  });

  test("a credit where the customer belongs, and the reverse", async () => {
    expect(
      await refusal(({ creditEntitlements: { balances } }) => balances.retrieve("cde_1", credit)),
    ).toBe(
      'customer_id is "cde_1", which is a credit_entitlement_id: are the two swapped? Write balances.retrieve(customerID, { credit_entitlement_id }).',
    );
    expect(
      await refusal(({ creditEntitlements: { balances } }) =>
        balances.listLedger("cus_1", { credit_entitlement_id: "cus_2" }),
      ),
    ).toContain('credit_entitlement_id is "cus_2", which is a customer_id');
    expect(await refusal(({ subscriptions }) => subscriptions.retrieve("pay_1"))).toContain(
      'subscription_id is "pay_1", which is a payment_id',
    );
  });

  test("a query that has no one form", async () => {
    const status = JSON.parse('["active"]'); // past the type
    expect(await refusal(({ subscriptions }) => subscriptions.list({ status }))).toBe(
      'The query has status: ["active"]; write a text, a number, true or false.',
    );
  });
});

describe("a call's answer", () => {
  const headers = { "content-type": "application/json", "x-ratelimit-remaining": "7" };

  test("can be had beside its value", async () => {
    const { client } = scripted([answer(200, { id: "mtr_1" }, headers)]);
    const { data, response } = await client.meters.retrieve("mtr_1").withResponse();
    expect(data).toEqual({ id: "mtr_1" });
    expect(response.headers.get("x-ratelimit-remaining")).toBe("7");
  });

  test("can be had instead of its value, its body unread", async () => {
    const { client } = scripted([answer(200, { id: "mtr_1" }, headers)]);
    const response = await client.meters.retrieve("mtr_1").asResponse();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: "mtr_1" });
  });

  test("of a list has the first page as its value", async () => {
    const { client } = scripted([answer(200, { items: [{ id: "mtr_1" }] }, headers)]);
    const { data, response } = await client.meters.list().withResponse();
    expect(data.items).toEqual([{ id: "mtr_1" }]);
    expect(data.hasNextPage()).toBe(false);
    expect(response.status).toBe(200);
  });

  test("that is no success rejects each way", async () => {
    const { client } = scripted([answer(404), answer(404), answer(404)]);
    await expect(client.meters.retrieve("mtr_1")).rejects.toBeInstanceOf(APIError);
    await expect(client.meters.retrieve("mtr_1").asResponse()).rejects.toBeInstanceOf(APIError);
    await expect(client.meters.retrieve("mtr_1").withResponse()).rejects.toBeInstanceOf(APIError);
  });

  test("is a promise with catch and finally", async () => {
    const { client } = scripted([answer(404), answer(200, { id: "mtr_1" })]);
    const done: string[] = [];
    const caught = await client.meters.retrieve("mtr_1").catch((error: APIError) => error.status);
    const kept = await client.meters.retrieve("mtr_1").finally(() => void done.push("finally"));
    expect([caught, kept, done]).toEqual([404, { id: "mtr_1" }, ["finally"]]);
    expect(
      client
        .withOptions({})
        .meters.retrieve("mtr_2")
        .catch(() => {}),
    ).toBeInstanceOf(Promise);
  });
});

describe("a ledger entry whose answer was lost", () => {
  test("under the key made here rejects with what has happened", async () => {
    const { client, sent } = scripted([broken, answer(409, { code: "X", message: "Known." })]);
    const error = await client.creditEntitlements.balances.createLedgerEntry("cus_1", entry).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LostAnswerError);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({
      status: 409,
      fix: "The entry was made, once; only its answer was lost. Read the balance or the ledger, and do not send it again.",
    });
    expect(sent[0]?.body).toEqual(sent[1]?.body);
  });

  test("under a key of the caller's is a conflict: an earlier call may have used it", async () => {
    const { client } = scripted([broken, answer(409)]);
    const { balances } = client.creditEntitlements;
    const error = await balances
      .createLedgerEntry("cus_1", { ...entry, idempotency_key: "k" })
      .catch((it) => it);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).not.toBeInstanceOf(LostAnswerError);
  });

  test("a conflict at the first attempt is one too", async () => {
    const { client } = scripted([answer(409)]);
    const { balances } = client.creditEntitlements;
    const error = await balances.createLedgerEntry("cus_1", entry).catch((it) => it);
    expect(error).not.toBeInstanceOf(LostAnswerError);
  });
});

describe("an error says", () => {
  test("which request it was, and what the documentation advises", async () => {
    const body = { code: "INSUFFICIENT_CREDIT_BALANCE", message: "Too little." };
    const { client } = scripted([answer(400, body, { "x-request-id": "req_7" })]);
    const error = await client.creditEntitlements.balances
      .createLedgerEntry("cus_1", { ...entry, entry_type: "debit" })
      .catch((it) => it);
    expect(error).toMatchObject({
      message: "400 Too little.",
      code: "INSUFFICIENT_CREDIT_BALANCE",
      requestId: "req_7",
      operation:
        "POST /credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger-entries",
      fix: "Debit no more than `balance`, or add credits first.",
    });
  });

  test.each([
    [401, "Check the key"],
    [404, "Check the id"],
    [422, "Correct the field"],
    [429, "Wait as long as"],
  ])("%d: what to do, by its status where the code is unknown", async (status, fix) => {
    const { client } = scripted([answer(status, { code: "OTHER", message: "No." })], {
      maxRetries: 0,
    });
    const error = await client.meters.retrieve("mtr_1").catch((it) => it);
    expect(error.fix).toContain(fix);
  });

  test("nothing that is not known", async () => {
    const { client } = scripted([broken], { maxRetries: 0 });
    const error = await client.meters.retrieve("mtr_1").catch((it) => it);
    expect([error.code, error.requestId, error.fix]).toEqual([undefined, undefined, undefined]);
    expect(error.operation).toBe("GET /meters/{id}");
  });
});

describe("paths without a method of their own", () => {
  test("are called by get, post, patch, put and delete", async () => {
    const { client, sent } = scripted(Array(5).fill(answer(200, { ok: true })));
    expect(await client.get("/refunds", { query: { page_size: 5 } })).toEqual({ ok: true });
    await client.post("/refunds", { body: { payment_id: "pay_1" } });
    await client.patch("/brands/b_1", { body: { name: "New" } });
    await client.put("/brands/b_1");
    await client.delete("/brands/b_1");
    expect(sent.map((it) => [it.line, it.body])).toEqual([
      ["GET /refunds?page_size=5", undefined],
      ["POST /refunds", { payment_id: "pay_1" }],
      ["PATCH /brands/b_1", { name: "New" }],
      ["PUT /brands/b_1", undefined],
      ["DELETE /brands/b_1", undefined],
    ]);
  });

  test("client.fetch sends the key below its base URL alone", async () => {
    const { client, sent } = scripted([answer(404, { code: "NOT_FOUND", message: "None." })]);
    const response = await client.fetch("http://sandbox.test/refunds", { headers: { "x-a": "b" } });
    expect(response.status).toBe(404);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer dodo_test_key");
    expect(sent[0]?.headers.get("x-a")).toBe("b");
    const others = [
      "http://sandbox.test.evil.example/",
      "http://elsewhere.test/refunds",
      "http://another.test/",
    ];
    for (const other of others) {
      await expect(client.fetch(other)).rejects.toThrow("is not below the base URL");
    }
    expect(sent).toHaveLength(1);
  });
});
