import { createSandbox } from "@drawdown/mock-server";
import { DodoPayments, type UsageBatchError, type UsageEventInput } from "@drawdown/sdk";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** Streams tried. Seeded, so that every run tries the same ones. */
const runs = { numRuns: 200, seed: 20260101 } as const;
const start = "2026-01-01T00:00:00.000Z";

/** What befalls one request: it or its answer is lost, refused, slower than the client's patience, or far too late. */
type Fault =
  | "none"
  | "requestLost"
  | "answerLost"
  | "failsBefore"
  | "failsAfter"
  | "busy"
  | "answerLate"
  | "requestLate";

const fault: fc.Arbitrary<Fault> = fc.constantFrom(
  "none",
  "requestLost",
  "answerLost",
  "failsBefore",
  "failsAfter",
  "busy",
  "answerLate",
  "requestLate",
);

/** Whether the API is to take the event, and if not, what is wrong with it. */
const flaws = {
  none: {},
  customerUnknown: { customer_id: "cus_nobody" },
  tooOld: { timestamp: "2025-12-31T12:00:00Z" },
  tooFarAhead: { timestamp: "2026-01-01T12:00:00Z" },
  notAnInstant: { timestamp: "yesterday" },
  nameless: { event_name: "" },
  textTooLong: { metadata: { text: "x".repeat(501) } },
  namesAnother: { customer_id: "events[0]" },
} satisfies Record<string, Partial<UsageEventInput>>;
type Flaw = keyof typeof flaws;

type Command =
  /** Its `id` is one of a few, or its own when it is `null`. */
  | { readonly kind: "add"; readonly flaw: Flaw; readonly id: number | null }
  | { readonly kind: "wait"; readonly ms: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      flaw: fc.oneof(
        { weight: 5, arbitrary: fc.constant<Flaw>("none") },
        { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(flaws) as Flaw[])) }, // its keys
      ),
      id: fc.option(fc.nat(4), { nil: null, freq: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3_000) }),
  },
);

/** A sandbox behind a network that follows a list of faults, then works; and whether messages name the bad event. */
function behind(faults: readonly Fault[], isTelling: boolean) {
  const sandbox = createSandbox({ at: start });
  const remaining = [...faults];
  const late: Request[] = [];
  const never = ({ signal }: Request) =>
    new Promise<Response>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const arrive = async (request: Request): Promise<Response> => {
    const answer = await sandbox.fetch(request);
    return answer.status < 400 || isTelling
      ? answer
      : Response.json({ code: "INVALID", message: "an event is bad" }, { status: answer.status });
  };
  const lossy = async (request: Request): Promise<Response> => {
    const fault = remaining.shift() ?? "none";
    // A request that was given up arrives after all, when it has been sent again.
    const belated = fault === "none" ? late.splice(0) : [];
    const copy = () => new Request(request.url, { ...parts, body: text });
    const text = await request.text();
    const parts = { method: request.method, headers: request.headers };
    switch (fault) {
      case "none": {
        const answer = await arrive(copy());
        for (const it of belated) await arrive(it);
        return answer;
      }
      case "requestLost":
        throw new TypeError("fetch failed");
      case "answerLost":
        await arrive(copy());
        throw new TypeError("terminated");
      case "failsBefore":
        return new Response(null, { status: 503 });
      case "failsAfter":
        await arrive(copy());
        return new Response(null, { status: 500 });
      case "busy":
        return new Response(null, { status: 429, headers: { "retry-after": "2" } });
      case "answerLate":
        await arrive(copy());
        return never(request);
      case "requestLate":
        late.push(copy());
        return never(request);
    }
  };
  const isIngest = (request: Request) => request.url.endsWith("/events/ingest");
  return new DodoPayments({
    bearerToken: "dodo_test_me",
    baseURL: "http://sandbox.test",
    timeout: 500,
    fetch: (input, init) => {
      const request = new Request(input, init);
      return isIngest(request) ? lossy(request) : sandbox.fetch(request);
    },
  });
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Lets fake time pass until the work is done. */
async function finished(work: Promise<void>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) await vi.advanceTimersByTimeAsync(100);
  await done;
}

test("whatever the network does, an event is stored once if it is valid and told once if not", async () => {
  let [stored, told] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 1, maxLength: 60, size: "max" }),
      fc.array(fault, { maxLength: 16, size: "max" }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      async (commands, faults, maxEvents, isTelling) => {
        vi.setSystemTime(start);
        const client = behind(faults, isTelling);
        const customer = await client.customers.create({ email: "ada@example.com", name: "Ada" });
        const errors: UsageBatchError[] = [];
        const batcher = client.usageEvents.batcher({
          maxEvents,
          onError: (error) => errors.push(error),
        });
        const valid = new Map<string, number>();
        const invalid: number[] = [];
        for (const [number, it] of commands.entries()) {
          if (it.kind === "wait") {
            await vi.advanceTimersByTimeAsync(it.ms);
            continue;
          }
          const id = it.id === null ? `own_${number}` : `shared_${it.id}`;
          const event = {
            event_id: id,
            customer_id: customer.customer_id,
            event_name: "tokens.used",
            metadata: { number },
          };
          const flaw: Partial<UsageEventInput> = flaws[it.flaw];
          const metadata = { ...event.metadata, ...flaw.metadata };
          expect(batcher.add({ ...event, ...flaw, metadata })).toBe(true);
          if (it.flaw !== "none") invalid.push(number);
          else if (!valid.has(id)) valid.set(id, number); // of one id the first is stored (EVT-04)
        }
        await finished(batcher.close());

        const found: [string, unknown][] = [];
        for await (const it of client.usageEvents.list({ page_size: 100 })) {
          found.push([it.event_id, it.metadata?.["number"]]);
        }
        expect(found.sort()).toEqual([...valid].sort());
        const numbers = errors.flatMap((it) =>
          it.events.map((event) => event.metadata?.["number"]),
        );
        expect(numbers.sort((a, b) => Number(a) - Number(b))).toEqual(invalid);
        expect(errors.map((it) => it.reason)).toEqual(invalid.map(() => "refused"));
        expect(batcher.queued).toBe(0);
        stored += found.length;
        told += errors.length;
      },
    ),
    runs,
  );
  expect(stored).toBeGreaterThan(1_000); // so that the law is not true for want of events
  expect(told).toBeGreaterThan(200);
});
