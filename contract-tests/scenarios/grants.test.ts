import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Grant, type Holding, pathOf, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

const oldestFirst = async (world: World, holding: Holding): Promise<Grant[]> =>
  [...(await world.grants(holding))].reverse();

const expiries = async (world: World, holding: Holding) =>
  (await oldestFirst(world, holding)).map((it) => it.expires_at);

const initials = async (world: World, holding: Holding, query = {}) =>
  (await world.grants(holding, query)).map((it) => it.initial_amount);

const listGrants = (world: World, holding: Holding, query = {}) =>
  world.call("listGrants", { path: pathOf(holding), query });

const notFound = { status: 404, body: { code: "NOT_FOUND", message: expect.any(String) } };

scenario("GRT-01 a credit issues one grant that holds all of it", async (world) => {
  const holding = await open(world, { precision: 1 });
  const answer = await world.credit(holding, "100", { metadata: { campaign: "welcome" } });
  expect(await world.grants(holding)).toEqual([
    {
      id: expect.stringMatching(/^cdg_\w+$/),
      ...pathOf(holding),
      initial_amount: "100.0",
      remaining_amount: "100.0",
      source_type: "api",
      source_id: null,
      parent_grant_id: null,
      rollover_count: 0,
      is_expired: false,
      is_rolled_over: false,
      expires_at: null,
      metadata: { campaign: "welcome" },
      created_at: "2026-01-01T00:00:00.000000Z",
      updated_at: "2026-01-01T00:00:00.000000Z",
    },
  ]);
  await world.credit(holding, "100");
  await world.debit(holding, "1");
  expect(await world.holdings(holding)).toBe("99.0 of 100.0 (api)\n100.0 of 100.0 (api)");
  expect(answer.status).toBe(201);
  await world.audited();
});

scenario("GRT-02 a grant from the ledger endpoint has the source type api", async (world) => {
  const repaying = withOverage({ overage_behavior: "carry_deficit_auto_repay" });
  const holding = await open(world, repaying);
  await world.debit(holding, "5");
  await world.credit(holding, "8");
  await world.credit(holding, "9", { expires_at: "2026-02-01T00:00:00Z" });
  const types = async () => (await world.grants(holding)).map((it) => it.source_type);
  expect(await types()).toEqual(["api", "api"]);
  await world.advance("60d");
  expect(await types()).toEqual(["api", "api"]);
  expect(await world.holdings(holding)).toBe("3 of 8 (api)\n0 of 9 (api, expired)");
  await world.audited();
});

scenario("GRT-03 a grant from the ledger endpoint names no source", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "8", { reason: "sub_1", metadata: { source_id: "pay_1" } });
  expect((await world.grants(holding)).map((it) => it.source_id)).toStrictEqual([null]);
  expect(await world.holdings(holding)).toBe("8 of 8 (api)");
  await world.audited();
});

scenario("GRT-04 credits live for their days of 24 hours each", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  await world.credit(holding, "1");
  await world.advance("2026-02-10T13:14:15.678901Z");
  await world.credit(holding, "2");
  expect(await expiries(world, holding)).toEqual([
    "2026-01-31T00:00:00.000000Z",
    "2026-03-12T13:14:15.678901Z",
  ]);
  const daily = await world.entitlement({ name: "Daily", expires_after_days: 1 });
  await world.credit({ ...holding, entitlement: daily }, "3");
  expect(await expiries(world, { ...holding, entitlement: daily })).toEqual([
    "2026-02-11T13:14:15.678901Z",
  ]);
  const lasting = await world.entitlement({ name: "Lasting", expires_after_days: null });
  await world.credit({ ...holding, entitlement: lasting }, "4");
  expect(await expiries(world, { ...holding, entitlement: lasting })).toEqual([null]);
  expect(await world.holdings(holding)).toBe("0 of 1 (api, expired)\n2 of 2 (api)");
  await world.audited();
});

scenario("GRT-05 the expiry sent with a credit goes before the setting", async (world) => {
  const holding = await open(world, { expires_after_days: 30 });
  for (const more of [
    { expires_at: "2026-01-02T03:04:05Z" },
    { expires_at: "2031-01-01T00:00:00+02:00" },
    { expires_at: null },
    {},
  ]) {
    expect((await world.credit(holding, "1", more)).status).toBe(201);
  }
  expect(await expiries(world, holding)).toEqual([
    "2026-01-02T03:04:05.000000Z",
    "2030-12-31T22:00:00.000000Z",
    "2026-01-31T00:00:00.000000Z",
    "2026-01-31T00:00:00.000000Z",
  ]);
  const lasting = await world.entitlement({ name: "Lasting" });
  const other = { ...holding, entitlement: lasting };
  for (const more of [{}, { expires_at: null }, { expires_at: "2026-01-05T00:00:00Z" }]) {
    await world.credit(other, "1", more);
  }
  expect(await expiries(world, other)).toEqual([null, null, "2026-01-05T00:00:00.000000Z"]);
  expect(await world.holdings(holding)).toBe(
    "1 of 1 (api)\n1 of 1 (api)\n1 of 1 (api)\n1 of 1 (api)",
  );
  await world.audited();
});

scenario("GRT-06 the grant list is a page and may be empty", async (world) => {
  const holding = await open(world);
  expect(await listGrants(world, holding)).toMatchObject({ status: 200, body: { items: [] } });
  for (const amount of ["1", "2", "3"]) {
    await world.credit(holding, amount);
    await world.advance("1h");
  }
  const page = { page_size: 2 };
  expect(await initials(world, holding, { ...page, page_number: 0 })).toEqual(["3", "2"]);
  expect(await initials(world, holding, { ...page, page_number: 1 })).toEqual(["1"]);
  expect(await initials(world, holding, { ...page, page_number: 2 })).toEqual([]);
  const customer = await world.customer({ email: "bob@example.com", name: "Bob" });
  expect(await initials(world, { ...holding, customer })).toEqual([]);
  expect((await listGrants(world, holding)).body).toStrictEqual({
    items: await world.grants(holding),
  });
  expect(await listGrants(world, { ...holding, entitlement: { id: "cde_none" } })).toMatchObject(
    notFound,
  );
  expect(await world.holdings(holding)).toBe("1 of 1 (api)\n2 of 2 (api)\n3 of 3 (api)");
  await world.audited();
});

scenario("GRT-07 grants can be narrowed to active, expired or depleted", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "1");
  await world.credit(holding, "2", { expires_at: "2026-01-02T00:00:00Z" });
  await world.advance("1d");
  await world.debit(holding, "1");
  await world.credit(holding, "3");
  await world.advance("1h");
  await world.credit(holding, "4", { expires_at: "2026-06-01T00:00:00Z" });
  expect(await initials(world, holding, { status: "active" })).toEqual(["4", "3"]);
  expect(await initials(world, holding, { status: "expired" })).toEqual(["2"]);
  expect(await initials(world, holding, { status: "depleted" })).toEqual(["1"]);
  expect([...(await initials(world, holding))].sort()).toEqual(["1", "2", "3", "4"]);
  for (const status of ["Active", "used", "all", "active,expired", ""]) {
    expect(await listGrants(world, holding, { status })).toMatchObject({
      status: 422,
      body: { code: "INVALID_QUERY_PARAMS", message: expect.any(String) },
    });
  }
  expect(await world.holdings(holding)).toBe(
    "0 of 1 (api)\n0 of 2 (api, expired)\n3 of 3 (api)\n4 of 4 (api)",
  );
  await world.audited();
});

scenario("GRT-08 a grant emptied before its date stays depleted", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "10", { expires_at: "2026-01-11T00:00:00Z" });
  await world.advance("1h");
  await world.credit(holding, "20", { expires_at: "2026-01-11T00:00:00Z" });
  await world.debit(holding, "15");
  const classes = async () => ({
    active: await initials(world, holding, { status: "active" }),
    depleted: await initials(world, holding, { status: "depleted" }),
    expired: await initials(world, holding, { status: "expired" }),
  });
  expect(await classes()).toEqual({ active: ["20"], depleted: ["10"], expired: [] });
  await world.advance("30d");
  expect(await classes()).toEqual({ active: [], depleted: ["10"], expired: ["20"] });
  expect(await world.holdings(holding)).toBe("0 of 10 (api)\n0 of 20 (api, expired)");
  await world.audited();
});

scenario("GRT-09 a grant with credit left at its expiry is emptied and marked", async (world) => {
  const holding = await open(world, { precision: 2 });
  await world.credit(holding, "10", { expires_at: "2026-01-11T00:00:00Z" });
  await world.debit(holding, "2.5");
  await world.advance("2026-01-10T23:59:59.999999Z");
  expect(await world.holdings(holding)).toBe("7.50 of 10.00 (api)");
  await world.advance("2026-01-11T00:00:00Z");
  expect(await world.holdings(holding)).toBe("0.00 of 10.00 (api, expired)");
  expect((await world.balance(holding)).balance).toBe("0.00");
  await world.audited();
});

scenario("GRT-11 a grant without a rollover behind it shows no trace of one", async (world) => {
  const holding = await open(world, {
    rollover_enabled: true,
    rollover_percentage: 50,
    max_rollover_count: 2,
  });
  await world.credit(holding, "10", { expires_at: "2026-01-11T00:00:00Z" });
  await world.credit(holding, "10");
  await world.advance("60d");
  for (const grant of await world.grants(holding)) {
    expect(grant).toMatchObject({
      rollover_count: 0,
      parent_grant_id: null,
      is_rolled_over: false,
    });
  }
  expect(await world.holdings(holding)).toBe("0 of 10 (api, expired)\n10 of 10 (api)");
  await world.audited();
});

scenario("GRT-12 a grant carries the metadata of its API call", async (world) => {
  const holding = await open(world);
  const metadata = { campaign: "welcome", tier: 2, share: 0.5, is_gift: true };
  await world.credit(holding, "10", { metadata });
  await world.debit(holding, "1", { metadata: { other: "debit" } });
  expect((await world.grants(holding)).map((it) => it.metadata)).toStrictEqual([metadata]);
  expect(await world.holdings(holding)).toBe("9 of 10 (api)");
  await world.audited();
});

scenario("GRT-12 a grant whose API call had no metadata shows null", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "1");
  await world.credit(holding, "2", { metadata: null });
  expect((await world.grants(holding)).map((it) => it.metadata)).toStrictEqual([null, null]);
  expect(await world.holdings(holding)).toBe("1 of 1 (api)\n2 of 2 (api)");
  await world.audited();
});

scenario("GRT-13 updated_at moves with what is left and with the flags", async (world) => {
  const holding = await open(world);
  const updates = async () => (await oldestFirst(world, holding)).map((it) => it.updated_at);
  const day = (date: number) => `2026-01-0${date}T00:00:00.000000Z`;
  await world.credit(holding, "10", { expires_at: "2026-01-07T00:00:00Z" });
  await world.advance("1d");
  await world.credit(holding, "20", { expires_at: "2026-01-08T00:00:00Z" });
  expect(await updates()).toEqual([day(1), day(2)]);
  await world.advance("1d");
  await world.debit(holding, "31"); // refused
  expect(await updates()).toEqual([day(1), day(2)]);
  await world.debit(holding, "4");
  expect(await updates()).toEqual([day(3), day(2)]);
  await world.advance("1d");
  await world.debit(holding, "7");
  expect(await updates()).toEqual([day(4), day(4)]);
  await world.advance("30d"); // the first is empty by now, the second is not
  expect(await updates()).toEqual([day(4), day(8)]);
  expect((await oldestFirst(world, holding)).map((it) => it.created_at)).toEqual([day(1), day(2)]);
  expect(await world.holdings(holding)).toBe("0 of 10 (api)\n0 of 20 (api, expired)");
  await world.audited();
});

scenario("GRT-14 the newest grant is listed first", async (world) => {
  const holding = await open(world);
  for (const amount of ["5", "1", "9", "3"]) {
    await world.credit(holding, amount, { expires_at: `2026-0${amount}-20T00:00:00Z` });
    await world.advance("1s");
  }
  await world.debit(holding, "2");
  expect(await initials(world, holding)).toEqual(["3", "9", "1", "5"]);
  const created = (await world.grants(holding)).map((it) => it.created_at);
  expect(created).toEqual([...created].sort().reverse());
  expect(await world.holdings(holding)).toBe(
    "3 of 5 (api)\n1 of 1 (api)\n9 of 9 (api)\n3 of 3 (api)",
  );
  await world.audited();
});

httpScenario("GRT-17 only a ledger credit makes a grant", async (world) => {
  const holding = await open(world);
  const { credit_entitlement_id, customer_id } = pathOf(holding);
  const grants = `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}/grants`;
  for (const method of ["POST", "PUT", "PATCH"]) {
    const answer = await world.raw(method, grants, {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ initial_amount: "10", amount: "10" }),
    });
    expect(answer.status, method).toBe(405);
  }
  expect(await world.grants(holding)).toEqual([]);
  await world.credit(holding, "10");
  expect(await world.holdings(holding)).toBe("10 of 10 (api)");
  expect(await world.audited()).toBe(1);
});

scenario("GRT-18 what has left the grants is what was debited and expired", async (world) => {
  const holding = await open(
    world,
    withOverage({ overage_limit: 30, overage_behavior: "carry_deficit_auto_repay" }),
  );
  const sum = (numbers: readonly string[]) => numbers.reduce((total, it) => total + Number(it), 0);
  const holds = async () => {
    const grants = await world.grants(holding);
    for (const { initial_amount, remaining_amount } of grants) {
      expect(Number(remaining_amount)).toBeGreaterThanOrEqual(0);
      expect(Number(remaining_amount)).toBeLessThanOrEqual(Number(initial_amount));
    }
    const unexpired = grants.filter((it) => !it.is_expired);
    expect((await world.balance(holding)).balance).toBe(
      `${sum(unexpired.map((it) => it.remaining_amount))}`,
    );
    const left = (await world.entries(holding)).filter((it) =>
      ["credit_deducted", "credit_expired"].includes(it.transaction_type),
    );
    expect(
      sum(grants.map((it) => it.initial_amount)) - sum(grants.map((it) => it.remaining_amount)),
    ).toBe(sum(left.map((it) => it.amount)));
  };
  const steps: readonly (readonly ["credit" | "debit", string, object?])[] = [
    ["credit", "100", { expires_at: "2026-01-04T00:00:00Z" }],
    ["credit", "50"],
    ["debit", "70"],
    ["debit", "65"], // 30 have expired by now; 15 into overage
    ["debit", "16"], // refused
    ["credit", "10", { expires_at: "2026-01-20T00:00:00Z" }], // all of it repays
    ["credit", "40", { expires_at: "2026-01-20T00:00:00Z" }], // 5 of it repay
  ];
  for (const [kind, amount, more] of steps) {
    await world[kind](holding, amount, more);
    await holds();
    await world.advance("1d");
    await holds();
  }
  await world.advance("30d");
  await holds();
  expect(await world.holdings(holding)).toBe(
    ["0 of 100 (api, expired)", "0 of 50 (api)", "0 of 10 (api)", "0 of 40 (api, expired)"].join(
      "\n",
    ),
  );
  await world.audited();
});
