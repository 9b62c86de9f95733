import type { operations } from "@drawdown/spec/control";
import type { Answered, Outgoing, Transaction } from "#sandbox/ports.js";
import type { Ledger } from "#sandbox/post.js";
import type { Schemas } from "./context.js";

/** What the dialect beside it lets the control API do. Each runs in a transaction. */
export type Controls = CheckoutControls & SubscriptionControls & LedgerControls & WebhookControls;

/** The part of customers on the pages they are sent to. */
export interface CheckoutControls {
  viewCheckout(unit: Transaction, sessionId: string): Promise<Schemas["CheckoutView"]>;
  completeCheckout(
    unit: Transaction,
    sessionId: string,
    outcome: NonNullable<Schemas["CheckoutOutcome"]["outcome"]>,
  ): Promise<Schemas["CheckoutCompleted"]>;
  viewPortal(
    unit: Transaction,
    sessionId: string,
    query: Query<"viewPortal">,
  ): Promise<Schemas["PortalView"]>;
}

/** What happens to subscriptions by themselves, or by their cards. */
export interface SubscriptionControls {
  /** @returns the status of the subscription */
  setCard(unit: Transaction, subscriptionId: string, fails: boolean): Promise<string>;
  /** What it makes due runs before the next transaction. */
  endCycle(unit: Transaction, subscriptionId: string): Promise<void>;
  readCycle(unit: Transaction, subscriptionId: string): Promise<Schemas["CycleClosed"]>;
  readMeters(unit: Transaction, subscriptionId: string): Promise<Schemas["MeterReadings"]>;
  /** @returns how many events waited */
  runMeters(unit: Transaction): Promise<number>;
}

/** Ledgers: what no call causes, and why a figure is what it is. */
export interface LedgerControls {
  readonly ledger: Ledger;
  explain(
    unit: Transaction,
    entitlementId: string,
    customerId: string,
  ): Promise<Schemas["Explanation"]>;
  postEntry(
    unit: Transaction,
    entitlementId: string,
    customerId: string,
    body: Schemas["NewEntry"],
  ): Promise<Schemas["EntryPosted"]>;
}

/** Events and their deliveries. */
export interface WebhookControls {
  readEvents(
    unit: Transaction,
    businessId: string,
    query: Query<"readEvents">,
  ): Promise<Schemas["EventList"]>;
  listDeliveries(
    unit: Transaction,
    query: Query<"listDeliveries">,
  ): Promise<Schemas["DeliveryList"]>;
  retrieveDelivery(unit: Transaction, id: string): Promise<Schemas["Delivery"]>;
  /** Makes it due at once. */
  resendDelivery(unit: Transaction, id: string): Promise<void>;
  /** @returns how many deliveries became due */
  replayEvents(
    unit: Transaction,
    endpointId: string,
    range: Schemas["EventRange"],
  ): Promise<number>;
  /** @returns how many deliveries became due */
  recoverDeliveries(unit: Transaction, endpointId: string): Promise<number>;
  rotateSecret(unit: Transaction, endpointId: string): Promise<string>;
  readDeliveryMode(unit: Transaction): Promise<Schemas["DeliveryMode"]>;
  setDeliveryMode(
    unit: Transaction,
    change: Schemas["DeliveryModeChange"],
  ): Promise<Schemas["DeliveryMode"]>;
  composeBody(unit: Transaction, endpointId: string, body: string): Promise<Outgoing>;
  presentAnswer(unit: Transaction, request: Outgoing, answered: Answered): Schemas["Attempt"];
}

type Query<Id extends keyof operations> = NonNullable<operations[Id]["parameters"]["query"]>;
