import type { Slice } from "./pace.js";
import type { Awaitable, Find, Tx } from "./ports.js";
import type { IndexOf, Kind, Records } from "./tables.js";

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

  get<K extends Kind>(kind: K, id: string): Awaitable<Records[K] | undefined> {
    this.#reads += 1;
    return this.#reads % readsTogether === 0 && this.slice.isOver
      ? this.slice.giveWay().then(() => this.tx.get(kind, id))
      : this.tx.get(kind, id);
  }

  find<K extends Kind>(
    kind: K,
    index: IndexOf<K>,
    key: string,
    options?: Find<Records[K]>,
  ): Awaitable<readonly Records[K][]> {
    return this.slice.isOver
      ? this.slice.giveWay().then(() => this.tx.find(kind, index, key, options))
      : this.tx.find(kind, index, key, options);
  }

  put<K extends Kind>(kind: K, record: Records[K]): void {
    this.tx.put(kind, record);
  }

  delete(kind: Kind, id: string): void {
    this.tx.delete(kind, id);
  }
}
