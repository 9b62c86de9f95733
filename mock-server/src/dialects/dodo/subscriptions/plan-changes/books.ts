import type { Attachment } from "#dialects/dodo/catalogue/products/rules.js";
import { type Amount, add, larger, subtract, zero } from "#domain/amount.js";
import type { Policy } from "#domain/policy.js";
import type { Instant } from "#domain/time.js";
import type { CreditChange, Plan } from "../rules.js";

/** Sums of credits, one for each entitlement. */
type Sums = readonly CreditChange[];

/** A plan that a subscription came to. */
export interface PlanStay {
  readonly plan: string;
  readonly since: Instant;
  /** What changes of plan had given by then, its own credits included. */
  readonly given: Sums;
}

/**
 * What the changes of a subscription's plan have come to since it began. Renewals are in neither sum, for each is paid in
 * full and grants in full.
 */
export interface PlanBooks {
  /** Credits that the charges of changes paid for, less those whose price was set off. */
  readonly paid: Sums;
  /** Credits that changes gave, less what they took. */
  readonly given: Sums;
  readonly stays: readonly PlanStay[];
}

/** Stays that are remembered: more plans than that nobody changes between, and each is a few numbers. */
const staysMax = 100;

/** The same for two plans of one product in one quantity with the same add-ons. */
export const planKey = ({ productId, quantity, addons }: Plan): string =>
  [productId, quantity, ...addons.map((it) => `${it.addonId} ${it.quantity}`).sort()].join(" ");

/** The books of a subscription that begins. */
export const openBooks = (plan: Plan, now: Instant): PlanBooks => ({
  paid: [],
  given: [],
  stays: [{ plan: planKey(plan), since: now, given: [] }],
});

/** Credits that a change moves. */
export interface Move {
  readonly item: Attachment;
  /** Given, or taken where it is below zero. */
  readonly due: Amount;
  /** Given at most; below zero, taken at least. */
  readonly most: Amount;
}

export interface Settled {
  readonly moves: readonly Move[];
  /** Start of the round that the change closes, whose grants it may take from; null: it closes none. */
  readonly since: Instant | null;
}

/**
 * What a change gives and takes, where it may lead back to a plan that the subscription was on before.
 *
 * @param due what it gives and takes by itself (SUB-39, SUB-40)
 * @param paid credits that its charge pays for, below zero where more is set off
 * @rule SUB-79 a round of changes leaves no more credits than were paid for, unless the policy says so (C43)
 */
export function settleRound(
  books: PlanBooks,
  plan: Plan,
  due: readonly CreditChange[],
  paid: readonly CreditChange[],
  back: Policy["planChangeBack"],
): Settled {
  const key = planKey(plan);
  const stay = books.stays.find((it) => it.plan === key);
  if (!stay || back === "granted") {
    return {
      moves: due.map(({ item, amount }) => ({ item, due: amount, most: amount })),
      since: null,
    };
  }
  const paidInAll = added(books.paid, paid);
  const items = added(added(due, books.given), paidInAll).map(({ item }) => item);
  const moves = items.map((item) => {
    const covered = larger(amountOf(paidInAll, item), amountOf(stay.given, item));
    return { item, due: amountOf(due, item), most: subtract(covered, amountOf(books.given, item)) };
  });
  return { moves, since: stay.since };
}

/** The books after a change to a plan that was paid as `paid` and moved the credits `given`. */
export function afterChange(
  books: PlanBooks,
  plan: Plan,
  paid: readonly CreditChange[],
  given: readonly CreditChange[],
  now: Instant,
): PlanBooks {
  const key = planKey(plan);
  const givenInAll = added(books.given, given);
  const isKnown = books.stays.some((it) => it.plan === key);
  return {
    paid: added(books.paid, paid),
    given: givenInAll,
    stays: isKnown
      ? books.stays
      : [...books.stays, { plan: key, since: now, given: givenInAll }].slice(-staysMax),
  };
}

/** How much of a credit is in a sum. */
export const amountOf = (sums: Sums, { entitlementId }: Attachment): Amount =>
  sums.find((it) => it.item.entitlementId === entitlementId)?.amount ?? zero;

/** Two sums in one; each credit as the first has it. */
export const added = (one: Sums, other: Sums): Sums => [
  ...one.map(({ item, amount }) => ({ item, amount: add(amount, amountOf(other, item)) })),
  ...other.filter(({ item }) => !one.some((it) => it.item.entitlementId === item.entitlementId)),
];
