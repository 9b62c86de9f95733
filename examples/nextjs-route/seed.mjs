// Something to look at: a credit, and a customer who has 1000 of it.
import DodoPayments from "dodopayments";

const client = new DodoPayments(); // as the application: see .env

const credit = await client.creditEntitlements.create({
  name: "API tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
});
const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
await client.creditEntitlements.balances.createLedgerEntry(ada.customer_id, {
  credit_entitlement_id: credit.id,
  entry_type: "credit",
  amount: "1000",
});

console.log(`page    http://localhost:3000/?customer=${ada.customer_id}`);
console.log(`route   http://localhost:3000/api/credits/${ada.customer_id}`);
