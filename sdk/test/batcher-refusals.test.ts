import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
} from "../src/index.js";
import { ok, opened, use } from "./batching.js";
import { answer, broken, type Step, scripted, silent } from "./script.js";

const start = "2026-01-01T00:00:00.000Z";

/** Refuses a request with one of these ids in it; names the first, or nothing. */
const refusing =
  (bad: readonly string[], message = (position: number) => `events[${position}] is bad`): Step =>
  async (request) => {
    const { events } = await request.json();
    const position = events.findIndex((it: { event_id: string }) => bad.includes(it.event_id));
    return position < 0
      ? Response.json({ ingested_count: events.length })
      : Response.json({ code: "INVALID", message: message(position) }, { status: 400 });
  };

beforeEach(() => vi.useFakeTimers({ now: new Date(start) }));
afterEach(() => vi.useRealTimers());

describe("a refusal", () => {
  test("costs the event that its message names, and no other", async () => {
    const steps = Array(9).fill(refusing(["c", "e"]));
    const { batcher, requests, told, errors } = opened(steps);
    for (const id of "abcdef") batcher.add(use(id));
    await batcher.flush();
    expect(told()).toEqual(["refused: c", "refused: e"]);
    expect(errors[0]?.cause).toBeInstanceOf(BadRequestError);
    expect(requests()).toEqual(["a b c d e f", "c", "a b d e f", "e", "a b d f"]);
  });

  test("that names nothing is found by halves", async () => {
    const steps = Array(99).fill(refusing(["c"], () => "something is bad"));
    const { batcher, requests, told } = opened(steps);
    for (const id of "abcdefgh") batcher.add(use(id));
    await batcher.flush();
    expect(told()).toEqual(["refused: c"]);
    expect(requests()).toEqual(["abcdefgh", "abcd", "ab", "cd", "c", "d", "efgh"].map(spaced));
  });

  test("keeps the order when a part of the batch is sent again", async () => {
    const judge = refusing(["d"], () => "something is bad");
    const { batcher, requests, told } = opened([judge, broken, judge, judge, judge, judge]);
    for (const id of "abcd") batcher.add(use(id));
    const flushed = batcher.flush();
    await vi.advanceTimersByTimeAsync(1_000);
    await flushed;
    expect(requests()).toEqual(["abcd", "ab", "ab", "cd", "c", "d"].map(spaced));
    expect(told()).toEqual(["refused: d"]);
  });

  test("that names the wrong event costs only the right one", async () => {
    const steps = Array(99).fill(refusing(["c"], (position) => `events[${position + 1}] is bad`));
    const { batcher, told } = opened(steps);
    for (const id of "abcdef") batcher.add(use(id));
    await batcher.flush();
    expect(told()).toEqual(["refused: c"]);
    expect(batcher.queued).toBe(0);
  });

  test.each([401, 403, 404])("with %d is told once, for all", async (status) => {
    const { batcher, requests, told } = opened([answer(status, { message: "events[1]" }), ok]);
    for (const id of "abc") batcher.add(use(id));
    await batcher.flush();
    expect(told()).toEqual(["refused: a b c"]);
    batcher.add(use("d"));
    await batcher.flush();
    expect(requests()).toEqual(["a b c", "d"]);
  });
});

describe("flush and close", () => {
  test("without onError reject with what was not delivered, once", async () => {
    const { client } = scripted([answer(401), ok], { maxRetries: 0 });
    const batcher = client.usageEvents.batcher({ maxQueued: 2 });
    for (const id of "abc") batcher.add(use(id));
    const error: AggregateError = await batcher.flush().catch((it) => it);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toContain("3 usage events were not delivered");
    expect(error.errors.map((it) => it.reason)).toEqual(["queue_full", "refused"]);
    expect(error.errors[1].cause).toBeInstanceOf(AuthenticationError);
    await batcher.close();
  });

  test("keep no more errors than events may be queued, and count the others", async () => {
    const { client } = scripted([ok]);
    const batcher = client.usageEvents.batcher({ maxQueued: 2 });
    for (const id of "abcdef") batcher.add(use(id));
    const error: AggregateError = await batcher.close().catch((it) => it);
    expect(error.message).toContain("4 usage events were not delivered");
    expect(error.errors).toHaveLength(2);
  });

  test("reject with what onError throws", async () => {
    const { batcher } = opened([answer(401)], {
      onError: () => {
        throw new TypeError("my mistake");
      },
    });
    batcher.add(use("a"));
    const error: AggregateError = await batcher.flush().catch((it) => it);
    expect(error.errors).toEqual([new TypeError("my mistake")]);
  });

  test("wait for what was added before, not for what is added meanwhile", async () => {
    const { batcher, requests } = opened([ok, broken, ok], { maxEvents: 1 });
    batcher.add(use("a"));
    const flushed = batcher.flush();
    batcher.add(use("b"));
    await flushed;
    expect(requests()[0]).toBe("a");
    expect(batcher.queued).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(batcher.queued).toBe(0);
  });

  test("close ends at once when its signal is aborted, and says what is not stored", async () => {
    for (const step of [silent, answer(500)]) {
      const { batcher, told, errors } = opened([step], { maxEvents: 2 });
      for (const id of "abc") batcher.add(use(id));
      await vi.advanceTimersByTimeAsync(0);
      const controller = new AbortController();
      const closed = batcher.close({ signal: controller.signal });
      controller.abort();
      await closed;
      expect(told()).toEqual(["undelivered: a b", "undelivered: c"]);
      expect(errors[0]?.cause).toBeInstanceOf(APIUserAbortError);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("await using closes", async () => {
    const { batcher, requests } = opened([ok]);
    {
      await using used = batcher;
      used.add(use("a"));
    }
    expect(requests()).toEqual(["a"]);
    expect(() => batcher.add(use("b"))).toThrow("closed");
  });

  test("the client's own retries come first", async () => {
    const { batcher, requests, errors } = opened(
      [answer(500), answer(500), ok],
      {},
      { maxRetries: 2 },
    );
    batcher.add(use("a"));
    await batcher.flush();
    expect(requests()).toEqual(["a", "a", "a"]);
    expect(errors.filter((it) => it.cause instanceof InternalServerError)).toEqual([]);
  });
});

const spaced = (ids: string) => [...ids].join(" ");
