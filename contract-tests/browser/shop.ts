import type DodoPayments from "dodopayments";

export type Shop = Awaited<ReturnType<typeof openShop>>;

/**
 * A shop with one customer: a monthly plan with metered tokens, which roll over and may be overdrawn, and a pack of images,
 * which expire. Its webhooks are signed and kept.
 */
export async function openShop(client: DodoPayments) {
  await client.patch("/_sandbox/webhooks/mode", { body: { collected: true } });
  const webhook = await client.webhooks.create({ url: "https://shop.example.com/webhooks" });
  const tokens = await client.creditEntitlements.create({
    name: "Tokens",
    unit: "token",
    precision: 2,
    rollover_enabled: true,
    rollover_percentage: 50,
    max_rollover_count: 1,
    overage_enabled: true,
    overage_limit: 100,
    overage_behavior: "invoice_at_billing",
    price_per_unit: "10",
    currency: "USD",
  });
  const images = await client.creditEntitlements.create({
    name: "Images",
    unit: "image",
    precision: 0,
    expires_after_days: 45,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const meter = await client.meters.create({
    name: "Tokens used",
    event_name: "tokens.used",
    measurement_unit: "token",
    aggregation: { type: "sum", key: "tokens" },
  });
  const plan = await client.products.create({
    name: "Plan",
    tax_category: "saas",
    price: {
      type: "usage_based_price",
      currency: "USD",
      discount: 0,
      fixed_price: 2000,
      purchasing_power_parity: false,
      payment_frequency_count: 1,
      payment_frequency_interval: "Month",
      subscription_period_count: 1,
      subscription_period_interval: "Year",
      meters: [
        {
          meter_id: meter.id,
          credit_entitlement_id: tokens.id,
          meter_units_per_credit: "4",
          free_threshold: 0,
        },
      ],
    },
    credit_entitlements: [
      {
        credit_entitlement_id: tokens.id,
        credits_amount: "200",
        low_balance_threshold_percent: 20,
      },
    ],
  });
  const pack = await client.products.create({
    name: "Image pack",
    tax_category: "saas",
    price: {
      type: "one_time_price",
      currency: "USD",
      price: 900,
      discount: 0,
      purchasing_power_parity: false,
    },
    credit_entitlements: [{ credit_entitlement_id: images.id, credits_amount: "30" }],
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  return { client, webhook, tokens, images, meter, plan, pack, customer: ada.customer_id };
}
