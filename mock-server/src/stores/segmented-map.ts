/**
 * Most entries of the first segment. A Map that grows copies everything it holds at once: at 2^20 entries that takes
 * some 200 ms, in which nobody is answered, at this size a few. What most tests store fits in, and needs no hash.
 */
export const firstEntries = 32_768;

/** Segments for all that comes after; at 2^24 entries each of them holds as many as two first ones. */
const segmentCount = 256;

/**
 * A Map by text, in segments by a hash of the key once the first one is full, so that growing never copies more than one of
 * them. Entries stay in the segment they came to. Keeps no order.
 */
export class SegmentedMap<Value extends object> {
  readonly #first = new Map<string, Value>();
  readonly #others: Map<string, Value>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    const value = this.#first.get(key);
    if (value !== undefined || this.#others.length === 0) return value;
    return this.#segmentOf(key).get(key);
  }

  set(key: string, value: Value): void {
    const segment = this.#isFirst(key) ? this.#first : this.#segmentOf(key);
    const before = segment.size;
    segment.set(key, value);
    this.#size += segment.size - before;
  }

  delete(key: string): void {
    const isGone = this.#first.delete(key) || (this.#others[placeOf(key)]?.delete(key) ?? false);
    if (isGone) this.#size -= 1;
  }

  /** Whether an entry of that key is in the first segment, or comes to it: not once others may hold the key. */
  #isFirst(key: string): boolean {
    if (this.#others.length === 0 && this.#first.size < firstEntries) return true;
    return this.#first.has(key);
  }

  #segmentOf(key: string): Map<string, Value> {
    if (this.#others.length === 0) {
      for (let i = 0; i < segmentCount; i++) this.#others.push(new Map());
    }
    // There is one for each place.
    return this.#others[placeOf(key)] ?? this.#first;
  }
}

/** FNV-1a, whose upper bits are folded into the lower ones that choose the segment. */
function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (segmentCount - 1);
}
