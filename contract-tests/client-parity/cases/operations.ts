import { type Arguments, type OperationId, officialCalls } from "../../harness/clients.js";
import { entitlement, meter } from "../../scenarios/support/sample-bodies.js";
import type { Case } from "../case.js";

/** Every operation, called once, with arguments of the kinds it takes. */

const page = { page_number: 3, page_size: 25 };
const id = { path: { id: "thing/1 ä" } };
const holder = { credit_entitlement_id: "cde_1", customer_id: "cus_1" };
const customer = { path: { customer_id: "cus_1" } };
const subscription = { path: { subscription_id: "sub_1" } };
const webhook = { path: { webhook_id: "ep_1" } };
const dates = { created_at_gte: "2026-01-01T00:00:00+02:00" };
const change = { product_id: "pdt_1", quantity: 2, proration_billing_mode: "do_not_bill" };
const cart = { product_cart: [{ product_id: "pdt_1", quantity: 1, amount: null }] };
const addon = { name: "Seat", currency: "USD", price: 100, tax_category: "saas" };
const keyed = { idempotency_key: "once" };

const samples: { readonly [Id in OperationId]: Arguments } = {
  createCreditEntitlement: { body: entitlement },
  listCreditEntitlements: { query: { deleted: true, ...page } },
  retrieveCreditEntitlement: id,
  updateCreditEntitlement: { ...id, body: { name: "é\n", overage_limit: null } },
  deleteCreditEntitlement: id,
  undeleteCreditEntitlement: id,
  listBalances: { path: { credit_entitlement_id: "cde_1" }, query: page },
  retrieveBalance: { path: holder },
  listGrants: { path: holder, query: { status: "active", ...page } },
  listLedger: { path: holder, query: { transaction_type: "refund", ...page } },
  createLedgerEntry: { path: holder, body: { entry_type: "debit", amount: "0.10", ...keyed } },
  ingestEvents: { body: { events: [{ event_id: "e", metadata: { tokens: 1.5, ok: true } }] } },
  listEvents: { query: { event_name: "a b&c=d", ...page } },
  retrieveEvent: { path: { event_id: "e 1" } },
  createMeter: { body: meter },
  listMeters: { query: { archived: false, ...page } },
  retrieveMeter: id,
  archiveMeter: id,
  unarchiveMeter: id,
  createCustomer: { body: { email: "ada@example.com", name: "Ada", metadata: {} } },
  listCustomers: { query: { email: "ada+1@example.com", ...page } },
  retrieveCustomer: customer,
  updateCustomer: { ...customer, body: { name: "Ada" } },
  listCustomerCreditEntitlements: customer,
  createProduct: { body: { name: "Plan", tax_category: "saas", price: { price: 1e3 } } },
  listProducts: { query: { recurring: true, ...page } },
  retrieveProduct: id,
  updateProduct: { ...id, body: { credit_entitlements: [] } },
  archiveProduct: id,
  unarchiveProduct: id,
  createCheckoutSession: { body: cart },
  retrieveCheckoutSession: id,
  listPayments: { query: { ...dates, ...page } },
  retrievePayment: { path: { payment_id: "pay_1" } },
  listSubscriptions: { query: { status: "active", ...page } },
  retrieveSubscription: subscription,
  updateSubscription: { ...subscription, body: { status: "paused" } },
  retrieveCreditUsage: subscription,
  changePlan: { ...subscription, body: change },
  previewChangePlan: { ...subscription, body: { ...change, collect_via_payment_link: true } },
  cancelScheduledPlanChange: subscription,
  chargeSubscription: { ...subscription, body: { product_price: 100, metadata: null } },
  retrieveUsageHistory: { ...subscription, query: { meter_id: "mtr_1", ...page } },
  previewCheckoutSession: { body: cart },
  createAddon: { body: addon },
  listAddons: { query: page },
  retrieveAddon: id,
  updateAddon: { ...id, body: { price: 0 } },
  createCustomerPortalSession: { ...customer, query: { send_email: true } },
  listWallets: customer,
  listWalletLedgerEntries: { ...customer, query: { currency: "USD", ...page } },
  createWalletLedgerEntry: {
    ...customer,
    body: { amount: 5, currency: "USD", entry_type: "credit", ...keyed },
  },
  createWebhook: { body: { url: "https://example.com/hooks", ...keyed } },
  listWebhooks: { query: { limit: 5, iterator: "iterator_1" } },
  retrieveWebhook: webhook,
  updateWebhook: { ...webhook, body: { disabled: true } },
  deleteWebhook: webhook,
  retrieveWebhookHeaders: webhook,
  updateWebhookHeaders: { ...webhook, body: { headers: { "x-a": "1" } } },
  retrieveWebhookSecret: webhook,
};

// One answer that is a page of either kind, and an object.
const everything = { items: [{ id: "one" }], data: [{ id: "one" }], iterator: null, done: true };

export const operations: readonly Case[] = Object.entries(samples).flatMap(([name, args]) => {
  const call: Case["call"] = (client) => officialCalls[name as OperationId](client, args);
  return [
    { name: `${name} is asked for and answered`, answers: [{ body: everything }], call },
    {
      name: `${name} is refused`,
      answers: [{ status: 400, body: { code: "NO", message: "No." } }],
      call,
    },
  ];
});
