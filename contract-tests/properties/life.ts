import fc from "fast-check";
import { plainHttp } from "../harness/clients.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  type Payment,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { type LedgerEntry, World } from "../harness/world.js";
import { line, prices, type Status, type Terms } from "./second-model.js";

export type Command =
  | { readonly kind: "use"; readonly units: number }
  /** Usage half a minute before the period ends. */
  | { readonly kind: "useAtTheBrink"; readonly units: number }
  | { readonly kind: "credit"; readonly amount: number; readonly days: number | null }
  | { readonly kind: "debit"; readonly amount: number }
  | { readonly kind: "pack" }
  | { readonly kind: "card"; readonly fails: boolean }
  | { readonly kind: "cancelAtEnd" }
  | { readonly kind: "cancelNow" }
  | { readonly kind: "advance"; readonly days: number };

const minute = 60_000;
const day = 24 * 60 * minute;

const starts = fc.constantFrom(
  "2026-01-01T00:00:00Z",
  "2027-10-31T00:00:00Z",
  "2028-01-31T00:00:00Z",
  "2027-01-30T21:30:00Z",
);

export const terms: fc.Arbitrary<Terms> = fc.record({
  start: starts,
  amount: fc.integer({ min: 1, max: 200 }),
  lifeDays: fc.constantFrom(null, 20, 30, 45),
  overage: fc.oneof(
    fc.constantFrom("off" as const, "unlimited" as const),
    fc.integer({ min: 0, max: 150 }),
  ),
  behavior: fc.constantFrom(
    "forgive_at_reset",
    "invoice_at_billing",
    "carry_deficit",
    "carry_deficit_auto_repay",
  ),
  rollover: fc.option(
    fc.record({
      percentage: fc.constantFrom(0, 25, 50, 100, null),
      timeframe: fc.constantFrom(null, "1 Month" as const, "10 Day" as const),
      max: fc.constantFrom(null, 0, 1, 2),
    }),
    { nil: null, freq: 3 },
  ),
  trial: fc.option(
    fc.record({
      days: fc.constantFrom(7, 14, 30, 45),
      credits: fc.oneof(fc.constantFrom(null, 0), fc.integer({ min: 1, max: 100 })),
      endWithTrial: fc.boolean(),
    }),
    { nil: null, freq: 2 },
  ),
  unitsPerCredit: fc.constantFrom(1, 1, 7),
  termYears: fc.constantFrom(1, 10, 10),
  pack: fc.record({
    amount: fc.integer({ min: 1, max: 100 }),
    days: fc.constantFrom(null, 20, 30, 60, 365),
  }),
});

const units = fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 100, max: 1500 }));

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("use" as const), units }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("useAtTheBrink" as const), units }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("credit" as const),
      amount: fc.integer({ min: 1, max: 150 }),
      days: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("debit" as const),
      amount: fc.integer({ min: 1, max: 200 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pack" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("card" as const), fails: fc.boolean() }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      days: fc.oneof(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(28, 29, 30, 31),
        fc.integer({ min: 1, max: 200 }),
      ),
    }),
  },
);

const ending: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom<Command>({ kind: "cancelAtEnd" }, { kind: "cancelNow" }),
        fc.array(command, { maxLength: 8, size: "max" }),
      )
      .map(([cancel, after]) => [cancel, ...after]),
  },
);

export const life: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.array(command, { maxLength: 30, size: "max" }), ending)
  .map(([before, after]) => [...before, ...after]);

/** What a sandbox and the model can both be asked to do. */
export interface Subject {
  readonly now: number;
  readonly next: number;
  readonly status: Status;
  use(units: number): Promise<void> | void;
  credit(amount: number, days: number | null): Promise<void> | void;
  debit(amount: number): Promise<boolean> | boolean;
  buyPack(): Promise<void> | void;
  setCard(fails: boolean): Promise<void> | void;
  cancelAtEnd(): Promise<void> | void;
  cancelNow(): Promise<void> | void;
  passTo(to: number): Promise<void> | void;
}

/** Runs a command; answers whether it was accepted. Commands that mean nothing in the present state do nothing. */
export async function run(subject: Subject, what: Command): Promise<boolean> {
  const open = subject.status === "active" || subject.status === "on_hold";
  switch (what.kind) {
    case "advance":
      await subject.passTo(subject.now + what.days * day);
      return true;
    case "use":
      // Two minutes, so that nothing but the worker falls between an event and its deduction.
      await subject.use(what.units);
      await subject.passTo(subject.now + 2 * minute);
      return true;
    case "useAtTheBrink":
      if (subject.status !== "active") return true;
      await subject.passTo(subject.next - minute / 2);
      await subject.use(what.units);
      await subject.passTo(subject.now + 1.5 * minute);
      // Back on the even minute.
      await subject.passTo(subject.now + minute);
      return true;
    case "credit":
      await subject.credit(what.amount, what.days);
      return true;
    case "debit":
      return subject.debit(what.amount);
    case "pack":
      await subject.buyPack();
      return true;
    case "card":
      if (open) await subject.setCard(what.fails);
      return true;
    case "cancelAtEnd":
      if (subject.status === "active") await subject.cancelAtEnd();
      return true;
    case "cancelNow":
      if (open) await subject.cancelNow();
      return true;
  }
}

/** A fresh sandbox whose one customer has just bought the plan. */
export async function openLife(terms: Terms) {
  const opened = await inProcess.open({ at: terms.start, frozen: true });
  const world = new World("dodo_test_l", opened, plainHttp.connect(opened, "dodo_test_l"));
  const entitlement = await world.entitlement(entitlementOf(terms));
  const meter = await world.meter();
  const { trial, pack } = terms;
  const plan = await sell(
    world,
    usagePrice([meterLink(meter, entitlement, String(terms.unitsPerCredit))], {
      fixed_price: prices.plan,
      subscription_period_count: terms.termYears,
    }),
    [
      attach(
        entitlement,
        String(terms.amount),
        trial === null
          ? {}
          : {
              trial_credits: trial.credits === null ? null : String(trial.credits),
              trial_credits_expire_after_trial: trial.endWithTrial,
            },
      ),
    ],
  );
  const packProduct = await sell(world, oneTimePrice({ price: prices.pack }), [
    attach(entitlement, String(pack.amount), { expires_after_days: pack.days }),
  ]);
  const customer = await world.customer();
  const holding = { entitlement, customer };
  const id = await subscribe(
    world,
    plan,
    customer,
    trial === null ? {} : { subscription_data: { trial_period_days: trial.days } },
  );
  let [now, events] = [Date.parse(terms.start), 0];

  const subscription = () => subscriptionOf(world, id);
  let known = await subscription();
  const refresh = async () => {
    known = await subscription();
  };

  return {
    world,
    id,
    get now() {
      return now;
    },
    get next() {
      return Date.parse(known.next_billing_date);
    },
    get status() {
      return known.status as Status; // the model never meets the others, and differing is what is tested
    },
    async use(units: number) {
      events += 1;
      await use(world, customer, `event-${events}`, units);
    },
    async credit(amount: number, days: number | null) {
      const more = days === null ? {} : { expires_at: new Date(now + days * day).toISOString() };
      const { status } = await world.credit(holding, String(amount), more);
      if (status !== 201) throw new Error(`a credit answered ${status}`);
    },
    async debit(amount: number) {
      return (await world.debit(holding, String(amount))).status === 201;
    },
    async buyPack() {
      await buy(world, packProduct, customer);
    },
    async setCard(fails: boolean) {
      await setCard(world, id, fails);
      await refresh();
    },
    async cancelAtEnd() {
      await world.ok("updateSubscription", {
        path: { subscription_id: id },
        body: { cancel_at_next_billing_date: true },
      });
      await refresh();
    },
    async cancelNow() {
      await world.ok("updateSubscription", {
        path: { subscription_id: id },
        body: { status: "cancelled" },
      });
      await refresh();
    },
    async passTo(to: number) {
      now = to;
      await world.advance(new Date(to).toISOString());
      await refresh();
    },
    runMeters: () => runMeters(world),
    entries: () => everyPage<LedgerEntry>((query) => world.entries(holding, query)),
    /** Everything a caller can see, in the words of the model. */
    async visible() {
      const entries = await everyPage((query) => world.entries(holding, query));
      const grants = await everyPage((query) => world.grants(holding, query));
      const payments = await everyPage(async (query) => {
        const { items } = await world.ok<{ items: readonly Payment[] }>("listPayments", { query });
        return items;
      });
      const now = await subscription();
      const held =
        entries.length === 0 ? { balance: "0", overage: "0" } : await world.balance(holding);
      return {
        ledger: entries
          .map((it) =>
            line(
              it.transaction_type,
              it.is_credit ? "+" : "-",
              it.amount,
              it.balance_before,
              it.balance_after,
              it.overage_before,
              it.overage_after,
              Date.parse(it.created_at),
            ),
          )
          .reverse(),
        grants: grants
          .map(
            (it) =>
              `${it.remaining_amount} of ${it.initial_amount} ${it.source_type} #${it.rollover_count}` +
              ` until ${it.expires_at ? iso(it.expires_at) : "ever"}` +
              `${it.is_expired ? " expired" : ""}${it.is_rolled_over ? " rolled over" : ""}`,
          )
          .reverse(),
        balance: held.balance,
        overage: held.overage,
        status: now.status,
        previous: iso(now.previous_billing_date),
        next: iso(now.next_billing_date),
        cancelledAt: now.cancelled_at ? iso(now.cancelled_at) : null,
        payments: payments
          .map((it) => `${it.total_amount} ${it.status} at ${iso(it.created_at)}`)
          .reverse(),
      };
    },
  };
}

export const iso = (at: string | number): string => new Date(at).toISOString();

const entitlementOf = (terms: Terms) => ({
  expires_after_days: terms.lifeDays,
  overage_behavior: terms.behavior,
  overage_enabled: terms.overage !== "off",
  overage_limit: typeof terms.overage === "number" ? terms.overage : null,
  price_per_unit: String(prices.overage),
  currency: "USD",
  rollover_enabled: terms.rollover !== null,
  rollover_percentage: terms.rollover?.percentage ?? null,
  max_rollover_count: terms.rollover?.max ?? null,
  ...(terms.rollover?.timeframe
    ? {
        rollover_timeframe_count: terms.rollover.timeframe === "1 Month" ? 1 : 10,
        rollover_timeframe_interval: terms.rollover.timeframe === "1 Month" ? "Month" : "Day",
      }
    : {}),
});

async function everyPage<Item>(
  fetch: (query: Record<string, number>) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let page = 0; ; page += 1) {
    const items = await fetch({ page_number: page, page_size: 100 });
    all.push(...items);
    if (items.length < 100) return all;
  }
}
