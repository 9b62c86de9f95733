import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Entitlement, pathOf, type World, withOverage } from "../harness/world.js";

type Fields = Readonly<Record<string, unknown>>;

const required = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};

const optionalNulls = {
  description: null,
  expires_after_days: null,
  rollover_percentage: null,
  rollover_timeframe_count: null,
  rollover_timeframe_interval: null,
  max_rollover_count: null,
  overage_limit: null,
  overage_behavior: null,
  currency: null,
  price_per_unit: null,
};

const everything = {
  name: "Monthly AI tokens",
  description: "Tokens for text generation",
  unit: "token",
  precision: 2,
  expires_after_days: 30,
  rollover_enabled: true,
  rollover_percentage: 75,
  rollover_timeframe_count: 1,
  rollover_timeframe_interval: "Month",
  max_rollover_count: 3,
  overage_enabled: true,
  overage_limit: 50000,
  overage_behavior: "carry_deficit",
  currency: "EUR",
  price_per_unit: "0.0005",
};

const generated = {
  id: expect.stringMatching(/^cde_[0-9A-Za-z]{21}$/),
  business_id: expect.stringMatching(/^bus_/),
  created_at: "2026-01-01T00:00:00.000000Z",
  updated_at: "2026-01-01T00:00:00.000000Z",
};

async function listed(world: World): Promise<readonly Entitlement[]> {
  const query = { page_size: 100 };
  return (await world.ok<{ items: Entitlement[] }>("listCreditEntitlements", { query })).items;
}

/** Each of these fields makes an otherwise good create body bad, and none of them leaves a trace. */
async function refuses(
  world: World,
  bad: readonly Fields[],
  code = "INVALID_REQUEST_BODY",
): Promise<void> {
  const before = await listed(world);
  for (const fields of bad) {
    const sent = { ...required, name: "Refused", ...fields };
    const { status, body } = await world.call("createCreditEntitlement", { body: sent });
    expect({ status, body }, JSON.stringify(fields)).toEqual({
      status: 422,
      body: { code, message: expect.any(String) },
    });
  }
  expect(await listed(world)).toEqual(before);
}

/** Each of these fields is taken in a create body and given back as it was sent. */
async function accepts(world: World, good: readonly Fields[]): Promise<void> {
  for (const [number, fields] of good.entries()) {
    const sent = { ...required, name: `Credit ${number}`, ...fields };
    const { status, body } = await world.call("createCreditEntitlement", { body: sent });
    expect({ status, body }, JSON.stringify(fields)).toMatchObject({ status: 201, body: sent });
  }
  expect(await listed(world)).toHaveLength(good.length);
}

const each = (field: string, values: readonly unknown[], more: Fields = {}): Fields[] =>
  values.map((value) => ({ [field]: value, ...more }));

scenario("ENT-01 creating an entitlement answers 201 with all of it", async (world) => {
  const result = await world.call("createCreditEntitlement", { body: everything });
  expect(result.status).toBe(201);
  expect(result.body).toEqual({ ...everything, ...generated });
  expect(await listed(world)).toEqual([result.body]);
});

scenario("ENT-01 both timestamps of a new entitlement are the present", async (world) => {
  const now = await world.advance("2026-03-04T05:06:07Z");
  expect(await world.entitlement()).toMatchObject({ created_at: now, updated_at: now });
});

scenario("ENT-02 a create body needs its five fields, each of its type", async (world) => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    name: [undefined, null, 5, true, {}, ["Tokens"]],
    unit: [undefined, null, 5, false, {}, ["token"]],
    precision: [undefined, null, "0", true, {}, [0]],
    rollover_enabled: [undefined, null, "false", 0, {}, [false]],
    overage_enabled: [undefined, null, "false", 0, {}, [false]],
  };
  for (const [field, values] of Object.entries(wrong)) await refuses(world, each(field, values));
  expect(await listed(world)).toEqual([]);
});

scenario("ENT-02 the refusal names the field that is missing", async (world) => {
  for (const field of Object.keys(required)) {
    const body = { ...required, [field]: undefined };
    const error = await world.refused(422, "createCreditEntitlement", { body });
    expect(error.message).toContain(field);
  }
});

httpScenario("ENT-02 a create body that is no object is refused", async (world) => {
  for (const body of ["null", "[]", '"Tokens"', "7", "{", '{"name":"Tokens"', ""]) {
    const headers = { "content-type": "application/json" };
    const response = await world.raw("POST", "/credit-entitlements", { headers, body });
    expect(response.status, body).toBe(422);
    expect(await response.json(), body).toMatchObject({ code: "INVALID_REQUEST_BODY" });
  }
  expect(await listed(world)).toEqual([]);
});

scenario("ENT-03 the other create fields may be left out or null", async (world) => {
  const settled = { ...optionalNulls, overage_behavior: "forgive_at_reset", ...generated };
  expect(await world.ok("createCreditEntitlement", { body: required })).toEqual({
    ...required,
    ...settled,
  });
  const body = { ...required, ...optionalNulls, name: "With nulls" };
  expect(await world.ok("createCreditEntitlement", { body })).toEqual({ ...body, ...settled });
  for (const [field, value] of Object.entries(optionalNulls)) {
    const one = { ...required, name: `Null ${field}`, [field]: value };
    const { status } = await world.call("createCreditEntitlement", { body: one });
    expect(status, field).toBe(201);
  }
});

scenario("ENT-04 the id of an entitlement begins with cde_ and is its own", async (world) => {
  const ids = [];
  for (const name of ["A", "B", "C"]) ids.push((await world.entitlement({ name })).id);
  for (const id of ids) expect(id).toMatch(/^cde_[0-9A-Za-z]{21}$/);
  expect(new Set(ids).size).toBe(3);
});

scenario("ENT-04 an id sent by the caller is not used", async (world) => {
  expect((await world.entitlement({ id: "cent_mine" })).id).toMatch(/^cde_[0-9A-Za-z]{21}$/);
});

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

scenario("ENT-16 a life past the year 9999 leaves a grant that can be read", async (world) => {
  const customer = await world.customer();
  for (const expires_after_days of [3_000_000, 2_147_483_647]) {
    const name = `${expires_after_days} days`;
    const holding = {
      entitlement: await world.entitlement({ name, expires_after_days }),
      customer,
    };
    expect((await world.credit(holding, "5")).status, name).toBe(201);
    const result = await world.call("listGrants", { path: pathOf(holding) });
    expect(result.status, name).toBe(200);
    const timestampOrNull = /"expires_at":("\d{4}-\d\d-\d\dT[\d:.]+Z"|null)/;
    expect(JSON.stringify(result.body), name).toMatch(timestampOrNull);
  }
});

scenario("ENT-17 max_rollover_count is a whole number from zero up, or null", async (world) => {
  await refuses(world, each("max_rollover_count", [-1, 1.5, "3", false]));
  await accepts(world, each("max_rollover_count", [0, 1, 3, 2147483647, null]));
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

scenario("ENT-20 two active entitlements cannot have the same name", async (world) => {
  await world.entitlement({ name: "Tokens" });
  const taken = "CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS";
  await refuses(world, [{ name: "Tokens" }, { name: "Tokens", unit: "image" }], taken);
  for (const name of ["tokens", "TOKENS", "Tokens ", "Token"]) await world.entitlement({ name });
  expect(await listed(world)).toHaveLength(5);
});

scenario("ENT-20 the name of a deleted entitlement is free again", async (world) => {
  const { id } = await world.entitlement({ name: "Tokens" });
  await world.ok("deleteCreditEntitlement", { path: { id } });
  expect(await world.entitlement({ name: "Tokens" })).not.toMatchObject({ id });
});

httpScenario("ENT-20 another business may use the same name", async (world) => {
  await world.entitlement({ name: "Tokens" });
  const response = await world.raw("POST", "/credit-entitlements", {
    headers: { authorization: "Bearer dodo_test_other", "content-type": "application/json" },
    body: JSON.stringify({ ...required, name: "Tokens" }),
  });
  expect(response.status).toBe(201);
  expect(await listed(world)).toHaveLength(1);
});

scenario("ENT-21 credit_type, unit_name and unit_currency do not exist", async (world) => {
  const older = { credit_type: "fiat", unit_name: "US dollar", unit_currency: "USD" };
  const entitlement = await world.entitlement(older);
  expect(Object.keys(entitlement).sort()).toEqual(
    Object.keys({ ...required, ...optionalNulls, ...generated }).sort(),
  );
  expect(entitlement).toMatchObject({ unit: "token", currency: null });
  await refuses(world, [{ unit: undefined, ...older }]);
});

scenario("ENT-21 money is 5,000 credits in cents for 50 USD", async (world) => {
  const entitlement = await world.entitlement({ unit: "USD cents", precision: 0 });
  const holding = { entitlement, customer: await world.customer() };
  await world.credit(holding, "5000");
  await world.debit(holding, "37");
  expect(await world.ledger(holding)).toBe(
    "credit_added +5000 : 0→5000, overage 0→0\ncredit_deducted -37 : 5000→4963, overage 0→0",
  );
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

const unknown = { colour: "red", nested: { deep: [1, null] }, id: "cde_mine", deleted: true };

scenario("ENT-24 unknown properties of an entitlement are ignored", async (world) => {
  const entitlement = await world.entitlement(unknown);
  expect(entitlement).toEqual({
    ...required,
    ...optionalNulls,
    overage_behavior: "forgive_at_reset",
    ...generated,
  });
  const path = { id: entitlement.id };
  await world.ok("updateCreditEntitlement", { path, body: unknown });
  expect(await listed(world)).toEqual([entitlement]);
});

scenario("ENT-24 unknown properties of other bodies are ignored too", async (world) => {
  const customer = await world.customer(unknown);
  const holding = { entitlement: await world.entitlement(), customer };
  const { customer_id } = customer;
  const renamed = { path: { customer_id }, body: { ...unknown, name: "Ada Example" } };
  const event = { event_id: "e1", customer_id, event_name: "call", ...unknown };
  const answers = [
    customer,
    await world.ok("updateCustomer", renamed),
    (await world.credit(holding, "5", unknown)).body,
    await world.meter(unknown),
    await world.ok("ingestEvents", { body: { events: [event], ...unknown } }),
  ];
  for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/colour|nested|mine/);
  expect(answers.at(-1)).toEqual({ ingested_count: 1 });
  expect(await world.ledger(holding)).toBe("credit_added +5 : 0→5, overage 0→0");
});
