import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { parse } from "yaml";
import { scenario } from "../harness/scenario.js";
import {
  buy,
  oneTimePrice,
  type Payment,
  recurringPrice,
  sell,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";

const document: {
  readonly components: {
    readonly schemas: { readonly [name: string]: { readonly properties: object } };
  };
} = parse(readFileSync(new URL("../../spec/openapi.yaml", import.meta.url), "utf8"));

const fieldsOf = (schema: string) =>
  Object.keys(document.components.schemas[schema]?.properties ?? {});

interface Event {
  readonly type: string;
  readonly payload: { readonly data: Readonly<Record<string, unknown>> };
}

const dataOf = async (world: World, type: string) => {
  const { items } = await world.control<{ items: Event[] }>(
    "GET",
    `/_sandbox/events?event_type=${type}`,
  );
  return items.map((it) => it.payload.data);
};

scenario("WHK-48 a subscription has every field, empty ones as null", async (world) => {
  const plan = await sell(world, recurringPrice(), []);
  const id = await subscribe(world, plan, await world.customer());
  const [told] = await dataOf(world, "subscription.active");
  const shown: object = await subscriptionOf(world, id);
  for (const it of [told, shown]) {
    expect(Object.keys(it ?? {})).toEqual(expect.arrayContaining(fieldsOf("SubscriptionResponse")));
  }
  expect(told).toMatchObject({ discount_id: null, payment_method_id: null, cancelled_at: null });
});

scenario("WHK-48 a payment has every field, empty ones as null", async (world) => {
  const pack = await sell(world, oneTimePrice(), []);
  const { payment_id } = await buy(world, pack, await world.customer());
  const [told] = await dataOf(world, "payment.succeeded");
  const shown: object = await world.ok<Payment>("retrievePayment", { path: { payment_id } });
  for (const it of [told, shown]) {
    expect(Object.keys(it ?? {})).toEqual(expect.arrayContaining(fieldsOf("PaymentResponse")));
  }
  expect(told).toMatchObject({ invoice_id: null, refund_status: null, tax: 0 });
});

scenario("CHK-43 a payment that is declined has no tax and no method", async (world) => {
  const pack = await sell(world, oneTimePrice(), []);
  const customer = await world.customer();
  const unsettled = { tax: null, settlement_tax: null, payment_method: null };
  const { payment_id } = await buy(world, pack, customer, {}, "declined");
  const path = { payment_id };
  expect(await world.ok("retrievePayment", { path })).toMatchObject(unsettled);
  expect(await dataOf(world, "payment.failed")).toMatchObject([unsettled]);
  const { items } = await world.ok<{ items: Payment[] }>("listPayments");
  expect(items).toMatchObject([{ payment_method: null }]);
  await buy(world, pack, customer);
  expect(await dataOf(world, "payment.succeeded")).toMatchObject([
    { tax: 0, settlement_tax: 0, payment_method: "card" },
  ]);
});
