/**
 * Keeps the calls of one tenant in the order they came, though some have a body to be read and others have none. A body
 * that is not there within a turn of the event loop holds up nobody: such a call takes its place when it is complete.
 */
export class Arrivals {
  #last: Place | null = null;

  constructor(private readonly nextTurn: (then: () => void) => void) {}

  /** Takes the place after all that came before. */
  take(): Place {
    const passed = this.#last?.passed ?? null;
    const place = new Place(
      passed && Promise.race([passed, new Promise<void>((then) => this.nextTurn(then))]),
    );
    this.#last = place;
    return place;
  }
}

/** A place among the calls of a tenant. Nothing is made for one that nobody is before, and nobody waits behind. */
export class Place {
  readonly #turn: Promise<void> | null;
  #isLeft = false;
  #hasPassed = false;
  #passed: Promise<void> | null = null;
  #pass = () => {};

  constructor(turn: Promise<void> | null) {
    this.#turn = turn;
  }

  /** Resolves when those before have gone, or have kept others waiting for long enough; null: nobody is before. */
  get turn(): Promise<void> | null {
    return this.#turn;
  }

  /** Resolves when it was left and its turn has come; null: that has happened. */
  get passed(): Promise<void> | null {
    if (this.#hasPassed) return null;
    this.#passed ??= new Promise((resolve) => {
      this.#pass = resolve;
    });
    return this.#passed;
  }

  /** Lets the next one go; before its turn has come, nobody passes those before it. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    if (this.#turn) void this.#turn.then(() => this.#go());
    else this.#go();
  }

  #go(): void {
    this.#hasPassed = true;
    this.#pass();
  }
}
