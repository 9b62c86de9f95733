/** Lets work through one piece after another, in the order it came. Work inside must not wait for more of the same line. */
export class Line {
  #tail: Promise<unknown> = Promise.resolve();

  /** Does the work once all that came before is done, whatever became of that. */
  enter<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.then(ignore, ignore);
    return result;
  }
}

const ignore = () => {};
