import { expect } from "vitest";
import { caused, events, type Happened, typesOf } from "../harness/receiver.js";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  oneTimePrice,
  openCheckout,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Holding, pathOf, type World, withOverage } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { patch, renewal, subscribed, typesCaused } from "./support/webhook-events.js";

type Fields = Readonly<Record<string, unknown>>;

/** Posts an entry the way the dashboard does. */
const adjust = (world: World, { entitlement, customer }: Holding, body: Fields) =>
  world.control("POST", `/_sandbox/balances/${entitlement.id}/${customer.customer_id}/entries`, {
    amount: "10",
    ...body,
  });

scenario("WHK-01 an entry through the API sends its event", async (world) => {
  const holding = await open(world);
  expect(await typesCaused(world, () => world.credit(holding, "100"))).toEqual(["credit.added"]);
  expect(await typesCaused(world, () => world.debit(holding, "30"))).toEqual(["credit.deducted"]);
});

scenario("WHK-01 a call that is refused sends nothing", async (world) => {
  const holding = await open(world);
  const nothing = await typesCaused(world, async () => {
    expect((await world.debit(holding, "1")).status).toBe(400);
    expect((await world.credit(holding, "-1")).status).toBeGreaterThanOrEqual(400);
    expect((await world.credit(holding, "1.5")).status).toBeGreaterThanOrEqual(400);
  });
  expect(nothing).toEqual([]);
});

scenario("WHK-01 a repeated idempotency_key sends its event once", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5", { idempotency_key: "once" });
  await world.credit(holding, "5", { idempotency_key: "once" });
  expect(typesOf(await events(world))).toEqual(["credit.added"]);
});

scenario("WHK-01 what sells credits without moving any sends no event", async (world) => {
  const holding = await open(world);
  const pack = await sell(world, oneTimePrice(), [attach(holding.entitlement, "5")]);
  await openCheckout(world, pack, holding.customer);
  expect(await events(world)).toEqual([]);
});

scenario("WHK-02 the envelope says whose, what, when and about what", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "100");
  await world.advance("36h");
  await world.debit(holding, "1");
  const [added, deducted] = await events(world);
  expect(Object.keys(added?.payload ?? {})).toEqual(["business_id", "type", "timestamp", "data"]);
  expect(Object.keys(added?.payload.data ?? {})[0]).toBe("payload_type");
  const { business_id } = holding.entitlement;
  expect(added).toMatchObject({
    id: expect.stringMatching(/^msg_/),
    type: "credit.added",
    timestamp: "2026-01-01T00:00:00.000000Z",
    payload: { business_id, type: "credit.added", timestamp: "2026-01-01T00:00:00.000000Z" },
  });
  expect(deducted?.payload).toMatchObject({
    business_id,
    type: "credit.deducted",
    timestamp: "2026-01-02T12:00:00.000000Z",
  });
  expect(deducted?.id).not.toBe(added?.id);
});

scenario("WHK-02 what happens while time passes has its own instant", async (world) => {
  await subscribed(world);
  const later = await caused(world, () => world.advance("2026-03-15T00:00:00Z"));
  expect(later.map((it) => it.payload.timestamp.slice(0, 10))).toEqual([
    "2026-02-01",
    "2026-02-01",
    "2026-02-01",
    "2026-03-01",
    "2026-03-01",
    "2026-03-01",
  ]);
});

const markOf = (type: string) =>
  type === "credit.balance_low"
    ? "CreditBalanceLow"
    : { credit: "CreditLedgerEntry", payment: "Payment", subscription: "Subscription" }[
        type.split(".")[0] ?? ""
      ];

scenario("WHK-03 payload_type tells the kind of data", async (world) => {
  const it = await subscribed(world, { low_balance_threshold_percent: 20 });
  await world.debit(it, "90");
  await adjust(world, it, { transaction_type: "manual_adjustment", entry_type: "credit" });
  await world.advance("P1M");
  const all = await events(world);
  expect(new Set(all.map((each) => markOf(each.type)))).toHaveLength(4);
  for (const { type, payload } of all) {
    expect(payload.type).toBe(type);
    expect(payload.data.payload_type, type).toBe(markOf(type));
  }
});

scenario("WHK-04 a ledger event carries the whole entry", async (world) => {
  const it = await open(world, withOverage());
  await world.credit(it, "100", { metadata: { order: "A-1" } });
  await world.debit(it, "130", { metadata: { job: "7" } });
  const entries = [...(await world.entries(it))].reverse();
  expect((await events(world)).map((each) => each.payload.data)).toEqual(
    entries.map((entry) => ({ payload_type: "CreditLedgerEntry", ...entry })),
  );
  expect(entries).toMatchObject([
    { metadata: { order: "A-1" }, brand_id: it.entitlement.business_id },
    { transaction_type: "credit_deducted" },
    { transaction_type: "overage_charged" },
  ]);
});

scenario("WHK-05 an adjustment is credit.manual_adjustment either way", async (world) => {
  const it = await open(world);
  for (const entry_type of ["credit", "debit"]) {
    const body = { transaction_type: "manual_adjustment", entry_type };
    const [event, ...more] = await caused(world, () => adjust(world, it, body));
    expect(event?.type).toBe("credit.manual_adjustment");
    expect(event?.payload.data).toMatchObject({ is_credit: entry_type === "credit" });
    expect(more).toEqual([]);
  }
});

scenario("LED-30 a top-up and a refund have no event", async (world) => {
  const it = await open(world);
  await adjust(world, it, { transaction_type: "auto_top_up", entry_type: "credit" });
  await adjust(world, it, { transaction_type: "refund", entry_type: "debit" });
  expect(await world.entries(it)).toHaveLength(2);
  expect(await events(world)).toEqual([]);
});

scenario("LED-30 use past zero is a deduction, then an overage charge", async (world) => {
  const it = await open(world, withOverage());
  await world.credit(it, "100");
  expect(await typesCaused(world, () => world.debit(it, "130"))).toEqual([
    "credit.deducted",
    "credit.overage_charged",
  ]);
  expect(await typesCaused(world, () => world.debit(it, "1"))).toEqual(["credit.overage_charged"]);
});

scenario("LED-30 metered usage is a deduction of its minute", async (world) => {
  const { entitlement, customer } = await open(world);
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100"),
  ]);
  const id = await subscribe(world, plan, customer);
  expect(await typesCaused(world, () => use(world, customer, "e-1", 40))).toEqual([]);
  const [event, ...more] = await caused(world, () => world.advance("1m"));
  expect(event).toMatchObject({
    type: "credit.deducted",
    timestamp: "2026-01-01T00:01:00.000000Z",
    payload: { data: { amount: "40", reference_type: "subscription", reference_id: id } },
  });
  expect(more).toEqual([]);
});

scenario("LED-30 each grant that expires is an event", async (world) => {
  const it = await open(world, { expires_after_days: 10 });
  await world.credit(it, "100");
  await world.credit(it, "20");
  await world.debit(it, "30");
  const expired = await caused(world, () => world.advance("30d"));
  expect(expired.map((each) => [each.type, each.payload.data["amount"]])).toEqual([
    ["credit.expired", "70"],
    ["credit.expired", "20"],
  ]);
  expect(expired[0]?.timestamp).toBe("2026-01-11T00:00:00.000000Z");
});

const carrying = (percentage: number, max_rollover_count: number) => ({
  rollover_enabled: true,
  rollover_percentage: percentage,
  max_rollover_count,
});

scenario("LED-30 a rollover is one event, for what comes in", async (world) => {
  const it = await subscribed(world, carrying(75, 3));
  const boundary = await caused(world, () => world.advance("P1M"));
  expect(typesOf(boundary)).toEqual(["credit.rolled_over", "credit.expired", ...renewal]);
  const [parent, child] = [...(await world.entries(it))].reverse().slice(1);
  expect(parent).toMatchObject({ transaction_type: "credit_rolled_over", is_credit: false });
  expect(boundary[0]?.payload.data).toEqual({ payload_type: "CreditLedgerEntry", ...child });
  expect(boundary[0]?.payload.data).toMatchObject({ is_credit: true, amount: "75" });
});

scenario("LED-30 credits that may not roll again are forfeited", async (world) => {
  await subscribed(world, carrying(100, 0));
  expect(await typesCaused(world, () => world.advance("P1M"))).toEqual([
    "credit.rollover_forfeited",
    ...renewal,
  ]);
});

scenario("LED-30 overage that is cleared is credit.overage_reset", async (world) => {
  const it = await subscribed(
    world,
    {},
    withOverage({ overage_behavior: "forgive_at_reset", overage_limit: 50 }),
  );
  await world.debit(it, "130");
  const boundary = await caused(world, () => world.advance("P1M"));
  expect(typesOf(boundary)).toEqual(["credit.overage_reset", ...renewal]);
  expect(boundary[0]?.payload.data).toMatchObject({
    amount: "30",
    overage_before: "30",
    overage_after: "0",
  });
});

scenario("WHK-07 a wallet sends no event", async (world) => {
  const { customer } = await open(world);
  await world.ok("createWalletLedgerEntry", {
    path: { customer_id: customer.customer_id },
    body: { amount: 500, currency: "USD", entry_type: "credit" },
  });
  expect(await events(world)).toEqual([]);
});

scenario("WHK-08 a payload shows its subscription as it is now", async (world) => {
  const it = await subscribed(world);
  const [, active] = await events(world);
  expect(active).toMatchObject({
    type: "subscription.active",
    payload: { data: { status: "active" } },
  });
  await world.advance("1d");
  await patch(world, it.id, { status: "cancelled" });
  const [, later] = await events(world);
  expect(later).toMatchObject({
    id: active?.id,
    type: "subscription.active",
    timestamp: "2026-01-01T00:00:00.000000Z",
    payload: { timestamp: "2026-01-01T00:00:00.000000Z", data: { status: "cancelled" } },
  });
});

scenario("WHK-08 a payload of a ledger entry never changes", async (world) => {
  const it = await subscribed(world);
  const [, , added] = await events(world);
  await world.debit(it, "30");
  await world.advance("P2M");
  expect((await events(world))[2]).toEqual(added);
});

const moved = ({ payload: { data } }: Happened, figure: string) =>
  Number(data[`${figure}_after`]) - Number(data[`${figure}_before`]);

scenario("WHK-09 the figures of a ledger event add up", async (world) => {
  const it = await subscribed(
    world,
    { ...carrying(50, 1), expires_after_days: 31 },
    withOverage({ overage_behavior: "forgive_at_reset", overage_limit: 50 }),
  );
  await world.debit(it, "40");
  await world.advance("P1M");
  await world.debit(it, "150");
  await world.advance("P2M");
  const ofLedger = (await events(world)).filter(
    (each) => each.payload.data.payload_type === "CreditLedgerEntry",
  );
  expect(ofLedger.length).toBeGreaterThan(6);
  for (const event of ofLedger) {
    const { amount, is_credit } = event.payload.data;
    const ofOverage = event.type.startsWith("credit.overage");
    const expected = ofOverage
      ? { balance: 0, overage: Number(amount) * (event.type.endsWith("reset") ? -1 : 1) }
      : { balance: Number(amount) * (is_credit ? 1 : -1), overage: 0 };
    expect({ balance: moved(event, "balance"), overage: moved(event, "overage") }).toEqual(
      expected,
    );
  }
});

scenario("EXP-09 expiry sets off the low-balance event", async (world) => {
  const it = await subscribed(world, { expires_after_days: 10, low_balance_threshold_percent: 20 });
  await world.credit(it, "15");
  const expired = await caused(world, () => world.advance("10d"));
  expect(typesOf(expired)).toEqual(["credit.expired", "credit.balance_low"]);
  expect(expired[1]).toMatchObject({
    timestamp: "2026-01-11T00:00:00.000000Z",
    payload: { data: { subscription_id: it.id, available_balance: "15" } },
  });
});

scenario("WHK-01 events can be listed by type and from one on", async (world) => {
  const it = await open(world);
  await world.credit(it, "10");
  await world.debit(it, "1");
  await world.debit(it, "2");
  const all = await events(world);
  const amounts = (list: readonly Happened[]) => list.map((each) => each.payload.data["amount"]);
  expect(amounts(await events(world, "credit.deducted"))).toEqual(["1", "2"]);
  expect(await events(world, "credit.expired")).toEqual([]);
  const read = (query: string) =>
    world.control<{ items: Happened[] }>("GET", `/_sandbox/events?${query}`);
  expect((await read(`after=${all[0]?.id}`)).items).toEqual(all.slice(1));
  expect((await read("limit=2")).items).toEqual(all.slice(0, 2));
  expect((await read(`after=${all[0]?.id}&limit=1`)).items).toEqual(all.slice(1, 2));
  const { business_id } = await world.ok<{ business_id: string }>("retrieveCreditEntitlement", {
    path: { id: pathOf(it).credit_entitlement_id },
  });
  expect(new Set(all.map((each) => each.payload.business_id))).toEqual(new Set([business_id]));
});
