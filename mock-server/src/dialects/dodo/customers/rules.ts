import type { Metadata } from "#domain/metadata.js";
import type { Instant } from "#domain/time.js";

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
 * What two e-mail addresses of one customer have in common.
 *
 * @rule CUS-15 they are the same in whatever case they are written
 */
export const emailKey = (email: string): string => email.toLowerCase();
