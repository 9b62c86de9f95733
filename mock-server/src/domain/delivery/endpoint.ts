import type { Instant } from "../time.js";

/** Where events are sent. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly isDisabled: boolean;
  /** Event types it wants; null: all. */
  readonly filterTypes: readonly string[] | null;
  /** Sent with every delivery. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Attempts for each second of the sandbox clock; null or 0: without limit. */
  readonly rateLimit: number | null;
  /** `whsec_` and the base64 of its bytes. */
  readonly secret: string;
  /** The one before it, which signs along until then. */
  readonly formerSecret: { readonly secret: string; readonly until: Instant } | null;
  /** Attempts made in the current second, where there is a limit. */
  readonly recent: { readonly second: number; readonly attempts: number };
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/**
 * Whether an endpoint is sent events of a type.
 *
 * @rule WHK-43 none while it is disabled
 * @rule WHK-44 those its filter names; without a filter all, with an empty one too unless the policy says none (C28)
 */
export const wants = (
  { isDisabled, filterTypes }: Endpoint,
  type: string,
  emptyEventFilter: "all" | "none",
): boolean => {
  if (isDisabled) return false;
  if (filterTypes?.length === 0) return emptyEventFilter === "all";
  return !filterTypes || filterTypes.includes(type);
};

/** How deliveries are made to go wrong. */
export interface DeliveryMode {
  readonly id: "mode";
  readonly isHeld: boolean;
  readonly copies: number;
  readonly isShuffled: boolean;
  readonly dropNext: number;
  readonly isCollected: boolean;
}

export const faultless: DeliveryMode = {
  id: "mode",
  isHeld: false,
  copies: 1,
  isShuffled: false,
  dropNext: 0,
  isCollected: false,
};
