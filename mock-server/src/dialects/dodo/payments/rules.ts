import type { Metadata } from "#domain/metadata.js";
import type { Instant } from "#domain/time.js";
import type { BillingAddress } from "../checkout/rules.js";

export type PaymentStatus = "requires_payment_method" | "succeeded" | "failed" | "cancelled";

/** One charge, of a checkout or of a renewal. */
export interface Payment {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly checkoutId: string | null;
  readonly status: PaymentStatus;
  /** Minor units. */
  readonly amount: number;
  /** Minor units of it that the customer's wallet paid (WAL-07). */
  readonly fromWallet: number;
  readonly currency: string;
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
  readonly billing: BillingAddress;
  readonly cardLastFour: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly metadata: Metadata;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What the customer's card does, or that the customer gives up. */
export type Outcome =
  | "succeeds"
  | "declined"
  | "insufficient_funds"
  | "fails_at_renewal"
  | "cancelled";

export interface Card {
  readonly lastFour: string | null;
  readonly status: PaymentStatus;
  /** How a payment fails; null: it does not. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly failsAtRenewal: boolean;
}

/** @rule CHK-27 the four documented test cards, and none where the customer gives up */
export const cards: { readonly [It in Outcome]: Card } = {
  succeeds: { lastFour: "4242", status: "succeeded", failure: null, failsAtRenewal: false },
  declined: {
    lastFour: "0002",
    status: "failed",
    failure: { code: "CARD_DECLINED", message: "Your card was declined." },
    failsAtRenewal: false,
  },
  insufficient_funds: {
    lastFour: "9995",
    status: "failed",
    failure: { code: "INSUFFICIENT_FUNDS", message: "Your card has insufficient funds." },
    failsAtRenewal: false,
  },
  fails_at_renewal: { lastFour: "0341", status: "succeeded", failure: null, failsAtRenewal: true },
  cancelled: { lastFour: null, status: "cancelled", failure: null, failsAtRenewal: false },
};
