import { fetchWith } from "./adapters/fetch.js";
import {
  advance,
  type Delivery,
  listDeliveries,
  type Reach,
  readClock,
  settle,
} from "./client/control.js";
import type { Fetch, Respond } from "./http/call.js";
import { sandboxClosed } from "./http/dispatch.js";

/** Which key is meant. */
export interface OfKey {
  /** Default: every key in use. */
  readonly key?: string;
}

/** A billing service in one function, and what a test does with it besides. */
export interface Sandbox {
  /** Answers as `fetch` does: give it to a client as its `fetch`. The host of the URL is not looked at. */
  readonly fetch: Fetch;
  /** The same without the standard objects, for servers. Never rejects. */
  readonly respond: Respond;

  /**
   * Moves the clock by a duration (`30d`, `1h30m`, `P1M`) or to an instant, and does everything that falls due on the
   * way, webhooks included.
   *
   * @returns the instant it is then; where several keys were moved and differ, the latest
   * @throws Error with the sandbox's message when `to` is neither or lies in the past, for any key: then none was moved;
   *   and when no key is given and none is in use
   * @example
   * await sandbox.advance("30d");
   * await sandbox.advance("2026-03-01T00:00:00Z", { key: "dodo_test_me" });
   */
  advance(to: string, of?: OfKey): Promise<string>;

  /**
   * Resolves when nothing is left to deliver at the instant it is. Attempts that are planned for later are not waited for.
   *
   * @throws Error when receivers go on causing new events without end
   * @example
   * await client.creditEntitlements.balances.createLedgerEntry(customerId, entry);
   * await sandbox.idle(); // credit.deducted has arrived
   */
  idle(of?: OfKey): Promise<void>;

  /**
   * What was delivered or is going to be, oldest first, with every attempt.
   *
   * @example
   * const [delivery] = await sandbox.deliveries({ key: "dodo_test_me" });
   * console.log(delivery?.event_type, delivery?.status);
   */
  deliveries(of?: OfKey): Promise<readonly Delivery[]>;

  /**
   * Stops its timers and deliveries, so that nothing of it keeps a process alive. Every later call is refused. Closing it
   * twice does nothing more.
   *
   * @example
   * afterAll(() => sandbox.close());
   */
  close(): void;

  /** Whether it was closed. */
  readonly closed: boolean;
}

/** What lies below a sandbox object. */
export interface Engine {
  readonly respond: Respond;
  /** A key for each tenant, in the order they were opened. */
  readonly keysInUse: () => readonly string[];
  /** Stops every tenant. */
  readonly stop: () => void;
  /** Aborted by `close`, from when on `respond` refuses. */
  readonly closing: AbortController;
}

/** For requests that a function answers: nobody can be asked under this name (RFC 6761). */
export const inProcessURL = "http://sandbox.test";

/** Passes over all keys before receivers are taken to cause events in each other's tenants without end. */
const passesMax = 100;

/** The engine as an object to hold: all it does to tenants goes through the control API. */
export function inProcess({ respond, keysInUse, stop, closing }: Engine): Sandbox {
  const fetch = fetchWith(respond);
  const reachesOf = ({ key }: OfKey = {}): readonly Reach[] => {
    if (closing.signal.aborted) throw sandboxClosed();
    const keys = key === undefined ? keysInUse() : [key];
    return keys.map((it) => ({ fetch, baseURL: inProcessURL, key: it }));
  };

  return {
    fetch,
    respond,

    async advance(to, of) {
      const tenants = await latestFirst(reachesOf(of));
      const moved: string[] = [];
      for (const tenant of tenants) moved.push(await advance(tenant, to));
      const latest = moved.toSorted().at(-1);
      if (latest === undefined) throw noKeyInUse(to);
      return latest;
    },

    async idle(of) {
      for (let pass = 0; pass < passesMax; pass++) {
        let attempts = 0;
        for (const tenant of reachesOf(of)) attempts += await settle(tenant);
        if (attempts === 0) return;
      }
      throw new Error(
        `deliveries caused new ones in each of ${passesMax} passes over the keys in use; a receiver that answers an event by causing another never ends`,
      );
    },

    async deliveries(of) {
      const lists = await Promise.all(reachesOf(of).map(listDeliveries));
      return lists.flat().toSorted((one, other) => compare(one.created_at, other.created_at));
    },

    close() {
      closing.abort();
      stop();
    },

    get closed() {
      return closing.signal.aborted;
    },
  };
}

/** The tenant furthest ahead refuses a move into the past before any other has moved. */
async function latestFirst(tenants: readonly Reach[]): Promise<readonly Reach[]> {
  if (tenants.length < 2) return tenants;
  const read = await Promise.all(
    tenants.map(async (tenant) => ({ tenant, now: (await readClock(tenant)).now })),
  );
  return read.toSorted((one, other) => compare(other.now, one.now)).map((it) => it.tenant);
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const noKeyInUse = (to: string): Error =>
  new Error(
    `no key is in use yet, so advance(${JSON.stringify(to)}) would move no clock, and one opened later would begin where the sandbox did; name the key: advance(${JSON.stringify(to)}, { key: "dodo_test_me" })`,
  );
