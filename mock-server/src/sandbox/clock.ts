import { DomainError } from "../domain/errors.js";
import { formatInstant, type Instant, instantMax, instantOf } from "../domain/time.js";

/** Milliseconds since the epoch by the machine's clock. Only this file reads it. */
export const systemTime = (): number => Date.now();

/**
 * A tenant's clock. It runs with the machine's time from wherever it was set, or stands still; it never goes back.
 */
export class SandboxClock {
  #frozen: boolean;
  #reading: Instant;
  #readAtSystemMs: number;

  constructor(
    at: Instant | null,
    frozen: boolean,
    private readonly systemMs: () => number = systemTime,
  ) {
    this.#readAtSystemMs = systemMs();
    this.#reading = at ?? instantOf(this.#readAtSystemMs);
    this.#frozen = frozen;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  now(): Instant {
    if (this.#frozen) return this.#reading;
    const systemMs = this.systemMs();
    if (systemMs > this.#readAtSystemMs) {
      this.#reading = instantOf(
        Math.min(this.#reading + systemMs - this.#readAtSystemMs, instantMax),
      );
    }
    this.#readAtSystemMs = systemMs;
    return this.#reading;
  }

  freeze(): void {
    this.now();
    this.#frozen = true;
  }

  unfreeze(): void {
    this.#readAtSystemMs = this.systemMs();
    this.#frozen = false;
  }

  /**
   * @rule CLK-01 it never goes back
   * @throws DomainError clock-backwards
   */
  moveTo(instant: Instant): void {
    const now = this.now();
    if (instant < now) {
      throw new DomainError("clock-backwards", "CLK-01", {
        message: `the clock is at ${formatInstant(now)} and cannot go back to ${formatInstant(instant)}; choose a later instant, or reset the sandbox with \`at\``,
      });
    }
    this.#reading = instant;
  }
}
