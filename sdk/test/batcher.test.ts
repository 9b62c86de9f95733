import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { APIConnectionError, UsageBatchError } from "../src/index.js";
import { ok, opened, use } from "./batching.js";
import { answer, broken, type Step, silent } from "./script.js";

const start = "2026-01-01T00:00:00.000Z";
const hourMs = 60 * 60_000;

beforeEach(() => vi.useFakeTimers({ now: new Date(start) }));
afterEach(() => vi.useRealTimers());

describe("when events are sent", () => {
  test("as soon as there are maxEvents", async () => {
    const { batcher, requests } = opened([ok], { maxEvents: 2 });
    batcher.add(use("a"));
    batcher.add(use("b"));
    batcher.add(use("c"));
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toEqual(["a b"]);
    expect(batcher.queued).toBe(1);
  });

  test("maxDelayMs after the first of them was added", async () => {
    const { batcher, requests } = opened([ok, ok]);
    batcher.add(use("a"));
    await vi.advanceTimersByTimeAsync(999);
    batcher.add(use("b"));
    expect(requests()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests()).toEqual(["a b"]);
    batcher.add(use("c"));
    await vi.advanceTimersByTimeAsync(999);
    expect(requests()).toEqual(["a b"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests()).toEqual(["a b", "c"]);
    expect(batcher.queued).toBe(0);
  });

  test("one request at a time, in order, at most 1000 events in each", async () => {
    let [atOnce, most] = [0, 0];
    const slow: Step = async (request) => {
      most = Math.max(most, ++atOnce);
      await vi.advanceTimersByTimeAsync(5_000);
      atOnce -= 1;
      return ok(request);
    };
    const { batcher, bodies } = opened([slow, slow, slow]);
    const ids = Array.from({ length: 2_500 }, (_, i) => `evt_${i}`);
    for (const id of ids) batcher.add(use(id));
    await batcher.flush();
    expect(bodies().map((it) => it.length)).toEqual([1_000, 1_000, 500]);
    expect(bodies().flatMap((it) => it.map((event) => event.event_id))).toEqual(ids);
    expect(most).toBe(1);
  });

  test("EVT-05 an id that is queued twice goes in two requests", async () => {
    const { batcher, requests } = opened([ok, ok]);
    for (const id of ["a", "b", "a", "c"]) batcher.add(use(id));
    await batcher.flush();
    expect(requests()).toEqual(["a b", "a c"]);
  });

  test("EVT-17 no body reaches 10 MiB, and a 413 halves the batch", async () => {
    const { batcher, requests, told } = opened([ok, ok, answer(413), ok, answer(413)]);
    const metadata = { text: "é".repeat(3 * 1024 * 1024) }; // two bytes each, 6 MiB
    for (const id of ["a", "b"]) batcher.add(use(id, { metadata }));
    await batcher.flush();
    expect(requests()).toEqual(["a", "b"]);
    for (const id of ["c", "d"]) batcher.add(use(id));
    await batcher.flush();
    expect(requests().slice(2)).toEqual(["c d", "c", "d"]);
    expect(told()).toEqual(["refused: d"]);
  });

  test("not again, once all are sent: no timer is left", async () => {
    const { batcher } = opened([ok]);
    batcher.add(use("a"));
    await batcher.flush();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("without keeping the process alive, except for a flush", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    const { batcher } = opened([broken, ok]);
    batcher.add(use("a"));
    // In Node a timer is an object that says whether it holds the process.
    const timer = () => timers.mock.results.at(-1)?.value as NodeJS.Timeout;
    expect(timer().hasRef()).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(timer().hasRef()).toBe(false); // the wait before the second attempt
    const flushed = batcher.flush();
    expect(timer().hasRef()).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    await flushed;
  });
});

describe("what is added", () => {
  test("EVT-04 has an id, EVT-11 and the time of adding", async () => {
    const { batcher, bodies } = opened([broken, ok]);
    batcher.add({ customer_id: "cus_1", event_name: "tokens.used" });
    batcher.add(use("mine", { timestamp: "2025-12-31T23:59:00Z" }));
    batcher.add(use("theirs", { timestamp: null }));
    await vi.advanceTimersByTimeAsync(10_000);
    const [first, second] = bodies();
    expect(first).toEqual([
      { ...use(expect.stringMatching(/^[0-9a-f-]{36}$/)), timestamp: start },
      { ...use("mine"), timestamp: "2025-12-31T23:59:00Z" },
      { ...use("theirs"), timestamp: null },
    ]);
    expect(second).toEqual(first);
  });

  test("is what it was when it was added", async () => {
    const { batcher, bodies } = opened([ok]);
    const metadata = { tokens: 1 };
    batcher.add(use("a", { metadata }));
    metadata.tokens = 2;
    await batcher.flush();
    expect(bodies()[0]).toEqual([{ ...use("a", { metadata: { tokens: 1 } }), timestamp: start }]);
  });

  test("is refused when maxQueued events wait, those on their way included", async () => {
    const { batcher, told } = opened([silent], { maxQueued: 2, maxEvents: 1 }, { timeout: 5_000 });
    expect([batcher.add(use("a")), batcher.add(use("b"))]).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(0);
    expect(batcher.add(use("c"))).toBe(false);
    expect(told()).toEqual(["queue_full: c"]);
    expect(batcher.queued).toBe(2);
  });

  test("is refused when it is not JSON", async () => {
    const { batcher, told } = opened([]);
    // What the types forbid and JavaScript allows.
    const metadata = { tokens: 1n } as unknown as { tokens: number };
    expect(batcher.add(use("a", { metadata }))).toBe(false);
    expect(told()).toEqual(["not_json: a"]);
  });

  test("is refused by a closed batcher", async () => {
    const { batcher, requests } = opened([ok]);
    batcher.add(use("a"));
    const closed = batcher.close();
    expect(() => batcher.add(use("b"))).toThrow(UsageBatchError);
    await closed;
    expect(requests()).toEqual(["a"]);
  });

  test.each([{ maxEvents: 0 }, { maxEvents: 1_001 }, { maxDelayMs: -1 }, { maxQueued: 0.5 }])(
    "%o makes no sense",
    (options) => {
      expect(() => opened([], options)).toThrow(Object.keys(options)[0]);
    },
  );
});

describe("a failure that passes", () => {
  test.each<[string, Step]>([
    ["a broken connection", broken],
    ["408", answer(408)],
    ["429", answer(429)],
    ["500", answer(500)],
    ["a timeout", silent],
  ])("EVT-24 after %s the batch is sent again as it was", async (_, failure) => {
    const { batcher, bodies, errors } = opened([failure, failure, ok], {}, { timeout: 1_000 });
    batcher.add({ customer_id: "cus_1", event_name: "tokens.used" });
    const flushed = batcher.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    await flushed;
    const [first, ...others] = bodies();
    expect(others).toEqual([first, first]);
    expect(errors).toEqual([]);
  });

  test("is waited for longer each time, up to a minute", async () => {
    const times: number[] = [];
    const down: Step = (request) => {
      times.push(Date.now() - Date.parse(start));
      return broken(request);
    };
    const { batcher } = opened(Array<Step>(9).fill(down).concat(ok));
    batcher.add(use("a"));
    const flushed = batcher.flush();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await flushed;
    const waits = times.map((at, i) => (at - (times[i - 1] ?? at)) / 1_000);
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test("is waited for as long as retry-after asks, up to ten minutes", async () => {
    const busy = (seconds: number) => answer(429, undefined, { "retry-after": `${seconds}` });
    const { batcher, requests } = opened([busy(90), busy(86_400), ok]);
    batcher.add(use("a"));
    await vi.advanceTimersByTimeAsync(1_000 + 89_999);
    expect(requests()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(requests()).toHaveLength(3);
  });

  test("EVT-11 ends for an event that is an hour old", async () => {
    const { batcher, told, errors } = opened(Array(200).fill(broken));
    batcher.add(use("a"));
    await vi.advanceTimersByTimeAsync(hourMs / 2);
    batcher.add(use("b"));
    await vi.advanceTimersByTimeAsync(hourMs / 2 + 60_000);
    expect(told()).toEqual(["undelivered: a"]);
    expect(errors[0]?.cause).toBeInstanceOf(APIConnectionError);
    expect(batcher.queued).toBe(1);
  });
});
