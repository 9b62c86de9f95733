import { expect } from "vitest";
import { scenario, unguardedScenario } from "../harness/scenario.js";
import { withOverage } from "../harness/world.js";
import { against, refuses, unreadable } from "./support/ledger-refusals.js";
import { open } from "./support/open-holding.js";

const texts: readonly unknown[] = [
  ...["1e3", "1E3", "NaN", "Infinity", "", "abc", " ", "  1", "1 ", "1\n", "+1", "--1", "-", "."],
  ...["1.", ".5", "1.2.3", "1,000", "1_000", "0x10", "0b1", "1n", "١", "١٠", "1".repeat(65)],
  ...[1, 0, -1, 1.5, true, null, [], ["1"], {}],
];

unguardedScenario("LED-13 an amount that is no plain decimal text is unreadable", async (world) => {
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
