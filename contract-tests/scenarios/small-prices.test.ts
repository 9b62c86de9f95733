import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, usagePrice } from "../harness/storefront.js";
import { withOverage } from "../harness/world.js";

const small = { price_per_unit: "0.000005" };

const warning = (where: string) =>
  `\`${where}\` is "0.000005" minor units of USD, so 1,000 units cost 0.00005 USD; if it was meant in USD, send "0.0005"`;

scenario("WRN-02 a price meant in whole units is told, with its sense", async (world) => {
  const made = await world.call("createCreditEntitlement", {
    body: {
      name: "Tokens",
      unit: "token",
      precision: 0,
      rollover_enabled: false,
      ...withOverage(small),
    },
  });
  expect([made.status, made.headers.get("drawdown-warning")]).toEqual([
    201,
    warning("price_per_unit"),
  ]);
  const credit = await world.entitlement({ name: "Others", ...withOverage() });
  const updated = await world.call("updateCreditEntitlement", {
    path: { id: credit.id },
    body: small,
  });
  expect(updated.headers.get("drawdown-warning")).toBe(warning("price_per_unit"));
});

scenario("WRN-02 so is that of a meter, and of what a product attaches", async (world) => {
  const credit = await world.entitlement(withOverage());
  const { id: meter_id } = await world.meter();
  const price = usagePrice([{ meter_id, ...small }]);
  const attached = [attach(credit, "10", small)];
  const body = { name: "Plan", tax_category: "saas", price, credit_entitlements: attached };
  const made = await world.call("createProduct", { body });
  expect(made.headers.get("drawdown-warning")?.split("; `")).toEqual([
    warning("price.meters[0].price_per_unit"),
    warning("credit_entitlements[0].price_per_unit").slice(1),
  ]);
});

scenario("WRN-02 a price as language models have it is not", async (world) => {
  for (const [name, price_per_unit, currency] of [
    ["a", "0.0005", "USD"],
    ["b", "0.0001", "USD"],
    ["c", "5", "JPY"],
  ] as const) {
    const body = { name, unit: "token", precision: 0, rollover_enabled: false };
    const made = await world.call("createCreditEntitlement", {
      body: { ...body, ...withOverage({ price_per_unit, currency }) },
    });
    expect([made.status, made.headers.get("drawdown-warning")]).toEqual([201, null]);
  }
});

scenario("WRN-02 the figures are those of the currency", async (world) => {
  const body = { name: "Yen", unit: "token", precision: 0, rollover_enabled: false };
  const { headers } = await world.call("createCreditEntitlement", {
    body: { ...body, ...withOverage({ ...small, currency: "JPY" }) },
  });
  expect(headers.get("drawdown-warning")).toMatch(/1,000 units cost 0.005 JPY/);
});
