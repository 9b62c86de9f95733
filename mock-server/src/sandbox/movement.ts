import { formatInstant, type Instant } from "../domain/time.js";
import { type Agenda, type EventRecorder, TaskFailed } from "./agenda.js";
import type { SandboxClock } from "./clock.js";
import { EndlessDeliveries } from "./courier.js";
import type { Slice } from "./pace.js";

/**
 * Fewest tasks before calls of the same tenant have their turn, so that a short move is one step to them: what is called
 * after it, even without waiting for it, finds the clock where it leads.
 */
const tasksTogether = 25;

/** Most slices that those tasks may take, so that calls of the same tenant do not wait for them longer than that. */
const slicesTogether = 4;

/** A move of the clock that a task, or a receiver, brought to a halt. */
export class MoveFailed extends Error {
  override readonly name = "MoveFailed";

  constructor(cause: Error, where: string) {
    super(`${cause.message}; the clock stands ${where}`, { cause });
  }
}

/** Why a stretch of the way is over. */
export type Halt = "arrived" | "failed" | "others wait" | "sending";

/**
 * One move of a tenant's clock. It stops at every instant with work on the way: runs the tasks that are due, then sends
 * what they caused and waits for the receivers, whose own calls act at that instant. Calls that wait meanwhile have
 * their turn between two tasks.
 *
 * @rule CLK-02 it gives way to other calls
 */
export class Movement {
  readonly from: Instant;
  #ran = 0;
  #failure: unknown;

  constructor(
    private readonly agenda: Agenda,
    private readonly witness: Pick<EventRecorder, "settle">,
    private readonly clock: SandboxClock,
    readonly to: Instant,
    private readonly slice: Slice,
    /** Told on arrival, and of a failure, before anybody else has a turn. */
    private readonly over: (hasArrived: boolean) => void = () => {},
  ) {
    this.from = clock.now();
    if (to < this.from) clock.moveTo(to); // throws
  }

  /** How many tasks ran so far. */
  get ran(): number {
    return this.#ran;
  }

  /** How far it came, as the end of a sentence. */
  get progress(): string {
    const tasks = this.#ran === 1 ? "1 task" : `${this.#ran} tasks`;
    return `at ${formatInstant(this.clock.now())} after ${tasks}, on its way from ${formatInstant(this.from)} to ${formatInstant(this.to)}`;
  }

  /** Goes on as far as it may before somebody else must have a turn. Whoever calls has the tenant to himself. */
  async stretch(): Promise<Halt> {
    try {
      const halt = await this.#goOn();
      if (halt === "arrived") this.over(true);
      return halt;
    } catch (error) {
      this.#failure = error;
      this.over(false);
      return "failed";
    }
  }

  /**
   * Goes all the way.
   *
   * @rule CLK-03 unless whoever asked for it hangs up, or its world ends
   * @param first where the first stretch ended
   * @param inTurn does work when nobody else has the tenant
   * @returns how many tasks ran
   * @throws MoveFailed for a task or a receiver; the reason of the slice when it is to stop
   */
  async finish(
    first: Halt,
    inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>,
  ): Promise<number> {
    try {
      for (let halt = first; halt !== "arrived"; halt = await inTurn(() => this.stretch())) {
        if (halt === "failed") throw this.#failure;
        if (halt === "sending") await this.slice.orStopped(this.witness.settle());
        else await this.slice.giveWay();
      }
      return this.#ran;
    } catch (error) {
      this.slice.check();
      const isKnown = error instanceof TaskFailed || error instanceof EndlessDeliveries;
      throw isKnown ? new MoveFailed(error, this.progress) : error;
    }
  }

  async #goOn(): Promise<Halt> {
    const turns = this.slice.turns;
    for (let ran = 0; ; ) {
      this.slice.check();
      if (await this.agenda.runNext(this.clock.now(), this.slice)) {
        this.#ran += 1;
        ran += 1;
        const slices = this.slice.turns - turns + (this.slice.isOver ? 1 : 0);
        if (slices >= (ran < tasksTogether ? slicesTogether : 1)) return "others wait";
        continue;
      }
      if (!(await this.agenda.isSettled(this.slice))) return "sending";
      // A receiver may have made something due earlier than what came next before.
      const next = await this.agenda.nextDue();
      if (next === undefined || next > this.to) break;
      if (next > this.clock.now()) this.clock.moveTo(next);
    }
    // A clock that runs may have come this far by itself while receivers were waited for.
    if (this.to > this.clock.now()) this.clock.moveTo(this.to);
    return "arrived";
  }
}
