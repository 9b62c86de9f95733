import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { ControlConnection, Schemas } from "./connection.js";

/**
 * The present of the tenant, in UTC with microseconds, whether it stands still, and the move that is under way, if
 * one is.
 */
export type Clock = Schemas["Clock"];

/** The instant to go to, an RFC 3339 timestamp, whether to stand still there, or both. */
export type ClockSetParams = Schemas["ClockSetting"];

/** Where the clock is after the move, and how many tasks that fell due ran on the way. */
export type ClockAdvanceResponse = Schemas["ClockAdvanced"];

/** By a duration, or to an instant. */
export type ClockAdvanceParams =
  | { readonly by: string; readonly to?: never }
  | { readonly to: string; readonly by?: never };

/** The tenant's time. It never goes back once something has been stored. */
export class SandboxClock {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * The present, and whether it stands still.
   *
   * @example
   * const { now } = await control.clock.read(); // "2026-01-01T00:00:00.000000Z"
   */
  read(options?: RequestOptions): APIPromise<Clock> {
    return this.connection.call("get", "/_sandbox/clock", {}, options);
  }

  /**
   * Moves the clock to `now`, doing what falls due on the way, then stops or releases it. While the tenant holds no data
   * it may be any instant, later only a future one.
   *
   * @throws UnprocessableEntityError when it would go back
   * @example
   * await control.clock.set({ now: "2026-01-01T00:00:00Z", frozen: true });
   */
  set(body: ClockSetParams, options?: RequestOptions): APIPromise<Clock> {
    return this.connection.call("patch", "/_sandbox/clock", { body }, options);
  }

  /**
   * Moves the clock by a duration (`30d`, `1h30m`, `P1M`) or to an instant. Every task due on the way runs first, each at
   * its own instant. Resolves with how many there were.
   *
   * @throws UnprocessableEntityError when it would go back, or is no duration
   * @throws InternalServerError when a task failed; the clock stands at its instant
   * @example
   * await control.clock.advance({ by: "30d" });
   * await control.clock.advance({ to: "2026-03-01T00:00:00Z" });
   */
  advance(body: ClockAdvanceParams, options?: RequestOptions): APIPromise<ClockAdvanceResponse> {
    return this.connection.call("post", "/_sandbox/clock/advance", { body }, options);
  }

  /**
   * Stops the clock where it is.
   *
   * @example
   * await control.clock.freeze();
   */
  freeze(options?: RequestOptions): APIPromise<Clock> {
    return this.set({ frozen: true }, options);
  }

  /**
   * Lets the clock run on from where it is.
   *
   * @example
   * await control.clock.unfreeze();
   */
  unfreeze(options?: RequestOptions): APIPromise<Clock> {
    return this.set({ frozen: false }, options);
  }
}
