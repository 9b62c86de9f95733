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
