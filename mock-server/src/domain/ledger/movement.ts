import { type Amount, add, isZero, subtract } from "../amount.js";
import type { Account, EntryFacts, Posting } from "./account.js";

/** What an entry does to one of the two figures. */
export type Effect = "adds" | "takes" | "keeps";

/** What the entries of one movement have in common. */
export type About = Pick<EntryFacts, "reference" | "description" | "metadata">;

/** One entry of a movement, before it is known where it starts. */
export interface Step {
  readonly type: EntryFacts["type"];
  readonly amount: Amount;
  readonly balance: Effect;
  readonly overage: Effect;
  /** The one grant it moves. Default: none. */
  readonly grantId?: string | null;
  /** What each grant gives, where several do. Default: none. */
  readonly draws?: EntryFacts["draws"];
  /** In place of the movement's. */
  readonly description?: string;
}

/**
 * The only maker of entries: each starts where the one before it ended, the first one at the account, and the account
 * ends where the last one does. A step of zero is no entry.
 *
 * @rule LED-33 before of one is after of the last
 */
export function movement(
  account: Account,
  about: About,
  steps: readonly Step[],
): Pick<Posting, "account" | "entries"> {
  let { balance, overage } = account;
  const entries: EntryFacts[] = [];
  for (const step of steps) {
    if (isZero(step.amount)) continue;
    const balanceAfter = moved(balance, step.balance, step.amount);
    const overageAfter = moved(overage, step.overage, step.amount);
    // Field by field, so that every entry has one shape: there are millions of them.
    entries.push({
      type: step.type,
      isCredit: step.balance === "adds",
      amount: step.amount,
      balanceBefore: balance,
      balanceAfter,
      overageBefore: overage,
      overageAfter,
      grantId: step.grantId ?? null,
      draws: step.draws ?? null,
      reference: about.reference,
      description: step.description ?? about.description,
      metadata: about.metadata,
    });
    balance = balanceAfter;
    overage = overageAfter;
  }
  return { account: { ...account, balance, overage }, entries };
}

function moved(figure: Amount, effect: Effect, amount: Amount): Amount {
  switch (effect) {
    case "adds":
      return add(figure, amount);
    case "takes":
      return subtract(figure, amount);
    case "keeps":
      return figure;
  }
}
