import type { AnyOrder, Order } from "../domain/order.js";
import type { Instant } from "../domain/time.js";

/** What a store keeps: an immutable record under an id; a change puts a new one under the same id. */
export interface Stored {
  readonly id: string;
}

/**
 * A way to look records up: `keyOf` names the group a record is in (`undefined`: none), `order` what sorts a group.
 * Records that tie stay in the order they were first put.
 */
export interface Index<Record extends Stored> {
  keyOf(record: Record): string | undefined;
  readonly order: AnyOrder;
}

/**
 * One kind of records, with the indexes its readers use. A kind is a value: a store keeps whatever kinds it is handed, and
 * knows no other rule.
 */
export interface Kind<Record extends Stored = Stored, IndexName extends string = string> {
  /** Unique in a sandbox. */
  readonly name: string;
  /** What callers call one of them, in messages. */
  readonly noun: string;
  readonly indexes: { readonly [Name in IndexName]: Index<Record> };
}

/** Indexes as they are declared: the fields of an order are those of the record. */
type Declared<Record extends Stored, IndexName extends string> = {
  readonly [Name in IndexName]: {
    readonly keyOf: (record: Record) => string | undefined;
    readonly order: Order<Record>;
  };
};

/**
 * Declares a kind.
 *
 * @param noun default: its name
 * @example
 * ```ts
 * const customers = kindOf<Customer>()("customer", { all: { keyOf: () => all, order: ["createdAt"] } });
 * ```
 */
export const kindOf =
  <Record extends Stored>() =>
  <IndexName extends string = never>(
    name: string,
    indexes: Declared<Record, IndexName>,
    noun: string = name,
  ): Kind<Record, IndexName> => ({ name, noun, indexes });

/** Key of an index that holds every record of its kind. */
export const all = "all";

/** A kind of work that is done later. */
export interface TaskKind {
  /** Unique in a sandbox. */
  readonly name: string;
  /** Order of work at one instant: lower goes first. */
  readonly rank: number;
}

/** Something that happens later: when, and to what. Rows of one instant run by rank, then in the order they were made. */
export interface Task {
  readonly id: string;
  readonly dueAt: Instant;
  readonly rank: number;
  /** Name of its kind. */
  readonly kind: string;
  readonly subjectId: string;
}

export const taskRecords = kindOf<Task>()("task", {
  due: { keyOf: () => all, order: ["dueAt", "rank"] },
});
