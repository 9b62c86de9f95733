import type { Agenda } from "./agenda.js";
import type { SandboxClock } from "./clock.js";

/** Longest a timer can be set for. */
const delayMaxMs = 2 ** 31 - 1;

/** Calls back after a while; answers how to call that off. */
export type SetTimer = (delayMs: number, ring: () => void) => () => void;

/** The machine's timers, which never keep a process alive. */
export const machineTimer: SetTimer = (delayMs, ring) => {
  const timer = setTimeout(ring, delayMs);
  if (typeof timer === "object") timer.unref();
  return () => clearTimeout(timer);
};

/**
 * Wakes a tenant whose clock runs when its next task falls due, so that what nobody calls for happens in time. A clock
 * that stands still needs no alarm.
 */
export class Alarm {
  #cancel: () => void = () => {};
  #isSet = false;
  #isStopped = false;

  constructor(
    private readonly clock: SandboxClock,
    private readonly agenda: Pick<Agenda, "nextDue" | "transact">,
    private readonly setTimer: SetTimer,
  ) {}

  /** Sets the alarm to the next task that is due, in place of what it was set to. */
  async set(): Promise<void> {
    this.off();
    this.#isSet = true;
    if (this.clock.isFrozen) return;
    const next = await this.agenda.nextDue();
    if (next === undefined || this.#isStopped) return;
    const delayMs = Math.min(Math.max(next - this.clock.now(), 0), delayMaxMs);
    this.off();
    this.#cancel = this.setTimer(delayMs, () => void this.#ring().catch(ignore));
  }

  /** Sets it anew if it was ever set, because the clock was moved, stopped or released. */
  async adjust(): Promise<void> {
    if (this.#isSet) await this.set();
  }

  off(): void {
    this.#cancel();
  }

  /** Turns it off for good. */
  stop(): void {
    this.#isStopped = true;
    this.off();
  }

  async #ring(): Promise<void> {
    await this.agenda.transact(async () => {}); // runs what is due first
    await this.set();
  }
}

/** A task that fails stays due, and whoever calls next is told. */
const ignore = () => {};
