import { systemTime } from "./clock.js";

/**
 * Longest that work holds the event loop before it gives way: short enough that a reader who waits for a few of these
 * notices nothing, long enough that giving way costs nothing.
 */
const sliceMs = 5;

/** Most looks at the clock in a slice, for runtimes whose clock stands still while a program computes. */
const looksMax = 10_000;

/** Calls answered in one turn while long work waits for the next: a caller in the same process may ask without end. */
const callsTogether = 50;

/** Calls back in a later turn of the event loop, after whatever has arrived meanwhile. */
export type NextTurn = (then: () => void) => void;

/**
 * The runtime's own next turn. Promises alone would not do: they go on within the same turn. What is used is taken when
 * this is loaded, so that timers which a test fakes later do not hold it up.
 */
function turnsOfRuntime(): NextTurn {
  if (typeof setImmediate === "function") {
    const later = setImmediate;
    return (then) => void later(then);
  }
  // Browsers make a timer that follows a timer wait for 4 ms, but not a message.
  if (typeof MessageChannel === "function") {
    const { port1, port2 } = new MessageChannel();
    const waiting: (() => void)[] = [];
    port1.onmessage = () => waiting.shift()?.();
    return (then) => {
      waiting.push(then);
      port2.postMessage(null);
    };
  }
  const later = setTimeout;
  return (then) => void later(then, 0);
}

export const nextTurn: NextTurn = turnsOfRuntime();

/**
 * Hands out the event loop to long work of all tenants: one slice to one of them in each turn, so that what a caller
 * waits for does not grow with how many tenants are at work.
 */
export class Pace {
  readonly #waiting: (() => void)[] = [];
  #calls = 0;

  constructor(
    readonly now: () => number = systemTime,
    private readonly turn: NextTurn = nextTurn,
  ) {}

  /** Resolves in a later turn of the event loop, when it is this caller's. */
  giveWay(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) this.#serve();
    });
  }

  /** Lets long work go on where callers in the same process would leave it no turn; `null` as long as they do. */
  breathe(): Promise<void> | null {
    if (this.#waiting.length === 0) return null;
    this.#calls += 1;
    return this.#calls % callsTogether === 0 ? this.giveWay() : null;
  }

  #serve(): void {
    this.turn(() => {
      this.#calls = 0;
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#serve();
    });
  }
}

/** The time that one piece of work has had since it last gave way, and the reasons to stop it. */
export class Slice {
  #beganMs: number | undefined;
  #looks = 0;
  #turns = 0;

  constructor(
    private readonly pace: Pace,
    /** Ends the work when one of them aborts, with the reason it has. */
    private readonly until: readonly AbortSignal[] = [],
  ) {}

  /** Whether it is time to give way. The first look begins the slice. */
  get isOver(): boolean {
    const now = this.pace.now();
    this.#beganMs ??= now;
    this.#looks += 1;
    // The machine's clock may be set back.
    return Math.abs(now - this.#beganMs) >= sliceMs || this.#looks >= looksMax;
  }

  /** How often it gave way. */
  get turns(): number {
    return this.#turns;
  }

  /** Lets others go on. @throws the reason of a signal that has aborted */
  async giveWay(): Promise<void> {
    await this.pace.giveWay();
    this.#beganMs = undefined;
    this.#looks = 0;
    this.#turns += 1;
    this.check();
  }

  /** @throws the reason of a signal that has aborted */
  check(): void {
    for (const signal of this.until) signal.throwIfAborted();
  }

  /** Waits for something, but no longer than until the work is to stop. */
  async orStopped<Value>(value: Promise<Value>): Promise<Value> {
    this.check();
    let stop = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(this.until.find((it) => it.aborted)?.reason);
    });
    for (const signal of this.until) signal.addEventListener("abort", stop);
    try {
      return await Promise.race([value, stopped]);
    } finally {
      for (const signal of this.until) signal.removeEventListener("abort", stop);
    }
  }
}
