import Drawdown from "@drawdown/sdk";
import type { operations } from "@drawdown/spec/dodo";
import { operationTable } from "@drawdown/spec/dodo";
import DodoPayments from "dodopayments";
import { violation } from "./conformance.js";
import type { Opened } from "./transports.js";

export type OperationId = keyof operations;

/** What an operation is called with; nothing is checked here, so that bad input can be sent too. */
export interface Arguments {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
}

/** What came back, whatever the client made of it. */
export interface Result {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A way to call operations: by plain HTTP, or through a client library. */
export interface Client {
  readonly name: string;
  connect(opened: Opened, key: string): (id: OperationId, args: Arguments) => Promise<Result>;
}

/** Plain HTTP. Every answer is held against the document. */
export const plainHttp: Client = {
  name: "http",
  connect: (opened, key) => async (id, args) => {
    const operation = operationTable.find((it) => it.id === id);
    if (!operation) throw new Error(`no operation ${id}`);
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(args.path?.[name] ?? ""),
    );
    const query = new URLSearchParams(
      Object.entries(args.query ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const response = await opened.fetch(
      `${opened.baseUrl}${path}${query.size ? `?${query}` : ""}`,
      {
        method: operation.method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(args.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(args.body === undefined ? {} : { body: JSON.stringify(args.body) }),
      },
    );
    const text = await response.text();
    const body = text === "" ? undefined : JSON.parse(text);
    const why = violation(id, response.status, body, text);
    if (why) throw new Error(why);
    return { status: response.status, body, headers: response.headers };
  },
};

/** Calls made through a client library, letter for letter the same for both. */
const through = (name: string, open: (opened: Opened, key: string) => DodoPayments): Client => ({
  name,
  connect: (opened, key) => {
    const client = open(opened, key);
    return async (id, args) => {
      try {
        const { data, response } = await officialCalls[id](client, args).withResponse();
        return { status: response.status, body: answeredBy(data), headers: response.headers };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return { status: error.status, body: error.error, headers: error.headers };
      }
    };
  },
});

/** The official client, unmodified. */
export const official = through(
  "dodopayments",
  ({ baseUrl, fetch }, key) =>
    new DodoPayments({
      bearerToken: key,
      baseURL: baseUrl,
      fetch: (url, init) => fetch(url as string, init as RequestInit),
    }),
);

/** Our own client. That the official one's calls fit it is what a drop-in promises. */
export const ours = through(
  "@drawdown/sdk",
  ({ baseUrl, fetch }, key) =>
    new Drawdown({ bearerToken: key, baseURL: baseUrl, fetch }) as unknown as DodoPayments,
);

/** An error that stands for an answer; connection errors have no status. */
const isRefusal = (
  error: unknown,
): error is { readonly status: number; readonly error: unknown; readonly headers: Headers } =>
  (error instanceof DodoPayments.APIError || error instanceof Drawdown.APIError) &&
  error.status !== undefined;

/** What was answered, without the client that a page object carries along. */
export function answeredBy(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !("hasNextPage" in data)) return data;
  if ("items" in data) return { items: data.items };
  // Where there is no further page the client's page object says "" for null.
  const { data: endpoints, iterator, prev_iterator, done } = data as Record<string, unknown>;
  return {
    data: endpoints,
    iterator: iterator || null,
    prev_iterator: prev_iterator || null,
    done,
  };
}

interface Answering {
  withResponse(): Promise<{ readonly data: unknown; readonly response: Response }>;
}

type OfficialCall = (client: DodoPayments, args: Arguments) => Answering & PromiseLike<unknown>;

// The client's own parameter types are left aside: half of what the scenarios send is meant to be refused.
// biome-ignore lint/suspicious/noExplicitAny: see above
const loose = (value: unknown): any => value ?? {};

const holder = ({ path = {} }: Arguments, rest: unknown) =>
  [
    path["customer_id"] ?? "",
    loose({ credit_entitlement_id: path["credit_entitlement_id"], ...loose(rest) }),
  ] as const;

const subscriptionOf = ({ path = {} }: Arguments): string => path["subscription_id"] ?? "";

const webhookOf = ({ path = {} }: Arguments): string => path["webhook_id"] ?? "";

const idOf = ({ path = {} }: Arguments): string => path["id"] ?? path["customer_id"] ?? "";

/** The official client's method for each operation. */
export const officialCalls: { readonly [Id in OperationId]: OfficialCall } = {
  createCreditEntitlement: (it, args) => it.creditEntitlements.create(loose(args.body)),
  listCreditEntitlements: (it, args) => it.creditEntitlements.list(loose(args.query)),
  retrieveCreditEntitlement: (it, args) => it.creditEntitlements.retrieve(idOf(args)),
  updateCreditEntitlement: (it, args) => it.creditEntitlements.update(idOf(args), loose(args.body)),
  deleteCreditEntitlement: (it, args) => it.creditEntitlements.delete(idOf(args)),
  undeleteCreditEntitlement: (it, args) => it.creditEntitlements.undelete(idOf(args)),
  listBalances: (it, args) =>
    it.creditEntitlements.balances.list(
      args.path?.["credit_entitlement_id"] ?? "",
      loose(args.query),
    ),
  retrieveBalance: (it, args) => it.creditEntitlements.balances.retrieve(...holder(args, {})),
  listGrants: (it, args) => it.creditEntitlements.balances.listGrants(...holder(args, args.query)),
  listLedger: (it, args) => it.creditEntitlements.balances.listLedger(...holder(args, args.query)),
  createLedgerEntry: (it, args) =>
    it.creditEntitlements.balances.createLedgerEntry(...holder(args, args.body)),
  ingestEvents: (it, args) => it.usageEvents.ingest(loose(args.body)),
  listEvents: (it, args) => it.usageEvents.list(loose(args.query)),
  retrieveEvent: (it, args) => it.usageEvents.retrieve(args.path?.["event_id"] ?? ""),
  createMeter: (it, args) => it.meters.create(loose(args.body)),
  listMeters: (it, args) => it.meters.list(loose(args.query)),
  retrieveMeter: (it, args) => it.meters.retrieve(idOf(args)),
  archiveMeter: (it, args) => it.meters.archive(idOf(args)),
  unarchiveMeter: (it, args) => it.meters.unarchive(idOf(args)),
  createCustomer: (it, args) => it.customers.create(loose(args.body)),
  listCustomers: (it, args) => it.customers.list(loose(args.query)),
  retrieveCustomer: (it, args) => it.customers.retrieve(idOf(args)),
  updateCustomer: (it, args) => it.customers.update(idOf(args), loose(args.body)),
  listCustomerCreditEntitlements: (it, args) => it.customers.listCreditEntitlements(idOf(args)),
  createProduct: (it, args) => it.products.create(loose(args.body)),
  listProducts: (it, args) => it.products.list(loose(args.query)),
  retrieveProduct: (it, args) => it.products.retrieve(idOf(args)),
  updateProduct: (it, args) => it.products.update(idOf(args), loose(args.body)),
  archiveProduct: (it, args) => it.products.archive(idOf(args)),
  unarchiveProduct: (it, args) => it.products.unarchive(idOf(args)),
  createCheckoutSession: (it, args) => it.checkoutSessions.create(loose(args.body)),
  retrieveCheckoutSession: (it, args) => it.checkoutSessions.retrieve(idOf(args)),
  listPayments: (it, args) => it.payments.list(loose(args.query)),
  retrievePayment: (it, args) => it.payments.retrieve(args.path?.["payment_id"] ?? ""),
  listSubscriptions: (it, args) => it.subscriptions.list(loose(args.query)),
  retrieveSubscription: (it, args) => it.subscriptions.retrieve(subscriptionOf(args)),
  updateSubscription: (it, args) => it.subscriptions.update(subscriptionOf(args), loose(args.body)),
  retrieveCreditUsage: (it, args) => it.subscriptions.retrieveCreditUsage(subscriptionOf(args)),
  changePlan: (it, args) => it.subscriptions.changePlan(subscriptionOf(args), loose(args.body)),
  previewChangePlan: (it, args) =>
    it.subscriptions.previewChangePlan(subscriptionOf(args), loose(args.body)),
  cancelScheduledPlanChange: (it, args) => it.subscriptions.cancelChangePlan(subscriptionOf(args)),
  chargeSubscription: (it, args) => it.subscriptions.charge(subscriptionOf(args), loose(args.body)),
  retrieveUsageHistory: (it, args) =>
    it.subscriptions.retrieveUsageHistory(subscriptionOf(args), loose(args.query)),
  previewCheckoutSession: (it, args) => it.checkoutSessions.preview(loose(args.body)),
  createAddon: (it, args) => it.addons.create(loose(args.body)),
  listAddons: (it, args) => it.addons.list(loose(args.query)),
  retrieveAddon: (it, args) => it.addons.retrieve(idOf(args)),
  updateAddon: (it, args) => it.addons.update(idOf(args), loose(args.body)),
  createCustomerPortalSession: (it, args) =>
    it.customers.customerPortal.create(idOf(args), loose(args.query)),
  listWallets: (it, args) => it.customers.wallets.list(idOf(args)),
  listWalletLedgerEntries: (it, args) =>
    it.customers.wallets.ledgerEntries.list(idOf(args), loose(args.query)),
  createWalletLedgerEntry: (it, args) =>
    it.customers.wallets.ledgerEntries.create(idOf(args), loose(args.body)),
  createWebhook: (it, args) => it.webhooks.create(loose(args.body)),
  listWebhooks: (it, args) => it.webhooks.list(loose(args.query)),
  retrieveWebhook: (it, args) => it.webhooks.retrieve(webhookOf(args)),
  updateWebhook: (it, args) => it.webhooks.update(webhookOf(args), loose(args.body)),
  deleteWebhook: (it, args) => it.webhooks.delete(webhookOf(args)),
  retrieveWebhookHeaders: (it, args) => it.webhooks.headers.retrieve(webhookOf(args)),
  updateWebhookHeaders: (it, args) => it.webhooks.headers.update(webhookOf(args), loose(args.body)),
  retrieveWebhookSecret: (it, args) => it.webhooks.retrieveSecret(webhookOf(args)),
};
