import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, meterLink, sell, subscribe, usagePrice, use } from "../harness/storefront.js";
import { withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import {
  attached,
  change,
  first,
  firstOfMore,
  lines,
  modes,
  noProrate,
  planOf,
  prorate,
  thirtyDays,
} from "./support/plan-credit-changes.js";

scenario("SUB-38 the attachment says whether a change moves credits", async (world) => {
  const moved = await open(world);
  const left = { ...moved, entitlement: await world.entitlement({ name: "Images" }) };
  const silent = { ...moved, entitlement: await world.entitlement({ name: "Videos" }) };
  const sold = (amount: string) =>
    attached(
      world,
      [
        attach(moved.entitlement, amount, prorate),
        attach(left.entitlement, amount, noProrate),
        attach(silent.entitlement, amount),
      ],
      1000,
    );
  const id = await subscribe(world, await sold("300"), moved.customer);
  await world.advance("15d");
  await change(world, id, await sold("100"), { proration_billing_mode: "do_not_bill" });
  expect(await world.ledger(moved)).toBe(
    lines(firstOfMore, "credit_deducted -100 : 300→200, overage 0→0"),
  );
  expect(await world.ledger(left)).toBe(firstOfMore);
  expect(await world.ledger(silent)).toBe(firstOfMore);
  expect(await world.audited()).toBe(4);
});

for (const mode of [...modes, "do_not_bill"]) {
  scenario(`SUB-39 ${mode}: an upgrade halfway adds half the difference`, async (world) => {
    const holding = await open(world);
    const id = await subscribe(world, await planOf(world, holding, "100"), holding.customer);
    await world.advance("15d");
    await change(world, id, await planOf(world, holding, "300"), { proration_billing_mode: mode });
    expect((await world.grants(holding))[0]).toMatchObject({
      source_type: "subscription",
      source_id: id,
      initial_amount: "100",
    });
    const renewal = mode === "do_not_bill" ? "2026-01-31T00:00:00Z" : "2026-02-15T00:00:00Z";
    await world.advance(renewal);
    expect(await world.ledger(holding)).toBe(
      lines(
        first,
        "credit_added +100 : 100→200, overage 0→0",
        "credit_added +300 : 200→500, overage 0→0",
      ),
    );
    expect(await world.audited()).toBe(3);
  });

  scenario(`SUB-39 ${mode}: a downgrade halfway takes half of it`, async (world) => {
    const holding = await open(world);
    const id = await subscribe(world, await planOf(world, holding, "300"), holding.customer);
    await world.advance("15d");
    await change(world, id, await planOf(world, holding, "100"), { proration_billing_mode: mode });
    expect(await world.holdings(holding)).toBe("200 of 300 (subscription)");
    expect(await world.ledger(holding)).toBe(
      lines(firstOfMore, "credit_deducted -100 : 300→200, overage 0→0"),
    );
    expect(await world.audited()).toBe(2);
  });
}

scenario("SUB-39 a downgrade takes what is left and no top-up", async (world) => {
  const holding = await open(world);
  const id = await subscribe(world, await planOf(world, holding, "300"), holding.customer);
  await world.credit(holding, "500");
  await world.debit(holding, "250");
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "100"));
  expect(await world.holdings(holding)).toBe("0 of 300 (subscription)\n500 of 500 (api)");
  expect(await world.ledger(holding)).toBe(
    lines(
      firstOfMore,
      "credit_added +500 : 300→800, overage 0→0",
      "credit_deducted -250 : 800→550, overage 0→0",
      "credit_deducted -50 : 550→500, overage 0→0",
    ),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-39 a downgrade takes nothing of another subscription", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "300");
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("1m");
  await subscribe(world, plan, holding.customer);
  await world.debit(holding, "290");
  await world.advance("2026-01-16T00:00:00Z");
  await change(world, id, await planOf(world, holding, "100"));
  expect(await world.holdings(holding)).toBe("0 of 300 (subscription)\n300 of 300 (subscription)");
  expect(await world.ledger(holding)).toBe(
    lines(
      firstOfMore,
      "credit_added +300 : 300→600, overage 0→0",
      "credit_deducted -290 : 600→310, overage 0→0",
      "credit_deducted -10 : 310→300, overage 0→0",
    ),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-39 a downgrade takes nothing of an earlier period", async (world) => {
  const holding = await open(world);
  const id = await subscribe(world, await planOf(world, holding, "300"), holding.customer);
  await world.advance("30d");
  await change(world, id, await planOf(world, holding, "100"));
  expect(await world.holdings(holding)).toBe(
    "300 of 300 (subscription)\n100 of 300 (subscription)",
  );
  expect(await world.ledger(holding)).toBe(
    lines(
      firstOfMore,
      "credit_added +300 : 300→600, overage 0→0",
      "credit_deducted -200 : 600→400, overage 0→0",
    ),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-39 a downgrade never makes overage", async (world) => {
  const holding = await open(world, withOverage());
  const id = await subscribe(world, await planOf(world, holding, "300"), holding.customer);
  await world.debit(holding, "320");
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "100"));
  expect(await world.ledger(holding)).toBe(
    lines(
      firstOfMore,
      "credit_deducted -300 : 300→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
    ),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-39 an upgrade settles no overage", async (world) => {
  const holding = await open(world, withOverage());
  const id = await subscribe(world, await planOf(world, holding, "100"), holding.customer);
  await world.debit(holding, "120");
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "300"));
  expect(await world.ledger(holding)).toBe(
    lines(
      first,
      "credit_deducted -100 : 100→0, overage 0→0",
      "overage_charged -20 : 0→0, overage 0→20",
      "credit_added +100 : 0→100, overage 20→20",
    ),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-39 the difference is cut off at the precision", async (world) => {
  const whole = await open(world);
  const exact = { ...whole, entitlement: await world.entitlement({ name: "C", precision: 2 }) };
  const sold = (amount: string) =>
    attached(
      world,
      [attach(whole.entitlement, amount, prorate), attach(exact.entitlement, amount, prorate)],
      1000,
    );
  const [small, large] = [await sold("10"), await sold("15")];
  const up = await subscribe(world, small, whole.customer);
  await world.advance("10d");
  const unbilled = { proration_billing_mode: "do_not_bill" };
  await change(world, up, large, unbilled);
  await change(world, up, small, unbilled);
  expect(await world.ledger(whole)).toBe(
    lines(
      "credit_added +10 : 0→10, overage 0→0",
      "credit_added +3 : 10→13, overage 0→0",
      "credit_deducted -3 : 13→10, overage 0→0",
    ),
  );
  expect((await world.entries(exact)).map((it) => Number(it.amount))).toEqual([3.33, 3.33, 10]);
  expect(await world.audited()).toBe(6);
});

scenario("SUB-39 quantities count on both sides", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "100");
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("15d");
  const unbilled = { proration_billing_mode: "do_not_bill" };
  await change(world, id, plan, { ...unbilled, quantity: 3 });
  await change(world, id, await planOf(world, holding, "250"), unbilled);
  expect(await world.ledger(holding)).toBe(
    lines(
      first,
      "credit_added +100 : 100→200, overage 0→0",
      "credit_deducted -25 : 200→175, overage 0→0",
    ),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-39 a credit on one of the plans counts as none on the other", async (world) => {
  const gone = await open(world);
  const come = { ...gone, entitlement: await world.entitlement({ name: "Images" }) };
  const id = await subscribe(world, await planOf(world, gone, "100"), gone.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, come, "300"));
  expect(await world.ledger(gone)).toBe(lines(first, "credit_deducted -50 : 100→50, overage 0→0"));
  expect(await world.ledger(come)).toBe("credit_added +150 : 0→150, overage 0→0");
  await world.advance("2026-02-15T00:00:00Z");
  expect(await world.holdings(gone)).toBe("50 of 100 (subscription)");
  expect(await world.ledger(come)).toBe(
    lines("credit_added +150 : 0→150, overage 0→0", "credit_added +300 : 150→450, overage 0→0"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-39 no difference is no entry", async (world) => {
  const holding = await open(world);
  const id = await subscribe(world, await planOf(world, holding, "100"), holding.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "100"));
  expect(await world.ledger(holding)).toBe(first);
  expect(await world.audited()).toBe(1);
});

scenario("SUB-39 usage before the change is deducted before it", async (world) => {
  const holding = await open(world);
  const { entitlement, customer } = holding;
  const meter = await world.meter();
  const sold = (amount: string) =>
    sell(world, usagePrice([meterLink(meter, entitlement)], thirtyDays), [
      attach(entitlement, amount, prorate),
    ]);
  const id = await subscribe(world, await sold("100"), customer);
  await world.advance("15d");
  await use(world, customer, "e-1", 80);
  await world.advance("30s");
  await change(world, id, await sold("20"));
  expect(await world.ledger(holding)).toBe(
    lines(
      first,
      "credit_deducted -80 : 100→20, overage 0→0",
      "credit_deducted -20 : 20→0, overage 0→0",
    ),
  );
  expect(await world.audited()).toBe(3);
});

scenario("SUB-39 a change that ends a trial grants the new plan's all", async (world) => {
  const holding = await open(world);
  const { entitlement, customer } = holding;
  const tried = await attached(
    world,
    [attach(entitlement, "100", { ...prorate, trial_credits: "10" })],
    1000,
    { trial_period_days: 14 },
  );
  const id = await subscribe(world, tried, customer);
  await world.advance("7d");
  await change(world, id, await planOf(world, holding, "300"));
  expect(await world.ledger(holding)).toBe(
    lines("credit_added +10 : 0→10, overage 0→0", "credit_added +300 : 10→310, overage 0→0"),
  );
  await world.advance("2026-02-06T23:59:59Z");
  expect(await world.audited()).toBe(2);
});
