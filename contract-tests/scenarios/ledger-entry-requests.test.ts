import { expect } from "vitest";
import { httpScenario, scenario, unguardedScenario } from "../harness/scenario.js";
import { pathOf, withOverage } from "../harness/world.js";
import { against, answer, refuses, stateOf, unreadable } from "./support/ledger-refusals.js";
import { open } from "./support/open-holding.js";

const notFound = answer(404, "NOT_FOUND");

const now = "2026-01-01T00:00:00.000000Z";

scenario("LED-01 a ledger entry is answered with 201 in a shape of its own", async (world) => {
  const holding = await open(world);
  const credit = await world.credit(holding, "100", { reason: "Hello", metadata: { a: 1 } });
  const [grant] = await world.grants(holding);
  const shared = { ...pathOf(holding), overage_before: "0", overage_after: "0", created_at: now };
  expect(credit.status).toBe(201);
  expect(credit.body).toStrictEqual({
    ...shared,
    id: expect.stringMatching(/^cdl_\w+$/),
    entry_type: "credit",
    amount: "100",
    is_credit: true,
    balance_before: "0",
    balance_after: "100",
    grant_id: grant?.id,
    reason: "Hello",
    metadata: { a: 1 },
  });
  const debit = await world.debit(holding, "30");
  expect(debit.status).toBe(201);
  expect(debit.body).toStrictEqual({
    ...shared,
    id: expect.stringMatching(/^cdl_\w+$/),
    entry_type: "debit",
    amount: "30",
    is_credit: false,
    balance_before: "100",
    balance_after: "70",
    grant_id: grant?.id,
    reason: null,
    metadata: {},
  });
  const [item] = await world.entries(holding);
  expect(debit.body).toMatchObject({ id: item?.id });
  expect(item).not.toHaveProperty("entry_type");
  expect(item).not.toHaveProperty("reason");
  expect(await world.ledger(holding)).toBe(
    "credit_added +100 : 0→100, overage 0→0\ncredit_deducted -30 : 100→70, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

unguardedScenario("LED-02 a missing or wrongly typed field is unreadable", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10");
  const whole = { entry_type: "credit", amount: "1" };
  for (const body of [
    {},
    { amount: "1" },
    { entry_type: "credit" },
    { ...whole, entry_type: null },
    { ...whole, entry_type: "Credit" },
    { ...whole, entry_type: "refund" },
    { ...whole, entry_type: true },
    { ...whole, amount: null },
    { ...whole, reason: 5 },
    { ...whole, reason: "r".repeat(1001) },
    { ...whole, expires_at: 1767225600 },
    { ...whole, expires_at: "tomorrow" },
    { ...whole, expires_at: "2026-02-30T00:00:00Z" },
    { ...whole, idempotency_key: 7 },
    { ...whole, idempotency_key: "" },
    { ...whole, idempotency_key: "k".repeat(256) },
    { ...whole, metadata: "a" },
    { ...whole, metadata: ["a"] },
    { ...whole, metadata: { a: null } },
    { ...whole, metadata: { a: { b: 1 } } },
    { ...whole, metadata: { a: [1] } },
  ]) {
    await refuses(world, holding, unreadable, () => world.entry(holding, body));
  }
  expect(await world.ledger(holding)).toBe("credit_added +10 : 0→10, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("LED-02 the optional fields may be set, null or left out", async (world) => {
  const holding = await open(world);
  const set = {
    reason: "r".repeat(1000),
    expires_at: "2026-02-01T00:00:00Z",
    idempotency_key: "k".repeat(255),
    metadata: { a: 1 },
  };
  const none = { reason: null, expires_at: null, idempotency_key: null, metadata: null };
  for (const more of [set, none, none, {}, {}]) {
    expect((await world.credit(holding, "2", more)).status).toBe(201);
  }
  for (const more of [{ ...set, idempotency_key: "other" }, none, none, {}, {}]) {
    expect((await world.debit(holding, "1", more)).status).toBe(201);
  }
  expect((await world.balance(holding)).balance).toBe("5");
  expect(await world.holdings(holding)).toBe(
    "0 of 2 (api)\n0 of 2 (api)\n1 of 2 (api)\n2 of 2 (api)\n2 of 2 (api)",
  );
  expect(await world.audited()).toBe(10);
});

httpScenario("LED-02 a body that is no JSON object is unreadable", async (world) => {
  const holding = await open(world);
  const { credit_entitlement_id, customer_id } = pathOf(holding);
  const path = `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}/ledger-entries`;
  for (const body of [
    "",
    "{",
    "null",
    "[]",
    '"credit"',
    '[{"entry_type":"credit","amount":"1"}]',
  ]) {
    await refuses(world, holding, unreadable, async () => {
      const headers = { "content-type": "application/json" };
      const response = await world.raw("POST", path, { headers, body });
      return { status: response.status, body: await response.json(), headers: response.headers };
    });
  }
});

scenario("LED-03 a credit makes one grant and names it", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "30");
  await world.advance("1s");
  const credit = await world.credit(holding, "100");
  const [newest, ...older] = await world.grants(holding);
  expect(older).toHaveLength(1);
  expect(newest).toMatchObject({ initial_amount: "100", source_type: "api" });
  expect(credit.body).toMatchObject({
    grant_id: newest?.id,
    balance_before: "30",
    balance_after: "130",
  });
  expect((await world.balance(holding)).balance).toBe("130");
  expect(await world.holdings(holding)).toBe("30 of 30 (api)\n100 of 100 (api)");
  expect(await world.audited()).toBe(2);
});

scenario("LED-11 an unknown customer or credit, or a deleted one, is missing", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "10");
  for (const missing of [
    { ...holding, customer: { customer_id: "cus_none" } },
    { ...holding, entitlement: { id: "cde_none" } },
  ]) {
    await refuses(world, holding, notFound, () => world.credit(missing, "1"));
    await refuses(world, holding, notFound, () => world.debit(missing, "1"));
  }
  const before = await stateOf(world, holding);
  const { id } = holding.entitlement;
  await world.ok("deleteCreditEntitlement", { path: { id } });
  expect(await world.credit(holding, "1")).toMatchObject(notFound);
  expect(await world.debit(holding, "1")).toMatchObject(notFound);
  await world.ok("undeleteCreditEntitlement", { path: { id } });
  expect(await stateOf(world, holding)).toEqual(before);
  expect(await world.ledger(holding)).toBe("credit_added +10 : 0→10, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("LED-12 a customer who never bought anything can be credited", async (world) => {
  const holding = await open(world);
  expect((await world.call("retrieveBalance", { path: pathOf(holding) })).status).toBe(404);
  expect((await world.credit(holding, "25")).status).toBe(201);
  expect(await world.balance(holding)).toMatchObject({ balance: "25", overage: "0" });
  expect(await world.ledger(holding)).toBe("credit_added +25 : 0→25, overage 0→0");
  expect(await world.holdings(holding)).toBe("25 of 25 (api)");
  expect(await world.audited()).toBe(1);
});

scenario("LED-16 an expiry on a debit has no effect", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { expires_at: "2026-03-01T00:00:00Z" });
  for (const expires_at of ["2020-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]) {
    expect((await world.debit(holding, "1", { expires_at })).status).toBe(201);
  }
  const expiries = (await world.grants(holding)).map((it) => it.expires_at);
  expect(expiries).toEqual(["2026-03-01T00:00:00.000000Z"]);
  await world.advance("2026-02-15T00:00:00Z");
  expect(await world.holdings(holding)).toBe("8 of 10 (api)");
  await world.audited();
});

scenario("LED-17 credits cannot end in the past", async (world) => {
  const holding = await open(world);
  await world.advance("12h");
  for (const expires_at of [
    "2020-01-01T00:00:00Z",
    "2026-01-01T11:59:59Z",
    "2026-01-01T11:59:59.999999Z",
    "2026-01-01T12:00:00Z", // would end as it begins
    "2026-01-01T13:00:00+02:00",
  ]) {
    await refuses(world, holding, against, () => world.credit(holding, "1", { expires_at }));
  }
  for (const expires_at of [
    "2026-01-01T12:00:00.000001Z",
    "2026-01-01T12:00:01Z",
    "2026-01-01T11:00:00-02:00",
  ]) {
    expect((await world.credit(holding, "1", { expires_at })).status, expires_at).toBe(201);
  }
  expect((await world.balance(holding)).balance).toBe("3");
  expect(await world.holdings(holding)).toBe("1 of 1 (api)\n1 of 1 (api)\n1 of 1 (api)");
  expect(await world.audited()).toBe(3);
});

scenario("LED-18 a reason comes back and is the description in the ledger", async (world) => {
  const holding = await open(world);
  const reason = "Grüße, 日本 🎁 <b>&amp;</b>\nline two";
  expect((await world.credit(holding, "5", { reason })).body).toMatchObject({ reason });
  expect((await world.debit(holding, "1", { reason: "used" })).body).toMatchObject({
    reason: "used",
  });
  expect((await world.debit(holding, "1")).body).toMatchObject({ reason: null });
  const described = (await world.entries(holding)).map((it) => it.description);
  expect(described.slice(1)).toEqual(["used", reason]);
  expect(await world.holdings(holding)).toBe("3 of 5 (api)");
  await world.audited();
});

const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key_${index}`, index]));

scenario("LED-19 metadata has at most 50 pairs of limited length", async (world) => {
  const holding = await open(world);
  for (const metadata of [
    pairs(50),
    { ["k".repeat(40)]: "v".repeat(500) },
    { text: "a", whole: 7, fraction: 0.25, yes: true, no: false },
    {},
  ]) {
    const accepted = await world.credit(holding, "1", { metadata });
    expect(accepted.status).toBe(201);
    expect(accepted.body).toMatchObject({ metadata });
    expect((await world.entries(holding))[0]?.metadata).toEqual(metadata);
  }
  const tooMany = answer(400, "MAXIMUM_KEYS_REACHED");
  for (const [metadata, expected] of [
    [pairs(51), tooMany],
    [pairs(500), tooMany],
    [{ ["k".repeat(41)]: "v" }, against],
    [{ k: "v".repeat(501) }, against],
    [{ fine: "v", k: "v".repeat(501) }, against],
  ] as const) {
    await refuses(world, holding, expected, () => world.credit(holding, "1", { metadata }));
    await refuses(world, holding, expected, () => world.debit(holding, "1", { metadata }));
  }
  expect(await world.holdings(holding)).toBe(
    "1 of 1 (api)\n1 of 1 (api)\n1 of 1 (api)\n1 of 1 (api)",
  );
  expect(await world.audited()).toBe(4);
});
