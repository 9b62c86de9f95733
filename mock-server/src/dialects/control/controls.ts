import type { operations } from "@drawdown/spec/control";
import type { Answered, Outgoing, Unit } from "#sandbox/ports.js";
import type { Ledger } from "#sandbox/post.js";
import type { Schemas } from "./context.js";

/** What the dialect beside it lets the control API do. Each runs in a transaction. */
export type Controls = CheckoutControls & SubscriptionControls & LedgerControls & WebhookControls;

/** The part of customers on the pages they are sent to. */
export interface CheckoutControls {
  viewCheckout(unit: Unit, sessionId: string): Promise<Schemas["CheckoutView"]>;
  completeCheckout(
    unit: Unit,
    sessionId: string,
    outcome: NonNullable<Schemas["CheckoutOutcome"]["outcome"]>,
  ): Promise<Schemas["CheckoutCompleted"]>;
  viewPortal(
    unit: Unit,
    sessionId: string,
    query: Query<"viewPortal">,
  ): Promise<Schemas["PortalView"]>;
}

/** What happens to subscriptions by themselves, or by their cards. */
export interface SubscriptionControls {
  /** @returns the status of the subscription */
  setCard(unit: Unit, subscriptionId: string, fails: boolean): Promise<string>;
  /** What it makes due runs before the next transaction. */
  endCycle(unit: Unit, subscriptionId: string): Promise<void>;
  readCycle(unit: Unit, subscriptionId: string): Promise<Schemas["CycleClosed"]>;
  readMeters(unit: Unit, subscriptionId: string): Promise<Schemas["MeterReadings"]>;
  /** @returns how many events waited */
  runMeters(unit: Unit): Promise<number>;
}

/** Ledgers: what no call causes, and why a figure is what it is. */
export interface LedgerControls {
  readonly ledger: Ledger;
  explain(unit: Unit, entitlementId: string, customerId: string): Promise<Schemas["Explanation"]>;
  postEntry(
    unit: Unit,
    entitlementId: string,
    customerId: string,
    body: Schemas["NewEntry"],
  ): Promise<Schemas["EntryPosted"]>;
}

/** Events and their deliveries. */
export interface WebhookControls {
  readEvents(
    unit: Unit,
    businessId: string,
    query: Query<"readEvents">,
  ): Promise<Schemas["EventList"]>;
  listDeliveries(unit: Unit, query: Query<"listDeliveries">): Promise<Schemas["DeliveryList"]>;
  retrieveDelivery(unit: Unit, id: string): Promise<Schemas["Delivery"]>;
  /** Makes it due at once. */
  resendDelivery(unit: Unit, id: string): Promise<void>;
  /** @returns how many deliveries became due */
  replayEvents(unit: Unit, endpointId: string, range: Schemas["EventRange"]): Promise<number>;
  /** @returns how many deliveries became due */
  recoverDeliveries(unit: Unit, endpointId: string): Promise<number>;
  rotateSecret(unit: Unit, endpointId: string): Promise<string>;
  readDeliveryMode(unit: Unit): Promise<Schemas["DeliveryMode"]>;
  setDeliveryMode(
    unit: Unit,
    change: Schemas["DeliveryModeChange"],
  ): Promise<Schemas["DeliveryMode"]>;
  composeBody(unit: Unit, endpointId: string, body: string): Promise<Outgoing>;
  presentAnswer(unit: Unit, request: Outgoing, answered: Answered): Schemas["Attempt"];
}

type Query<Id extends keyof operations> = NonNullable<operations[Id]["parameters"]["query"]>;
