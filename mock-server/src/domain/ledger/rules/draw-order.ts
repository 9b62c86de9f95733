import type { Grant } from "../account.js";

/** Fields to sort grants by, first one first, ascending; null counts as never and sorts last. */
export type DrawOrder = readonly (keyof Grant)[];

/**
 * Which grant is drawn from first: the oldest; among those of one instant the one that expires earlier; then by id.
 *
 * @rule LED-04 oldest grant first
 * @rule LED-05 ties by earlier expiry, then by id
 */
export const oldestFirst: DrawOrder = ["createdAt", "expiresAt", "id"];

/** The other reading (C1): what ends soonest first, then the oldest. */
export const soonestFirst: DrawOrder = ["expiresAt", "createdAt", "id"];
