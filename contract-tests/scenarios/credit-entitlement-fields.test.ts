import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { accepts, each, refuses } from "./support/entitlement-creation.js";
import type { Fields } from "./support/entitlement-fields.js";

scenario("ENT-05 a name has 1 to 255 characters", async (world) => {
  await refuses(world, each("name", ["", "n".repeat(256), "😀".repeat(256)]));
  await accepts(world, each("name", ["n", "n".repeat(255), "😀".repeat(255)]));
});

scenario("ENT-06 a description has at most 1000 characters", async (world) => {
  await refuses(world, each("description", ["d".repeat(1001), 5, false]));
  await accepts(world, each("description", ["", "d", "d".repeat(1000), "😀".repeat(1000)]));
});

scenario("ENT-07 a unit label has 1 to 50 characters", async (world) => {
  await refuses(world, each("unit", ["", "u".repeat(51)]));
  await accepts(world, each("unit", ["u", "u".repeat(50)]));
});

scenario("ENT-08 precision is a whole number from 0 to 10", async (world) => {
  await refuses(world, each("precision", [-1, 11, 2.5, "2"]));
  await accepts(world, each("precision", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
});

scenario("ENT-09 rollover_percentage is a whole number from 0 to 100", async (world) => {
  await refuses(world, each("rollover_percentage", [-1, 101, 50.5, "50", true]));
  await accepts(world, each("rollover_percentage", [0, 1, 75, 100]));
});

scenario("ENT-10 the rollover timeframe is a count and an interval, or neither", async (world) => {
  const timeframe = (count: unknown, interval: unknown): Fields => ({
    rollover_timeframe_count: count,
    rollover_timeframe_interval: interval,
  });
  const halves = [timeframe(1, undefined), timeframe(undefined, "Day"), timeframe(1, null)];
  await refuses(world, [...halves, timeframe(null, "Year")], "INVALID_REQUEST_PARAMETERS");
  await accepts(world, [timeframe(1, "Day"), timeframe(12, "Month"), timeframe(null, null)]);
});

scenario("ENT-11 the rollover interval is spelt Day, Week, Month or Year", async (world) => {
  const count = { rollover_timeframe_count: 2 };
  const wrong = ["day", "week", "month", "year", "MONTH", "Months", "Quarter", "", " Month", 1];
  await refuses(world, each("rollover_timeframe_interval", wrong, count));
  const right = ["Day", "Week", "Month", "Year"];
  await accepts(world, each("rollover_timeframe_interval", right, count));
});

scenario("ENT-16 expires_after_days is at least 1, or null", async (world) => {
  await refuses(world, each("expires_after_days", [0, -1, -30, 1.5, "30", true]));
  await accepts(world, each("expires_after_days", [1, 7, 30, 365, null]));
});

scenario("ENT-16 the days count from the issue of each grant", async (world) => {
  const entitlement = await world.entitlement({ expires_after_days: 30 });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "100");
  await world.debit(holding, "40");
  await world.advance("2026-01-11T00:00:00Z");
  await world.credit(holding, "5");
  expect((await world.grants(holding)).map((it) => it.expires_at)).toEqual([
    "2026-02-10T00:00:00.000000Z",
    "2026-01-31T00:00:00.000000Z",
  ]);
  await world.advance("2026-01-30T23:59:59Z");
  expect((await world.balance(holding)).balance).toBe("65");
  await world.advance("2026-01-31T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    [
      "credit_added +100 : 0→100, overage 0→0",
      "credit_deducted -40 : 100→60, overage 0→0",
      "credit_added +5 : 60→65, overage 0→0",
      "credit_expired -60 : 65→5, overage 0→0",
    ].join("\n"),
  );
});

scenario("ENT-16 without expires_after_days credits never expire", async (world) => {
  const entitlement = await world.entitlement({ expires_after_days: null });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "100");
  expect((await world.grants(holding)).map((it) => it.expires_at)).toEqual([null]);
  await world.advance("2126-01-01T00:00:00Z");
  expect(await world.ledger(holding)).toBe("credit_added +100 : 0→100, overage 0→0");
});

scenario("ENT-17 max_rollover_count is a whole number from zero up, or null", async (world) => {
  await refuses(world, each("max_rollover_count", [-1, 1.5, "3", false]));
  await accepts(world, each("max_rollover_count", [0, 1, 3, 2147483647, null]));
});

scenario("ENT-22 the API supplies no precision of its own", async (world) => {
  const units = ["token", "USD", "custom unit"];
  await refuses(world, each("unit", units, { precision: undefined }));
  await refuses(world, each("unit", units, { precision: null }));
});

scenario("ENT-23 precision 0 holds whole credits, a higher one fractions", async (world) => {
  const customer = await world.customer();
  const whole = { customer, entitlement: await world.entitlement({ name: "Calls", precision: 0 }) };
  const split = { customer, entitlement: await world.entitlement({ name: "Hours", precision: 2 }) };
  expect(await world.credit(whole, "0.5")).toMatchObject({
    status: 400,
    body: { code: "INVALID_REQUEST_PARAMETERS" },
  });
  expect((await world.credit(whole, "2")).status).toBe(201);
  expect((await world.credit(split, "1.25")).status).toBe(201);
  expect((await world.debit(split, "0.50")).status).toBe(201);
  expect(await world.ledger(whole)).toBe("credit_added +2 : 0→2, overage 0→0");
  expect(await world.ledger(split)).toBe(
    "credit_added +1.25 : 0.00→1.25, overage 0.00→0.00\ncredit_deducted -0.50 : 1.25→0.75, overage 0.00→0.00",
  );
});
