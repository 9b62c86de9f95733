import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import { recurringPrice, sell, subscribe } from "../harness/storefront.js";
import type { World } from "../harness/world.js";

const codes: readonly (readonly [object, RegExp])[] = [
  [{ discount_code: "SUMMER26" }, /`discount_code` is "SUMMER26"/],
  [{ discount_code: "" }, /`discount_code` is ""/],
  [{ discount_codes: ["A", "B"] }, /`discount_codes\[0\]` is "A"/],
  [{ discount_code: "A", discount_codes: ["B"] }, /both set/],
  [{ discount_code: "A", discount_codes: [] }, /both set/],
];

const none = [{ discount_code: null, discount_codes: null }, { discount_codes: [] }, {}];

const start = async (world: World) => ({
  customer: await world.customer(),
  plan: await sell(world, recurringPrice(), []),
});

scenario("CHK-42 a checkout refuses unknown discount codes, and both fields", async (world) => {
  const { plan } = await start(world);
  const product_cart = [{ product_id: plan.product_id, quantity: 1 }];
  for (const operation of ["createCheckoutSession", "previewCheckoutSession"] as const) {
    for (const [more, message] of codes) {
      const body = { product_cart, ...more };
      expect(await world.refused(422, operation, { body }), JSON.stringify(more)).toEqual({
        code: "INVALID_DISCOUNT_CODE",
        message: expect.stringMatching(message),
      });
    }
    for (const more of none) await world.ok(operation, { body: { product_cart, ...more } });
  }
});

scenario("CHK-42 so does a plan change", async (world) => {
  const { plan, customer } = await start(world);
  const path = { subscription_id: await subscribe(world, plan, customer) };
  const { product_id } = await sell(world, recurringPrice({ price: 2000 }), []);
  const change = { product_id, quantity: 1, proration_billing_mode: "full_immediately" };
  for (const operation of ["previewChangePlan", "changePlan"] as const) {
    for (const [more] of codes) {
      const body = { ...change, ...more };
      expect((await world.refused(422, operation, { path, body })).code).toBe(
        "INVALID_DISCOUNT_CODE",
      );
    }
    await world.ok(operation, { path, body: { ...change, discount_codes: [] } });
  }
});
