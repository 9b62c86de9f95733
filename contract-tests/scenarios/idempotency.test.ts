import { expect } from "vitest";
import type { Result } from "../harness/clients.js";
import { httpScenario, scenario, unguardedScenario } from "../harness/scenario.js";
import { type Holding, pathOf, type World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const stateOf = async (world: World, holding: Holding) => ({
  balance: (await world.call("retrieveBalance", { path: pathOf(holding) })).body,
  grants: await world.grants(holding),
  entries: await world.entries(holding),
});

const used = {
  status: 409,
  body: { code: "IDEMPOTENCY_KEY_ALREADY_EXISTS", message: expect.any(String) },
};

/** Sends a request whose key is taken: a 409 that tells clients not to retry, with nothing changed. */
async function isTaken(world: World, holding: Holding, send: () => Promise<Result>) {
  const before = await stateOf(world, holding);
  const result = await send();
  expect(result).toMatchObject(used);
  expect(result.headers.get("x-should-retry")).toBe("false");
  expect(await stateOf(world, holding)).toEqual(before);
}

/** How often each status was answered. */
const tally = (results: readonly Result[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const times = <T>(count: number, send: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, send));

scenario("LED-25 a key sent again is refused and moves nothing", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "welcome_bonus_cus_1" };
  expect(await world.credit(holding, "500", key)).toMatchObject({
    status: 201,
    body: { balance_before: "0", balance_after: "500" },
  });
  await isTaken(world, holding, () => world.credit(holding, "500", key));
  expect(await world.ledger(holding)).toBe("credit_added +500 : 0→500, overage 0→0");
  expect(await world.holdings(holding)).toBe("500 of 500 (api)");
  expect(await world.audited()).toBe(1);
});

scenario("LED-25 a key is taken whatever else the second request says", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "k" };
  await world.credit(holding, "100");
  expect((await world.debit(holding, "60", key)).status).toBe(201);
  await isTaken(world, holding, () => world.debit(holding, "60", key)); // more than there is left
  await isTaken(world, holding, () => world.debit(holding, "1", key));
  await isTaken(world, holding, () => world.credit(holding, "60", key));
  await isTaken(world, holding, () => world.debit(holding, "60", { ...key, reason: "again" }));
  expect((await world.debit(holding, "1", { idempotency_key: "K" })).status).toBe(201);
  expect((await world.debit(holding, "1", { idempotency_key: "k " })).status).toBe(201);
  expect((await world.balance(holding)).balance).toBe("38");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -60 : 100→40, overage 0→0",
      "credit_deducted -1 : 40→39, overage 0→0",
      "credit_deducted -1 : 39→38, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("LED-26 the same key is fresh for another customer or credit", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "welcome" };
  const customer = await world.customer({ email: "bob@example.com", name: "Bob" });
  const entitlement = await world.entitlement({ name: "Other" });
  const holdings = [
    holding,
    { ...holding, customer },
    { ...holding, entitlement },
    { customer, entitlement },
  ];
  for (const it of holdings) expect((await world.credit(it, "5", key)).status).toBe(201);
  for (const it of holdings) {
    await isTaken(world, it, () => world.credit(it, "5", key));
    expect(await world.ledger(it)).toBe("credit_added +5 : 0→5, overage 0→0");
  }
  expect(await world.audited()).toBe(4);
});

httpScenario("LED-26 the same key is fresh for another business", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "welcome" };
  expect((await world.credit(holding, "5", key)).status).toBe(201);
  const elsewhere = async (path: string, body: object) => {
    const headers = {
      authorization: "Bearer dodo_test_elsewhere",
      "content-type": "application/json",
    };
    const response = await world.raw("POST", path, { headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  const entitlement = await elsewhere("/credit-entitlements", {
    name: "Tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const customer = await elsewhere("/customers", { email: "ada@example.com", name: "Ada" });
  const path = `/credit-entitlements/${entitlement.body.id}/balances/${customer.body.customer_id}/ledger-entries`;
  const body = { entry_type: "credit", amount: "5", ...key };
  expect((await elsewhere(path, body)).status).toBe(201);
  expect(await elsewhere(path, body)).toMatchObject(used);
  expect(await world.ledger(holding)).toBe("credit_added +5 : 0→5, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("LED-27 a key stays taken for years", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  const key = { idempotency_key: "once" };
  await world.credit(holding, "5", key);
  for (const later of ["24h", "30d", "400d", "3650d"]) {
    await world.advance(later);
    await isTaken(world, holding, () => world.credit(holding, "5", key));
  }
  expect(await world.ledger(holding)).toBe(
    "credit_added +5 : 0→5, overage 0→0\ncredit_expired -5 : 5→0, overage 0→0",
  );
  await world.audited();
});

scenario("LED-28 a request refused for its balance does not use up the key", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "order_1" };
  await world.credit(holding, "40");
  expect((await world.debit(holding, "60", key)).status).toBe(400);
  expect((await world.debit(holding, "60", key)).status).toBe(400);
  expect((await world.balance(holding)).balance).toBe("40");
  expect(await world.ledger(holding)).toBe("credit_added +40 : 0→40, overage 0→0");
  await world.credit(holding, "20");
  expect((await world.debit(holding, "60", key)).status).toBe(201);
  await isTaken(world, holding, () => world.debit(holding, "60", key));
  expect(await world.audited()).toBe(3);
});

unguardedScenario(
  "LED-28 nor does one that is unreadable, against the rules or lost",
  async (world) => {
    const holding = await open(world);
    const key = { idempotency_key: "order_2" };
    const { id } = holding.entitlement;
    for (const [status, amount, more] of [
      [422, "abc", {}],
      [422, 5, {}],
      [422, "5", { metadata: [] }],
      [400, "0", {}],
      [400, "0.5", {}],
      [400, "10000000000", {}],
      [400, "5", { expires_at: "2020-01-01T00:00:00Z" }],
      [400, "5", { metadata: { k: "v".repeat(501) } }],
    ] as const) {
      const refused = await world.credit(holding, amount, { ...key, ...more });
      expect(refused.status, `${amount} ${JSON.stringify(more)}`).toBe(status);
    }
    await world.ok("deleteCreditEntitlement", { path: { id } });
    expect((await world.credit(holding, "5", key)).status).toBe(404);
    await world.ok("undeleteCreditEntitlement", { path: { id } });
    expect((await world.credit(holding, "5", key)).status).toBe(201);
    await isTaken(world, holding, () => world.credit(holding, "5", key));
    expect(await world.ledger(holding)).toBe("credit_added +5 : 0→5, overage 0→0");
    expect(await world.audited()).toBe(1);
  },
);

scenario("LED-29 of fifty simultaneous requests with one key one succeeds", async (world) => {
  const holding = await open(world);
  const key = { idempotency_key: "race" };
  const results = await times(50, () => world.credit(holding, "7", key));
  expect(tally(results)).toEqual({ 201: 1, 409: 49 });
  for (const result of results.filter((it) => it.status === 409)) {
    expect(result).toMatchObject(used);
  }
  expect(await world.ledger(holding)).toBe("credit_added +7 : 0→7, overage 0→0");
  expect(await world.holdings(holding)).toBe("7 of 7 (api)");

  expect(tally(await times(2, () => world.debit(holding, "2", { idempotency_key: "d" })))).toEqual({
    201: 1,
    409: 1,
  });
  expect((await world.balance(holding)).balance).toBe("5");
  expect(await world.audited()).toBe(2);
});

scenario("LED-29 without a key equal requests are all applied", async (world) => {
  const holding = await open(world);
  expect(tally(await times(2, () => world.credit(holding, "5")))).toEqual({ 201: 2 });
  expect(tally(await times(2, () => world.debit(holding, "3")))).toEqual({ 201: 2 });
  const noKey = { idempotency_key: null };
  expect(tally(await times(2, () => world.credit(holding, "1", noKey)))).toEqual({ 201: 2 });
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +5 : 0→5, overage 0→0",
      "credit_added +5 : 5→10, overage 0→0",
      "credit_deducted -3 : 10→7, overage 0→0",
      "credit_deducted -3 : 7→4, overage 0→0",
      "credit_added +1 : 4→5, overage 0→0",
      "credit_added +1 : 5→6, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("LED-07 a hundred debits at once spend a balance of fifty once", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "50");
  const results = await times(100, () => world.debit(holding, "1"));
  expect(tally(results)).toEqual({ 201: 50, 400: 50 });
  for (const result of results.filter((it) => it.status === 400)) {
    expect(result).toMatchObject({ body: { code: "INSUFFICIENT_CREDIT_BALANCE" } });
  }
  expect(await world.balance(holding)).toMatchObject({ balance: "0", overage: "0" });
  expect(await world.holdings(holding)).toBe("0 of 50 (api)");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +50 : 0→50, overage 0→0",
      ...Array.from(
        { length: 50 },
        (_, index) => `credit_deducted -1 : ${50 - index}→${49 - index}, overage 0→0`,
      ),
    ].join("\n"),
  );
  expect(await world.audited()).toBe(51);
});

scenario("LED-25 a repeated request is not judged again: its date may be past", async (world) => {
  const holding = await open(world);
  const request = { idempotency_key: "k", expires_at: "2026-01-02T00:00:00Z" };
  const first = await world.credit(holding, "5", request);
  expect(first.status).toBe(201);
  await world.advance("3d");
  await isTaken(world, holding, () => world.credit(holding, "5", request));
  await isTaken(world, holding, () => world.credit(holding, "5.0", request));
  await world.control("PATCH", "/_sandbox/policy", { idempotency: "replay" });
  const again = await world.credit(holding, "5", request);
  expect(again).toMatchObject({ status: 201, body: first.body });
  const other = await world.credit(holding, "6", request);
  expect(other).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/expires_at/) },
  });
  expect(await world.ledger(holding)).toBe(
    "credit_added +5 : 0→5, overage 0→0\ncredit_expired -5 : 5→0, overage 0→0",
  );
  await world.audited();
});
