import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type World, withOverage } from "../harness/world.js";
import { listed } from "./support/entitlement-calls.js";
import { accepts, each, refuses } from "./support/entitlement-creation.js";
import { required } from "./support/entitlement-fields.js";

const behaviours = [
  "forgive_at_reset",
  "invoice_at_billing",
  "carry_deficit",
  "carry_deficit_auto_repay",
];

scenario("ENT-12 overage needs a price, however it is settled", async (world) => {
  const overage = { overage_enabled: true, currency: "USD" };
  const unpriced = [overage, { ...overage, price_per_unit: null }];
  const settled = each("overage_behavior", behaviours, overage);
  await refuses(world, [...unpriced, ...settled], "INVALID_REQUEST_PARAMETERS");
  await accepts(world, [withOverage(), { overage_enabled: false }, { currency: "USD" }]);
});

scenario("ENT-13 a price needs a currency, with overage or without", async (world) => {
  const price = { price_per_unit: "1" };
  const bad = [price, { ...price, currency: null }, { ...price, overage_enabled: true }];
  await refuses(world, bad, "INVALID_REQUEST_PARAMETERS");
  await accepts(world, [{ ...price, currency: "USD" }, withOverage()]);
});

scenario("ENT-14 overage_behavior is one of four words", async (world) => {
  const older = ["bill_overage_at_billing", "forgive_overage_at_reset", "carry_over_deficit"];
  const wrong = [...older, "Forgive_at_reset", "FORGIVE_AT_RESET", "none", "", 1, true];
  await refuses(world, each("overage_behavior", wrong));
  await accepts(world, each("overage_behavior", behaviours));
});

scenario("ENT-14 an overage_behavior left out or null is forgive_at_reset", async (world) => {
  const leftOut = await world.entitlement({ name: "Left out" });
  const sentNull = await world.entitlement({ name: "Null", overage_behavior: null });
  expect([leftOut.overage_behavior, sentNull.overage_behavior]).toEqual([
    "forgive_at_reset",
    "forgive_at_reset",
  ]);
});

scenario("ENT-15 overage_limit is a whole number from zero up, or null", async (world) => {
  await refuses(world, each("overage_limit", [-1, 1.5, "10", true]));
  await accepts(world, each("overage_limit", [0, 1, 50000, 2 ** 40, null]));
});

const withLimit = (world: World, limit: string) =>
  world.raw("POST", "/credit-entitlements", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...required, name: limit }).replace("}", `,"overage_limit":${limit}}`),
  });

httpScenario(
  "ENT-15 overage_limit is kept to the digit as far as whole numbers go",
  async (world) => {
    const response = await withLimit(world, "9007199254740991");
    expect(response.status).toBe(201);
    expect(await response.text()).toContain('"overage_limit":9007199254740991,');
  },
);

httpScenario(
  "ENT-15 an overage_limit that could not be kept to the digit is refused",
  async (world) => {
    for (const limit of ["9007199254740992", "9007199254740993", "10000000000000000000"]) {
      expect((await withLimit(world, limit)).status, limit).toBe(422);
    }
    expect(await listed(world)).toEqual([]);
  },
);

scenario("ENT-15 usage may reach the limit and not pass it", async (world) => {
  const capped = await world.entitlement(withOverage({ overage_limit: 10 }));
  const holding = { entitlement: capped, customer: await world.customer() };
  expect((await world.debit(holding, "10")).status).toBe(201);
  expect(await world.debit(holding, "1")).toMatchObject({
    status: 400,
    body: { code: "OVERAGE_LIMIT_EXCEEDED" },
  });
  expect(await world.ledger(holding)).toBe("overage_charged -10 : 0→0, overage 0→10");
});

scenario("ENT-15 a null limit lifts the cap", async (world) => {
  const uncapped = await world.entitlement(withOverage({ overage_limit: null }));
  const holding = { entitlement: uncapped, customer: await world.customer() };
  expect((await world.debit(holding, "9999999999")).status).toBe(201);
  expect(await world.ledger(holding)).toBe(
    "overage_charged -9999999999 : 0→0, overage 0→9999999999",
  );
});

scenario("ENT-18 price_per_unit is a decimal string above zero", async (world) => {
  const usd = { currency: "USD" };
  const notDecimals = [1, 0.5, "", "abc", "1e3", "1.", ".5", " 1", "-1", "+1", "1,5", "NaN"];
  await refuses(world, each("price_per_unit", notDecimals, usd));
  await refuses(world, each("price_per_unit", ["0", "0.0"], usd), "INVALID_REQUEST_PARAMETERS");
  await accepts(world, each("price_per_unit", ["0.0005", "0.000000000001", "1", "250.25"], usd));
});

const currencies = `AED ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP
  BYN BZD CAD CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD
  GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP
  LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
  PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SLL SOS SRD SSP STN SVC
  SZL THB TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`;

scenario("ENT-19 currency is one of 145 codes", async (world) => {
  await refuses(
    world,
    each("currency", ["usd", "Usd", "US", "USDT", "XXX", "BTC", "IRR", "", 840]),
  );
  const known = currencies.split(/\s+/);
  expect(known).toHaveLength(145);
  const { id } = await world.entitlement();
  for (const currency of known) {
    await world.ok("updateCreditEntitlement", { path: { id }, body: { currency } });
    const body = { ...required, name: currency, currency };
    expect(await world.ok("createCreditEntitlement", { body })).toMatchObject({ currency });
    expect(await world.ok("retrieveCreditEntitlement", { path: { id } })).toMatchObject({
      currency,
    });
  }
});
