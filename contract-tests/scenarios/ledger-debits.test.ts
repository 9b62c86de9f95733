import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { pathOf, withOverage } from "../harness/world.js";
import { answer, refuses } from "./support/ledger-refusals.js";
import { open } from "./support/open-holding.js";

const insufficient = answer(400, "INSUFFICIENT_CREDIT_BALANCE");
const overLimit = answer(400, "OVERAGE_LIMIT_EXCEEDED");

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
