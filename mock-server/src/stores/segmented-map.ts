/**
 * Entries for each segment, on average. A Map that grows copies everything it holds at once: at 2^20 entries that
 * takes some 200 ms, in which nobody is answered. A segment of this size is copied within a few milliseconds, and what
 * most tests store fits into the first one, whose keys need no hash.
 */
export const segmentEntries = 32_768;

/**
 * A Map by text, in segments by a hash of the key, so that growing never copies more than one of them. Whenever the
 * segments are full on average, the next one in turn is split in two (linear hashing). Keeps no order.
 */
export class SegmentedMap<Value> {
  readonly #segments: Map<string, Value>[] = [new Map()];
  /** The largest power of two that is not above the number of segments. */
  #round = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#segmentOf(key)?.get(key);
  }

  set(key: string, value: Value): void {
    const segment = this.#segmentOf(key);
    if (!segment) return;
    const before = segment.size;
    segment.set(key, value);
    this.#size += segment.size - before;
    if (this.#size > this.#segments.length * segmentEntries) this.#split();
  }

  delete(key: string): void {
    if (this.#segmentOf(key)?.delete(key)) this.#size -= 1;
  }

  #segmentOf(key: string): Map<string, Value> | undefined {
    return this.#segments[this.#segments.length === 1 ? 0 : this.#placeOf(key)];
  }

  /** Segments from the start of this round up to the last one are split already; those take one more bit. */
  #placeOf(key: string): number {
    const hash = hashOf(key);
    const place = hash & (2 * this.#round - 1);
    return place < this.#segments.length ? place : hash & (this.#round - 1);
  }

  #split(): void {
    const next = this.#segments.length - this.#round;
    const full = this.#segments[next] ?? [];
    const stay = new Map<string, Value>();
    const move = new Map<string, Value>();
    this.#segments[next] = stay;
    this.#segments.push(move);
    for (const [key, value] of full) (this.#placeOf(key) === next ? stay : move).set(key, value);
    if (this.#segments.length === 2 * this.#round) this.#round *= 2;
  }
}

/** FNV-1a, whose upper bits are folded into the lower ones that choose the segment. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
