import type { Amount } from "#domain/amount.js";
import type { Metadata } from "#domain/metadata.js";
import { addDays, type Instant, withinTime } from "#domain/time.js";
import type { AddonLine } from "../catalogue/addons/rules.js";

/** One product in a cart, with the credits it issues there. */
export interface CartLine {
  readonly productId: string;
  readonly quantity: number;
  /** Minor units that the buyer chose for one of a pay-what-you-want product; null: the product's own price. */
  readonly amount: number | null;
  readonly addons: readonly AddonLine[];
  /** By entitlement: credits for this session in place of the product's (CHK-14). */
  readonly creditsAmounts: ReadonlyMap<string, Amount>;
}

/** Who pays: a customer there is, or one to be found by email or made. */
export type Payer =
  | { readonly customerId: string }
  | {
      readonly email: string;
      readonly name: string | null;
      readonly phoneNumber: string | null;
      readonly isAlwaysNew: boolean;
    };

/** Where the bill goes, as the vendor's fields have it. */
export interface BillingAddress {
  readonly country: string;
  readonly city: string | null;
  readonly state: string | null;
  readonly street: string | null;
  readonly zipcode: string | null;
}

/** Who the bill is made out to, beside the name of the customer. */
export interface BilledParty {
  readonly businessName: string | null;
  readonly taxId: string | null;
}

/** How a subscription that is charged on request begins. */
export interface OnDemandTerms {
  /** Whether nothing is charged at the start. */
  readonly isMandateOnly: boolean;
  /** Minor units to charge at the start; null: the product's price. */
  readonly firstAmount: number | null;
}

export interface CheckoutSession {
  readonly id: string;
  readonly lines: readonly CartLine[];
  readonly payer: Payer | null;
  readonly billing: BillingAddress;
  readonly billedTo: BilledParty;
  readonly trialDays: number | null;
  /** Whether the subscription it begins is charged on request only; null: it renews by itself. */
  readonly onDemand: OnDemandTerms | null;
  readonly returnUrl: string | null;
  /** Where a customer who gives up comes to; null: where one who pays does. */
  readonly cancelUrl: string | null;
  readonly metadata: Metadata;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The one payment it leads to; null until somebody tries to pay. */
  readonly paymentId: string | null;
  readonly isPaid: boolean;
}

const confirmedMs = 15 * 60_000;

/** @rule CHK-07 a session can be paid for 24 hours, one that was confirmed at once for 15 minutes */
export const sessionExpiry = (now: Instant, isConfirmed: boolean): Instant =>
  isConfirmed ? withinTime(now + confirmedMs) : addDays(now, 1);
