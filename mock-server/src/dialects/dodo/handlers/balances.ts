import type { components } from "@drawdown/spec/dodo";
import { type Amount, formatAmount, parseCreditAmount } from "../../../domain/amount.js";
import { assert, DomainError } from "../../../domain/errors.js";
import { type Account, type Entry, type Grant, statusOf } from "../../../domain/ledger/account.js";
import { deduct } from "../../../domain/ledger/deduct.js";
import type { Entitlement } from "../../../domain/ledger/entitlement.js";
import { grant } from "../../../domain/ledger/grant.js";
import { expiryOf } from "../../../domain/ledger/rules/expiry.js";
import type { OverageTerms } from "../../../domain/ledger/rules/overage.js";
import { checkMetadata, generalMetadataLimits, type Metadata } from "../../../domain/metadata.js";
import { formatInstant, type Instant } from "../../../domain/time.js";
import { readInstant } from "../../../http/read-instant.js";
import { post } from "../../../sandbox/post.js";
import type { UsedKey } from "../../../sandbox/tables.js";
import { accountOf, overageFor } from "../billing/holdings.js";
import { type Context, type HandlersOf, notFound, page, withinDates } from "../context.js";
import { drawableGrants, findAccount, load, loadEntitlement } from "../load.js";
import { presentBalance, presentEntry, presentGrant } from "../present.js";

type Request = components["schemas"]["CreateLedgerEntryRequest"];

export const balances: HandlersOf<
  "listBalances" | "retrieveBalance" | "listGrants" | "listLedger" | "createLedgerEntry"
> = {
  /** @rule BAL-06 everybody's balances of one credit, or one customer's; nobody's is an empty list */
  async listBalances({ tx }, { path, query }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "BAL-06");
    const { customer_id: customerId } = query;
    const found = await tx.find("account", "byEntitlement", id, {
      descending: true,
      ...(customerId === undefined ? {} : { where: (it) => it.customerId === customerId }),
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentBalance(it, precision)) } };
  },

  /** @rule BAL-04 unknown credit, unknown customer and no activity yet are all 404 */
  async retrieveBalance({ tx }, { path }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "BAL-04");
    const [account] = await findAccount(tx, id, path.customer_id);
    if (!account) return notFound("balance for customer", path.customer_id, "BAL-04");
    return { status: 200, body: presentBalance(account, precision) };
  },

  /**
   * @rule GRT-06 a customer without grants has an empty list
   * @rule GRT-14 newest first
   */
  async listGrants({ tx }, { path, query }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "GRT-06");
    const [account] = await findAccount(tx, id, path.customer_id);
    if (!account) return { status: 200, body: { items: [] } };
    const { status } = query;
    const found = await tx.find("grant", "byAccount", account.id, {
      descending: true,
      ...(status ? { where: (it) => statusOf(it) === status } : {}),
      ...page(query),
    });
    return {
      status: 200,
      body: { items: found.map((it) => presentGrant(it, account, precision)) },
    };
  },

  /**
   * @rule LED-43 by type and date, 404 for an unknown credit
   * @rule LED-44 both dates are inclusive
   * @rule LED-46 newest first
   */
  async listLedger({ tx, businessId }, { path, query }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "LED-43");
    const [account] = await findAccount(tx, id, path.customer_id);
    if (!account) return { status: 200, body: { items: [] } };
    const { transaction_type: type } = query;
    const isWithin = withinDates(query.start_date, query.end_date);
    const isFiltered =
      type !== undefined || query.start_date !== undefined || query.end_date !== undefined;
    const found = await tx.find("entry", "byAccount", account.id, {
      descending: true,
      ...(isFiltered
        ? { where: (it) => (type === undefined || it.type === type) && isWithin(it.at) }
        : {}),
      ...page(query),
    });
    return {
      status: 200,
      body: { items: found.map((it) => presentEntry(it, account, precision, businessId)) },
    };
  },

  /**
   * @rule LED-01 201 and the shape of its own
   * @rule LED-11 unknown credit or customer is 404
   * @rule LED-12 a customer who never bought anything can be credited
   */
  async createLedgerEntry(context, { path, body }) {
    const { tx, now } = context;
    const entitlement = await loadEntitlement(tx, path.credit_entitlement_id, "LED-11");
    const customer = await load(tx, "customer", path.customer_id, "LED-11");
    const amount = parseCreditAmount(body.amount, entitlement.precision);
    const metadata = body.metadata ?? null;
    if (metadata) checkMetadata(metadata, generalMetadataLimits, "`metadata`");
    const movement = { amount, metadata, description: body.reason ?? null };
    const isCredit = body.entry_type === "credit";
    const expiresAt = isCredit ? expiryAsked(body, entitlement, now) : null;
    const key = keyId(entitlement.id, customer.id, body.idempotency_key);
    if (key !== null) refuseUsedKey(await tx.get("usedKey", key), body.idempotency_key);
    const account = await accountOf(context, entitlement.id, customer.id);
    const overage = await overageFor(tx, entitlement, customer.id);
    const entries = isCredit
      ? credit(context, account, movement, expiresAt, overage)
      : debit(
          context,
          entitlement,
          account,
          movement,
          overage,
          await drawableGrants(tx, account, amount),
        );
    if (key !== null) tx.put("usedKey", { id: key, entryId: entries[0].id });
    return {
      status: 201,
      body: presentCreated(body, amount, entries, account, entitlement.precision, now),
    };
  },
};

/** The part of an entry that credits and debits share. */
interface Movement {
  readonly amount: Amount;
  readonly metadata: Metadata | null;
  readonly description: string | null;
}

const byApi = { type: "api", id: null } as const;

/**
 * @rule LED-03 a credit is a new grant
 * @rule LED-40 the entry shows the metadata of the request, an empty object when there is none
 * @rule LED-31 an API credit is written as `credit_added`, an API debit as `credit_deducted`
 */
function credit(
  context: Context,
  account: Account,
  movement: Movement,
  expiresAt: Instant | null,
  overage: OverageTerms,
) {
  const parameters = {
    grantId: context.nextId("cdg"),
    source: byApi,
    reference: byApi,
    expiresAt,
    overageBehavior: overage.behavior,
    rollover: null,
    ...movement,
  };
  return post(context, account, grant(account, parameters, context.now));
}

function debit(
  context: Context,
  entitlement: Entitlement,
  account: Account,
  movement: Movement,
  overage: OverageTerms,
  grants: readonly Grant[],
) {
  const parameters = {
    amount: movement.amount,
    overage,
    excess: "refuse" as const,
    reference: byApi,
    description: movement.description,
    metadata: movement.metadata ?? {},
    print: (it: Amount) => formatAmount(it, entitlement.precision),
  };
  const { posting } = deduct(account, grants, parameters, context.now);
  assert(posting !== undefined, "a debit that is not refused moves something");
  return post(context, account, posting);
}

/** @rule LED-16 an expiry means something on a credit only */
const expiryAsked = (body: Request, entitlement: Entitlement, now: Instant): Instant | null =>
  expiryOf(
    now,
    body.expires_at ? readInstant(body.expires_at, "expires_at") : null,
    entitlement.expiresAfterDays,
  );

/**
 * What an idempotency key is remembered by. It is remembered when its entry is written, so a request that fails does
 * not use it up.
 *
 * @rule LED-26 keys are separate for each credit and customer
 * @rule LED-27 they never expire
 * @rule LED-28 a failed request leaves its key unused
 */
const keyId = (
  entitlementId: string,
  customerId: string,
  key: string | null | undefined,
): string | null =>
  key === null || key === undefined ? null : `${entitlementId} ${customerId} ${key}`;

/**
 * @rule LED-25 a key that was used is 409 and changes nothing
 * @throws DomainError idempotency-key-used
 */
function refuseUsedKey(used: UsedKey | undefined, key: string | null | undefined): void {
  if (!used) return;
  throw new DomainError("idempotency-key-used", "LED-25", {
    message: `The idempotency key ${JSON.stringify(key)} was used already, for ledger entry ${used.entryId}; nothing was moved again. Send a new key for a new movement`,
  });
}

/**
 * What the caller sees of a movement, which may have taken two entries: its start is the first one's, its end the
 * last one's.
 *
 * @rule LED-18 the reason comes back
 * @rule LED-20 amount and direction as requested
 * @rule LED-21 the balance moves by the amount, less what overage took or gave
 */
function presentCreated(
  body: Request,
  amount: Amount,
  entries: readonly [Entry, ...Entry[]],
  account: Account,
  precision: number,
  now: Instant,
): components["schemas"]["CreateLedgerEntryResponse"] {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return {
    id: first.id,
    customer_id: account.customerId,
    credit_entitlement_id: account.entitlementId,
    entry_type: body.entry_type,
    amount: formatAmount(amount, precision),
    is_credit: first.isCredit,
    balance_before: formatAmount(first.balanceBefore, precision),
    balance_after: formatAmount(last.balanceAfter, precision),
    overage_before: formatAmount(first.overageBefore, precision),
    overage_after: formatAmount(last.overageAfter, precision),
    grant_id: first.grantId,
    reason: first.description,
    metadata: first.metadata,
    created_at: formatInstant(now),
  };
}
