import { expect } from "vitest";
import type { Result } from "../harness/clients.js";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Holding, pathOf, type World, withOverage } from "../harness/world.js";

const open = async (world: World, settings = {}): Promise<Holding> => ({
  entitlement: await world.entitlement(settings),
  customer: await world.customer(),
});

/** Everything a refused request must leave as it was. */
const stateOf = async (world: World, holding: Holding) => ({
  balance: (await world.call("retrieveBalance", { path: pathOf(holding) })).body,
  grants: await world.grants(holding),
  entries: await world.entries(holding),
});

const answer = (status: number, code: string) => ({
  status,
  body: { code, message: expect.any(String) },
});

const insufficient = answer(400, "INSUFFICIENT_CREDIT_BALANCE");
const overLimit = answer(400, "OVERAGE_LIMIT_EXCEEDED");
const notFound = answer(404, "NOT_FOUND");
const unreadable = answer(422, "INVALID_REQUEST_BODY");
const against = answer(400, "INVALID_REQUEST_PARAMETERS");

/** Sends a request that must be refused with nothing changed. */
async function refuses(
  world: World,
  holding: Holding,
  expected: object,
  send: () => Promise<Result>,
) {
  const before = await stateOf(world, holding);
  expect(await send()).toMatchObject(expected);
  expect(await stateOf(world, holding)).toEqual(before);
}

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

scenario("LED-02 a missing or wrongly typed field is unreadable", async (world) => {
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

scenario("LED-04 a debit draws from the oldest grant first", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  await world.advance("4d");
  await world.credit(holding, "50");
  const debit = await world.debit(holding, "120");
  expect(debit).toMatchObject({
    status: 201,
    body: { balance_before: "150", balance_after: "30", grant_id: null },
  });
  expect(await world.holdings(holding)).toBe("0 of 100 (api)\n30 of 50 (api)");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_added +50 : 100→150, overage 0→0",
      "credit_deducted -120 : 150→30, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("LED-04 an older grant goes first even if a newer one ends sooner", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5", { expires_at: "2027-01-01T00:00:00Z" });
  await world.advance("1d");
  await world.credit(holding, "10", { expires_at: "2026-02-01T00:00:00Z" });
  await world.debit(holding, "6");
  expect(await world.holdings(holding)).toBe("0 of 5 (api)\n9 of 10 (api)");
  await world.audited();
});

scenario("LED-05 grants of one instant are taken by expiry and then by id", async (world) => {
  const holding = await open(world);
  const month = (number: number) => ({ expires_at: `2026-0${number}-01T00:00:00Z` });
  for (const more of [{}, month(4), month(3), {}, month(2), month(3), {}, month(3)]) {
    await world.credit(holding, "1", more);
  }
  const end = "9999";
  const expected = [...(await world.grants(holding))]
    .sort((a, b) => {
      const [left, right] = [a.expires_at ?? end, b.expires_at ?? end];
      return left === right ? (a.id < b.id ? -1 : 1) : left < right ? -1 : 1;
    })
    .map((it) => it.id);
  const taken: string[] = [];
  for (const _ of expected) {
    await world.debit(holding, "1");
    const spent = await world.grants(holding, { status: "depleted" });
    taken.push(...spent.map((it) => it.id).filter((id) => !taken.includes(id)));
  }
  expect(taken).toEqual(expected);
  expect(await world.holdings(holding)).toBe(expected.map(() => "0 of 1 (api)").join("\n"));
  await world.audited();
});

scenario("LED-06 a debit empties each grant before it touches the next", async (world) => {
  const holding = await open(world);
  for (const amount of ["10", "20", "30"]) {
    await world.credit(holding, amount);
    await world.advance("1d");
  }
  const holds = async (first: number, second: number, third: number) =>
    expect(await world.holdings(holding)).toBe(
      `${first} of 10 (api)\n${second} of 20 (api)\n${third} of 30 (api)`,
    );
  await world.debit(holding, "9");
  await holds(1, 20, 30);
  await world.debit(holding, "1");
  await holds(0, 20, 30);
  await world.debit(holding, "25");
  await holds(0, 0, 25);
  await world.debit(holding, "25");
  await holds(0, 0, 0);
  await world.audited();
});

scenario("LED-06 one grant is used in part and then in full", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  const [grant] = await world.grants(holding);
  expect((await world.debit(holding, "30")).body).toMatchObject({ grant_id: grant?.id });
  expect(await world.grants(holding, { status: "active" })).toHaveLength(1);
  expect(await world.holdings(holding)).toBe("70 of 100 (api)");
  expect((await world.debit(holding, "70")).body).toMatchObject({ grant_id: grant?.id });
  expect(await world.grants(holding, { status: "depleted" })).toHaveLength(1);
  expect(await world.holdings(holding)).toBe("0 of 100 (api)");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -30 : 100→70, overage 0→0",
      "credit_deducted -70 : 70→0, overage 0→0",
    ].join("\n"),
  );
  await world.audited();
});

scenario("LED-07 a debit above the balance is refused whole", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "30");
  await world.advance("1d");
  await world.credit(holding, "10");
  for (const amount of ["60", "41", "9999999999"]) {
    await refuses(world, holding, { status: 400 }, () => world.debit(holding, amount));
  }
  expect((await world.debit(holding, "40")).status).toBe(201);
  await refuses(world, holding, { status: 400 }, () => world.debit(holding, "1"));
  expect(await world.holdings(holding)).toBe("0 of 30 (api)\n0 of 10 (api)");
  expect(await world.audited()).toBe(3);
});

scenario("LED-08 a debit above the balance is called insufficient", async (world) => {
  const holding = await open(world, { precision: 2 });
  await world.credit(holding, "40");
  await refuses(world, holding, insufficient, () => world.debit(holding, "40.01"));
  expect((await world.debit(holding, "40.00")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("0.00 of 40.00 (api)");
  await world.audited();
});

scenario("LED-09 a debit may go into overage, but not past the limit", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 100 }));
  await world.credit(holding, "40");
  await refuses(world, holding, overLimit, () => world.debit(holding, "141"));
  expect((await world.debit(holding, "60")).body).toMatchObject({
    balance_before: "40",
    balance_after: "0",
    overage_before: "0",
    overage_after: "20",
  });
  await refuses(world, holding, overLimit, () => world.debit(holding, "81"));
  expect((await world.debit(holding, "80")).status).toBe(201);
  for (const amount of ["5", "1"]) {
    await refuses(world, holding, overLimit, () => world.debit(holding, amount));
  }
  await world.credit(holding, "50");
  await refuses(world, holding, overLimit, () => world.debit(holding, "51"));
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_deducted -40 : 40→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -80 : 0→0, overage 20→100",
      "credit_added +50 : 0→50, overage 100→100",
    ].join("\n"),
  );
  expect(await world.holdings(holding)).toBe("0 of 40 (api)\n50 of 50 (api)");
  await world.audited();
});

scenario("LED-10 whoever has no balance has too little, and is not missing", async (world) => {
  const holding = await open(world);
  await refuses(world, holding, insufficient, () => world.debit(holding, "1"));
  const { status } = await world.call("retrieveBalance", { path: pathOf(holding) });
  expect(status).toBe(404);

  const capped = await world.entitlement(withOverage({ name: "Capped", overage_limit: 10 }));
  const other = { ...holding, entitlement: capped };
  await refuses(world, other, overLimit, () => world.debit(other, "11"));
  expect((await world.call("retrieveBalance", { path: pathOf(other) })).status).toBe(404);
  expect((await world.debit(other, "10")).status).toBe(201);
  expect(await world.ledger(other)).toBe("overage_charged -10 : 0→0, overage 0→10");
  expect(await world.audited()).toBe(1);
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

const texts: readonly unknown[] = [
  ...["1e3", "1E3", "NaN", "Infinity", "", "abc", " ", "  1", "1 ", "1\n", "+1", "--1", "-", "."],
  ...["1.", ".5", "1.2.3", "1,000", "1_000", "0x10", "0b1", "1n", "١", "١٠", "1".repeat(65)],
  ...[1, 0, -1, 1.5, true, null, [], ["1"], {}],
];

scenario("LED-13 an amount that is no plain decimal text is unreadable", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "10");
  for (const amount of texts) {
    await refuses(world, holding, unreadable, () => world.credit(holding, amount));
    await refuses(world, holding, unreadable, () => world.debit(holding, amount));
  }
  expect(await world.ledger(holding)).toBe("credit_added +10 : 0→10, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("LED-13 an amount of zero or less is refused as a value", async (world) => {
  const holding = await open(world, withOverage({ precision: 2 }));
  await world.credit(holding, "10");
  for (const amount of ["0", "0.00", "00", "-0", "-0.0", "-1", "-5", "-0.01", "-9999999999"]) {
    await refuses(world, holding, against, () => world.credit(holding, amount));
    await refuses(world, holding, against, () => world.debit(holding, amount));
  }
  expect((await world.credit(holding, "0.01")).status).toBe(201);
  expect((await world.debit(holding, "0.01")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("9.99 of 10.00 (api)\n0.01 of 0.01 (api)");
  expect(await world.audited()).toBe(3);
});

scenario("LED-14 an amount must stay below ten to the tenth", async (world) => {
  const holding = await open(world, withOverage());
  const tooMuch = ["10000000000", "10000000001", "12345678901", "9".repeat(28), "9".repeat(64)];
  for (const amount of tooMuch) {
    await refuses(world, holding, against, () => world.credit(holding, amount));
    await refuses(world, holding, against, () => world.debit(holding, amount));
  }
  expect((await world.credit(holding, "9999999999")).status).toBe(201);
  expect((await world.debit(holding, "9999999999")).status).toBe(201);
  expect((await world.debit(holding, "9999999999")).status).toBe(201);
  expect((await world.credit(holding, "00000000001")).status).toBe(201); // eleven digits, but 1
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +9999999999 : 0→9999999999, overage 0→0",
      "credit_deducted -9999999999 : 9999999999→0, overage 0→0",
      "overage_charged -9999999999 : 0→0, overage 0→9999999999",
      "credit_added +1 : 0→1, overage 9999999999→9999999999",
    ].join("\n"),
  );
  await world.audited();
});

for (const [precision, refused, accepted, printed] of [
  [0, ["1.5", "0.1", "1.01", "0.0000000001"], ["1", "5.0", `1.${"0".repeat(62)}`], "7"],
  [1, ["1.55", "0.01"], ["1.5", "1.50", "0.1"], "3.1"],
  [2, ["1.555", "0.001", "1.001"], ["1.5", "1.55", "1.550"], "4.60"],
  [10, ["0.00000000001", "1.00000000001"], ["0.0000000001", "0.00000000010"], "0.0000000002"],
] as const) {
  scenario(
    `LED-15 an amount has at most ${precision} decimals at that precision`,
    async (world) => {
      const holding = await open(world, withOverage({ precision }));
      for (const amount of refused) {
        await refuses(world, holding, against, () => world.credit(holding, amount));
        await refuses(world, holding, against, () => world.debit(holding, amount));
      }
      for (const amount of accepted) {
        expect((await world.credit(holding, amount)).status, amount).toBe(201);
      }
      expect((await world.balance(holding)).balance).toBe(printed);
      for (const amount of accepted) await world.debit(holding, amount);
      expect(await world.balance(holding)).toMatchObject({
        balance: Number(0).toFixed(precision),
        overage: Number(0).toFixed(precision),
      });
      expect(await world.audited()).toBe(2 * accepted.length);
    },
  );
}

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

scenario("LED-20 the answer repeats the request at the credit's precision", async (world) => {
  const holding = await open(world, { precision: 2 });
  for (const [sent, amount] of [
    ["5", "5.00"],
    ["1.5", "1.50"],
    ["007", "7.00"],
    ["0.010", "0.01"],
  ] as const) {
    expect((await world.credit(holding, sent)).body).toMatchObject({
      entry_type: "credit",
      amount,
      is_credit: true,
    });
    expect((await world.debit(holding, sent)).body).toMatchObject({
      entry_type: "debit",
      amount,
      is_credit: false,
    });
  }
  expect((await world.balance(holding)).balance).toBe("0.00");
  expect(await world.holdings(holding)).toBe(
    ["0.00 of 5.00 (api)", "0.00 of 1.50 (api)", "0.00 of 7.00 (api)", "0.00 of 0.01 (api)"].join(
      "\n",
    ),
  );
  expect(await world.audited()).toBe(8);
});

scenario("LED-21 the balance moves by the amount less what overage takes", async (world) => {
  const repaying = withOverage({ overage_behavior: "carry_deficit_auto_repay" });
  const holding = await open(world, repaying);
  const figures = (before: string, after: string) => ({
    balance_before: before,
    balance_after: after,
  });
  expect((await world.credit(holding, "100")).body).toMatchObject(figures("0", "100"));
  expect((await world.debit(holding, "60")).body).toMatchObject(figures("100", "40"));
  expect((await world.debit(holding, "70")).body).toMatchObject(figures("40", "0"));
  expect((await world.debit(holding, "5")).body).toMatchObject(figures("0", "0"));
  expect((await world.credit(holding, "50")).body).toMatchObject(figures("0", "15"));
  expect((await world.credit(holding, "50")).body).toMatchObject(figures("15", "65"));
  expect(await world.balance(holding)).toMatchObject({ balance: "65", overage: "0" });
  expect(await world.holdings(holding)).toBe("0 of 100 (api)\n15 of 50 (api)\n50 of 50 (api)");
  await world.audited();
});

scenario("LED-22 a debit names no source and draws from whatever there is", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { metadata: { product_id: "pdt_pro" } });
  await world.advance("1s");
  await world.credit(holding, "10", { metadata: { product_id: "pdt_pack" } });
  const more = { metadata: { product_id: "pdt_pack", subscription_id: "sub_1" } };
  expect((await world.debit(holding, "15", more)).status).toBe(201);
  expect(await world.holdings(holding)).toBe("0 of 10 (api)\n5 of 10 (api)");
  await world.audited();
});
