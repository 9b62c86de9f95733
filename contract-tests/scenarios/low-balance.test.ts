import { expect } from "vitest";
import { caused, events, typesOf } from "../harness/receiver.js";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Holder = Awaited<ReturnType<typeof open>>;

const threshold = (low_balance_threshold_percent: number | null) => ({
  low_balance_threshold_percent,
});

interface Plan {
  readonly amount?: string;
  readonly attached?: Fields;
  readonly quantity?: number;
}

/** Subscribes the customer to 100 credits a month, low below 20 unless said otherwise. */
const begin = async (
  world: World,
  { entitlement, customer }: Holder,
  { amount = "100", attached = {}, quantity = 1 }: Plan = {},
) =>
  subscribe(
    world,
    await sell(world, recurringPrice(), [
      attach(entitlement, amount, { ...threshold(20), ...attached }),
    ]),
    customer,
    { quantity },
  );

async function subscribed(world: World, plan: Plan = {}, credit: Fields = {}) {
  const holding = await open(world, credit);
  return { ...holding, id: await begin(world, holding, plan) };
}

/** The balances that were reported as low, oldest first. */
const lows = async (world: World) =>
  (await events(world, "credit.balance_low")).map((it) => it.payload.data["available_balance"]);

/** Which subscriptions were reported, oldest first. */
const reported = async (world: World) =>
  (await events(world, "credit.balance_low")).map((it) => it.payload.data["subscription_id"]);

/** Posts an entry the way the dashboard does. */
const adjust = (world: World, { entitlement, customer }: Holding, body: Fields) =>
  world.control(
    "POST",
    `/_sandbox/balances/${entitlement.id}/${customer.customer_id}/entries`,
    body,
  );

scenario("SUB-60 15 of 100 credits are low at 20 percent", async (world) => {
  const it = await subscribed(world);
  expect(await lows(world)).toEqual([]);
  const causedBy = await caused(world, () => world.debit(it, "85"));
  expect(typesOf(causedBy)).toEqual(["credit.deducted", "credit.balance_low"]);
  expect(await lows(world)).toEqual(["15"]);
});

scenario("SUB-60 the threshold need not be a whole credit", async (world) => {
  const it = await subscribed(world, { amount: "10", attached: threshold(33) });
  await world.debit(it, "6");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  const [low] = await events(world, "credit.balance_low");
  expect(low?.payload.data).toMatchObject({ available_balance: "3", threshold_percent: 33 });
  expect(Number(low?.payload.data["threshold_amount"])).toBe(3.3);
});

scenario("SUB-60 the threshold is of one piece, whatever the quantity", async (world) => {
  const it = await subscribed(world, { quantity: 3 });
  await world.debit(it, "280");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  expect(await lows(world)).toEqual(["19"]);
});

scenario("SUB-60 an amount set for the subscription counts", async (world) => {
  const it = await subscribed(world);
  await world.ok("updateSubscription", {
    path: { subscription_id: it.id },
    body: {
      credit_entitlement_cart: [
        { credit_entitlement_id: it.entitlement.id, credits_amount: "400" },
      ],
    },
  });
  await world.debit(it, "20");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  expect(await lows(world)).toEqual(["79"]);
});

scenario("SUB-60 the whole amount as threshold reports the first use", async (world) => {
  const it = await subscribed(world, { attached: threshold(100) });
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  expect(await lows(world)).toEqual(["99"]);
});

scenario("SUB-61 a balance at the threshold is not low", async (world) => {
  const it = await subscribed(world);
  await world.debit(it, "80");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  expect(await lows(world)).toEqual(["19"]);
});

scenario("SUB-61 at the precision of the credit the smallest step is low", async (world) => {
  const it = await subscribed(world, {}, { precision: 2 });
  await world.debit(it, "80");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "0.01");
  expect((await lows(world)).map(Number)).toEqual([19.99]);
});

scenario("SUB-62 a balance that stays low is reported once", async (world) => {
  const it = await subscribed(world);
  await world.debit(it, "85");
  await world.debit(it, "5");
  await world.credit(it, "9");
  await world.debit(it, "9");
  await world.debit(it, "10");
  expect(await lows(world)).toEqual(["15"]);
});

for (const [back, now] of [
  ["5", "at"],
  ["50", "above"],
] as const) {
  scenario(`SUB-62 a balance back ${now} the threshold can fall again`, async (world) => {
    const it = await subscribed(world);
    await world.debit(it, "85");
    await world.credit(it, back);
    expect(await lows(world)).toEqual(["15"]);
    await world.debit(it, back);
    expect(await lows(world)).toEqual(["15", "15"]);
  });
}

scenario("SUB-62 a renewal makes it possible to fall again", async (world) => {
  const it = await subscribed(world);
  await world.debit(it, "85");
  await world.advance("P1M");
  expect(await lows(world)).toEqual(["15"]);
  await world.debit(it, "100");
  expect(await lows(world)).toEqual(["15", "15"]);
});

scenario("SUB-62 a balance that rises below the threshold is no fall", async (world) => {
  const it = await subscribed(world, { attached: threshold(20) });
  await world.debit(it, "100");
  await world.credit(it, "10");
  expect(await lows(world)).toEqual(["0"]);
});

scenario("SUB-63 metered usage can make a balance low", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100", threshold(20)),
  ]);
  await subscribe(world, plan, customer);
  await use(world, customer, "e-1", 85);
  expect(await lows(world)).toEqual([]);
  const pass = await caused(world, () => world.advance("1m"));
  expect(typesOf(pass)).toEqual(["credit.deducted", "credit.balance_low"]);
  expect(pass[1]?.timestamp).toBe("2026-01-01T00:01:00.000000Z");
});

for (const transaction_type of ["manual_adjustment", "refund"]) {
  scenario(`SUB-63 ${transaction_type} can make a balance low`, async (world) => {
    const it = await subscribed(world);
    await adjust(world, it, { transaction_type, entry_type: "debit", amount: "81" });
    expect(await lows(world)).toEqual(["19"]);
  });
}

scenario("SUB-63 expiry can make a balance low", async (world) => {
  const it = await subscribed(world, { attached: { expires_after_days: 10 } });
  await world.credit(it, "19");
  await world.advance("2026-01-10T23:59:59Z");
  expect(await lows(world)).toEqual([]);
  await world.advance("1s");
  expect(await lows(world)).toEqual(["19"]);
});

scenario("SUB-63 forfeiture can make a balance low", async (world) => {
  await subscribed(world, {
    attached: { rollover_enabled: true, rollover_percentage: 100, max_rollover_count: 0 },
  });
  const boundary = await caused(world, () => world.advance("P1M"));
  expect(typesOf(boundary)).toEqual([
    "credit.rollover_forfeited",
    "credit.balance_low",
    "payment.succeeded",
    "subscription.renewed",
    "credit.added",
  ]);
});

scenario("SUB-63 credits carried over whole were never gone", async (world) => {
  await subscribed(world, {
    attached: { rollover_enabled: true, rollover_percentage: 100, max_rollover_count: 3 },
  });
  await world.advance("P1M");
  expect(await lows(world)).toEqual([]);
});

scenario("SUB-63 use past zero makes a balance low once", async (world) => {
  const it = await subscribed(world, {}, withOverage());
  const causedBy = await caused(world, () => world.debit(it, "130"));
  expect(typesOf(causedBy)).toEqual([
    "credit.deducted",
    "credit.overage_charged",
    "credit.balance_low",
  ]);
  await world.debit(it, "10");
  expect(await lows(world)).toEqual(["0"]);
});

scenario("SUB-63 what counts is all the customer has", async (world) => {
  const it = await subscribed(world);
  await world.credit(it, "50");
  await world.debit(it, "130");
  expect(await lows(world)).toEqual([]);
  await world.debit(it, "1");
  expect(await lows(world)).toEqual(["19"]);
});

scenario("SUB-63 a debit that is refused makes nothing low", async (world) => {
  const it = await subscribed(world);
  expect((await world.debit(it, "101")).status).toBe(400);
  expect(await lows(world)).toEqual([]);
});

for (const percent of [null, 0]) {
  scenario(`SUB-64 a threshold of ${percent} is never passed`, async (world) => {
    const it = await subscribed(world, { attached: threshold(percent) }, withOverage());
    await world.debit(it, "100");
    await world.debit(it, "20");
    expect(await lows(world)).toEqual([]);
  });
}

scenario("SUB-64 a plan that says nothing has no threshold", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(entitlement, "100")]);
  await subscribe(world, plan, customer);
  await world.debit({ entitlement, customer }, "100");
  expect(await lows(world)).toEqual([]);
});

scenario("SUB-65 a pack alone reports nothing", async (world) => {
  const { entitlement, customer } = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(entitlement, "100", threshold(20))]);
  await buy(world, pack, customer);
  await world.debit({ entitlement, customer }, "95");
  expect(await lows(world)).toEqual([]);
});

scenario("SUB-65 two subscriptions are judged each for itself", async (world) => {
  const holding = await open(world);
  const small = await begin(world, holding);
  const large = await begin(world, holding, { amount: "200", attached: threshold(50) });
  await world.debit(holding, "200");
  expect(await reported(world)).toEqual([]);
  await world.debit(holding, "10");
  expect(await reported(world)).toEqual([large]);
  await world.debit(holding, "75");
  expect(await reported(world)).toEqual([large, small]);
  await world.credit(holding, "85");
  await world.debit(holding, "90");
  expect((await reported(world)).slice(2).sort()).toEqual([large, small].sort());
});

scenario("SUB-65 two subscriptions to one plan are both reported", async (world) => {
  const holding = await open(world);
  const ids = [await begin(world, holding), await begin(world, holding)];
  await world.debit(holding, "185");
  expect([...(await reported(world))].sort()).toEqual([...ids].sort());
});

scenario("SUB-65 the credit of another subscription is not concerned", async (world) => {
  const tokens = await subscribed(world);
  const images = { ...tokens, entitlement: await world.entitlement({ name: "Images" }) };
  const id = await begin(world, images);
  await world.debit(images, "90");
  expect(await reported(world)).toEqual([id]);
});

scenario("SUB-65 another customer's use is not concerned", async (world) => {
  const it = await subscribed(world);
  const other = { ...it, customer: await world.customer({ email: "bo@example.com" }) };
  await world.credit(other, "100");
  await world.debit(other, "95");
  expect(await lows(world)).toEqual([]);
});

const inactive: readonly (readonly [string, (world: World, id: string) => Promise<unknown>])[] = [
  ["cancelled", (world, id) => set(world, id, "cancelled")],
  ["paused", (world, id) => set(world, id, "paused")],
  [
    "on hold",
    async (world, id) => {
      await setCard(world, id, true);
      await world.advance("P1M");
    },
  ],
];

const set = (world: World, subscription_id: string, status: string) =>
  world.ok("updateSubscription", { path: { subscription_id }, body: { status } });

for (const [state, enter] of inactive) {
  scenario(`SUB-65 a subscription that is ${state} reports nothing`, async (world) => {
    const it = await subscribed(world);
    await enter(world, it.id);
    await world.debit(it, "95");
    expect(await lows(world)).toEqual([]);
  });
}

scenario("SUB-66 the payload names what ran low and by how much", async (world) => {
  const it = await subscribed(world);
  await world.advance("1d");
  await world.debit(it, "85");
  const { brand_id } = (await world.entries(it))[0] ?? {};
  const timestamp = "2026-01-02T00:00:00.000000Z";
  expect(await events(world, "credit.balance_low")).toEqual([
    {
      id: expect.stringMatching(/^msg_/),
      type: "credit.balance_low",
      timestamp,
      payload: {
        business_id: it.entitlement.business_id,
        type: "credit.balance_low",
        timestamp,
        data: {
          payload_type: "CreditBalanceLow",
          customer_id: it.customer.customer_id,
          brand_id,
          subscription_id: it.id,
          credit_entitlement_id: it.entitlement.id,
          credit_entitlement_name: "Tokens",
          available_balance: "15",
          subscription_credits_amount: "100",
          threshold_amount: "20",
          threshold_percent: 20,
        },
      },
    },
  ]);
});

scenario("SUB-67 the ledger knows nothing of it", async (world) => {
  const it = await subscribed(world);
  await world.debit(it, "85");
  expect(await lows(world)).toEqual(["15"]);
  expect(await world.ledger(it)).toBe(
    "credit_added +100 : 0→100, overage 0→0\ncredit_deducted -85 : 100→15, overage 0→0",
  );
  expect(await world.audited()).toBe(2);
});

scenario("SUB-65 the second credit of a plan has a threshold of its own", async (world) => {
  const first = await open(world);
  const second = { ...first, entitlement: await world.entitlement({ name: "Images" }) };
  const plan = await sell(world, recurringPrice(), [
    attach(first.entitlement, "100", threshold(20)),
    attach(second.entitlement, "10", threshold(50)),
  ]);
  await subscribe(world, plan, first.customer);
  await world.debit(second, "5");
  await world.debit(first, "80");
  expect(await lows(world)).toEqual([]);
  await world.debit(second, "1");
  expect((await events(world, "credit.balance_low")).map((it) => it.payload.data)).toMatchObject([
    {
      credit_entitlement_id: second.entitlement.id,
      credit_entitlement_name: "Images",
      available_balance: "4",
      subscription_credits_amount: "10",
      threshold_amount: "5",
      threshold_percent: 50,
    },
  ]);
  await world.debit(first, "1");
  expect(await lows(world)).toEqual(["4", "19"]);
});
