const { tenantBeforeEach } = require("@drawdown/mock-server/jest");
const { default: DodoPayments } = require("dodopayments");

const tenant = tenantBeforeEach();
const keys = new Set();

/** The ledger of a customer who got 1000 tokens and used 30. */
async function spend() {
  const { key, baseURL, fetch, ledger } = tenant();
  keys.add(key);
  const client = new DodoPayments({ bearerToken: key, baseURL, fetch });
  const credit = await client.creditEntitlements.create({
    name: "Tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const { balances } = client.creditEntitlements;
  for (const [entry_type, amount] of [
    ["credit", "1000"],
    ["debit", "30"],
  ]) {
    const entry = { credit_entitlement_id: credit.id, entry_type, amount };
    await balances.createLedgerEntry(ada.customer_id, entry);
  }
  return ledger(ada.customer_id, credit.id);
}

test("a ledger is as expected", async () => {
  expect(await spend()).toHaveLedger(`
    credit_added     +1000     0 → 1000
    credit_deducted    -30  1000 →  970
  `);
});

test("a ledger is not as expected", async () => {
  expect(await spend()).toHaveLedger(`
    credit_added     +1000     0 → 1000
    credit_deducted    -40  1000 →  960
  `);
});

test("each test had a tenant of its own", () => {
  keys.add(tenant().key);
  expect(keys.size).toBe(3);
});

describe("a given beginning", () => {
  const later = tenantBeforeEach({ at: "2031-01-01T00:00:00Z", key: "dodo_test_jest" });

  test("is taken", async () => {
    expect([later().key, await later().now()]).toEqual([
      "dodo_test_jest",
      "2031-01-01T00:00:00.000000Z",
    ]);
  });
});
