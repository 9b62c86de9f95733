import { type Amount, formatAmount } from "#domain/amount.js";
import { assert } from "#domain/errors.js";
import type { Entry } from "#domain/ledger/account.js";
import { type DeductParameters, deduct } from "#domain/ledger/deduct.js";
import { type GrantParameters, grant } from "#domain/ledger/grant.js";
import { repays } from "#domain/ledger/rules/overage.js";
import type { Metadata } from "#domain/metadata.js";
import type { Instant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import type { Entitlement } from "../catalogue/credits/rules.js";
import { drawableGrants } from "../load.js";
import { accountOf, overageFor } from "./holdings.js";
import { post } from "./post.js";

/** A movement that somebody asks for, rather than one that billing causes. */
export type Movement = {
  readonly amount: Amount;
  readonly metadata: Metadata | null;
  readonly description: string | null;
} & (
  | {
      readonly isCredit: true;
      readonly entryType: GrantParameters["entryType"];
      readonly expiresAt: Instant | null;
    }
  | { readonly isCredit: false; readonly entryType: DeductParameters["entryType"] }
);

const byApi = { type: "api", id: null } as const;

/**
 * Credits or debits a customer by hand.
 *
 * @returns the entries as written, oldest first
 * @rule LED-03 a credit is a new grant
 * @rule LED-40 the entry shows the metadata of the request, an empty object when there is none
 * @throws DomainError insufficient-balance, overage-limit-exceeded
 */
export async function enter(
  unit: Transaction,
  entitlement: Entitlement,
  customerId: string,
  movement: Movement,
): Promise<readonly [Entry, ...Entry[]]> {
  const { tx, now, policy } = unit;
  const account = await accountOf(unit, entitlement.id, customerId);
  const overage = await overageFor(tx, entitlement, customerId);
  const { amount, metadata, description } = movement;
  if (movement.isCredit) {
    const parameters = {
      entryType: movement.entryType,
      grantId: unit.nextId("cdg"),
      amount,
      source: byApi,
      reference: byApi,
      expiresAt: movement.expiresAt,
      repaysOverage: repays(overage.behavior, false, policy.autoRepay),
      rollover: null,
      description,
      metadata,
    };
    return post(unit, account, grant(account, parameters, now));
  }
  const parameters = {
    entryType: movement.entryType,
    amount,
    overage,
    excess: "refuse" as const,
    reference: byApi,
    description,
    metadata: metadata ?? {},
    print: (it: Amount) => formatAmount(it, entitlement.precision),
  };
  const grants = await drawableGrants(unit, account, amount);
  const { posting } = deduct(account, grants, parameters, now);
  assert(posting !== undefined, "a debit that is not refused moves something");
  return post(unit, account, posting);
}
