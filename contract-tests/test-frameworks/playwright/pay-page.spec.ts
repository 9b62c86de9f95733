import { expect, test } from "@drawdown/mock-server/playwright";
import type { TestTenant } from "@drawdown/mock-server/testing";
import DodoPayments from "dodopayments";

/** A checkout of a pack of 500 tokens. */
async function checkout({ key, baseURL }: TestTenant) {
  const client = new DodoPayments({ bearerToken: key, baseURL });
  const credit = await client.creditEntitlements.create({
    name: "API tokens",
    unit: "token",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const pack = await client.products.create({
    name: "Token pack",
    tax_category: "saas",
    price: {
      type: "one_time_price",
      currency: "USD",
      price: 1900,
      discount: 0,
      purchasing_power_parity: false,
    },
    credit_entitlements: [{ credit_entitlement_id: credit.id, credits_amount: "500" }],
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const { checkout_url } = await client.checkoutSessions.create({
    product_cart: [{ product_id: pack.product_id, quantity: 1 }],
    customer: { customer_id: ada.customer_id },
  });
  return { url: checkout_url ?? "", customerId: ada.customer_id, creditId: credit.id };
}

test("a pack that is paid in the browser is in the ledger", async ({ page, tenant }) => {
  const { url, customerId, creditId } = await checkout(tenant);
  await page.goto(url);
  await page.getByRole("button", { name: "Pay" }).click();
  await expect(page.getByRole("status")).toHaveText("Paid.");
  expect(await tenant.ledger(customerId, creditId)).toHaveLedger("credit_added +500 0 → 500");
});

test("a ledger is not as expected", async ({ tenant }) => {
  const { customerId, creditId } = await checkout(tenant);
  expect(await tenant.ledger(customerId, creditId)).toHaveLedger("credit_added +500 0 → 500");
});

test.describe("a given beginning", () => {
  test.use({ tenantOptions: { at: "2031-01-01T00:00:00Z" } });

  test("is taken", async ({ tenant }) => {
    expect(await tenant.now()).toBe("2031-01-01T00:00:00.000000Z");
  });
});
