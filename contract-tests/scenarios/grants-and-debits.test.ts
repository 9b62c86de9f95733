import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";

scenario("LED-04 a debit draws from the oldest grant first", async (world) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await world.credit(holding, "100");
  await world.advance("4d");
  await world.credit(holding, "50");
  expect((await world.debit(holding, "120")).status).toBe(201);
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
