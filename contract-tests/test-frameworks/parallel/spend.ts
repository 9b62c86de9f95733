import { openTenant } from "@drawdown/mock-server/testing";
import DodoPayments from "dodopayments";

/**
 * One of several processes that share a server: opens a tenant for each number of a range, has all of them spend at the
 * same time, and prints what each then finds.
 */

const [url = "", from = "", to = ""] = process.argv.slice(2);

async function spend(number: number) {
  const tenant = await openTenant(url);
  const client = new DodoPayments({ bearerToken: tenant.key, baseURL: tenant.baseURL });
  const credit = await client.creditEntitlements.create({
    name: `Tokens of ${number}`,
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const ada = await client.customers.create({ email: `${number}@example.com`, name: "Ada" });
  const of = { credit_entitlement_id: credit.id };
  const enter = (entry_type: "credit" | "debit", amount: number) =>
    client.creditEntitlements.balances.createLedgerEntry(ada.customer_id, {
      ...of,
      entry_type,
      amount: String(amount),
    });
  await enter("credit", number * 10);
  await Promise.all([enter("debit", number), enter("debit", number), enter("debit", number)]);
  const { items } = await client.customers.list();
  return {
    number,
    key: tenant.key,
    customers: items.map((it) => it.email),
    ledger: await tenant.ledger(ada.customer_id, credit.id),
  };
}

const numbers = Array.from({ length: Number(to) - Number(from) }, (_, i) => Number(from) + i);
console.log(JSON.stringify(await Promise.all(numbers.map(spend))));
