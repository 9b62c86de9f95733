import type { Order } from "#domain/order.js";
import type { Grant } from "../account.js";

/** Which grants are drawn from first. */
export type DrawOrder = Order<Grant>;

/**
 * Which grant is drawn from first: the oldest; among those of one instant the one that expires earlier; then by id.
 *
 * @rule LED-04 oldest grant first
 * @rule LED-05 ties by earlier expiry, then by id
 */
export const oldestFirst: DrawOrder = ["createdAt", "expiresAt", "id"];

/** The other reading (C1): what ends soonest first, then the oldest. */
export const soonestFirst: DrawOrder = ["expiresAt", "createdAt", "id"];
