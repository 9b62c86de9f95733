import type { Takes } from "../settings.js";
import type { Story } from "../story.js";

/** How to make an event occur. */
export interface Recipe {
  /** The scenario, in a few words. */
  readonly does: string;
  readonly takes: Takes;
  /** Fields of the payload that tell this story's event from others of its type; their values are what was made. */
  readonly knownBy: readonly (
    | "customer_id"
    | "credit_entitlement_id"
    | "subscription_id"
    | "payment_id"
  )[];
  readonly play: (story: Story) => Promise<unknown>;
}
