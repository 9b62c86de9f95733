import fc from "fast-check";
import type { Change, Status, Terms } from "./second-model.js";

export type Command =
  | { readonly kind: "use"; readonly units: number }
  /** Usage half a minute before the period ends. */
  | { readonly kind: "useAtTheBrink"; readonly units: number }
  | { readonly kind: "credit"; readonly amount: number; readonly days: number | null }
  | { readonly kind: "debit"; readonly amount: number }
  | { readonly kind: "pack" }
  | { readonly kind: "card"; readonly fails: boolean }
  | { readonly kind: "cancelAtEnd" }
  | { readonly kind: "cancelNow"; readonly units: number }
  | { readonly kind: "advance"; readonly days: number }
  /** Usage half a minute before a change of plan, the closing of a cycle, a pause or an end; none when 0. */
  | {
      readonly kind: "change";
      readonly units: number;
      readonly to: Change;
      readonly later: boolean;
    }
  | { readonly kind: "close"; readonly units: number }
  | { readonly kind: "takeBackChange" }
  | { readonly kind: "pause"; readonly units: number }
  | { readonly kind: "resume" };

const minute = 60_000;
const day = 24 * 60 * minute;

const starts = fc.constantFrom(
  "2026-01-01T00:00:00Z",
  "2027-10-31T00:00:00Z",
  "2028-01-31T00:00:00Z",
  "2027-01-30T21:30:00Z",
);

const plan = (max: number) =>
  fc.record({ amount: fc.integer({ min: 1, max }), prorates: fc.boolean() });

export const terms: fc.Arbitrary<Terms> = fc.record({
  start: starts,
  policy: fc.option(
    fc.constantFrom(
      "consumptionOrder=earliest_expiry" as const,
      "percentageLossAs=rollover_forfeited" as const,
      "autoRepay=next_cycle" as const,
      "planChangeDates=unchanged" as const,
      "planChangeBack=granted" as const,
    ),
    { nil: null, freq: 2 },
  ),
  plans: fc.record({ basic: plan(300), pro: plan(300), seats: plan(100) }),
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

const unitsBefore = fc.oneof(fc.constant(0), units);

const change: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant("change" as const),
  units: unitsBefore,
  to: fc
    .record({
      plan: fc.constantFrom("basic" as const, "pro" as const, "seats" as const),
      quantity: fc.integer({ min: 1, max: 4 }),
      mode: fc.constantFrom(
        "prorated_immediately" as const,
        "full_immediately" as const,
        "difference_immediately" as const,
        "do_not_bill" as const,
      ),
      onFailure: fc.constantFrom("apply_change" as const, "prevent_change" as const),
    })
    .map((it) => (it.plan === "seats" ? it : { ...it, quantity: 1 })),
  later: fc.nat(3).map((it) => it === 0),
});

const command: fc.Arbitrary<Command> = fc.oneof(
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
  { weight: 3, arbitrary: change },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("close" as const), units: unitsBefore }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Command>(
      { kind: "takeBackChange" },
      { kind: "takeBackChange" },
      { kind: "pause", units: 0 },
      { kind: "resume" },
      { kind: "resume" },
    ),
  },
  {
    weight: 12,
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

const days = (max: number): fc.Arbitrary<Command> =>
  fc.record({ kind: fc.constant("advance" as const), days: fc.integer({ min: 1, max }) });

/** What single commands seldom add up to: a pause that ends, a declined change that is paid. */
const episode: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 12, arbitrary: command.map((it) => [it]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(unitsBefore, fc.array(command, { maxLength: 2 }), days(40))
      .map(([units, meanwhile, wait]): Command[] => [
        { kind: "pause", units },
        ...meanwhile,
        wait,
        { kind: "resume" },
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(change, days(40))
      .map(([it, wait]): Command[] => [
        { kind: "card", fails: true },
        it,
        wait,
        { kind: "card", fails: false },
      ]),
  },
);

const ending: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.oneof(
          fc.constant<Command>({ kind: "cancelAtEnd" }),
          fc.record({ kind: fc.constant("cancelNow" as const), units: unitsBefore }),
        ),
        fc.array(command, { maxLength: 8, size: "max" }),
      )
      .map(([cancel, after]) => [cancel, ...after]),
  },
);

export const life: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.array(episode, { maxLength: 25, size: "max" }), ending)
  .map(([before, after]) => [...before.flat(), ...after]);

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
  changePlan(change: Change, later: boolean): Promise<boolean> | boolean;
  takeBackChange(): Promise<boolean> | boolean;
  pause(): Promise<boolean> | boolean;
  resume(): Promise<boolean> | boolean;
  closeCycle(): Promise<boolean> | boolean;
  cancelAtEnd(): Promise<void> | void;
  cancelNow(): Promise<void> | void;
  passTo(to: number): Promise<void> | void;
}

/** Runs a command; answers whether it was accepted. Commands that mean nothing in the present state do nothing. */
export async function run(subject: Subject, what: Command): Promise<boolean> {
  const open = ["active", "on_hold", "paused"].includes(subject.status);
  const using = async (units: number, act: () => Promise<boolean> | boolean) => {
    if (units === 0) return act();
    await subject.use(units);
    await subject.passTo(subject.now + minute / 2);
    const accepted = await act();
    await subject.passTo(subject.now + 1.5 * minute);
    return accepted;
  };
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
    case "change":
      return using(what.units, () => subject.changePlan(what.to, what.later));
    case "close":
      return using(what.units, () => subject.closeCycle());
    case "takeBackChange":
      return subject.status !== "active" || subject.takeBackChange();
    case "pause":
      return using(what.units, () => subject.pause());
    case "resume":
      return subject.resume();
    case "cancelAtEnd":
      if (open) await subject.cancelAtEnd();
      return true;
    case "cancelNow":
      if (!open) return true;
      return using(what.units, async () => {
        await subject.cancelNow();
        return true;
      });
  }
}
