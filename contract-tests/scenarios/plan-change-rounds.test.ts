import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { attach, type Product, recurringPrice, sell, subscribe } from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

/** Plans of 10, 30 and 60 USD with 100, 300 and 600 credits; a customer on one of them, and where it goes. */
async function shop(world: World, first: "small" | "large", more: Fields = {}) {
  const holding = await open(world);
  const planOf = (price: number) =>
    sell(world, recurringPrice({ price }), [attach(holding.entitlement, `${price / 10}`, more)]);
  const plans = {
    small: await planOf(1000),
    large: await planOf(3000),
    huge: await planOf(6000),
  };
  const id = await subscribe(world, plans[first], holding.customer);
  const to = async (plan: Product, change: Fields = {}) => {
    const response = await world.raw("POST", `/subscriptions/${id}/change-plan`, {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        product_id: plan.product_id,
        quantity: 1,
        proration_billing_mode: "difference_immediately",
        ...change,
      }),
    });
    expect(response.status).toBe(200);
    return response.headers.get("drawdown-warning");
  };
  const balance = async () => Number((await world.balance(holding)).balance);
  return { ...plans, holding, id, to, balance };
}

const full = { proration_billing_mode: "full_immediately" };

scenario("SUB-79 there and back leaves what was there, however often", async (world) => {
  const { small, large, to, balance, holding } = await shop(world, "small");
  const seen = [];
  for (let round = 0; round < 3; round++) {
    for (const plan of [large, small]) {
      await world.advance("1d");
      await to(plan);
      seen.push(await balance());
    }
  }
  expect(seen).toEqual([400, 100, 400, 100, 400, 100]);
  expect(await world.ledger(holding)).toContain("credit_deducted -300 : 400→100, overage 0→0");
  await world.audited();
});

scenario("SUB-79 down and up again leaves what was there", async (world) => {
  const { small, large, to, balance } = await shop(world, "large");
  await to(small);
  expect(await balance()).toBe(400);
  await to(large);
  expect(await balance()).toBe(300);
});

scenario("SUB-79 a round through several plans takes back what each gave", async (world) => {
  const { small, large, huge, to, balance } = await shop(world, "small");
  await to(large);
  await world.advance("1d");
  await to(huge);
  expect(await balance()).toBe(1000);
  await world.advance("1d");
  await to(small);
  expect(await balance()).toBe(100);
});

scenario("SUB-79 what is paid in full counts in full", async (world) => {
  const { small, large, to, balance } = await shop(world, "small");
  await to(large, full);
  expect(await balance()).toBe(400);
  await to(small); // sets 20 of the 30 USD off
  expect(await balance()).toBe(200);
  await to(large, full);
  expect(await balance()).toBe(500);
});

scenario("SUB-79 a plan that a renewal paid for in full counts in full", async (world) => {
  const { small, large, to, balance } = await shop(world, "small");
  await to(large, { ...full, effective_at: "next_billing_date" });
  await world.advance("P1M");
  expect(await balance()).toBe(400);
  await to(small);
  expect(await balance()).toBe(200);
});

scenario("SUB-79 what was spent in a round is not given again", async (world) => {
  const { small, large, to, balance, holding } = await shop(world, "small");
  await to(large);
  await world.debit(holding, "400");
  await to(small);
  await to(large);
  expect(await balance()).toBe(0);
  await world.credit(holding, "50");
  await to(small);
  expect(await balance()).toBe(50);
  await world.audited();
});

scenario("SUB-79 a prorated change back takes what the change gave, not more", async (world) => {
  const prorate = { proration_behavior: "prorate" };
  const { small, large, to, balance } = await shop(world, "small", prorate);
  await world.advance("2026-01-16T12:00:00Z");
  const prorated = { proration_billing_mode: "prorated_immediately" };
  await to(large, prorated);
  expect(await balance()).toBe(200);
  await to(small, prorated);
  expect(await balance()).toBe(100);
});

scenario("SUB-79 by the policy each change grants by itself", async (world) => {
  await world.control("PATCH", "/_sandbox/policy", { planChangeBack: "granted" });
  const { small, large, to, balance } = await shop(world, "small");
  await to(large);
  expect(await to(small)).toContain("400 token of Tokens more than its plan changes paid for");
  expect(await balance()).toBe(500);
});

scenario("SUB-79 credits that are not paid for are told, and those that are not", async (world) => {
  const { small, large, to, id } = await shop(world, "small");
  expect(await to(large)).toBe(
    `the change leaves ${id} with 100 token of Tokens more than its plan changes paid for: nothing is published about such credits, and a change back takes them (SUB-79, SUB-40; policy planChangeBack)`,
  );
  expect(await to(small)).toBe(
    `the change leads ${id} back to a plan it was on, so it moves -300 token of Tokens instead of 100 token: a round of plan changes leaves no more than was paid for (SUB-79; policy planChangeBack)`,
  );
  expect(await to(large, full)).toBeNull();
});
