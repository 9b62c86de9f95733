import type DodoPayments from "dodopayments";

/** The ids that the application reads from its environment. */
export type Catalogue = Readonly<
  Record<
    | "CREDIT_ENTITLEMENT_ID"
    | "STARTER_PLAN_PRODUCT_ID"
    | "PRO_PLAN_PRODUCT_ID"
    | "TOPUP_PRODUCT_ID",
    string
  >
>;

const million = 1_000_000;

/** What steps 1 to 4 of the tutorial set up in the dashboard, set up through the API. */
export async function setUpCatalogue(dodo: DodoPayments): Promise<Catalogue> {
  const { id: credit_entitlement_id } = await dodo.creditEntitlements.create({
    name: "API Tokens",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const { id: meter_id } = await dodo.meters.create({
    name: "Token Usage Meter",
    event_name: "api.tokens_used",
    measurement_unit: "tokens",
    aggregation: { type: "sum", key: "tokens" },
  });

  const sellPlan = async (name: string, cents: number, tokens: number, overage: object) => {
    const plan = await dodo.products.create({
      name,
      tax_category: "saas",
      price: {
        ...monthly,
        fixed_price: cents,
        meters: [
          { meter_id, credit_entitlement_id, meter_units_per_credit: "1", free_threshold: 0 },
        ],
      },
      credit_entitlements: [{ credit_entitlement_id, credits_amount: String(tokens), ...overage }],
    });
    return plan.product_id;
  };

  return {
    CREDIT_ENTITLEMENT_ID: credit_entitlement_id,
    STARTER_PLAN_PRODUCT_ID: await sellPlan("NeuralAPI Starter", 2900, 10 * million, {
      overage_enabled: false,
    }),
    PRO_PLAN_PRODUCT_ID: await sellPlan("NeuralAPI Pro", 9900, 40 * million, {
      overage_enabled: true,
      overage_behavior: "invoice_at_billing",
      // In cents: $0.000005 a token, $5 a million.
      price_per_unit: "0.0005",
      currency: "USD",
    }),
    TOPUP_PRODUCT_ID: await sellPack(dodo, credit_entitlement_id),
  };
}

/** Five million tokens that outlive the month: 365 days instead of the credit's 30. */
async function sellPack(dodo: DodoPayments, credit_entitlement_id: string): Promise<string> {
  const pack = await dodo.products.create({
    name: "Token Top-Up Pack",
    tax_category: "saas",
    price: { type: "one_time_price", price: 1900, ...inDollars },
    credit_entitlements: [
      { credit_entitlement_id, credits_amount: String(5 * million), expires_after_days: 365 },
    ],
  });
  return pack.product_id;
}

const inDollars = { currency: "USD", discount: 0, purchasing_power_parity: false } as const;

const monthly = {
  type: "usage_based_price",
  ...inDollars,
  payment_frequency_count: 1,
  payment_frequency_interval: "Month",
  subscription_period_count: 10,
  subscription_period_interval: "Year",
} as const;
