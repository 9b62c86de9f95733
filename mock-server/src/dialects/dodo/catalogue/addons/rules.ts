import type { Instant } from "#domain/time.js";

/** Something that costs money beside a plan in each billing period. It brings no credits (CHK-24). */
export interface Addon {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly currency: string;
  /** Minor units for one. */
  readonly price: number;
  readonly taxCategory: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** An add-on in a cart or on a subscription, at the price it had when it was added. */
export interface AddonLine {
  readonly addonId: string;
  readonly name: string;
  readonly quantity: number;
  /** Minor units for one. */
  readonly price: number;
}

/** @rule CHK-25 most add-ons on one subscription */
export const addonsMax = 10;

/** What add-ons cost in a period, in minor units. */
export const addonsTotal = (lines: readonly AddonLine[]): number =>
  lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
