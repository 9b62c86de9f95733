import type { Kind, Stored } from "./kinds.js";
import type { Slice } from "./pace.js";
import type { Awaitable, Find, Tx } from "./ports.js";

/** Single reads between two looks at the clock: few enough for a millisecond, enough that small work never looks. */
const readsTogether = 32;

/**
 * A transaction whose reads wait for a later turn of the event loop whenever the work has had its slice. Others wait for
 * the transaction as they did, and everybody else goes on.
 */
export class PacedTx implements Tx {
  #reads = 0;

  constructor(
    private readonly tx: Tx,
    private readonly slice: Slice,
  ) {}

  get<Record extends Stored>(kind: Kind<Record>, id: string): Awaitable<Record | undefined> {
    this.#reads += 1;
    return this.#reads % readsTogether === 0 && this.slice.isOver
      ? this.slice.giveWay().then(() => this.tx.get(kind, id))
      : this.tx.get(kind, id);
  }

  find<Record extends Stored, IndexName extends string>(
    kind: Kind<Record, IndexName>,
    index: NoInfer<IndexName>,
    key: string,
    options?: Find<NoInfer<Record>>,
  ): Awaitable<readonly Record[]> {
    return this.slice.isOver
      ? this.slice.giveWay().then(() => this.tx.find(kind, index, key, options))
      : this.tx.find(kind, index, key, options);
  }

  put<Record extends Stored>(kind: Kind<Record>, record: NoInfer<Record>): void {
    this.tx.put(kind, record);
  }

  delete(kind: Kind, id: string): void {
    this.tx.delete(kind, id);
  }
}
