import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { SegmentedMap, segmentEntries } from "../../src/stores/segmented-map.js";

test("a map in segments agrees with a Map", () => {
  const key = fc.nat({ max: 3 * segmentEntries }).map((it) => `key ${it}`);
  const step = fc.record({ key, isRemoved: fc.boolean() });
  const histories = fc.record({
    grown: fc.nat({ max: 3 * segmentEntries }),
    steps: fc.array(step, { maxLength: 200 }),
  });
  fc.assert(
    fc.property(histories, ({ grown, steps }) => {
      const model = new Map<string, object>();
      const map = new SegmentedMap<object>();
      const set = (name: string) => {
        const value = {};
        model.set(name, value);
        map.set(name, value);
      };
      for (let i = 0; i < grown; i++) set(`key ${i}`);
      for (const { key: name, isRemoved } of steps) {
        if (isRemoved) {
          model.delete(name);
          map.delete(name);
        } else set(name);
      }
      expect(map.size).toBe(model.size);
      for (let i = 0; i <= 3 * segmentEntries; i++) {
        if (map.get(`key ${i}`) !== model.get(`key ${i}`)) throw new Error(`key ${i} differs`);
      }
    }),
    { numRuns: 30, seed: 11 },
  );
});

test("no Map inside grows with the number of entries", () => {
  const put = vi.spyOn(Map.prototype, "set");
  let largest = 0;
  let moved = 0;
  try {
    const map = new SegmentedMap<number>();
    const count = 20 * segmentEntries;
    for (let i = 0; i < count; i++) {
      const before = put.mock.calls.length;
      map.set(`cdl_${i.toString(36).padStart(21, "0")}`, i);
      // What one call puts is the entry, and what moves when a segment is split.
      moved = Math.max(moved, put.mock.calls.length - before);
      const at = put.mock.contexts.at(-1);
      if (at instanceof Map) largest = Math.max(largest, at.size);
      put.mockClear();
    }
    expect(map.size).toBe(count);
  } finally {
    put.mockRestore();
  }
  expect(largest).toBeLessThan(3 * segmentEntries);
  expect(moved).toBeLessThan(3 * segmentEntries);
});
