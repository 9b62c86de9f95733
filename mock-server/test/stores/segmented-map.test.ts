import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { firstEntries, SegmentedMap } from "#stores/segmented-map.js";

test("a map in segments agrees with a Map", () => {
  const keysMax = 2 * firstEntries;
  const key = fc.nat({ max: keysMax }).map((it) => `key ${it}`);
  const step = fc.record({ key, isRemoved: fc.boolean() });
  const histories = fc.record({
    grown: fc.constantFrom(0, 3, firstEntries - 100, firstEntries, firstEntries + 9, keysMax),
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
      for (let i = 0; i <= keysMax; i++) {
        if (map.get(`key ${i}`) !== model.get(`key ${i}`)) throw new Error(`key ${i} differs`);
      }
    }),
    { numRuns: 30, seed: 11 },
  );
});

test("no Map inside grows with the number of entries", () => {
  const put = vi.spyOn(Map.prototype, "set");
  let largest = 0;
  try {
    const map = new SegmentedMap<object>();
    const value = {};
    const count = 6 * firstEntries;
    for (let i = 0; i < count; i++) {
      map.set(`cdl_${i.toString(36).padStart(21, "0")}`, value);
      // What one call puts is the entry alone: nothing that is there is moved.
      expect(put.mock.calls.length).toBe(1);
      const at = put.mock.contexts.at(-1);
      if (at instanceof Map) largest = Math.max(largest, at.size);
      put.mockClear();
    }
    expect(map.size).toBe(count);
  } finally {
    put.mockRestore();
  }
  expect(largest).toBe(firstEntries);
});
