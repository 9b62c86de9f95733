import fc from "fast-check";
import { expect, test } from "vitest";
import { type Command, history, openSandbox, settings } from "./history.js";
import { Oracle, type Settings } from "./oracle.js";

/** Histories tried per law. Seeded, so that every run tries the same ones. */
const runs = { numRuns: 60, seed: 20260101 } as const;

async function play(terms: Settings, commands: readonly Command[]) {
  const sandbox = await openSandbox(terms);
  for (const command of commands) await sandbox.run(command);
  return sandbox;
}

test("any history leaves the ledger that the rules alone predict", async () => {
  await fc.assert(
    fc.asyncProperty(settings, history, async (terms, commands) => {
      const sandbox = await openSandbox(terms);
      const oracles = [new Oracle(terms), new Oracle(terms)] as const;
      for (const command of commands) {
        const accepted = await sandbox.run(command);
        if (command.kind === "advance") {
          for (const oracle of oracles) oracle.advanceTo(sandbox.hour());
        } else if (command.kind === "credit") {
          oracles[command.who].credit(sandbox.hour(), command.amount, command.days);
        } else {
          expect(accepted).toBe(oracles[command.who].debit(command.amount));
        }
      }
      for (const who of [0, 1] as const) {
        const { ledger, grants } = await sandbox.visible(who);
        expect(ledger).toEqual(oracles[who].lines);
        expect(grants).toEqual(oracles[who].holdings);
        if (ledger.length === 0) continue;
        const { balance, overage } = await sandbox.world.balance(sandbox.holdings[who]);
        expect([balance, overage]).toEqual([
          String(oracles[who].balance),
          String(oracles[who].overage),
        ]);
      }
      await sandbox.world.audited();
    }),
    runs,
  );
});

test("one advance equals many", async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      history,
      fc.integer({ min: 2, max: 7 }),
      async (terms, commands, steps) => {
        const split = commands.flatMap((it): Command[] => {
          if (it.kind !== "advance" || it.hours < steps) return [it];
          const part = Math.floor(it.hours / steps);
          const parts = Array.from(
            { length: steps },
            (_, i): Command => ({
              kind: "advance",
              hours: i === 0 ? it.hours - part * (steps - 1) : part,
            }),
          );
          return parts;
        });
        const [whole, parts] = [await play(terms, commands), await play(terms, split)];
        for (const who of [0, 1] as const) {
          expect(await parts.visible(who)).toEqual(await whole.visible(who));
        }
      },
    ),
    runs,
  );
});

test("a debit split in parts leaves what the whole debit leaves", async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      history,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      async (terms, commands, parts) => {
        const debit = (amount: number): Command => ({ kind: "debit", who: 0, amount });
        const [whole, split] = [await play(terms, commands), await play(terms, commands)];
        const total = parts.reduce((sum, it) => sum + it, 0);
        fc.pre(await whole.run(debit(total)));
        for (const part of parts) expect(await split.run(debit(part))).toBe(true);
        const end = async (sandbox: typeof whole) => {
          const { balance, overage } = await sandbox.world.balance(sandbox.holdings[0]);
          return { balance, overage, grants: (await sandbox.visible(0)).grants };
        };
        expect(await end(split)).toEqual(await end(whole));
      },
    ),
    runs,
  );
});

test("the order of different customers' commands changes nothing for either", async () => {
  await fc.assert(
    fc.asyncProperty(settings, history, async (terms, commands) => {
      const [mixed, sorted] = [await play(terms, commands), await play(terms, grouped(commands))];
      for (const who of [0, 1] as const) {
        expect(await sorted.visible(who)).toEqual(await mixed.visible(who));
      }
    }),
    runs,
  );
});

/** Between two advances, all commands of the second customer before all of the first. */
function grouped(commands: readonly Command[]): readonly Command[] {
  const out: Command[] = [];
  let [first, second]: [Command[], Command[]] = [[], []];
  for (const command of commands) {
    if (command.kind !== "advance") {
      (command.who === 0 ? first : second).push(command);
      continue;
    }
    out.push(...second, ...first, command);
    [first, second] = [[], []];
  }
  return [...out, ...second, ...first];
}

test("the same seed and calls give the same ids", async () => {
  await fc.assert(
    fc.asyncProperty(settings, history, async (terms, commands) => {
      const [one, other] = [await play(terms, commands), await play(terms, commands)];
      for (const who of [0, 1] as const) {
        expect(await one.world.entries(one.holdings[who])).toEqual(
          await other.world.entries(other.holdings[who]),
        );
      }
    }),
    { ...runs, numRuns: 10 },
  );
});
