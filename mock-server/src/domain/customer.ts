import type { Metadata } from "./metadata.js";
import type { Instant } from "./time.js";

/** Somebody who can hold credits. */
export interface Customer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly phoneNumber: string | null;
  readonly metadata: Metadata;
  readonly createdAt: Instant;
}

/**
 * Whether a customer has an e-mail address.
 *
 * @rule CUS-15 in whatever case it is written
 */
export function withEmail(email: string): (customer: Customer) => boolean {
  const wanted = email.toLowerCase();
  return (it) => it.email.toLowerCase() === wanted;
}
