import type { components } from "@drawdown/spec/dodo";
import { formatAmount, parseAmount, parseCreditAmount } from "#domain/amount.js";
import { assert, DomainError } from "#domain/errors.js";
import { type Entry, statusOf } from "#domain/ledger/account.js";
import { expiryOf } from "#domain/ledger/rules/expiry.js";
import { checkMetadata, generalMetadataLimits } from "#domain/metadata.js";
import { formatInstant, type Instant } from "#domain/time.js";
import { readInstant } from "#http/read-instant.js";
import { writeJson } from "#http/write-json.js";
import type { Entitlement } from "../catalogue/credits/rules.js";
import { type Context, type HandlersOf, notFound, page, withinDates } from "../context.js";
import { holderKey, kinds, type UsedKey } from "../kinds.js";
import { findAccount, load, loadEntitlement } from "../load.js";
import { presentBalance, presentEntry, presentGrant } from "../present.js";
import { presentMetadata } from "../present-metadata.js";
import { enter, type Movement } from "./enter.js";

type Request = components["schemas"]["CreateLedgerEntryRequest"];

export const balances: HandlersOf<
  "listBalances" | "retrieveBalance" | "listGrants" | "listLedger" | "createLedgerEntry"
> = {
  /** @rule BAL-06 everybody's balances of one credit, or one customer's; nobody's is an empty list */
  async listBalances({ tx, policy }, { path, query }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "BAL-06");
    const { customer_id: customerId } = query;
    const [index, key] =
      customerId === undefined
        ? (["byEntitlement", id] as const)
        : (["byHolder", holderKey(id, customerId)] as const);
    const found = await tx.find(kinds.account, index, key, { descending: true, ...page(query) });
    const items = found.map((it) => presentBalance(it, precision, policy.balanceAmounts));
    return { status: 200, body: { items } };
  },

  /** @rule BAL-04 unknown credit, unknown customer and no activity yet are all 404 */
  async retrieveBalance({ tx, policy }, { path }) {
    const { id, precision } = await loadEntitlement(tx, path.credit_entitlement_id, "BAL-04");
    const [account] = await findAccount(tx, id, path.customer_id);
    if (!account) return notFound("balance for customer", path.customer_id, "BAL-04");
    return { status: 200, body: presentBalance(account, precision, policy.balanceAmounts) };
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
    const found = await tx.find(kinds.grant, "byAccount", account.id, {
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
    const found = await tx.find(kinds.entry, "byAccount", account.id, {
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
    const { tx } = context;
    const entitlement = await loadEntitlement(tx, path.credit_entitlement_id, "LED-11");
    const customer = await load(tx, kinds.customer, path.customer_id, "LED-11");
    const key = keyId(entitlement.id, customer.id, body.idempotency_key);
    const used = key === null ? undefined : await tx.get(kinds.usedKey, key);
    const entries = used
      ? await repeated(context, used, entitlement, body)
      : await enter(context, entitlement, customer.id, movementOf(context, entitlement, body));
    if (key !== null && !used) {
      tx.put(kinds.usedKey, { id: key, entryIds: idsOf(entries), request: requestText(body) });
    }
    return { status: 201, body: presentCreated(body, entries, entitlement, customer.id) };
  },
};

/** @rule LED-31 the API's entries are `credit_added` and `credit_deducted`, unless the policy says otherwise (C7) */
function movementOf({ now, policy }: Context, entitlement: Entitlement, body: Request): Movement {
  const amount = parseCreditAmount(body.amount, entitlement.precision);
  const metadata = body.metadata ?? null;
  if (metadata) checkMetadata(metadata, generalMetadataLimits, "`metadata`");
  const common = { amount, metadata, description: body.reason ?? null };
  const isAdjustment = policy.apiEntriesAs === "manual_adjustment";
  return body.entry_type === "credit"
    ? {
        ...common,
        isCredit: true,
        entryType: isAdjustment ? "manual_adjustment" : "credit_added",
        expiresAt: expiryAsked(body.expires_at, entitlement, now),
      }
    : {
        ...common,
        isCredit: false,
        entryType: isAdjustment ? "manual_adjustment" : "credit_deducted",
      };
}

/**
 * When a credit made by hand ends.
 *
 * @rule LED-16 an expiry means something on a credit only
 */
export const expiryAsked = (
  text: string | null | undefined,
  entitlement: Entitlement,
  now: Instant,
): Instant | null =>
  expiryOf(now, text ? readInstant(text, "expires_at") : null, entitlement.expiresAfterDays);

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

/** What makes two requests with one key the same. */
const requestText = ({ entry_type, amount, expires_at, metadata, reason }: Request): string =>
  writeJson([
    entry_type,
    parseAmount(amount),
    reason ?? null,
    expires_at ?? null,
    metadata ?? null,
  ]);

const idsOf = ([first, ...rest]: readonly [Entry, ...Entry[]]): UsedKey["entryIds"] => [
  first.id,
  ...rest.map((it) => it.id),
];

/**
 * What a request with a used key finds.
 *
 * @rule LED-25 409 and nothing changes, unless the policy answers the same request as the first time (C6)
 * @throws DomainError idempotency-key-used
 */
async function repeated(
  context: Context,
  used: UsedKey,
  entitlement: Entitlement,
  body: Request,
): Promise<readonly [Entry, ...Entry[]]> {
  const { tx, policy } = context;
  const [firstId, ...restIds] = used.entryIds;
  const isSame = requestText(body) === used.request;
  // Another request may be wrong by itself, which goes first. The same one was right when it was made, and is not
  // judged again: its expiry may be past by now.
  if (!isSame) movementOf(context, entitlement, body);
  if (policy.idempotency === "conflict" || !isSame) {
    throw new DomainError("idempotency-key-used", "LED-25", {
      message: `The idempotency key ${JSON.stringify(body.idempotency_key)} was used already, for ledger entry ${firstId}; nothing was moved again. Send a new key for a new movement`,
    });
  }
  const entryOf = async (id: string): Promise<Entry> => {
    const entry = await tx.get(kinds.entry, id);
    assert(entry !== undefined, `entry ${id} of a used key is not stored`);
    return entry;
  };
  return [await entryOf(firstId), ...(await Promise.all(restIds.map(entryOf)))];
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
  entries: readonly [Entry, ...Entry[]],
  { id, precision }: Entitlement,
  customerId: string,
): components["schemas"]["CreateLedgerEntryResponse"] {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return {
    id: first.id,
    customer_id: customerId,
    credit_entitlement_id: id,
    entry_type: body.entry_type,
    amount: formatAmount(parseAmount(body.amount), precision),
    is_credit: first.isCredit,
    balance_before: formatAmount(first.balanceBefore, precision),
    balance_after: formatAmount(last.balanceAfter, precision),
    overage_before: formatAmount(first.overageBefore, precision),
    overage_after: formatAmount(last.overageAfter, precision),
    grant_id: first.grantId,
    reason: first.description,
    metadata: presentMetadata(first.metadata),
    created_at: formatInstant(first.at),
  };
}
