import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { listed } from "./support/entitlement-calls.js";
import { generated, optionalNulls, required } from "./support/entitlement-fields.js";
import { entitlement, meter } from "./support/sample-bodies.js";

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

scenario(
  "ENT-24 a field the schema does not know is ignored, and a header tells of it",
  async (world) => {
    const known = await world.call("createCreditEntitlement", { body: entitlement });
    expect(known.headers.get("drawdown-warning")).toBeNull();
    const body = { ...entitlement, name: "Second", expiry_duration: 30, colour: "red" };
    const { status, body: made, headers } = await world.call("createCreditEntitlement", { body });
    expect([status, made]).toMatchObject([201, { name: "Second" }]);
    expect((made as { expires_after_days?: number | null }).expires_after_days ?? null).toBeNull();
    const warning = headers.get("drawdown-warning");
    for (const named of ["expiry_duration", "expires_after_days", "colour"]) {
      expect(warning).toContain(named);
    }
  },
);

scenario("ENT-24 a field unknown inside another field is told of as well", async (world) => {
  const body = { ...meter, aggregation: { type: "count", windows: 5 } };
  const { status, headers } = await world.call("createMeter", { body });
  expect([status, headers.get("drawdown-warning")]).toEqual([
    201,
    expect.stringContaining("windows"),
  ]);
});

scenario(
  "ENT-24 a strict sandbox refuses the field and says what was meant",
  async (world) => {
    const body = { ...entitlement, expiry_duration: 30 };
    const refusal = await world.refused(422, "createCreditEntitlement", { body });
    expect(refusal.code).toBe("INVALID_REQUEST_BODY");
    expect(refusal.message).toMatch(/expiry_duration.*expires_after_days/);
    expect(await world.ok("listCreditEntitlements")).toEqual({ items: [] });
    await world.ok("createCreditEntitlement", { body: entitlement });
  },
  { strict: true },
);

httpScenario("ENT-24 one request can ask to be read strictly", async (world) => {
  const post = (strict: string) =>
    world.raw("POST", "/credit-entitlements", {
      headers: { "content-type": "application/json", "drawdown-strict": strict },
      body: JSON.stringify({ ...entitlement, expiry_duration: 30 }),
    });
  const refused = await post("true");
  expect([refused.status, await refused.json()]).toEqual([
    422,
    {
      code: "INVALID_REQUEST_BODY",
      message: expect.stringMatching(/expiry_duration.*expires_after_days/),
    },
  ]);
  expect(await world.ok("listCreditEntitlements")).toEqual({ items: [] });
  expect((await post("false")).status).toBe(201);
});
