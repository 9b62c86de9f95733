import { type Instant, withinTime } from "../time.js";

/** One attempt to deliver. */
export interface Attempt {
  readonly at: Instant;
  /** What the receiver answered; null when it did not. */
  readonly status: number | null;
  /** Why there is no answer. */
  readonly error: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The beginning of the answer. */
  readonly answer: string | null;
}

/**
 * `ready` is to be attempted now, `waiting` at `nextAttemptAt`; the others are over, unless somebody asks for another
 * attempt.
 */
export type DeliveryState = "ready" | "waiting" | "delivered" | "failed" | "dropped" | "collected";

/** An event on its way to an endpoint. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  readonly url: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly state: DeliveryState;
  readonly attempts: readonly Attempt[];
  /** Failures since its schedule began. */
  readonly failures: number;
  readonly nextAttemptAt: Instant | null;
  readonly createdAt: Instant;
}

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** @rule WHK-28 waits after the first failure, the second and so on; when they are used up the delivery has failed */
const waits = [
  5 * seconds,
  5 * minutes,
  30 * minutes,
  2 * hours,
  5 * hours,
  10 * hours,
  10 * hours,
] as const;

/** @rule WHK-27 any 2xx is success and nothing else, redirects included */
const isDelivered = ({ status }: Attempt): boolean =>
  status !== null && status >= 200 && status < 300;

/**
 * A delivery after an attempt: delivered, waiting for the next one, or failed for good.
 *
 */
export function attempted(delivery: Delivery, attempt: Attempt): Delivery {
  const attempts = [...delivery.attempts, attempt];
  if (isDelivered(attempt)) {
    return { ...delivery, attempts, state: "delivered", nextAttemptAt: null };
  }
  const wait = waits[delivery.failures];
  return {
    ...delivery,
    attempts,
    failures: delivery.failures + 1,
    state: wait === undefined ? "failed" : "waiting",
    nextAttemptAt: wait === undefined ? null : withinTime(attempt.at + wait),
  };
}

/** A delivery that is to be attempted at once, with its schedule begun anew. */
export const renewed = (delivery: Delivery): Delivery => ({
  ...delivery,
  state: "ready",
  failures: 0,
  nextAttemptAt: null,
});
