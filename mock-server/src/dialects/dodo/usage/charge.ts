import { type Amount, amountOf, costOf, larger, subtract, zero } from "#domain/amount.js";
import type { Instant } from "#domain/time.js";
import type { MeterLink } from "../catalogue/products/rules.js";

/** What one meter counted in one billing period, and what it costs. */
export interface MeterCharge {
  readonly meterId: string;
  readonly name: string;
  readonly consumed: Amount;
  readonly freeThreshold: number;
  readonly chargeable: Amount;
  /** Minor units a unit; zero on a meter that costs credits. */
  readonly pricePerUnit: Amount;
  /** Minor units. */
  readonly total: number;
}

/** A billing period that is over, with what its meters came to. */
export interface UsagePeriod {
  readonly id: string;
  readonly subscriptionId: string;
  readonly startAt: Instant;
  readonly endAt: Instant;
  readonly meters: readonly MeterCharge[];
}

/**
 * What usage of one period costs.
 *
 * @rule MTR-22 the units beyond the free ones, times the price
 * @rule MTR-38 a meter that costs credits costs no money
 */
export function chargeFor(link: MeterLink, consumed: Amount): MeterCharge {
  const { meterId, meterName: name, freeThreshold, pricePerUnit } = link;
  const chargeable = pricePerUnit === null ? zero : beyondFree(consumed, freeThreshold);
  const price = pricePerUnit ?? zero;
  return {
    meterId,
    name,
    consumed,
    freeThreshold,
    chargeable,
    pricePerUnit: price,
    total: costOf(chargeable, price),
  };
}

/** Units beyond the free ones, never below zero. */
export const beyondFree = (units: Amount, free: number): Amount =>
  larger(subtract(units, amountOf(free)), zero);
