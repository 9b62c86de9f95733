import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const balanceOf = async (world: World, holding: Holding) => (await world.balance(holding)).balance;

const change = (world: World, { entitlement: { id } }: Holding, body: object) =>
  world.ok("updateCreditEntitlement", { path: { id }, body });

const insufficient = { status: 400, body: { code: "INSUFFICIENT_CREDIT_BALANCE" } };

scenario("EXP-01 what a grant still holds leaves the balance on its date", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  await world.credit(holding, "100");
  await world.debit(holding, "40");
  await world.advance("2026-01-30T23:59:59.999999Z");
  expect(await balanceOf(world, holding)).toBe("60");
  expect(await world.holdings(holding)).toBe("60 of 100 (api)");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await balanceOf(world, holding)).toBe("0");
  expect(await world.holdings(holding)).toBe("0 of 100 (api, expired)");
  expect(await world.grants(holding, { status: "expired" })).toHaveLength(1);
  expect(await world.debit(holding, "1")).toMatchObject(insufficient);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -40 : 100→60, overage 0→0",
      "credit_expired -60 : 60→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("EXP-01 each grant that ends has an entry of its own", async (world) => {
  const holding = await open(world);
  const day = (date: number) => ({ expires_at: `2026-01-0${date}T00:00:00Z` });
  await world.credit(holding, "5", day(9));
  for (const amount of ["1", "2", "3"]) {
    await world.credit(holding, amount, day(4));
    await world.advance("1h");
  }
  await world.credit(holding, "10");
  await world.advance("365d");
  const expired = (await world.entries(holding)).filter(
    (it) => it.transaction_type === "credit_expired",
  );
  const grants = await world.grants(holding, { status: "expired" });
  expect(
    Object.fromEntries(expired.map((it) => [it.grant_id, [it.amount, it.created_at]])),
  ).toEqual(Object.fromEntries(grants.map((it) => [it.id, [it.initial_amount, it.expires_at]])));
  expect(expired.map((it) => it.balance_after)).toEqual([
    "10",
    "15",
    expect.any(String),
    expect.any(String),
  ]);
  expect(expired.map((it) => it.created_at)).toEqual([
    "2026-01-09T00:00:00.000000Z",
    ...Array.from({ length: 3 }, () => "2026-01-04T00:00:00.000000Z"),
  ]);
  expect(await world.balance(holding)).toMatchObject({
    balance: "10",
    last_transaction_at: "2026-01-09T00:00:00.000000Z",
  });
  expect(await world.holdings(holding)).toBe(
    [
      "0 of 5 (api, expired)",
      "0 of 1 (api, expired)",
      "0 of 2 (api, expired)",
      "0 of 3 (api, expired)",
      "10 of 10 (api)",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(9);
});

scenario("EXP-02 a grant with nothing left passes its date in silence", async (world) => {
  const holding = await open(world, { expires_after_days: 1 });
  await world.credit(holding, "10");
  await world.advance("1s");
  await world.credit(holding, "10");
  await world.debit(holding, "19");
  const spent = (await world.grants(holding, { status: "depleted" }))[0];
  await world.advance("2d");
  expect(await world.grants(holding, { status: "depleted" })).toEqual([spent]);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_added +10 : 10→20, overage 0→0",
      "credit_deducted -19 : 20→1, overage 0→0",
      "credit_expired -1 : 1→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.holdings(holding)).toBe("0 of 10 (api)\n0 of 10 (api, expired)");
  expect(await world.audited()).toBe(4);
});

scenario("EXP-03 credits without a lifetime never end", async (world) => {
  const holding = await open(world, { expires_after_days: null });
  await world.credit(holding, "10");
  await world.credit(holding, "5", { expires_at: null });
  await world.advance("36500d");
  expect((await world.grants(holding)).map((it) => it.expires_at)).toStrictEqual([null, null]);
  expect(await world.holdings(holding)).toBe("10 of 10 (api)\n5 of 5 (api)");
  expect((await world.debit(holding, "15")).status).toBe(201);
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +10 : 0→10, overage 0→0",
      "credit_added +5 : 10→15, overage 0→0",
      "credit_deducted -15 : 15→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(3);
});

scenario("EXP-05 unspent credits stack with later ones until their own date", async (world) => {
  const holding = await open(world, { expires_after_days: 45 });
  const months = ["2026-02-01", "2026-03-01", "2026-04-01"];
  await world.credit(holding, "100");
  const seen: string[] = [];
  for (const month of months) {
    await world.advance(`${month}T00:00:00Z`);
    seen.push(await balanceOf(world, holding));
    await world.credit(holding, "100");
    seen.push(await balanceOf(world, holding));
  }
  // January's end on 15 February, February's on 18 March.
  expect(seen).toEqual(["100", "200", "100", "200", "100", "200"]);
  const expired = await world.entries(holding, { transaction_type: "credit_expired" });
  expect(expired.map((it) => it.created_at)).toEqual([
    "2026-03-18T00:00:00.000000Z",
    "2026-02-15T00:00:00.000000Z",
  ]);
  expect(await world.holdings(holding)).toBe(
    [
      "0 of 100 (api, expired)",
      "0 of 100 (api, expired)",
      "100 of 100 (api)",
      "100 of 100 (api)",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(6);
});

scenario("EXP-07 a debit at the instant of expiry no longer finds the grant", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "60", { expires_at: "2026-01-31T00:00:00Z" });
  await world.credit(holding, "10");
  await world.advance("2026-01-30T23:59:59.999999Z");
  expect((await world.debit(holding, "5")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("55 of 60 (api)\n10 of 10 (api)");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await world.debit(holding, "11")).toMatchObject(insufficient);
  expect((await world.debit(holding, "10")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("0 of 60 (api, expired)\n0 of 10 (api)");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +60 : 0→60, overage 0→0",
      "credit_added +10 : 60→70, overage 0→0",
      "credit_deducted -5 : 70→65, overage 0→0",
      "credit_expired -55 : 65→10, overage 0→0",
      "credit_deducted -10 : 10→0, overage 0→0",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(5);
});

for (const overage_behavior of ["forgive_at_reset", "carry_deficit", "carry_deficit_auto_repay"]) {
  scenario(`EXP-08 under ${overage_behavior} expiry leaves overage alone`, async (world) => {
    const holding = await open(world, withOverage({ overage_behavior: "carry_deficit" }));
    await world.debit(holding, "30");
    await world.credit(holding, "20", { expires_at: "2026-01-02T00:00:00Z" });
    await change(world, holding, { overage_behavior });
    await world.advance("1d");
    expect(await world.balance(holding)).toMatchObject({ balance: "0", overage: "30" });
    expect(await world.ledger(holding)).toBe(
      [
        "overage_charged -30 : 0→0, overage 0→30",
        "credit_added +20 : 0→20, overage 30→30",
        "credit_expired -20 : 20→0, overage 30→30",
      ].join("\n"),
    );
    expect(await world.audited()).toBe(3);
  });
}

scenario("EXP-12 a later setting does not move the dates of earlier grants", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  await world.credit(holding, "1");
  for (const [expires_after_days, amount] of [
    [10, "2"],
    [60, "3"],
    [null, "4"],
  ] as const) {
    await change(world, holding, { expires_after_days });
    await world.advance("1h");
    await world.credit(holding, amount);
  }
  const dates = async () =>
    (await world.grants(holding)).map((it) => [it.initial_amount, it.expires_at]);
  const expected = [
    ["4", null],
    ["3", "2026-03-02T02:00:00.000000Z"],
    ["2", "2026-01-11T01:00:00.000000Z"],
    ["1", "2026-01-31T00:00:00.000000Z"],
  ];
  expect(await dates()).toEqual(expected);
  await change(world, holding, { expires_after_days: 5 });
  await world.advance("2026-01-30T23:59:59Z");
  expect(await balanceOf(world, holding)).toBe("8"); // only the 2 are gone
  await world.advance("1s");
  expect(await balanceOf(world, holding)).toBe("7");
  await world.advance("365d");
  expect(await balanceOf(world, holding)).toBe("4");
  expect(await dates()).toEqual(expected);
  expect(await world.holdings(holding)).toBe(
    [
      "0 of 1 (api, expired)",
      "0 of 2 (api, expired)",
      "0 of 3 (api, expired)",
      "4 of 4 (api)",
    ].join("\n"),
  );
  expect(await world.audited()).toBe(7);
});

scenario("EXP-13 a credit may set any end in the future", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  const ends = ["2027-01-31T23:59:59Z", "2026-01-01T00:00:01Z", "2099-12-31T00:00:00Z"];
  for (const expires_at of ends) {
    expect((await world.credit(holding, "10", { expires_at })).status).toBe(201);
  }
  expect((await world.grants(holding)).map((it) => it.expires_at).sort()).toEqual([
    "2026-01-01T00:00:01.000000Z",
    "2027-01-31T23:59:59.000000Z",
    "2099-12-31T00:00:00.000000Z",
  ]);
  await world.advance("1s");
  expect(await balanceOf(world, holding)).toBe("20");
  await world.advance("2027-01-31T23:59:58Z");
  expect(await balanceOf(world, holding)).toBe("20");
  await world.advance("1s");
  expect(await balanceOf(world, holding)).toBe("10");
  expect(await world.holdings(holding)).toBe(
    "0 of 10 (api, expired)\n0 of 10 (api, expired)\n10 of 10 (api)",
  );
  expect(await world.audited()).toBe(5);
});
