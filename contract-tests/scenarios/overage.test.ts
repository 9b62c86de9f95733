import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { type Holding, pathOf, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const stateOf = async (world: World, holding: Holding) => ({
  balance: (await world.call("retrieveBalance", { path: pathOf(holding) })).body,
  grants: await world.grants(holding),
  entries: await world.entries(holding),
});

/** A debit that must be refused for this reason with nothing changed. */
async function refuses(world: World, holding: Holding, amount: string, code: string) {
  const before = await stateOf(world, holding);
  const body = { code, message: expect.any(String) };
  expect(await world.debit(holding, amount)).toMatchObject({ status: 400, body });
  expect(await stateOf(world, holding)).toEqual(before);
}

const overLimit = "OVERAGE_LIMIT_EXCEEDED";
const insufficient = "INSUFFICIENT_CREDIT_BALANCE";

const change = (world: World, { entitlement: { id } }: Holding, body: object) =>
  world.ok("updateCreditEntitlement", { path: { id }, body });

const figures = async (world: World, holding: Holding) => {
  const { balance, overage } = await world.balance(holding);
  return { balance, overage };
};

scenario("OVR-03 usage past zero adds to overage up to the limit", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 100 }));
  await world.credit(holding, "40");
  expect((await world.debit(holding, "60")).status).toBe(201);
  await refuses(world, holding, "81", overLimit);
  expect((await world.debit(holding, "79")).status).toBe(201);
  await refuses(world, holding, "2", overLimit);
  expect((await world.debit(holding, "1")).status).toBe(201);
  await refuses(world, holding, "1", overLimit);
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "100" });
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +40 : 0→40, overage 0→0",
      "credit_deducted -40 : 40→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "overage_charged -79 : 0→0, overage 20→99",
      "overage_charged -1 : 0→0, overage 99→100",
    ].join("\n"),
  );
  await world.audited();
});

scenario("OVR-03 the limit counts whole credits beyond the balance", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 10, precision: 2 }));
  await world.credit(holding, "2.5");
  await refuses(world, holding, "12.51", overLimit);
  expect((await world.debit(holding, "12.50")).status).toBe(201);
  expect(await figures(world, holding)).toEqual({ balance: "0.00", overage: "10.00" });
  await refuses(world, holding, "0.01", overLimit);
  expect(await world.holdings(holding)).toBe("0.00 of 2.50 (api)");
  await world.audited();
});

for (const more of [{}, { overage_limit: null }]) {
  const setting = "overage_limit" in more ? "a limit of null" : "no limit given";
  scenario(`OVR-03 with ${setting} overage has no end`, async (world) => {
    const holding = await open(world, withOverage(more));
    for (let debits = 0; debits < 3; debits++) {
      expect((await world.debit(holding, "9999999999")).status).toBe(201);
    }
    expect(await figures(world, holding)).toEqual({ balance: "0", overage: "29999999997" });
    expect(await world.ledger(holding)).toBe(
      [
        "overage_charged -9999999999 : 0→0, overage 0→9999999999",
        "overage_charged -9999999999 : 0→0, overage 9999999999→19999999998",
        "overage_charged -9999999999 : 0→0, overage 19999999998→29999999997",
      ].join("\n"),
    );
    expect(await world.audited()).toBe(3);
  });
}

scenario("OVR-04 a limit of zero is the same as no overage", async (world) => {
  const zero = await open(world, withOverage({ overage_limit: 0 }));
  const off = { ...zero, entitlement: await world.entitlement({ name: "Off" }) };
  for (const holding of [zero, off]) {
    await refuses(world, holding, "1", insufficient);
    await world.credit(holding, "40");
    await refuses(world, holding, "41", insufficient);
    expect((await world.debit(holding, "40")).status).toBe(201);
    await refuses(world, holding, "1", insufficient);
    expect(await figures(world, holding)).toEqual({ balance: "0", overage: "0" });
    expect(await world.ledger(holding)).toBe(
      "credit_added +40 : 0→40, overage 0→0\ncredit_deducted -40 : 40→0, overage 0→0",
    );
  }
  expect(await world.audited()).toBe(4);
});

scenario("OVR-05 without a subscription the entitlement's settings apply", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10");
  await refuses(world, holding, "11", insufficient);
  await change(world, holding, withOverage({ overage_limit: 5 }));
  await refuses(world, holding, "16", overLimit);
  expect((await world.debit(holding, "14")).status).toBe(201);
  await change(world, holding, { overage_limit: 6 });
  await refuses(world, holding, "3", overLimit);
  expect((await world.debit(holding, "2")).status).toBe(201);
  await change(world, holding, { overage_limit: null });
  expect((await world.debit(holding, "100")).status).toBe(201);
  await change(world, holding, { overage_enabled: false });
  await refuses(world, holding, "1", insufficient);
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "106" });

  // The settings of one entitlement say nothing about another.
  const other = { ...holding, entitlement: await world.entitlement(withOverage({ name: "On" })) };
  expect((await world.debit(other, "1")).status).toBe(201);
  expect(await world.holdings(holding)).toBe("0 of 10 (api)");
  await world.audited();
});

scenario("OVR-03 at the limit and above it nothing more is taken", async (world) => {
  const holding = await open(world, withOverage({ overage_limit: 20 }));
  await world.debit(holding, "19");
  await refuses(world, holding, "2", overLimit);
  expect((await world.debit(holding, "1")).status).toBe(201);
  await refuses(world, holding, "1", overLimit);
  await change(world, holding, { overage_limit: 15 }); // now above
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "20" });
  await refuses(world, holding, "1", overLimit);
  await world.credit(holding, "10");
  await refuses(world, holding, "11", overLimit);
  expect((await world.debit(holding, "10")).status).toBe(201); // the balance is not capped
  await change(world, holding, { overage_limit: 21 });
  await refuses(world, holding, "2", overLimit);
  expect((await world.debit(holding, "1")).status).toBe(201);
  await refuses(world, holding, "1", overLimit);
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "21" });
  expect(await world.holdings(holding)).toBe("0 of 10 (api)");
  await world.audited();
});

const keeping = [undefined, "forgive_at_reset", "invoice_at_billing", "carry_deficit"] as const;
for (const behaviour of keeping) {
  const setting = behaviour ?? "the default";
  scenario(`OVR-40 under ${setting} new credits leave overage as it is`, async (world) => {
    const holding = await open(
      world,
      withOverage(behaviour === undefined ? {} : { overage_behavior: behaviour }),
    );
    await world.credit(holding, "100");
    await world.debit(holding, "130");
    expect((await world.credit(holding, "20")).body).toMatchObject({
      balance_before: "0",
      balance_after: "20",
      overage_before: "30",
      overage_after: "30",
    });
    expect(await figures(world, holding)).toEqual({ balance: "20", overage: "30" });
    expect(await world.holdings(holding)).toBe("0 of 100 (api)\n20 of 20 (api)");
    expect(await world.ledger(holding)).toBe(
      [
        "credit_added +100 : 0→100, overage 0→0",
        "credit_deducted -100 : 100→0, overage 0→0",
        "overage_charged -30 : 0→0, overage 0→30",
        "credit_added +20 : 0→20, overage 30→30",
      ].join("\n"),
    );
    expect(await world.audited()).toBe(4);
  });
}

scenario("OVR-41 usage takes the balance before it adds to overage", async (world) => {
  const holding = await open(world, withOverage({ overage_behavior: "carry_deficit" }));
  await world.debit(holding, "30");
  await world.credit(holding, "20");
  await world.debit(holding, "15");
  expect(await figures(world, holding)).toEqual({ balance: "5", overage: "30" });
  await world.debit(holding, "10");
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "35" });
  expect(await world.holdings(holding)).toBe("0 of 20 (api)");
  expect(await world.ledger(holding)).toBe(
    [
      "overage_charged -30 : 0→0, overage 0→30",
      "credit_added +20 : 0→20, overage 30→30",
      "credit_deducted -15 : 20→5, overage 30→30",
      "credit_deducted -5 : 5→0, overage 30→30",
      "overage_charged -5 : 0→0, overage 30→35",
    ].join("\n"),
  );
  await world.audited();
});

const repaying = (more = {}) =>
  withOverage({ overage_behavior: "carry_deficit_auto_repay", ...more });

scenario("OVR-42 under auto-repay each new grant repays", async (world) => {
  const holding = await open(world, repaying());
  await world.debit(holding, "30");
  await world.credit(holding, "20");
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "10" });
  await world.advance("1d");
  await world.credit(holding, "6", { expires_at: "2026-02-01T00:00:00Z" });
  expect(await figures(world, holding)).toEqual({ balance: "0", overage: "4" });
  await world.credit(holding, "25");
  expect(await figures(world, holding)).toEqual({ balance: "21", overage: "0" });
  await world.credit(holding, "5");
  expect(await figures(world, holding)).toEqual({ balance: "26", overage: "0" });
  expect(await world.ledger(holding)).toBe(
    [
      "overage_charged -30 : 0→0, overage 0→30",
      "credit_added +20 : 0→20, overage 30→30",
      "credit_deducted -20 : 20→0, overage 30→10",
      "credit_added +6 : 0→6, overage 10→10",
      "credit_deducted -6 : 6→0, overage 10→4",
      "credit_added +25 : 0→25, overage 4→4",
      "credit_deducted -4 : 25→21, overage 4→0",
      "credit_added +5 : 21→26, overage 0→0",
    ].join("\n"),
  );
  await world.audited();
});

for (const [credit, left, balance, overage] of [
  ["20.00", "0.00", "0.00", "10.00"],
  ["29.99", "0.00", "0.00", "0.01"],
  ["30.00", "0.00", "0.00", "0.00"],
  ["30.01", "0.01", "0.01", "0.00"],
  ["100.00", "70.00", "70.00", "0.00"],
] as const) {
  scenario(`OVR-43 of ${credit} new credits, ${left} survive a debt of 30`, async (world) => {
    const holding = await open(world, repaying({ precision: 2 }));
    await world.debit(holding, "30");
    await world.credit(holding, credit);
    expect(await world.holdings(holding)).toBe(`${left} of ${credit} (api)`);
    expect(await figures(world, holding)).toEqual({ balance, overage });
    expect(await world.audited()).toBe(3);
  });
}

scenario("OVR-43 the repayment comes out of the new grant alone", async (world) => {
  const holding = await open(world, withOverage({ overage_behavior: "carry_deficit" }));
  await world.debit(holding, "30");
  await world.credit(holding, "20");
  await change(world, holding, { overage_behavior: "carry_deficit_auto_repay" });
  expect(await figures(world, holding)).toEqual({ balance: "20", overage: "30" });
  await world.advance("1d");
  await world.credit(holding, "10");
  expect(await world.holdings(holding)).toBe("20 of 20 (api)\n0 of 10 (api)");
  expect(await figures(world, holding)).toEqual({ balance: "20", overage: "20" });
  await world.credit(holding, "50");
  expect(await world.holdings(holding)).toBe("20 of 20 (api)\n0 of 10 (api)\n30 of 50 (api)");
  expect(await figures(world, holding)).toEqual({ balance: "50", overage: "0" });
  await world.audited();
});

scenario("OVR-44 a repayment is a credit in full and then a deduction", async (world) => {
  const holding = await open(world, repaying());
  await world.debit(holding, "30");
  await world.advance("1d");
  const answer = await world.credit(holding, "50", { metadata: { campaign: "again" } });
  const [repaid, added] = await world.entries(holding);
  const [grant] = await world.grants(holding);
  expect(answer.body).toMatchObject({
    id: added?.id,
    entry_type: "credit",
    amount: "50",
    is_credit: true,
    balance_before: "0",
    balance_after: "20",
    overage_before: "30",
    overage_after: "0",
    grant_id: grant?.id,
  });
  const shared = {
    grant_id: grant?.id,
    reference_type: "api",
    reference_id: null,
    created_at: "2026-01-02T00:00:00.000000Z",
  };
  expect(added).toMatchObject({ ...shared, transaction_type: "credit_added", is_credit: true });
  expect(repaid).toMatchObject({
    ...shared,
    transaction_type: "credit_deducted",
    is_credit: false,
  });
  expect(await world.ledger(holding)).toBe(
    [
      "overage_charged -30 : 0→0, overage 0→30",
      "credit_added +50 : 0→50, overage 30→30",
      "credit_deducted -30 : 50→20, overage 30→0",
    ].join("\n"),
  );
  expect(await world.holdings(holding)).toBe("20 of 50 (api)");
  expect(await world.audited()).toBe(3);
});
