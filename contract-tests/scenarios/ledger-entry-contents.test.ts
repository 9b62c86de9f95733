import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { withOverage } from "../harness/world.js";
import { everyKind, everyLine, oldestFirst } from "./support/ledger-history.js";
import { open } from "./support/open-holding.js";

scenario("LED-34 amounts are positive and is_credit tells the direction", async (world) => {
  const holding = await everyKind(world);
  const entries = await oldestFirst(world, holding);
  for (const { amount } of entries) expect(amount).toMatch(/^[1-9]\d*$/);
  expect(entries.map((it) => [it.transaction_type, it.is_credit])).toEqual([
    ["credit_added", true],
    ["credit_added", true],
    ["credit_deducted", false],
    ["overage_charged", false],
    ["credit_added", true],
    ["credit_deducted", false],
    ["credit_deducted", false],
    ["credit_expired", false],
  ]);
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-35 an overage entry states how far overage moved", async (world) => {
  const holding = await open(world, withOverage({ precision: 1 }));
  await world.credit(holding, "10");
  await world.debit(holding, "12.5");
  await world.debit(holding, "4");
  const charged = await oldestFirst(world, holding, { transaction_type: "overage_charged" });
  expect(charged.map((it) => [it.amount, it.overage_before, it.overage_after])).toEqual([
    ["2.5", "0.0", "2.5"],
    ["4.0", "2.5", "6.5"],
  ]);
  expect(await world.holdings(holding)).toBe("0.0 of 10.0 (api)");
  await world.audited();
});

scenario("LED-36 grant_id names the one grant that was touched, if it was one", async (world) => {
  const holding = await open(world, withOverage());
  const idOf = (result: { body: unknown }) => (result.body as { grant_id: string }).grant_id;
  const a = idOf(await world.credit(holding, "10"));
  await world.advance("1h");
  const b = idOf(await world.credit(holding, "20"));
  await world.advance("1h");
  const c = idOf(await world.credit(holding, "30", { expires_at: "2026-01-02T00:00:00Z" }));
  expect(new Set([a, b, c]).size).toBe(3);
  expect((await world.debit(holding, "4")).body).toMatchObject({ grant_id: a });
  expect((await world.debit(holding, "6")).body).toMatchObject({ grant_id: a }); // all it had
  expect((await world.debit(holding, "25")).body).toMatchObject({ grant_id: null });
  await world.advance("1d");
  expect((await world.debit(holding, "3")).body).toMatchObject({ grant_id: null });
  expect(
    (await oldestFirst(world, holding)).map((it) => [it.transaction_type, it.grant_id]),
  ).toEqual([
    ["credit_added", a],
    ["credit_added", b],
    ["credit_added", c],
    ["credit_deducted", a],
    ["credit_deducted", a],
    ["credit_deducted", null],
    ["credit_expired", c],
    ["overage_charged", null],
  ]);
  expect(await world.holdings(holding)).toBe(
    "0 of 10 (api)\n0 of 20 (api)\n0 of 30 (api, expired)",
  );
  await world.audited();
});

scenario("LED-39 entries from the API refer to the api and to no id", async (world) => {
  const holding = await everyKind(world);
  for (const entry of await world.entries(holding)) {
    expect(entry).toMatchObject({ reference_type: "api", reference_id: null });
  }
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-40 an entry shows the metadata of its call, or an empty object", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "10", { metadata: { from: "credit", count: 2, ok: true } });
  await world.debit(holding, "4");
  await world.debit(holding, "1", { metadata: null });
  await world.debit(holding, "8", { metadata: { from: "debit" } });
  expect((await oldestFirst(world, holding)).map((it) => it.metadata)).toStrictEqual([
    { from: "credit", count: 2, ok: true },
    {},
    {},
    { from: "debit" },
    { from: "debit" },
  ]);
  expect(await world.holdings(holding)).toBe("0 of 10 (api)");
  await world.audited();
});

scenario("LED-41 each entry carries the primary brand of the business", async (world) => {
  const holding = await everyKind(world);
  const { business_id } = await world.customer({ email: "bob@example.com", name: "Bob" });
  for (const entry of await world.entries(holding)) {
    expect(entry).toMatchObject({ business_id, brand_id: business_id });
  }
  expect(await world.ledger(holding)).toBe(everyLine);
  await world.audited();
});

scenario("LED-42 an expiry is described as in the service", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { expires_at: "2026-01-02T00:00:00Z", reason: "Hello" });
  await world.advance("1d");
  expect((await oldestFirst(world, holding)).map((it) => it.description)).toEqual([
    "Hello",
    "Unused credits expired",
  ]);
  expect(await world.holdings(holding)).toBe("0 of 10 (api, expired)");
  expect(await world.audited()).toBe(2);
});

scenario("LED-42 overage of a debit without reason is described as well", async (world) => {
  const holding = await open(world, withOverage());
  await world.debit(holding, "3");
  expect((await oldestFirst(world, holding)).map((it) => it.description)).toEqual([
    "Overage charges applied",
  ]);
  expect(await world.ledger(holding)).toBe("overage_charged -3 : 0→0, overage 0→3");
  expect(await world.audited()).toBe(1);
});
