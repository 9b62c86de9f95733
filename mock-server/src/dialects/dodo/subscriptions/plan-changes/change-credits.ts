import { kinds } from "#dialects/dodo/kinds.js";
import { accountOf } from "#dialects/dodo/ledger/holdings.js";
import { post } from "#dialects/dodo/ledger/post.js";
import {
  type Amount,
  formatAmount,
  isPositive,
  larger,
  smaller,
  subtract,
  sum,
  zero,
} from "#domain/amount.js";
import type { Grant, GrantSource } from "#domain/ledger/account.js";
import { deduct } from "#domain/ledger/deduct.js";
import type { Instant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import { issueToSubscriber } from "../issue.js";
import type { CreditChange, Subscription } from "../rules.js";
import { added, afterChange, amountOf, type Move, settleRound } from "./books.js";

export interface ChangedCredits {
  readonly credits: readonly CreditChange[];
  readonly paidCredits: readonly CreditChange[];
  /** Start of the period it was made in, whose grants it may take from. */
  readonly periodStartAt: Instant;
}

/**
 * Gives the credits of a change that is paid, and takes those that are too many (SUB-39) from what the grants of its
 * period, or of the round that it closes (SUB-79), still hold: never from other grants, and never into overage.
 *
 * @param subscription on its new plan
 * @returns the subscription with the change in its books
 */
export async function applyCredits(
  unit: Transaction,
  subscription: Subscription,
  { credits: due, paidCredits, periodStartAt }: ChangedCredits,
): Promise<Subscription> {
  const { planBooks } = subscription;
  const back = unit.policy.planChangeBack;
  const { moves, since } = settleRound(planBooks, subscription, due, paidCredits, back);
  const given: CreditChange[] = [];
  for (const move of moves) {
    const amount = smaller(move.due, move.most);
    if (isPositive(amount)) await issueToSubscriber(unit, subscription, move.item, amount);
    const moved = isPositive(amount)
      ? amount
      : subtract(zero, await takeBack(unit, subscription, move, periodStartAt, since));
    given.push({ item: move.item, amount: moved });
  }
  tell(unit, subscription, { due, paidCredits, given }, since !== null);
  return {
    ...subscription,
    planBooks: afterChange(planBooks, subscription, paidCredits, given, unit.now),
  };
}

/** Says what a round gave less, or what a change leaves that is not paid for. */
function tell(
  unit: Transaction,
  { id, planBooks }: Subscription,
  change: {
    readonly due: readonly CreditChange[];
    readonly paidCredits: readonly CreditChange[];
    readonly given: readonly CreditChange[];
  },
  closesRound: boolean,
): void {
  for (const { item } of added(change.due, added(change.given, change.paidCredits))) {
    const print = (amount: Amount) => `${formatAmount(amount, item.precision)} ${item.unit}`;
    const [due, given, paid] = [change.due, change.given, change.paidCredits].map((it) =>
      amountOf(it, item),
    ) as [Amount, Amount, Amount]; // three of three
    if (closesRound && isPositive(subtract(due, given))) {
      unit.warn(
        `the change leads ${id} back to a plan it was on, so it moves ${print(given)} of ${item.entitlementName} instead of ${print(due)}: a round of plan changes leaves no more than was paid for (SUB-79; policy planChangeBack)`,
      );
      continue;
    }
    const excess = subtract(given, paid);
    const inAll = subtract(
      subtract(amountOf(planBooks.given, item), amountOf(planBooks.paid, item)),
      subtract(zero, excess),
    );
    if (!isPositive(excess) || !isPositive(inAll)) continue;
    unit.warn(
      `the change leaves ${id} with ${print(inAll)} of ${item.entitlementName} more than its plan changes paid for: nothing is published about such credits, and a change back takes them (SUB-79, SUB-40; policy planChangeBack)`,
    );
  }
}

/**
 * Takes what is due from the grants of the period that the change was made in, or what closes a round, where that is
 * more, from those of the round. What was carried over meanwhile belongs to the round as well.
 *
 * @returns how much was taken
 */
async function takeBack(
  unit: Transaction,
  subscription: Subscription,
  { item, due, most }: Move,
  periodStartAt: Instant,
  since: Instant | null,
): Promise<Amount> {
  const { id, customerId, metadata } = subscription;
  const account = await accountOf(unit, item.entitlementId, customerId);
  const held = (types: readonly GrantSource["type"][], from: Instant) =>
    unit.tx.find(kinds.grant, unit.policy.consumptionOrder, account.id, {
      where: ({ source, createdAt }) =>
        source.id === id && types.includes(source.type) && createdAt >= from,
    });
  const ofPeriod = await held(["subscription"], periodStartAt);
  const byItself = smaller(subtract(zero, due), totalOf(ofPeriod));
  const byRound = subtract(zero, most);
  const isRound = since !== null && isPositive(subtract(byRound, byItself));
  const grants = isRound ? await held(["subscription", "rollover"], since) : ofPeriod;
  const taken = larger(smaller(isRound ? byRound : byItself, totalOf(grants)), zero);
  const parameters = {
    entryType: "credit_deducted",
    amount: taken,
    overage: { enabled: false, limit: null, behavior: item.overageBehavior },
    excess: "drop",
    reference: { type: "subscription", id },
    description: "Credits taken back by a plan change",
    metadata,
    print: String,
  } as const;
  const { posting } = deduct(account, grants, parameters, unit.now);
  if (posting) post(unit, account, posting);
  return taken;
}

const totalOf = (grants: readonly Grant[]): Amount => sum(grants.map((it) => it.remaining));
