import { isPassing, partsToTry, resendDelayMs } from "./batch-failure.js";
import { APIError } from "./errors.js";
import { timeoutMsMax, wholeNumber } from "./settings.js";
import {
  type BatchedUsageEvent,
  UsageBatchError,
  type UsageBatchErrorReason,
} from "./usage-batch-error.js";

/** An event to be sent. */
export type UsageEventInput = Omit<BatchedUsageEvent, "event_id"> & {
  /** Default: a random one. A stable id of what happened is better: then adding it twice counts once, too. */
  readonly event_id?: string | undefined;
};

/** Options of `client.usageEvents.batcher()`. */
export interface BatcherOptions {
  /** Events that are sent as soon as they are queued, and at most in one request; 1 to 1000. Default: 1000. */
  readonly maxEvents?: number | undefined;
  /** Milliseconds an event waits for others; 0 to 2147483647. Default: 1000. */
  readonly maxDelayMs?: number | undefined;
  /** Events held, those on their way included; when there are as many, a new one is refused. Default: 100000. */
  readonly maxQueued?: number | undefined;
  /** Told of every event that is not delivered. Default: `flush` and `close` reject with an `AggregateError`. */
  readonly onError?: ((error: UsageBatchError) => void) | undefined;
}

/** Stores events, all or none; the client's own retries are in it. */
export type Ingest = (events: BatchedUsageEvent[], signal: AbortSignal) => Promise<unknown>;

interface Queued {
  readonly event: BatchedUsageEvent;
  readonly bytes: number;
  /** Reading of the monotonic clock. */
  readonly addedAt: number;
}

/** What the API takes in one request (EVT-02). */
const eventsMax = 1_000;
/** No size is published: this is the sandbox's (EVT-17). Where less is allowed, a 413 halves the batch. */
const bodyBytesMax = 10 * 1024 * 1024;
const encoder = new TextEncoder();
const envelopeBytes = '{"events":[]}'.length;
/** After that the API takes no event any more (EVT-11), so sending it again is of no use. */
const keptMs = 60 * 60_000;

/**
 * Collects usage events and sends them in batches, one request at a time, in the order they were added. Every event ends
 * in one of two ways: stored once, or reported.
 *
 * - Without an answer, and after 408, 429 or 500 and above, a batch is kept and sent again with the same ids, after 1 s,
 *   2 s, up to 60 s, or what `retry-after` asks for. Events that were added over an hour ago are given up.
 * - When a batch is refused because of an event in it, that event is reported and the others are sent.
 * - When it is refused for another reason, such as 401, its events are reported at once.
 *
 * What waits is in memory: `close` the batcher before the process ends. Waiting events do not keep the process alive,
 * `flush` and `close` do.
 *
 * @example
 * const batcher = client.usageEvents.batcher({ onError: (error) => console.error(error.message, error.events) });
 * batcher.add({ event_id: request.id, customer_id: "cus_1", event_name: "tokens.used", metadata: { tokens: 128 } });
 * process.once("SIGTERM", () => batcher.close({ signal: AbortSignal.timeout(10_000) }));
 *
 * @example
 * await using batcher = client.usageEvents.batcher(); // closed, all events sent, at the end of the block
 */
export class UsageEventBatcher {
  readonly #ingest: Ingest;
  readonly #maxEvents: number;
  readonly #maxDelayMs: number;
  readonly #maxQueued: number;
  readonly #onError: (error: UsageBatchError) => void;
  readonly #queue: Queued[] = [];
  /** Events ever accepted, those of them to be sent without delay, and those that are stored or reported. */
  #added = 0;
  #wanted = 0;
  #settled = 0;
  #running: Promise<void> | undefined;
  /** The wait for more events, or between two attempts; never both. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushes = 0;
  #isClosed = false;
  #isAbandoned = false;
  /** Ends the request, or the wait, that is under way. */
  #interrupt = () => {};
  #unreported: unknown[] = [];
  #unreportedEvents = 0;

  /** @internal Made by `client.usageEvents.batcher()`. */
  constructor(ingest: Ingest, options: BatcherOptions = {}) {
    const { maxEvents = eventsMax, maxDelayMs = 1_000, maxQueued = 100_000, onError } = options;
    this.#ingest = ingest;
    this.#maxQueued = wholeNumber("maxQueued", maxQueued, 1, Number.MAX_SAFE_INTEGER);
    this.#maxEvents = Math.min(wholeNumber("maxEvents", maxEvents, 1, eventsMax), maxQueued);
    this.#maxDelayMs = wholeNumber("maxDelayMs", maxDelayMs, 0, timeoutMsMax);
    this.#onError = onError ?? ((error) => this.#keep(error, error.events.length));
  }

  /** How many events are neither stored nor reported yet. */
  get queued(): number {
    return this.#added - this.#settled;
  }

  /**
   * Takes an event to be sent; what is changed in it afterwards does not count. Without a `timestamp` it gets this
   * machine's time, so that it may be delivered up to an hour late (EVT-11); `timestamp: null` leaves the time to the
   * API, at delivery.
   *
   * @returns whether it was queued; if not, `onError` was told: `queue_full` or `not_json`
   * @throws UsageBatchError `closed`
   * @example
   * batcher.add({ event_id: request.id, customer_id: "cus_1", event_name: "tokens.used", metadata: { tokens: 128 } });
   */
  add(input: UsageEventInput): boolean {
    const event: BatchedUsageEvent = {
      ...input,
      event_id: input.event_id ?? crypto.randomUUID(),
      timestamp: input.timestamp === undefined ? new Date().toISOString() : input.timestamp,
    };
    if (event.metadata) event.metadata = { ...event.metadata };
    if (this.#isClosed) {
      throw new UsageBatchError(
        "closed",
        [event],
        "The batcher is closed: it takes no more events.",
      );
    }
    if (this.queued >= this.#maxQueued) {
      const message = `The queue is full: ${this.queued} events wait, which is maxQueued.`;
      this.#report(new UsageBatchError("queue_full", [event], message));
      return false;
    }
    try {
      const bytes = encoder.encode(JSON.stringify(event)).byteLength;
      this.#queue.push({ event, bytes, addedAt: performance.now() });
    } catch (cause) {
      const message = `The event cannot be written as JSON: ${String(cause)}`;
      this.#report(new UsageBatchError("not_json", [event], message, cause));
      return false;
    }
    this.#added += 1;
    this.#proceed();
    return true;
  }

  /**
   * Sends every event added so far and waits until each is stored or reported, which takes an hour if the API cannot be
   * reached.
   *
   * @throws AggregateError of `UsageBatchError`s: without `onError`, all there were since the last time
   * @example
   * await batcher.flush(); // the invoice is about to be made
   */
  async flush(): Promise<void> {
    const target = this.#added;
    this.#wanted = target;
    this.#flushes += 1;
    try {
      this.#timer?.ref?.();
      while (this.#settled < target) {
        this.#proceed();
        await this.#running;
      }
    } finally {
      this.#flushes -= 1;
      if (this.#flushes === 0) this.#timer?.unref?.();
    }
    this.#throwUnreported();
  }

  /**
   * Refuses further events, and flushes. When `signal` is aborted, what is not stored by then is reported as
   * `undelivered`.
   *
   * @throws AggregateError as `flush` does
   * @example
   * await batcher.close({ signal: AbortSignal.timeout(10_000) }); // before the process ends
   */
  async close({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#isClosed = true;
    const abandon = () => {
      this.#isAbandoned = true;
      this.#interrupt();
    };
    signal?.addEventListener("abort", abandon);
    if (signal?.aborted) abandon();
    try {
      await this.flush();
    } finally {
      signal?.removeEventListener("abort", abandon);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Sends a batch if one is due, else waits for more events. Does nothing while it is sending. */
  #proceed(): void {
    if (this.#running) return;
    const oldest = this.#queue[0];
    if (this.#isDue()) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#running = this.#run();
    } else if (oldest && !this.#timer) {
      const delayMs = Math.max(0, oldest.addedAt + this.#maxDelayMs - performance.now());
      this.#setTimer(delayMs, () => {
        this.#wanted = this.#added;
        this.#proceed();
      });
    }
  }

  #isDue(): boolean {
    return this.#settled < this.#wanted || this.#queue.length >= this.#maxEvents;
  }

  async #run(): Promise<void> {
    await undefined; // so that whoever adds an event from here on finds it running
    await this.#deliver(this.#takeBatch());
    this.#running = undefined;
    this.#proceed();
  }

  /** The oldest events that fit in one request, which takes no id twice (EVT-05): the second is for the next one. */
  #takeBatch(): readonly Queued[] {
    const ids = new Set<string>();
    let bytes = envelopeBytes;
    for (const it of this.#queue) {
      bytes += it.bytes + ",".length;
      const isFull = ids.size > 0 && (ids.size === this.#maxEvents || bytes > bodyBytesMax);
      if (isFull || ids.has(it.event.event_id)) break;
      ids.add(it.event.event_id);
    }
    return this.#queue.splice(0, ids.size);
  }

  /** Stores or reports every event of a batch. Never rejects. Fewer than two requests an event are refused. */
  async #deliver(batch: readonly Queued[]): Promise<void> {
    const parts = [batch];
    let failures = 0;
    for (let part = parts.shift(); part; part = parts.shift()) {
      const error = await this.#send(part);
      const smaller = partsToTry(part, error);
      if (error === undefined) {
        this.#settled += part.length;
        failures = 0;
      } else if (isPassing(error)) {
        const young = this.#giveUpOld(part, error);
        if (young.length === 0) continue;
        parts.unshift(young);
        await this.#pause(resendDelayMs(error, failures++));
      } else if (smaller) {
        parts.unshift(...smaller);
      } else {
        const isAnswer = error instanceof APIError && error.status !== undefined;
        this.#giveUp(isAnswer ? "refused" : "undelivered", part, error);
      }
    }
  }

  /** What went wrong; `undefined` when nothing did. */
  async #send(batch: readonly Queued[]): Promise<unknown> {
    const request = new AbortController();
    this.#interrupt = () => request.abort();
    if (this.#isAbandoned) request.abort();
    try {
      const events = batch.map((it) => it.event);
      await this.#ingest(events, request.signal);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#interrupt = () => {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        resolve();
      };
      this.#setTimer(ms, resolve);
      if (this.#isAbandoned) this.#interrupt();
    });
  }

  /** Of the timers of a batcher there is one at a time; it keeps the process alive for `flush` only. */
  #setTimer(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      then();
    }, ms);
    if (this.#flushes === 0) this.#timer.unref?.(); // a number in browsers
  }

  /** Reports the events that are too old to be sent again; returns the others. */
  #giveUpOld(batch: readonly Queued[], error: APIError): readonly Queued[] {
    const oldest = performance.now() - keptMs;
    const old = batch.filter((it) => it.addedAt <= oldest);
    if (old.length > 0) this.#giveUp("undelivered", old, error);
    return batch.filter((it) => it.addedAt > oldest);
  }

  #giveUp(reason: UsageBatchErrorReason, batch: readonly Queued[], cause: unknown): void {
    this.#settled += batch.length;
    const events = batch.map((it) => it.event);
    const subject =
      events.length === 1 ? "1 usage event was" : `${events.length} usage events were`;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#report(new UsageBatchError(reason, events, `${subject} ${reason}: ${why}`, cause));
  }

  #report(error: UsageBatchError): void {
    try {
      this.#onError(error);
    } catch (thrown) {
      this.#keep(thrown, error.events.length);
    }
  }

  /** Keeps an error for `flush`, unless those kept hold as many events as may be queued; then it is counted only. */
  #keep(error: unknown, events: number): void {
    if (this.#unreportedEvents < this.#maxQueued) this.#unreported.push(error);
    this.#unreportedEvents += events;
  }

  #throwUnreported(): void {
    const [errors, events] = [this.#unreported, this.#unreportedEvents];
    this.#unreported = [];
    this.#unreportedEvents = 0;
    if (errors.length === 0) return;
    const subject = `${events} usage event${events === 1 ? " was" : "s were"}`;
    throw new AggregateError(errors, `${subject} not delivered; the errors are in \`errors\`.`);
  }
}
