import type { Account, Entry } from "../domain/ledger/account.js";
import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import type { Kind, Stored } from "./kinds.js";

/** A value that is there already, or will be. Memory answers at once; a database answers later. */
export type Awaitable<Value> = Value | Promise<Value>;

export interface Find<Record> {
  /** Last of the index's order first. */
  readonly descending?: boolean;
  /** Matching records to pass over; 0 when absent. */
  readonly offset?: number;
  /** Most records to return; all when absent. */
  readonly limit?: number;
  /** Passes over records whose first sort field, which is of the same type and never null, lies below this. */
  readonly from?: number | string;
  readonly where?: (record: Record) => boolean;
}

/** What one transaction can do. Nothing of it is seen by others, and nothing remains of it when its work throws. */
export interface Tx {
  get<Record extends Stored>(kind: Kind<Record>, id: string): Awaitable<Record | undefined>;
  /** Writes a record, at the latest when the transaction commits; later reads of this transaction see it at once. */
  put<Record extends Stored>(kind: Kind<Record>, record: NoInfer<Record>): void;
  /** Removes a record, as `put` writes one; a record that is not there is no error. */
  delete(kind: Kind, id: string): void;
  /** The records of one group of an index, in its order. */
  find<Record extends Stored, IndexName extends string>(
    kind: Kind<Record, IndexName>,
    index: NoInfer<IndexName>,
    key: string,
    options?: Find<NoInfer<Record>>,
  ): Awaitable<readonly Record[]>;
}

/** Keeps one tenant's records. Transactions behave as if they ran one after another. */
export interface Store {
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Whether it holds nothing, kinds given left aside. */
  isEmpty(except?: readonly Kind[]): Promise<boolean>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

/** Makes the store of a tenant, empty or with what it kept. */
export type OpenStore = (tenantKey: string) => Store;

/** What work in a transaction may use: the records, the one instant it happens at, new ids, and the tenant's policy. */
export interface Transaction {
  readonly tx: Tx;
  readonly now: Instant;
  readonly nextId: NextId;
  readonly policy: Policy;
  /** What happened so far, for whoever is to be told; written down before the transaction commits. */
  readonly happened: Fact[];
  /** Tells whoever called; nobody hears what a task says. */
  readonly warn: Warn;
}

/**
 * Tells whoever made a call something beside its answer, in one sentence without a full stop that names the thing, its
 * value and the fix. It neither refuses nor undoes anything.
 */
export type Warn = (sentence: string) => void;

/** Something that others may want to know: an event, an account that moved, or work planned for later. */
export type Fact =
  /** What a dialect tells of, in its own words. */
  | { readonly kind: "event"; readonly type: string; readonly subject: object }
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "moved"; readonly before: Account; readonly after: Account }
  | { readonly kind: "planned" };

/** What the happenings of a transaction came to. */
export interface Recorded {
  /** Whether a delivery waits to be attempted now. */
  readonly isReady: boolean;
  /** Whether anybody is to be told of events at all. */
  readonly hasEndpoints: boolean;
}

/** A signed request on its way to a receiver. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver made of it. */
export type Answered =
  | { readonly status: number; readonly body: string }
  | { readonly error: string };

/** Sends a request to a receiver; never rejects. What is under way when the signal aborts is broken off. */
export type Send = (request: Outgoing, until: AbortSignal) => Promise<Answered>;

/** How deliveries are put together and written down: the wire format's part of sending them. */
export interface Deliveries {
  /**
   * Deliveries to attempt now, by endpoint, each in the order to send them; none while they are held.
   *
   * @param busy endpoints that are not asked for, so that what waits for them need not be read
   * @param endpointsMax most endpoints that are asked for
   */
  ready(
    unit: Transaction,
    busy: { has(endpointId: string): boolean },
    endpointsMax: number,
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The request of a delivery, and how often to send it; null when there is nothing to send. */
  compose(
    unit: Transaction,
    deliveryId: string,
  ): Promise<{ readonly request: Outgoing; readonly copies: number } | null>;
  /** Writes down what came of it. */
  conclude(
    unit: Transaction,
    deliveryId: string,
    request: Outgoing,
    answered: Answered,
  ): Promise<void>;
}

/** A new id with a prefix, such as `grant_` and 21 letters and digits. */
export type NextId = (prefix: string) => string;
