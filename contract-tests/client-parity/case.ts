import type { DifferenceId } from "./differences.js";
import type { Doing, Observed } from "./observe.js";

/** One thing that is done through both clients, and whether they are to do it alike. */
export interface Case extends Doing {
  readonly name: string;
  /** Why they do not; the parts in which they do not, as each does it. */
  readonly differs?: {
    readonly by: DifferenceId;
    readonly official: Expected;
    readonly ours: Expected;
  };
}

/** A part of what came of it, as `toMatchObject` takes it. */
export type Expected = {
  readonly [Part in keyof Observed]?: Observed[Part] extends readonly unknown[]
    ? readonly unknown[]
    : unknown;
};
