import type { EntryFacts, EntryType } from "#domain/ledger/account.js";
import type { Instant } from "#domain/time.js";
import type { LowBalance } from "./low-balance.js";

/** @rule WHK-01 the nine credit events, beside those of subscriptions and payments that billing causes */
export type EventType =
  | "credit.added"
  | "credit.deducted"
  | "credit.expired"
  | "credit.rolled_over"
  | "credit.rollover_forfeited"
  | "credit.overage_charged"
  | "credit.overage_reset"
  | "credit.manual_adjustment"
  | "credit.balance_low"
  | "subscription.active"
  | "subscription.renewed"
  | "subscription.on_hold"
  | "subscription.paused"
  | "subscription.unpaused"
  | "subscription.cancelled"
  | "subscription.expired"
  | "subscription.plan_changed"
  | "subscription.updated"
  | "payment.succeeded"
  | "payment.failed"
  | "payment.cancelled";

/** What an event is about. Its payload is made of it when a delivery is attempted (WHK-08). */
export type Subject =
  | { readonly kind: "entry"; readonly id: string }
  | { readonly kind: "subscription"; readonly id: string }
  | { readonly kind: "payment"; readonly id: string }
  | { readonly kind: "low-balance"; readonly balance: LowBalance };

/** Something that happened, as it is kept. Its id is the `webhook-id` of all its deliveries. */
export interface OutgoingEvent {
  readonly id: string;
  readonly type: EventType;
  readonly subject: Subject;
  readonly at: Instant;
}

const byEntry: { readonly [Type in EntryType]: EventType | null } = {
  credit_added: "credit.added",
  credit_deducted: "credit.deducted",
  credit_expired: "credit.expired",
  credit_rolled_over: "credit.rolled_over",
  rollover_forfeited: "credit.rollover_forfeited",
  overage_charged: "credit.overage_charged",
  overage_reset: "credit.overage_reset",
  manual_adjustment: "credit.manual_adjustment",
  auto_top_up: null,
  refund: null,
};

/**
 * The event that a ledger entry sends; null: none.
 *
 * @rule WHK-05 by the type of the entry
 * @rule LED-30 a rollover is told once, where credits arrive
 */
export const eventOf = ({ type, isCredit }: EntryFacts): EventType | null =>
  type === "credit_rolled_over" && !isCredit ? null : byEntry[type];
