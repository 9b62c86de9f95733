import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, setCard, subscribe } from "../harness/storefront.js";
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
} from "./support/plan-credit-changes.js";

for (const mode of modes) {
  scenario(`SUB-40 ${mode}: the new amount comes whole`, async (world) => {
    const holding = await open(world, { expires_after_days: 35 });
    const plan = await planOf(world, holding, "100", noProrate);
    const id = await subscribe(world, plan, holding.customer);
    await world.debit(holding, "30");
    await world.advance("15d");
    await change(world, id, await planOf(world, holding, "300", noProrate), {
      proration_billing_mode: mode,
    });
    expect(await world.holdings(holding)).toBe(
      "70 of 100 (subscription)\n300 of 300 (subscription)",
    );
    await world.advance("2026-02-15T00:00:00Z");
    expect(await world.ledger(holding)).toBe(
      lines(
        first,
        "credit_deducted -30 : 100→70, overage 0→0",
        "credit_added +300 : 70→370, overage 0→0",
        "credit_expired -70 : 370→300, overage 0→0",
        "credit_added +300 : 300→600, overage 0→0",
      ),
    );
    expect(await world.audited()).toBe(5);
  });
}

scenario("SUB-40 do_not_bill grants nothing before the renewal", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "100", noProrate);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "300", noProrate), {
    proration_billing_mode: "do_not_bill",
  });
  await world.advance("2026-01-30T23:59:59Z");
  expect(await world.ledger(holding)).toBe(first);
  await world.advance("2026-01-31T00:00:00Z");
  expect(await world.ledger(holding)).toBe(
    lines(first, "credit_added +300 : 100→400, overage 0→0"),
  );
  expect(await world.audited()).toBe(2);
});

scenario("SUB-40 a downgrade takes nothing", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "300", noProrate);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "100", noProrate), {
    proration_billing_mode: "full_immediately",
  });
  expect(await world.ledger(holding)).toBe(
    lines(firstOfMore, "credit_added +100 : 300→400, overage 0→0"),
  );
  expect(await world.audited()).toBe(2);
});

scenario("SUB-40 a credit on one of the plans stays or comes whole", async (world) => {
  const gone = await open(world);
  const come = { ...gone, entitlement: await world.entitlement({ name: "Images" }) };
  const plan = await planOf(world, gone, "100", noProrate);
  const id = await subscribe(world, plan, gone.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, come, "300", noProrate), {
    proration_billing_mode: "full_immediately",
    quantity: 2,
  });
  expect(await world.ledger(gone)).toBe(first);
  expect(await world.ledger(come)).toBe("credit_added +600 : 0→600, overage 0→0");
  await world.advance("2026-02-15T00:00:00Z");
  expect(await world.ledger(gone)).toBe(first);
  expect(await world.audited()).toBe(3);
});

scenario("SUB-41 the new plan decides to prorate", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "100", noProrate);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "300", prorate));
  expect(await world.ledger(holding)).toBe(
    lines(first, "credit_added +100 : 100→200, overage 0→0"),
  );
  expect(await world.audited()).toBe(2);
});

scenario("SUB-41 the new plan decides not to prorate", async (world) => {
  const holding = await open(world);
  const plan = await planOf(world, holding, "100", prorate);
  const id = await subscribe(world, plan, holding.customer);
  await world.advance("15d");
  await change(world, id, await planOf(world, holding, "300", noProrate));
  expect(await world.ledger(holding)).toBe(
    lines(first, "credit_added +300 : 100→400, overage 0→0"),
  );
  expect(await world.audited()).toBe(2);
});

for (const on_payment_failure of ["apply_change", "prevent_change"]) {
  for (const [behaviour, amount] of [
    [prorate, 100],
    [noProrate, 300],
  ] as const) {
    const name = `${on_payment_failure}, ${behaviour.proration_behavior}`;
    scenario(`SUB-42 a declined change brings no credits (${name})`, async (world) => {
      const holding = await open(world);
      const plan = await planOf(world, holding, "100", behaviour);
      const id = await subscribe(world, plan, holding.customer);
      await world.advance("15d");
      await setCard(world, id, true);
      await change(world, id, await planOf(world, holding, "300", behaviour), {
        on_payment_failure,
      });
      expect(await world.holdings(holding)).toBe("100 of 100 (subscription)");
      expect(await world.ledger(holding)).toBe(first);
      await setCard(world, id, false);
      expect(await world.ledger(holding)).toBe(
        lines(first, `credit_added +${amount} : 100→${100 + amount}, overage 0→0`),
      );
      expect(await world.audited()).toBe(2);
    });
  }
}

scenario("SUB-42 a change that is never paid brings no credits", async (world) => {
  const holding = await open(world);
  const id = await subscribe(world, await planOf(world, holding, "100"), holding.customer);
  await world.advance("15d");
  await setCard(world, id, true);
  await change(world, id, await planOf(world, holding, "300"));
  await world.advance("90d");
  expect(await world.ledger(holding)).toBe(first);
  expect(await world.audited()).toBe(1);
});

for (const behaviour of [prorate, noProrate]) {
  scenario(
    `SUB-43 a scheduled change grants the new amount (${behaviour.proration_behavior})`,
    async (world) => {
      const holding = await open(world);
      const gone = { ...holding, entitlement: await world.entitlement({ name: "Images" }) };
      const plan = await attached(
        world,
        [attach(holding.entitlement, "300", behaviour), attach(gone.entitlement, "100", behaviour)],
        3000,
      );
      const id = await subscribe(world, plan, holding.customer);
      await world.debit(holding, "30");
      await world.advance("15d");
      await change(world, id, await planOf(world, holding, "100", behaviour), {
        proration_billing_mode: "full_immediately",
        effective_at: "next_billing_date",
      });
      await world.advance("2026-01-30T23:59:59Z");
      const before = lines(firstOfMore, "credit_deducted -30 : 300→270, overage 0→0");
      expect(await world.ledger(holding)).toBe(before);
      await world.advance("2026-03-02T00:00:00Z");
      expect(await world.ledger(holding)).toBe(
        lines(
          before,
          "credit_added +100 : 270→370, overage 0→0",
          "credit_added +100 : 370→470, overage 0→0",
        ),
      );
      expect(await world.ledger(gone)).toBe(first);
      expect(await world.audited()).toBe(5);
    },
  );
}
