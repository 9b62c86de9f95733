import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { expect, test } from "vitest";
import { httpScenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";

const documented = {
  profile: "documented",
  consumptionOrder: "fifo",
  idempotency: "conflict",
  apiEntriesAs: "credit_entry",
  numericStrings: "counted",
  freeThresholdOnCredits: "ignored",
  cartAmounts: "string",
  webhookAmounts: "string",
  balanceAmounts: "string",
  planChangeDates: "reset",
  planChangeBack: "settled",
  autoRepay: "every_grant",
  percentageLossAs: "credit_expired",
  usageBasedPlanChange: "allowed",
  checkoutCreditAmounts: "allowed",
  emptyEventFilter: "all",
  readOnlyWrites: "forbidden",
  severalSubscriptions: "allowed",
};

const seen = {
  cartAmounts: "number",
  webhookAmounts: "number",
  balanceAmounts: "number",
  idempotency: "replay",
  readOnlyWrites: "unauthorized",
};
const observed = { ...documented, profile: "observed", ...seen };
const custom = { ...documented, profile: "custom" };

const others = {
  consumptionOrder: "earliest_expiry",
  apiEntriesAs: "manual_adjustment",
  numericStrings: "ignored",
  freeThresholdOnCredits: "applied",
  planChangeDates: "unchanged",
  planChangeBack: "granted",
  autoRepay: "next_cycle",
  percentageLossAs: "rollover_forfeited",
  usageBasedPlanChange: "refused",
  checkoutCreditAmounts: "refused",
  emptyEventFilter: "none",
  severalSubscriptions: "refused",
  ...seen,
};

const read = (world: World) => world.control("GET", "/_sandbox/policy");
const set = (world: World, body: object) => world.control("PATCH", "/_sandbox/policy", body);

/** Asks for the policy, or sets it, with any key; answers the status and the body. */
async function ask(world: World, key: string, body?: unknown) {
  const response = await world.raw(body === undefined ? "GET" : "PATCH", "/_sandbox/policy", {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

httpScenario("the policy is the documented one unless something else is said", async (world) => {
  expect(await read(world)).toEqual(documented);
});

httpScenario("each switch is set and read back by itself", async (world) => {
  for (const [name, value] of Object.entries(others)) {
    expect(await set(world, { [name]: value })).toEqual({ ...custom, [name]: value });
    expect(await read(world)).toEqual({ ...custom, [name]: value });
    expect(await set(world, { [name]: documented[name as keyof typeof others] })).toEqual(
      documented,
    );
  }
});

httpScenario("switches that are not sent stay as they are", async (world) => {
  await set(world, { consumptionOrder: "earliest_expiry" });
  await set(world, { numericStrings: "ignored" });
  const two = { ...custom, consumptionOrder: "earliest_expiry", numericStrings: "ignored" };
  expect(await set(world, { autoRepay: "next_cycle" })).toEqual({
    ...two,
    autoRepay: "next_cycle",
  });
  expect(await set(world, others)).toEqual({ ...custom, ...others });
});

httpScenario("a profile sets every switch, and then those sent with it", async (world) => {
  await set(world, others);
  expect(await set(world, { profile: "observed" })).toEqual(observed);
  expect(await set(world, { idempotency: "conflict" })).toEqual({
    ...observed,
    profile: "custom",
    idempotency: "conflict",
  });
  const order = { consumptionOrder: "earliest_expiry" };
  expect(await set(world, { ...order, profile: "observed" })).toEqual({
    ...observed,
    ...order,
    profile: "custom",
  });
  expect(await set(world, { profile: "documented" })).toEqual(documented);
});

httpScenario("the profile is named after what the switches add up to", async (world) => {
  expect(await set(world, seen)).toEqual(observed);
  expect(await set(world, { profile: "observed", ...others })).toEqual({ ...custom, ...others });
  expect(await set(world, { profile: "documented", ...seen })).toEqual(observed);
});

httpScenario("what is no switch or no value of it is 422 and sets nothing", async (world) => {
  await set(world, { autoRepay: "next_cycle" });
  const before = await read(world);
  for (const body of [
    {},
    [],
    "observed",
    { order: "fifo" },
    { consumption_order: "fifo" },
    { consumptionOrder: "lifo" },
    { consumptionOrder: "FIFO" },
    { consumptionOrder: null },
    { consumptionOrder: ["fifo"] },
    { freeThresholdOnCredits: true },
    { balanceAmounts: 1 },
    { profile: "custom" },
    { profile: "strict" },
    { profile: "observed", order: "fifo" },
    { idempotency: "replay", consumptionOrder: "lifo" },
    { idempotency: "replay", toString: "fifo" },
  ]) {
    expect(await ask(world, world.key, body), JSON.stringify(body)).toEqual({
      status: 422,
      body: { code: expect.stringMatching(/^[A-Z][A-Z_]*$/), message: expect.any(String) },
    });
  }
  expect(await read(world)).toEqual(before);
});

httpScenario("each tenant has its own policy", async (world) => {
  await set(world, { profile: "observed" });
  expect(await ask(world, "dodo_test_other")).toEqual({ status: 200, body: documented });
  const order = { consumptionOrder: "earliest_expiry" };
  await ask(world, "dodo_test_other", order);
  expect(await read(world)).toEqual(observed);
  expect(await ask(world, "dodo_test_other")).toEqual({
    status: 200,
    body: { ...custom, ...order },
  });
});

httpScenario("a second key sees the same policy; a read-only one cannot set it", async (world) => {
  await set(world, { consumptionOrder: "earliest_expiry" });
  const policy = await read(world);
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_viewer", access: "read" });
  await world.control("POST", "/_sandbox/keys", { key: "dodo_test_editor", access: "write" });
  expect(await ask(world, "dodo_test_viewer")).toEqual({ status: 200, body: policy });
  expect(await ask(world, "dodo_test_viewer", { profile: "documented" })).toMatchObject({
    status: 403,
    body: { code: "UNAUTHORIZED" },
  });
  expect(await read(world)).toEqual(policy);
  expect(await ask(world, "dodo_test_editor", { profile: "documented" })).toEqual({
    status: 200,
    body: documented,
  });
  expect(await read(world)).toEqual(documented);
});

httpScenario("the policy needs a key", async (world) => {
  for (const method of ["GET", "PATCH"]) {
    const answer = await world.raw(method, "/_sandbox/policy", {
      headers: { authorization: "Basic x" },
    });
    expect(answer.status).toBe(401);
  }
});

httpScenario("a reset brings back the documented policy", async (world) => {
  await set(world, others);
  await world.control("POST", "/_sandbox/reset");
  expect(await read(world)).toEqual(documented);
});

httpScenario(
  "a sandbox may start with switches, for every tenant, and comes back to them",
  async (world) => {
    const order = { consumptionOrder: "earliest_expiry" };
    expect(await read(world)).toEqual({ ...custom, ...order });
    expect(await ask(world, "dodo_test_other")).toMatchObject({ body: order });
    await set(world, { profile: "documented", autoRepay: "next_cycle" });
    await world.control("POST", "/_sandbox/reset");
    expect(await read(world)).toEqual({ ...custom, ...order });
  },
  { policy: { consumptionOrder: "earliest_expiry" } },
);

httpScenario(
  "a sandbox may start with a profile and comes back to it",
  async (world) => {
    expect(await read(world)).toEqual(observed);
    await set(world, { profile: "documented" });
    await world.control("POST", "/_sandbox/reset");
    expect(await read(world)).toEqual(observed);
  },
  { policy: "observed" },
);

const bad: readonly (readonly [policy: unknown, named: string])[] = [
  ["strict", "strict"],
  ["custom", "custom"],
  [5, "policy"],
  [{ consumptionOrder: "lifo" }, "consumptionOrder"],
  [{ freeThresholdOnCredits: true }, "freeThresholdOnCredits"],
  [{ order: "fifo" }, "order"],
];

test.each(bad)("a sandbox does not start with the policy %j", (policy, named) => {
  const start = () => createSandbox({ policy } as SandboxOptions);
  expect(start).toThrow(TypeError);
  expect(start).toThrow(named);
});
