import type { components } from "@drawdown/spec/control";
import { type Amount, formatAmount, isPositive } from "../../domain/amount.js";
import type { Account, Entry } from "../../domain/ledger/account.js";
import { formatInstant } from "../../domain/time.js";
import type { Tx, Unit } from "../../sandbox/ports.js";
import { notFound } from "./context.js";
import { load } from "./load.js";

type Schemas = components["schemas"];

/**
 * What a customer sees behind a portal link.
 *
 * @rule CUS-07 a section for each credit with a balance, overage or movements
 */
export async function viewPortal(
  { tx, now }: Unit,
  sessionId: string,
): Promise<Schemas["PortalView"]> {
  const session = await load(tx, "portalSession", sessionId, "CUS-06");
  if (session.expiresAt <= now) return notFound("portal session", sessionId, "CUS-06");
  const customer = await load(tx, "customer", session.customerId, "CUS-06");
  const credits = [];
  for (const account of await tx.find("account", "byCustomer", customer.id)) {
    const section = await sectionOf(tx, account);
    if (section) credits.push(section);
  }
  return { customer_name: customer.name, return_url: session.returnUrl, credits };
}

/** Movements shown of one credit, the newest. */
const shown = 50;

async function sectionOf(
  tx: Tx,
  account: Account,
): Promise<Schemas["PortalView"]["credits"][number] | undefined> {
  const entitlement = await tx.get("entitlement", account.entitlementId);
  if (!entitlement || entitlement.deletedAt !== null) return undefined;
  const { id, name, unit, precision } = entitlement;
  const print = (amount: Amount) => formatAmount(amount, precision);
  const entries = await tx.find("entry", "byAccount", account.id, {
    descending: true,
    limit: shown,
  });
  return {
    credit_entitlement_id: id,
    name,
    unit,
    balance: print(account.balance),
    overage: print(account.overage),
    transactions: entries.map((it) => ({
      at: formatInstant(it.at),
      label: labelOf(it),
      description: it.description,
      amount: `${it.isCredit && isPositive(it.amount) ? "+" : "-"}${print(it.amount)}`,
      balance: print(it.balanceAfter),
    })),
  };
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
