import type { components, operations } from "@drawdown/spec/control";
import { type Amount, add, formatAmount, isPositive } from "#domain/amount.js";
import type { Account, Entry } from "#domain/ledger/account.js";
import { formatInstant, type Instant } from "#domain/time.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { notFound } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";

type Schemas = components["schemas"];

type Section = Schemas["PortalView"]["credits"][number];

/** What of a portal is asked for. */
type PortalQuery = NonNullable<operations["viewPortal"]["parameters"]["query"]>;

/**
 * What a customer sees behind a portal link.
 *
 * @rule CUS-07 a section for each credit with a balance, overage or movements
 * @rule CUS-25 its movements page by page; of one credit alone, if that is asked for
 * @throws DomainError not-found
 */
export async function viewPortal(
  { tx, now }: Transaction,
  sessionId: string,
  query: PortalQuery,
): Promise<Schemas["PortalView"]> {
  const session = await load(tx, kinds.portalSession, sessionId, "CUS-06");
  if (session.expiresAt <= now) return notFound("portal session", sessionId, "CUS-06");
  const customer = await load(tx, kinds.customer, session.customerId, "CUS-06");
  const { credit_entitlement_id: only } = query;
  const credits = [];
  for (const account of await tx.find(kinds.account, "byCustomer", customer.id)) {
    if (only !== undefined && account.assetId !== only) continue;
    const section = await sectionOf(tx, account, query);
    if (section) credits.push(section);
  }
  if (only !== undefined && credits.length === 0) return notFound("credit", only, "CUS-25");
  return { customer_name: customer.name, return_url: session.returnUrl, credits };
}

async function sectionOf(
  tx: Tx,
  account: Account,
  { page_number = 0, page_size = 50 }: PortalQuery,
): Promise<Section | undefined> {
  const entitlement = await tx.get(kinds.entitlement, account.assetId);
  if (!entitlement || entitlement.deletedAt !== null) return undefined;
  const { id, name, unit, precision } = entitlement;
  const print = (amount: Amount) => formatAmount(amount, precision);
  const entries = await tx.find(kinds.entry, "byAccount", account.id, {
    descending: true,
    offset: page_number * page_size,
    limit: page_size,
  });
  const expiring = await expiriesOf(tx, account.id);
  return {
    credit_entitlement_id: id,
    name,
    unit,
    balance: print(account.balance),
    overage: print(account.overage),
    expiring: expiring.map((it) => ({
      expires_at: formatInstant(it.expiresAt),
      amount: print(it.amount),
    })),
    transaction_count: account.entryCount,
    transactions: entries.map((it) => ({
      at: formatInstant(it.at),
      label: labelOf(it),
      description: it.description,
      amount: `${it.isCredit && isPositive(it.amount) ? "+" : "-"}${print(it.amount)}`,
      balance: print(it.balanceAfter),
      overage: print(it.overageAfter),
    })),
  };
}

/** Instants of expiry that are listed, the soonest: whoever has more grants looks at the first ones. */
const expiriesMax = 20;

interface Expiry {
  readonly expiresAt: Instant;
  readonly amount: Amount;
}

/** @rule CUS-26 what open grants hold, by the instant at which they end, soonest first */
async function expiriesOf(tx: Tx, accountId: string): Promise<readonly Expiry[]> {
  const grants = await tx.find(kinds.grant, "earliest_expiry", accountId);
  const expiries: Expiry[] = [];
  for (const { expiresAt, remaining } of grants) {
    if (expiresAt === null) break;
    const last = expiries.at(-1);
    if (last?.expiresAt === expiresAt) {
      expiries[expiries.length - 1] = { expiresAt, amount: add(last.amount, remaining) };
    } else if (expiries.push({ expiresAt, amount: remaining }) > expiriesMax) {
      return expiries.slice(0, -1);
    }
  }
  return expiries;
}

/**
 * What a movement is called in front of customers.
 *
 * @rule CUS-10 the four documented labels
 * @rule CUS-11 which entries they stand for; others show their type in words
 */
function labelOf({ type, reference }: Entry): string {
  switch (type) {
    case "credit_added":
      return reference.type === "subscription" ? "Credits with Subscription" : "One-Time Credits";
    case "credit_deducted":
      return "Usage Deduction";
    case "overage_charged":
      return "Overage";
    default:
      return type.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
  }
}
