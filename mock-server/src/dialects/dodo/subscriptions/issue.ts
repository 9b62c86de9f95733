import { type Amount, isPositive } from "#domain/amount.js";
import { assert } from "#domain/errors.js";
import { type GrantSource, referenceOf } from "#domain/ledger/account.js";
import { grant } from "#domain/ledger/grant.js";
import { type OverageBehavior, repays } from "#domain/ledger/rules/overage.js";
import type { Metadata } from "#domain/metadata.js";
import type { Instant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import type { Attachment } from "../catalogue/products/rules.js";
import { kinds } from "../kinds.js";
import { accountOf, overageFor } from "../ledger/holdings.js";
import { post } from "../ledger/post.js";
import { creditsOf, grantExpiry, rolloverOf, trialCreditsOf } from "./cart-item.js";
import type { Subscription } from "./rules.js";

interface Issuance {
  readonly customerId: string;
  readonly item: Attachment;
  readonly amount: Amount;
  readonly source: GrantSource;
  /** What becomes of overage that there is when it is issued. */
  readonly overageBehavior: OverageBehavior;
  readonly rolls: boolean;
  /** End of the trial that it ends with; null: it ends when its terms say. */
  readonly trialEndsAt: Instant | null;
  readonly description: string;
  readonly metadata: Metadata;
}

/** Issues the credits of one attachment; nothing for an amount of zero. */
async function issue(unit: Transaction, issuance: Issuance): Promise<void> {
  const { item, amount } = issuance;
  if (!isPositive(amount)) return;
  const account = await accountOf(unit, item.entitlementId, issuance.customerId);
  const { source } = issuance;
  const parameters = {
    entryType: "credit_added" as const,
    grantId: unit.nextId("cdg"),
    amount,
    source,
    reference: referenceOf(source),
    expiresAt: grantExpiry(item, unit.now, issuance.trialEndsAt),
    repaysOverage: repays(
      issuance.overageBehavior,
      source.type === "subscription",
      unit.policy.autoRepay,
    ),
    endsWithTrial: issuance.trialEndsAt !== null,
    rollover: issuance.rolls ? rolloverOf(item) : null,
    description: issuance.description,
    metadata: issuance.metadata,
  };
  post(unit, account, grant(account, parameters, unit.now));
}

/**
 * Credits of a subscription's current period: of the cycle, or the amount given.
 *
 * @rule EXP-10 a trial's credits end with it, without rolling over, where the plan says so
 * @rule EXP-11 else they live as long as others and stack with the first paid ones
 * @rule SUB-27 their source is the subscription all the same
 */
export function issueToSubscriber(
  unit: Transaction,
  subscription: Subscription,
  item: Attachment,
  given?: Amount,
): Promise<void> {
  const { id, customerId, metadata, isTrial, quantity } = subscription;
  const endsWithTrial = isTrial && item.trialCreditsExpire;
  const ofCycle = isTrial ? trialCreditsOf(item, quantity) : creditsOf(item, quantity);
  return issue(unit, {
    customerId,
    item,
    amount: given ?? ofCycle,
    source: { type: "subscription", id },
    overageBehavior: item.overageBehavior,
    rolls: !endsWithTrial,
    trialEndsAt: endsWithTrial ? subscription.nextBillingAt : null,
    description: "Credits granted from subscription",
    metadata,
  });
}

/**
 * Credits of a single purchase. They repay overage by the settings that count for the customer (OVR-05), under which it
 * came to be, and not by those of the pack.
 *
 * @rule CHK-11 once, with the payment as their source
 * @rule ROL-14 they never roll over
 */
export async function issueToBuyer(
  unit: Transaction,
  purchase: {
    readonly customerId: string;
    readonly paymentId: string;
    readonly item: Attachment;
    readonly amount: Amount;
    readonly metadata: Metadata;
  },
): Promise<void> {
  const { customerId, paymentId, item, amount, metadata } = purchase;
  const entitlement = await unit.tx.get(kinds.entitlement, item.entitlementId);
  assert(entitlement !== undefined, `credit ${item.entitlementId} of a product is not stored`);
  const { behavior } = await overageFor(unit.tx, entitlement, customerId);
  return issue(unit, {
    customerId,
    item,
    amount,
    source: { type: "one_time", id: paymentId },
    overageBehavior: behavior,
    rolls: false,
    trialEndsAt: null,
    description: "Credits granted for OneTime payment",
    metadata,
  });
}
