/**
 * Most items of a chunk. Putting an item in or taking one out moves those of its chunk only, so it costs the same
 * however long the list is.
 */
export const chunkItems = 512;

/**
 * A sorted list in chunks. What comes after everything else is appended, as to an array; elsewhere the chunk is
 * searched for. No two items tie: `compare` answers zero for an item and itself only.
 */
export class SortedList<Item extends object> {
  readonly #chunks: Item[][];
  #length = 1;

  constructor(
    first: Item,
    private readonly compare: (a: Item, b: Item) => number,
  ) {
    this.#chunks = [[first]];
  }

  get length(): number {
    return this.#length;
  }

  insert(item: Item): void {
    this.#length += 1;
    const last = this.#chunks.at(-1);
    if (!last || this.#isBefore(last.at(-1), item)) this.#append(last, item);
    else this.#insertInside(item);
  }

  /** Takes out an item, which must be in the list. */
  remove(item: Item): void {
    // The first one is taken out most: the grant that is drawn from, the task that is due.
    const isFirst = this.#chunks[0]?.[0] === item;
    const at = isFirst ? 0 : this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (!chunk) return;
    this.#length -= 1;
    if (isFirst) chunk.shift();
    else chunk.splice(this.#placeIn(chunk, item), 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** How many items satisfy a condition that holds for the first ones up to some place, and for none behind it. */
  countFirst(holds: (item: Item) => boolean): number {
    const at = partition(this.#chunks, (chunk) => {
      const last = chunk.at(-1);
      return last !== undefined && holds(last);
    });
    let count = partition(this.#chunks[at] ?? [], holds);
    for (let i = 0; i < at; i++) count += this.#chunks[i]?.length ?? 0;
    return count;
  }

  /**
   * Shows item by item, from the first one on or from the last one back, until `see` answers false.
   *
   * @param skipped items at that end that are not shown; they are passed over chunk by chunk
   */
  visit(descending: boolean, skipped: number, see: (item: Item) => boolean): void {
    let toSkip = skipped;
    const count = this.#chunks.length;
    for (let n = 0; n < count; n++) {
      const chunk = this.#chunks[descending ? count - 1 - n : n] ?? [];
      for (let i = toSkip; i < chunk.length; i++) {
        const item = chunk[descending ? chunk.length - 1 - i : i];
        if (item && !see(item)) return;
      }
      toSkip = Math.max(toSkip - chunk.length, 0);
    }
  }

  #append(last: Item[] | undefined, item: Item): void {
    if (last && last.length < chunkItems) last.push(item);
    else this.#chunks.push([item]);
  }

  #insertInside(item: Item): void {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at] ?? [];
    chunk.splice(this.#placeIn(chunk, item), 0, item);
    if (chunk.length > chunkItems) this.#chunks.splice(at + 1, 0, chunk.splice(chunkItems >>> 1));
  }

  /** The first chunk that does not end before the item. */
  #chunkOf(item: Item): number {
    return partition(this.#chunks, (chunk) => this.#isBefore(chunk.at(-1), item));
  }

  #placeIn(chunk: readonly Item[], item: Item): number {
    return partition(chunk, (it) => this.#isBefore(it, item));
  }

  #isBefore(a: Item | undefined, b: Item): boolean {
    return a !== undefined && this.compare(a, b) < 0;
  }
}

/** How many of the first items satisfy a condition that none behind them does. */
function partition<Item extends object>(
  items: readonly Item[],
  holds: (item: Item) => boolean,
): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
