import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  recurringPrice,
  type Subscription,
  sell,
  subscribe,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";

const late = { at: "9998-06-01T00:00:00Z" };
const theEnd = "9999-12-31T23:59:59.999000Z";

const credit = { name: "Tokens", unit: "token", precision: 0 };
const plain = { ...credit, rollover_enabled: false, overage_enabled: false };

/** The subscription, as it is. */
const read = (world: World, subscription_id: string): Promise<Subscription> =>
  world.ok("retrieveSubscription", { path: { subscription_id } });

const message = expect.stringContaining("lead beyond the year 9999; send a smaller number");

scenario(
  "CLK-22 a term that leads beyond the year 9999 is refused where it is given",
  async (world) => {
    const entitlement = await world.entitlement();
    const path = { id: entitlement.id };
    const days = { expires_after_days: 3_000_000 };
    const timeframe = { rollover_timeframe_count: 8000, rollover_timeframe_interval: "Year" };
    const rolling = { ...plain, rollover_enabled: true };
    const product = (price: object, attached: object = {}) => ({
      name: "Plan",
      tax_category: "saas",
      price,
      credit_entitlements: [attach(entitlement, "1", { ...attached })],
    });
    const refusals = [
      await world.refused(422, "createCreditEntitlement", { body: { ...plain, ...days } }),
      await world.refused(422, "createCreditEntitlement", { body: { ...rolling, ...timeframe } }),
      await world.refused(422, "updateCreditEntitlement", { path, body: days }),
      await world.refused(422, "createProduct", { body: product(recurringPrice(), days) }),
      await world.refused(422, "createProduct", { body: product(recurringPrice(), timeframe) }),
      await world.refused(422, "createProduct", {
        body: product(recurringPrice({ subscription_period_count: 7974 })),
      }),
      await world.refused(422, "createProduct", {
        body: product(recurringPrice({ payment_frequency_count: 2_147_483_647 })),
      }),
    ];
    for (const refusal of refusals) {
      expect(refusal).toEqual({ code: "INVALID_REQUEST_PARAMETERS", message });
    }
    await world.advance("9998-06-01T00:00:00Z");
    const trial = product(
      recurringPrice({ subscription_period_count: 1, trial_period_days: 1000 }),
    );
    expect(await world.refused(422, "createProduct", { body: trial })).toMatchObject({ message });
    const sold = await sell(world, recurringPrice({ subscription_period_count: 1 }), []);
    const given = await world.refused(422, "createCheckoutSession", {
      body: {
        product_cart: [{ product_id: sold.product_id, quantity: 1 }],
        subscription_data: { trial_period_days: 1000 },
        metadata: { trial_period_days: "9999999" },
      },
    });
    expect(given.message).toContain("`subscription_data.trial_period_days` is 1000");
  },
);

scenario(
  "CLK-20 a subscription ends with the year 9999, and its credits with it",
  async (world) => {
    const entitlement = await world.entitlement({ expires_after_days: 400 });
    const product = await sell(world, recurringPrice({ subscription_period_count: 1000 }), [
      attach(entitlement, "10", { expires_after_days: 700_000 }),
    ]);
    await world.control("PATCH", "/_sandbox/clock", { now: "9998-06-01T00:00:00Z" });
    const customer = await world.customer();
    const id = await subscribe(world, product, customer);
    await world.credit({ entitlement, customer }, "5");
    await world.advance("P1Y");
    await world.credit({ entitlement, customer }, "5");
    expect(await read(world, id)).toMatchObject({ status: "active", expires_at: theEnd });
    expect(await world.advance("9999-12-31T23:59:59.999Z")).toBe(theEnd);
    expect(await read(world, id)).toMatchObject({ status: "expired" });
    expect(await world.balance({ entitlement, customer })).toMatchObject({ balance: "0" });
    await world.audited();
  },
);

scenario(
  "CLK-20 at the end of time everything is over at once, and calls are answered",
  async (world) => {
    const entitlement = await world.entitlement({ expires_after_days: 1 });
    const meter = await world.meter();
    const product = await sell(
      world,
      usagePrice([meterLink(meter, entitlement)], { trial_period_days: undefined }),
      [attach(entitlement, "10")],
    );
    await world.control("PATCH", "/_sandbox/clock", { now: "9999-12-31T23:59:59.500Z" });
    const customer = await world.customer();
    const id = await subscribe(world, product, customer);
    const use = (event_id: string) =>
      world.ok("ingestEvents", {
        body: {
          events: [
            {
              event_id,
              customer_id: customer.customer_id,
              event_name: "tokens.used",
              metadata: { tokens: 3 },
            },
          ],
        },
      });
    await use("in time");
    expect(await world.advance("9999-12-31T23:59:59.999Z")).toBe(theEnd);
    await use("too late");
    expect(await read(world, id)).toMatchObject({ status: "expired" });
    expect(await world.balance({ entitlement, customer })).toMatchObject({ balance: "0" });
    await world.audited();
  },
);

scenario(
  "CLK-20 a pause that outlasts the years, and a card that works again in the last of them",
  async (world) => {
    const entitlement = await world.entitlement();
    const product = await sell(world, recurringPrice({ subscription_period_count: 1 }), [
      attach(entitlement, "10"),
    ]);
    const customer = await world.customer();
    const [paused, held] = [
      await subscribe(world, product, customer),
      await subscribe(world, product, await world.customer({ email: "grace@example.com" })),
    ];
    const status = (subscription_id: string, to: string) =>
      world.ok("updateSubscription", { path: { subscription_id }, body: { status: to } });
    await status(paused, "paused");
    await world.control("PUT", `/_sandbox/subscriptions/${held}/card`, { fails: true });
    await world.advance("9999-12-31T23:59:59Z");
    await status(paused, "active");
    await world.control("PUT", `/_sandbox/subscriptions/${held}/card`, { fails: false });
    expect(await world.advance("9999-12-31T23:59:59.999Z")).toBe(theEnd);
    for (const id of [paused, held]) {
      expect(await read(world, id)).toMatchObject({ status: "expired" });
    }
    await world.audited();
  },
  late,
);
