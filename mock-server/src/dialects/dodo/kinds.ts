import type { Amount } from "#domain/amount.js";
import type { Delivery } from "#domain/delivery/delivery.js";
import type { DeliveryMode, Endpoint } from "#domain/delivery/endpoint.js";
import { type Account, type Entry, type Grant, isOpen } from "#domain/ledger/account.js";
import { oldestFirst, soonestFirst } from "#domain/ledger/rules/draw-order.js";
import type { Tally } from "#domain/metering/aggregate.js";
import type { Metered } from "#domain/metering/convert.js";
import type { UsageEvent } from "#domain/metering/event.js";
import type { Meter } from "#domain/metering/meter.js";
import type { Uncounted } from "#domain/metering/uncounted.js";
import type { Instant } from "#domain/time.js";
import { all, kindOf } from "#sandbox/kinds.js";
import type { Addon } from "./catalogue/addons/rules.js";
import type { Entitlement } from "./catalogue/credits/rules.js";
import type { Product } from "./catalogue/products/rules.js";
import type { CheckoutSession } from "./checkout/rules.js";
import { type Customer, emailKey } from "./customers/rules.js";
import type { Payment } from "./payments/rules.js";
import type { Wallet, WalletEntry } from "./payments/wallets/rules.js";
import type { Subscription } from "./subscriptions/rules.js";
import type { UsagePeriod } from "./usage/charge.js";
import type { OutgoingEvent } from "./webhooks/event.js";

/** A key that a ledger entry was created with. Its id spans credit, customer and key (LED-26). */
export interface UsedKey {
  readonly id: string;
  /** The entries that were written, first to last. */
  readonly entryIds: readonly [string, ...string[]];
  /** What the request said, to tell a repetition from another request. */
  readonly request: string;
}

/** How far the meter worker has come. There is one, with the id `usage`, once an event was ingested. */
export interface UsageCursor {
  readonly id: "usage";
  /** Events ingested so far; each carries its number, from 1. */
  readonly ingested: number;
  /** Number of the last event the worker took. */
  readonly drained: number;
  /** When the worker runs next; null: nothing waits. */
  readonly runAt: Instant | null;
}

/** An event the worker met before its time had come. */
export interface EarlyEvent {
  readonly id: string;
  readonly at: Instant;
}

/** What a meter has counted and charged for one subscription in one billing period. */
export interface PeriodUsage {
  /** Subscription and meter. */
  readonly id: string;
  readonly periodStartAt: Instant;
  readonly tally: Tally;
  readonly metered: Metered;
  /** Events that belong to the meter and were not counted, by reason. */
  readonly uncounted: readonly Uncounted[];
  /** Credits of usage that neither balance nor overage could take, over all periods (OVR-07). */
  readonly dropped: Amount;
}

/** Id of what a meter counted for a subscription. */
export const periodUsageId = (subscriptionId: string, meterId: string): string =>
  `${subscriptionId} ${meterId}`;

/** A link to the customer portal. */
export interface PortalSession {
  readonly id: string;
  readonly customerId: string;
  readonly returnUrl: string | null;
  readonly expiresAt: Instant;
}

/** What a wallet's idempotency key was used for. Its id spans customer and key. */
export interface UsedWalletKey {
  readonly id: string;
  /** The wallet as it was after that. */
  readonly wallet: Wallet;
}

/** An idempotency key that an endpoint was created with. */
export interface UsedWebhookKey {
  readonly id: string;
  readonly endpointId: string;
}

/** Key of one customer's holding of one credit. Ids hold no blank, so the parts cannot run together. */
export const holderKey = (entitlementId: string, customerId: string): string =>
  `${entitlementId} ${customerId}`;

/** Everything the dialect keeps. */
export const kinds = {
  account: kindOf<Account>()("account", {
    byHolder: { keyOf: (it) => holderKey(it.assetId, it.ownerId), order: [] },
    byEntitlement: { keyOf: (it) => it.assetId, order: ["createdAt"] },
    byCustomer: { keyOf: (it) => it.ownerId, order: ["createdAt"] },
    all: { keyOf: () => all, order: [] },
  }),
  addon: kindOf<Addon>()("addon", { all: { keyOf: () => all, order: ["createdAt"] } }, "add-on"),
  checkout: kindOf<CheckoutSession>()("checkout", {}, "checkout session"),
  customer: kindOf<Customer>()("customer", {
    all: { keyOf: () => all, order: ["createdAt"] },
    byEmail: { keyOf: (it) => emailKey(it.email), order: ["createdAt"] },
  }),
  delivery: kindOf<Delivery>()("delivery", {
    all: { keyOf: () => all, order: ["id"] },
    ready: { keyOf: (it) => (it.state === "ready" ? it.endpointId : undefined), order: ["id"] },
    byEndpoint: { keyOf: (it) => it.endpointId, order: ["id"] },
  }),
  deliveryMode: kindOf<DeliveryMode>()("deliveryMode", {}),
  earlyEvent: kindOf<EarlyEvent>()("earlyEvent", { all: { keyOf: () => all, order: ["at"] } }),
  endpoint: kindOf<Endpoint>()(
    "endpoint",
    { all: { keyOf: () => all, order: ["createdAt"] } },
    "webhook endpoint",
  ),
  entitlement: kindOf<Entitlement>()(
    "entitlement",
    {
      byState: {
        keyOf: (it) => (it.deletedAt === null ? "active" : "deleted"),
        order: ["createdAt"],
      },
      byActiveName: {
        keyOf: (it) => (it.deletedAt === null ? it.name : undefined),
        order: ["createdAt"],
      },
    },
    "credit entitlement",
  ),
  entry: kindOf<Entry>()("entry", {
    byAccount: { keyOf: (it) => it.accountId, order: ["sequence"] },
  }),
  event: kindOf<UsageEvent>()("event", {
    all: { keyOf: () => all, order: ["at"] },
    byCustomer: { keyOf: (it) => it.customerId, order: ["at"] },
    bySequence: { keyOf: () => all, order: ["sequence"] },
  }),
  grant: kindOf<Grant>()("grant", {
    byAccount: { keyOf: (it) => it.accountId, order: ["createdAt"] },
    fifo: { keyOf: (it) => (isOpen(it) ? it.accountId : undefined), order: oldestFirst },
    earliest_expiry: {
      keyOf: (it) => (isOpen(it) ? it.accountId : undefined),
      order: soonestFirst,
    },
  }),
  meter: kindOf<Meter>()("meter", {
    byState: {
      keyOf: (it) => (it.archivedAt === null ? "active" : "archived"),
      order: ["createdAt"],
    },
    /** Those that count, by the event name in lower case. */
    byEventName: {
      keyOf: (it) => (it.archivedAt === null ? it.eventName.toLowerCase() : undefined),
      order: ["createdAt"],
    },
  }),
  outgoingEvent: kindOf<OutgoingEvent>()("outgoingEvent", {
    all: { keyOf: () => all, order: ["id"] },
  }),
  payment: kindOf<Payment>()("payment", { all: { keyOf: () => all, order: ["createdAt"] } }),
  periodUsage: kindOf<PeriodUsage>()("periodUsage", {}),
  portalSession: kindOf<PortalSession>()("portalSession", {}, "portal session"),
  product: kindOf<Product>()("product", {
    byState: {
      keyOf: (it) => (it.archivedAt === null ? "active" : "archived"),
      order: ["createdAt"],
    },
  }),
  subscription: kindOf<Subscription>()("subscription", {
    all: { keyOf: () => all, order: ["createdAt"] },
    byCustomer: { keyOf: (it) => it.customerId, order: ["createdAt"] },
  }),
  usageCursor: kindOf<UsageCursor>()("usageCursor", {}),
  usagePeriod: kindOf<UsagePeriod>()("usagePeriod", {
    bySubscription: { keyOf: (it) => it.subscriptionId, order: ["startAt"] },
  }),
  usedKey: kindOf<UsedKey>()("usedKey", {}),
  usedWalletKey: kindOf<UsedWalletKey>()("usedWalletKey", {}),
  usedWebhookKey: kindOf<UsedWebhookKey>()("usedWebhookKey", {}),
  wallet: kindOf<Wallet>()("wallet", {}),
  walletEntry: kindOf<WalletEntry>()("walletEntry", {
    byCustomer: { keyOf: (it) => it.customerId, order: ["at"] },
  }),
} as const;
