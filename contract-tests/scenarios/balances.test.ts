import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { type Balance, type Holding, pathOf, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const read = (world: World, holding: Holding) =>
  world.call("retrieveBalance", { path: pathOf(holding) });

const listed = async (world: World, holding: Holding, query = {}): Promise<Balance[]> => {
  const { credit_entitlement_id } = pathOf(holding);
  const list = await world.ok<{ items: Balance[] }>("listBalances", {
    path: { credit_entitlement_id },
    query,
  });
  return list.items;
};

const figures = ({ balance, overage }: Balance) => ({ balance, overage });
const notFound = { status: 404, body: { code: "NOT_FOUND", message: expect.any(String) } };
const insufficient = { status: 400, body: { code: "INSUFFICIENT_CREDIT_BALANCE" } };

scenario("BAL-01 every credit of a customer feeds one and the same balance", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  const first = await world.balance(holding);
  await world.advance("1d");
  await world.credit(holding, "50", { expires_at: "2026-06-01T00:00:00Z" });
  await world.debit(holding, "30");
  const now = await world.balance(holding);
  expect(now).toEqual({
    id: expect.stringMatching(/^cdb_\w+$/),
    ...pathOf(holding),
    balance: "120",
    overage: "0",
    last_transaction_at: "2026-01-02T00:00:00.000000Z",
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-02T00:00:00.000000Z",
  });
  expect(now.id).toBe(first.id);
  expect(await listed(world, holding)).toEqual([now]);
  expect(await world.holdings(holding)).toBe("70 of 100 (api)\n50 of 50 (api)");
  await world.audited();
});

scenario("BAL-02 the balance is what the unexpired grants still hold", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100", { expires_at: "2026-01-11T00:00:00Z" });
  await world.credit(holding, "50");
  await world.credit(holding, "7", { expires_at: "2026-03-01T00:00:00Z" });
  await world.debit(holding, "30");
  expect((await world.balance(holding)).balance).toBe("127");
  expect(await world.debit(holding, "128")).toMatchObject(insufficient);
  expect((await world.balance(holding)).balance).toBe("127");
  await world.advance("10d");
  expect(await world.holdings(holding)).toBe(
    "0 of 100 (api, expired)\n50 of 50 (api)\n7 of 7 (api)",
  );
  expect((await world.balance(holding)).balance).toBe("57");
  expect((await world.debit(holding, "57")).status).toBe(201);
  expect((await world.balance(holding)).balance).toBe("0");
  expect(await world.debit(holding, "1")).toMatchObject(insufficient);
  expect((await world.balance(holding)).balance).toBe("0");
  await world.audited();
});

scenario("BAL-03 usage past zero counts as overage and not as a deficit", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "40");
  expect(figures(await world.balance(holding))).toEqual({ balance: "40", overage: "0" });
  await world.debit(holding, "60");
  expect(figures(await world.balance(holding))).toEqual({ balance: "0", overage: "20" });
  await world.debit(holding, "5");
  expect(figures(await world.balance(holding))).toEqual({ balance: "0", overage: "25" });
  expect((await listed(world, holding)).map(figures)).toEqual([{ balance: "0", overage: "25" }]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_deducted -40 : 40→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -5 : 0→0, overage 20→25",
    ].join("\n"),
  );
  await world.audited();
});

scenario("BAL-04 a balance is there for whoever has had a movement", async (world) => {
  const holding = await open(world);
  expect(await read(world, holding)).toMatchObject(notFound);
  await world.debit(holding, "1"); // refused, so still no movement
  expect(await read(world, holding)).toMatchObject(notFound);
  await world.credit(holding, "5");
  expect(await read(world, holding)).toMatchObject({ status: 200, body: { balance: "5" } });
  expect(await read(world, { ...holding, entitlement: { id: "cde_none" } })).toMatchObject(
    notFound,
  );
  expect(await read(world, { ...holding, customer: { customer_id: "cus_none" } })).toMatchObject(
    notFound,
  );
  const other = await world.customer({ email: "bob@example.com", name: "Bob" });
  expect(await read(world, { ...holding, customer: other })).toMatchObject(notFound);
  expect(await world.ledger(holding)).toBe("credit_added +5 : 0→5, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("BAL-05 the first movement makes the balance and spending keeps it", async (world) => {
  const holding = await open(world, withOverage());
  expect((await read(world, holding)).status).toBe(404);
  await world.advance("2d");
  await world.credit(holding, "10");
  await world.advance("1d");
  await world.debit(holding, "10");
  expect(await read(world, holding)).toMatchObject({
    status: 200,
    body: {
      balance: "0",
      overage: "0",
      created_at: "2026-01-03T00:00:00.000000Z",
      updated_at: "2026-01-04T00:00:00.000000Z",
    },
  });
  await world.advance("365d");
  expect((await read(world, holding)).status).toBe(200);
  expect(await listed(world, holding)).toHaveLength(1);

  const customer = await world.customer({ email: "bob@example.com", name: "Bob" });
  const onOverage = { ...holding, customer };
  expect((await world.debit(onOverage, "3")).status).toBe(201);
  expect(figures(await world.balance(onOverage))).toEqual({ balance: "0", overage: "3" });
  expect(await world.holdings(holding)).toBe("0 of 10 (api)");
  expect(await world.ledger(onOverage)).toBe("overage_charged -3 : 0→0, overage 0→3");
  await world.audited();
});

scenario("BAL-06 the balance list shows every customer of the credit", async (world) => {
  const holding = await open(world);
  expect(await listed(world, holding)).toEqual([]);
  const elsewhere = await world.entitlement({ name: "Other" });
  const holdings: Holding[] = [];
  for (const name of ["Bob", "Cleo", "Dora"]) {
    const customer = await world.customer({ email: `${name}@example.com`, name });
    holdings.push({ ...holding, customer });
  }
  for (const [index, it] of holdings.entries()) await world.credit(it, `${index + 1}`);
  await world.credit({ ...holding, entitlement: elsewhere }, "9");

  const byCustomer = (a: Balance, b: Balance) => (a.customer_id < b.customer_id ? -1 : 1);
  const expected = await Promise.all(holdings.map((it) => world.balance(it)));
  expect((await listed(world, holding)).sort(byCustomer)).toEqual(expected.sort(byCustomer));
  for (const it of holdings) {
    const { customer_id } = it.customer;
    expect(await listed(world, holding, { customer_id })).toEqual([await world.balance(it)]);
  }
  // The holder of the other credit, and someone unheard of, match nothing here.
  for (const customer_id of [holding.customer.customer_id, "cus_none"]) {
    expect(await listed(world, holding, { customer_id })).toEqual([]);
  }
  expect(
    await world.call("listBalances", { path: { credit_entitlement_id: "cde_none" } }),
  ).toMatchObject(notFound);
  for (const [index, it] of holdings.entries()) {
    expect(await world.holdings(it)).toBe(`${index + 1} of ${index + 1} (api)`);
  }
  await world.audited();
});

scenario("BAL-07 last_transaction_at is the time of the newest ledger entry", async (world) => {
  const holding = await open(world);
  const follows = async (instant: string) => {
    const [newest] = await world.entries(holding);
    expect(newest?.created_at).toBe(instant);
    expect((await world.balance(holding)).last_transaction_at).toBe(instant);
  };
  await world.credit(holding, "100", { expires_at: "2026-01-11T00:00:00Z" });
  await follows("2026-01-01T00:00:00.000000Z");
  await world.advance("36h");
  await follows("2026-01-01T00:00:00.000000Z");
  await world.debit(holding, "101"); // refused
  await follows("2026-01-01T00:00:00.000000Z");
  await world.debit(holding, "1");
  await follows("2026-01-02T12:00:00.000000Z");
  await world.advance("30d");
  await follows("2026-01-11T00:00:00.000000Z"); // the expiry
  expect(await world.holdings(holding)).toBe("0 of 100 (api, expired)");
  await world.audited();
});

scenario("BAL-08 balance and overage are decimal strings", async (world) => {
  const holding = await open(world, withOverage({ precision: 2 }));
  await world.credit(holding, "12.5");
  await world.debit(holding, "15");
  const expected = { balance: "0.00", overage: "2.50" };
  expect(figures(await world.balance(holding))).toStrictEqual(expected);
  expect((await listed(world, holding)).map(figures)).toStrictEqual([expected]);
  const held = await world.call("listCustomerCreditEntitlements", {
    path: { customer_id: holding.customer.customer_id },
  });
  expect(held.body).toMatchObject({ items: [expected] });
  expect(await world.holdings(holding)).toBe("0.00 of 12.50 (api)");
  await world.audited();
});

for (const [precision, amount, printed, left, nothing] of [
  [0, "100", "100", "99", "0"],
  [0, "9999999999", "9999999999", "9999999998", "0"],
  [1, "1", "1.0", "0.0", "0.0"],
  [2, "250", "250.00", "249.00", "0.00"],
  [3, "1234567.5", "1234567.500", "1234566.500", "0.000"],
  [10, "1.0000000001", "1.0000000001", "0.0000000001", "0.0000000000"],
  [10, "9999999999.9999999999", "9999999999.9999999999", "9999999998.9999999999", "0.0000000000"],
] as const) {
  scenario(`BAL-09 ${amount} at precision ${precision} is printed ${printed}`, async (world) => {
    const holding = await open(world, { precision });
    expect((await world.credit(holding, amount)).body).toMatchObject({
      amount: printed,
      balance_before: nothing,
      balance_after: printed,
      overage_before: nothing,
      overage_after: nothing,
    });
    expect(figures(await world.balance(holding))).toEqual({ balance: printed, overage: nothing });
    await world.debit(holding, "1");
    expect((await world.balance(holding)).balance).toBe(left);
    const one = nothing.replace("0", "1");
    expect(await world.ledger(holding)).toBe(
      [
        `credit_added +${printed} : ${nothing}→${printed}, overage ${nothing}→${nothing}`,
        `credit_deducted -${one} : ${printed}→${left}, overage ${nothing}→${nothing}`,
      ].join("\n"),
    );
    expect(await world.holdings(holding)).toBe(`${left} of ${printed} (api)`);
    await world.audited();
  });
}

scenario("BAL-09 a sum above ten digits is printed without exponent", async (world) => {
  const holding = await open(world, { precision: 1 });
  for (let credits = 0; credits < 3; credits++) await world.credit(holding, "9999999999.9");
  expect((await world.balance(holding)).balance).toBe("29999999999.7");
  expect(await world.holdings(holding)).toBe(
    [
      "9999999999.9 of 9999999999.9 (api)",
      "9999999999.9 of 9999999999.9 (api)",
      "9999999999.9 of 9999999999.9 (api)",
    ].join("\n"),
  );
  await world.audited();
});

scenario("BAL-09 sums are exact to the last of ten decimals", async (world) => {
  const holding = await open(world, withOverage({ precision: 10 }));
  const most = "9999999999.9999999999";
  for (let credits = 0; credits < 11; credits++) await world.credit(holding, most);
  expect((await world.balance(holding)).balance).toBe("109999999999.9999999989");
  await world.debit(holding, "0.0000000001");
  expect((await world.balance(holding)).balance).toBe("109999999999.9999999988");
  for (let debits = 0; debits < 12; debits++) await world.debit(holding, most);
  expect(figures(await world.balance(holding))).toEqual({
    balance: "0.0000000000",
    overage: "10000000000.0000000000",
  });
  const spent = `0.0000000000 of ${most} (api)`;
  expect(await world.holdings(holding)).toBe(Array.from({ length: 11 }, () => spent).join("\n"));
  await world.audited();
});

scenario("BAL-09 tenths add up without binary remainders", async (world) => {
  const holding = await open(world, { precision: 1 });
  for (const amount of ["0.1", "0.2"]) await world.credit(holding, amount);
  expect((await world.balance(holding)).balance).toBe("0.3");
  expect((await world.debit(holding, "0.3")).status).toBe(201);
  expect((await world.balance(holding)).balance).toBe("0.0");
  expect(await world.holdings(holding)).toBe("0.0 of 0.1 (api)\n0.0 of 0.2 (api)");
  await world.audited();
});

scenario("BAL-10 a usage event does not show in the balance at once", async (world) => {
  const holding = await open(world);
  await world.meter();
  await world.credit(holding, "100");
  const before = await world.balance(holding);
  const { customer_id } = holding.customer;
  expect(
    await world.call("ingestEvents", {
      body: {
        events: [
          { event_id: "e1", customer_id, event_name: "tokens.used", metadata: { tokens: 30 } },
        ],
      },
    }),
  ).toMatchObject({ status: 200, body: { ingested_count: 1 } });
  expect(await world.balance(holding)).toEqual(before);
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
  expect(await world.audited()).toBe(1);
});

scenario("BAL-11 ledger entries and expiries show in the next read", async (world) => {
  const holding = await open(world, withOverage());
  const shows = async (balance: string, overage: string) => {
    const now = await world.balance(holding);
    expect(figures(now)).toEqual({ balance, overage });
    expect(await listed(world, holding)).toEqual([now]);
    const { customer_id } = holding.customer;
    const held = await world.call("listCustomerCreditEntitlements", { path: { customer_id } });
    expect(held.body).toMatchObject({ items: [{ balance, overage }] });
  };
  await world.credit(holding, "100", { expires_at: "2026-01-02T00:00:00Z" });
  await shows("100", "0");
  await world.debit(holding, "40");
  await shows("60", "0");
  await world.advance("2026-01-01T23:59:59Z");
  await shows("60", "0");
  await world.advance("1s");
  await shows("0", "0");
  await world.debit(holding, "4");
  await shows("0", "4");
  expect(await world.holdings(holding)).toBe("0 of 100 (api, expired)");
  await world.audited();
});

scenario("BAL-12 two readers may see the same credit and only one spends it", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  const reads = await Promise.all([world.balance(holding), world.balance(holding)]);
  expect(reads.map((it) => it.balance)).toEqual(["100", "100"]);
  const answers = await Promise.all([world.debit(holding, "60"), world.debit(holding, "60")]);
  expect(answers.map((it) => it.status).sort()).toEqual([201, 400]);
  expect(answers.find((it) => it.status === 400)).toMatchObject(insufficient);
  expect((await world.balance(holding)).balance).toBe("40");
  expect(await world.holdings(holding)).toBe("40 of 100 (api)");
  expect(await world.audited()).toBe(2);
});

scenario("BAL-13 credits with the same unit keep balances of their own", async (world) => {
  const holding = await open(world);
  const twin = { ...holding, entitlement: await world.entitlement({ name: "More tokens" }) };
  await world.credit(holding, "100");
  expect(await read(world, twin)).toMatchObject(notFound);
  await world.credit(twin, "5");
  expect(await world.debit(twin, "6")).toMatchObject(insufficient);
  expect((await world.debit(twin, "2")).status).toBe(201);
  expect(figures(await world.balance(holding))).toEqual({ balance: "100", overage: "0" });
  expect(figures(await world.balance(twin))).toEqual({ balance: "3", overage: "0" });
  expect((await world.balance(twin)).id).not.toBe((await world.balance(holding)).id);
  expect(await world.holdings(holding)).toBe("100 of 100 (api)");
  expect(await world.holdings(twin)).toBe("3 of 5 (api)");
  expect(await world.ledger(twin)).toBe(
    "credit_added +5 : 0→5, overage 0→0\ncredit_deducted -2 : 5→3, overage 0→0",
  );
  expect(await world.audited()).toBe(3);
});
