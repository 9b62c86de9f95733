/**
 * Keeps the calls of one tenant in the order they came, though some have a body to be read and others have none. A body
 * that is not there within a turn of the event loop holds up nobody: such a call takes its place when it is complete.
 */
export class Arrivals {
  #last: Promise<void> | null = null;

  constructor(private readonly nextTurn: (then: () => void) => void) {}

  /** Takes the place after all that came before. */
  take(): Place {
    const before = this.#last;
    let pass = () => {};
    const passed = new Promise<void>((resolve) => {
      pass = resolve;
    });
    this.#last = passed;
    const turn = before && Promise.race([before, new Promise<void>(this.nextTurn)]);
    let hadTurn = turn === null;
    return {
      async turn() {
        await turn;
        hadTurn = true;
      },
      leave: () => {
        // A call that is refused before its turn lets nobody pass those before it.
        if (hadTurn) pass();
        else void turn?.then(pass);
        if (this.#last === passed) this.#last = hadTurn ? null : this.#last;
      },
    };
  }
}

export interface Place {
  /** Resolves when those before have gone, or have kept others waiting for long enough. */
  turn(): Promise<void>;
  /** Lets the next one go. */
  leave(): void;
}
