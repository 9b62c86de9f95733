import fc from "fast-check";
import { plainHttp } from "../harness/clients.js";
import { inProcess } from "../harness/transports.js";
import { type Holding, start, World, withOverage } from "../harness/world.js";
import type { Settings } from "./oracle.js";

export type Command =
  | {
      readonly kind: "credit";
      readonly who: 0 | 1;
      readonly amount: number;
      readonly days: number | null;
    }
  | { readonly kind: "debit"; readonly who: 0 | 1; readonly amount: number }
  | { readonly kind: "advance"; readonly hours: number };

const who = fc.constantFrom(0 as const, 1 as const);

export const settings: fc.Arbitrary<Settings> = fc.record({
  lifetimeDays: fc.constantFrom(null, 1, 30),
  overage: fc.oneof(
    fc.constantFrom("off" as const, "unlimited" as const),
    fc.integer({ min: 0, max: 300 }),
  ),
  behavior: fc.constantFrom(
    "forgive_at_reset",
    "invoice_at_billing",
    "carry_deficit",
    "carry_deficit_auto_repay",
  ),
});

const credit: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant("credit" as const),
  who,
  amount: fc.integer({ min: 1, max: 200 }),
  days: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
});

const debit: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant("debit" as const),
  who,
  amount: fc.integer({ min: 1, max: 250 }),
});

const advance: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant("advance" as const),
  hours: fc.oneof(
    fc.integer({ min: 1, max: 48 }),
    fc.integer({ min: 1, max: 60 }).map((it) => it * 24),
  ),
});

export const history: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { arbitrary: credit, weight: 3 },
    { arbitrary: debit, weight: 4 },
    { arbitrary: advance, weight: 2 },
  ),
  { maxLength: 25 },
);

/** A fresh sandbox with one credit of these settings and two customers who may hold it. */
export async function openSandbox(terms: Settings) {
  const opened = await inProcess.open({ at: start, frozen: true });
  const world = new World("dodo_test_p", opened, plainHttp.connect(opened, "dodo_test_p"));
  const entitlement = await world.entitlement({
    expires_after_days: terms.lifetimeDays,
    overage_behavior: terms.behavior,
    ...(terms.overage === "off"
      ? {}
      : withOverage({ overage_limit: terms.overage === "unlimited" ? null : terms.overage })),
  });
  const [first, second] = [await world.customer(), await world.customer()];
  const holdings: readonly [Holding, Holding] = [
    { entitlement, customer: first },
    { entitlement, customer: second },
  ];
  let hour = 0;

  return {
    world,
    holdings,
    hour: () => hour,
    /** Runs a command; answers whether the sandbox accepted it. */
    async run(command: Command): Promise<boolean> {
      switch (command.kind) {
        case "advance":
          hour += command.hours;
          await world.advance(`${command.hours}h`);
          return true;
        case "credit": {
          const expiresAt =
            command.days === null
              ? {}
              : {
                  expires_at: new Date(
                    Date.parse(start) + (hour + command.days * 24) * 3_600_000,
                  ).toISOString(),
                };
          return (
            (await world.credit(holdings[command.who], String(command.amount), expiresAt))
              .status === 201
          );
        }
        case "debit":
          return (await world.debit(holdings[command.who], String(command.amount))).status === 201;
      }
    },
    /** Everything a caller can see of one customer, with the ids left out. */
    async visible(who: 0 | 1) {
      const holding = holdings[who];
      const grants = [...(await world.grants(holding))].reverse();
      return {
        ledger: (await world.ledger(holding)).split("\n").filter((it) => it !== ""),
        grants: grants.map(
          (it) =>
            `${it.remaining_amount} of ${it.initial_amount}${it.is_expired ? " expired" : ""}`,
        ),
        times: [...(await world.entries(holding))].map((it) => it.created_at),
      };
    },
  };
}
