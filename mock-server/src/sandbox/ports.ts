import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import type { IndexOf, Kind, Records } from "./tables.js";

/** A value that is there already, or will be. Memory answers at once; a database answers later. */
export type Awaitable<Value> = Value | Promise<Value>;

export interface Find<Record> {
  /** Last of the index's order first. */
  readonly descending?: boolean;
  /** Matching records to pass over; 0 when absent. */
  readonly offset?: number;
  /** Most records to return; all when absent. */
  readonly limit?: number;
  /** Passes over records whose first sort field lies below this. */
  readonly from?: number;
  readonly where?: (record: Record) => boolean;
}

/** What one transaction can do. Nothing of it is seen by others, and nothing remains of it when its work throws. */
export interface Tx {
  get<K extends Kind>(kind: K, id: string): Awaitable<Records[K] | undefined>;
  /** Writes a record, at the latest when the transaction commits; later reads of this transaction see it at once. */
  put<K extends Kind>(kind: K, record: Records[K]): void;
  /** Removes a record, as `put` writes one; a record that is not there is no error. */
  delete(kind: Kind, id: string): void;
  /** The records of one group of an index, in its order. */
  find<K extends Kind>(
    kind: K,
    index: IndexOf<K>,
    key: string,
    options?: Find<Records[K]>,
  ): Awaitable<readonly Records[K][]>;
}

/** Keeps one tenant's records. Transactions behave as if they ran one after another. */
export interface Store {
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  isEmpty(): Promise<boolean>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

/** Makes the store of a tenant, empty or with what it kept. */
export type OpenStore = (tenantKey: string) => Store;

/** What work in a transaction may use: the records, the one instant it happens at, new ids, and the tenant's policy. */
export interface Unit {
  readonly tx: Tx;
  readonly now: Instant;
  readonly nextId: NextId;
  readonly policy: Policy;
}

/** A new id, such as `cdg_` followed by 21 letters and digits. */
export type NextId = (prefix: IdPrefix) => string;

export type IdPrefix =
  | "adn"
  | "bus"
  | "cde"
  | "cdb"
  | "cdg"
  | "cdl"
  | "cks"
  | "cps"
  | "cus"
  | "cwt"
  | "mtr"
  | "pay"
  | "pdt"
  | "sub"
  | "tsk"
  /** A bare UUID, which the vendor gives to a few things. */
  | "uuid";
