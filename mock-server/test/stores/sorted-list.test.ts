import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { chunkItems, SortedList } from "#stores/sorted-list.js";

interface Item {
  readonly value: number;
}

const item = (value: number): Item => ({ value });
const values = (items: readonly Item[]) => items.map((it) => it.value);

/** A list that counts how often it compares. */
function listOf(first: Item) {
  const counted = { comparisons: 0 };
  const list = new SortedList(first, (a: Item, b: Item) => {
    counted.comparisons += 1;
    return a.value - b.value;
  });
  return { list, counted };
}

function shown(list: SortedList<Item>, descending: boolean, skipped: number, most: number) {
  const seen: Item[] = [];
  if (most === 0) return [];
  list.visit(descending, skipped, (it) => seen.push(it) < most);
  return values(seen);
}

/** What is done with a number: it is put in or, where it is in already, taken out. */
const step = fc.integer({ min: 0, max: 5000 });

test("a list in chunks agrees with an array that is sorted anew", () => {
  const histories = fc.record({
    // Enough for several chunks before anything else is done.
    grown: fc.integer({ min: 1, max: 3 * chunkItems }),
    steps: fc.array(step, { maxLength: 300 }),
    skipped: fc.integer({ min: 0, max: 3 * chunkItems }),
    most: fc.integer({ min: 0, max: 700 }),
    bound: step,
  });
  fc.assert(
    fc.property(histories, ({ grown, steps, skipped, most, bound }) => {
      const known = new Map(Array.from({ length: grown }, (_, i) => [i * 3, item(i * 3)]));
      const [first = item(0), ...rest] = known.values();
      const { list } = listOf(first);
      for (const it of rest) list.insert(it);
      for (const value of steps) {
        const present = known.get(value);
        if (present && known.size > 1) {
          list.remove(present);
          known.delete(value);
        } else if (!present) {
          const added = item(value);
          list.insert(added);
          known.set(value, added);
        }
      }
      const sorted = [...known.keys()].sort((a, b) => a - b);
      expect(list.length).toBe(sorted.length);
      expect(shown(list, false, 0, Number.POSITIVE_INFINITY)).toEqual(sorted);
      expect(shown(list, false, skipped, most)).toEqual(sorted.slice(skipped, skipped + most));
      const backwards = [...sorted].reverse();
      expect(shown(list, true, skipped, most)).toEqual(backwards.slice(skipped, skipped + most));
      expect(list.countFirst((it) => it.value < bound)).toBe(
        sorted.filter((it) => it < bound).length,
      );
    }),
    { numRuns: 200, seed: 11 },
  );
});

test("putting in and taking out compares a few dozen times and moves a few hundred items, however long the list is", () => {
  const { list, counted } = listOf(item(0));
  for (let i = 1; i < 200_000; i++) list.insert(item(i * 2));
  expect(counted.comparisons).toBeLessThan(200_000);
  counted.comparisons = 0;
  const splice = vi.spyOn(Array.prototype, "splice");
  let moved = 0;
  try {
    for (let i = 0; i < 1000; i++) {
      const added = item(i * 401 + 1);
      list.insert(added);
      if (i % 2 === 0) list.remove(added);
    }
    moved = Math.max(...splice.mock.contexts.map((it) => (it as readonly Item[]).length));
  } finally {
    splice.mockRestore();
  }
  expect(counted.comparisons).toBeLessThan(1500 * 25);
  // The items of a chunk, or the chunks of the list.
  expect(moved).toBeLessThan(2 * chunkItems);
});

test("a position in the middle is reached without looking at what is before it", () => {
  const { list, counted } = listOf(item(0));
  for (let i = 1; i < 100_000; i++) list.insert(item(i));
  counted.comparisons = 0;
  let looks = 0;
  list.visit(true, 50_000, (it) => {
    looks += 1;
    return it.value > 49_990;
  });
  expect({ looks, ...counted }).toEqual({ looks: 10, comparisons: 0 });
});
