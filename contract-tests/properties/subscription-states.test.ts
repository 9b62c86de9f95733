import fc from "fast-check";
import { expect, test } from "vitest";
import { type Call, calls, cellOf, machine, type State, states } from "./subscription-states.js";
import { type Asked, type Beginning, open, type Step, Walker } from "./subscription-walk.js";

/** Walks tried, the same ones in every run; DRAWDOWN_RUNS tries more. */
const numRuns = Number(process.env["DRAWDOWN_RUNS"] ?? 120);
const seed = Number(process.env["DRAWDOWN_SEED"] ?? 20261128);

const ask = (call: Call, onFailure: Asked["onFailure"] = "apply_change"): Asked => ({
  call,
  mode: "difference_immediately",
  onFailure,
});

const onBadCard = (...steps: readonly Step[]): readonly Step[] => [ask("the card fails"), ...steps];
const waiting = onBadCard(ask("change the plan", "prevent_change"));

/** How a subscription that began comes to each state; those on demand begin as such. */
const waysTo: { readonly [It in State]: readonly Step[] } = {
  active: [],
  ending: [ask("cancel at the next date")],
  scheduled: [ask("schedule a change")],
  waiting,
  held: onBadCard({ days: 45 }),
  "held by change": onBadCard(ask("change the plan")),
  "held waiting": [...waiting, { days: 45 }],
  paused: [ask("pause")],
  "paused waiting": [...waiting, ask("pause")],
  "on demand": [],
  "on demand ending": [ask("cancel at the next date")],
  "on demand held": onBadCard(ask("charge")),
  "on demand paused": [ask("pause")],
  ended: [ask("cancel now")],
  "on demand ended": [ask("cancel now")],
};

const kindOf = (state: State): Beginning["kind"] =>
  state.startsWith("on demand") ? "on demand" : "plain";

for (const state of states) {
  test(`every call answers as the table says when ${state}, and so does what follows`, async () => {
    for (const call of calls) {
      const walker = new Walker(await open({ kind: kindOf(state), months: 6 }));
      for (const it of waysTo[state]) await walker.take(it);
      expect(await walker.state()).toBe(state);
      await walker.take(ask(call));
      for (const it of [{ days: 20 }, { days: 20 }, ask("the card works"), ask("resume")]) {
        await walker.take(it);
      }
      await walker.take({ days: 400 });
    }
  });
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constantFrom(...calls),
      mode: fc.constantFrom(
        "prorated_immediately" as const,
        "full_immediately" as const,
        "difference_immediately" as const,
        "do_not_bill" as const,
      ),
      onFailure: fc.constantFrom("prevent_change" as const, "apply_change" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ days: fc.constantFrom(0, 1, 9, 31, 45) }) },
  { weight: 1, arbitrary: fc.record({ use: fc.integer({ min: 1, max: 150 }) }) },
);

/** A beginning, the way to some state, and any steps from there. */
const walk: fc.Arbitrary<readonly [Beginning, readonly Step[]]> = fc
  .tuple(
    fc.constantFrom(...states.filter((it) => !it.endsWith("ended"))),
    fc.constantFrom("plain" as const, "metered" as const, "trial" as const),
    fc.constantFrom(2, 5, 120),
    fc.array(step, { minLength: 3, maxLength: 15, size: "max" }),
  )
  .map(([state, kind, months, steps]) => [
    { kind: state.startsWith("on demand") ? "on demand" : kind, months },
    [...waysTo[state], ...steps],
  ]);

test("every walk answers as the table says and leaves the subscription whole", {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(walk, async ([how, steps]) => {
      const walker = new Walker(await open(how));
      for (const it of steps) await walker.take(it);
    }),
    { numRuns, seed },
  );
});

test("the table has a row for every call", () => {
  expect(Object.keys(machine)).toEqual([...calls]);
  for (const call of calls) for (const it of states) expect(cellOf(call, it)).toBeDefined();
});
