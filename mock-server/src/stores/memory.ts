import type { Find, Store, Tx } from "../sandbox/ports.js";
import { type Index, type IndexOf, type Kind, type Records, tables } from "../sandbox/tables.js";
import { SegmentedMap } from "./segmented-map.js";
import { SortedList } from "./sorted-list.js";

type AnyRecord = { readonly id: string };

/** A record with its place among those that tie. The object stays while the record inside is replaced. */
interface Row {
  readonly sequence: number;
  record: AnyRecord;
}

interface Undo {
  readonly table: Table;
  readonly id: string;
  /** What was there before; `undefined`: nothing. */
  readonly row: Row | undefined;
  readonly record: AnyRecord | undefined;
}

/** Keeps records in memory. Transactions run one after another; one that throws is undone record by record. */
export function memoryStore(): Store {
  let kinds = newTables();
  let tail: Promise<unknown> = Promise.resolve();

  const attempt = async <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => {
    const tx = new MemoryTx(kinds);
    try {
      return await work(tx);
    } catch (error) {
      tx.rollback();
      throw error;
    }
  };

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = tail.then(work);
    tail = result.then(ignore, ignore);
    return result;
  };

  return {
    transaction: (work) => inTurn(() => attempt(work)),
    isEmpty: async (except = []) =>
      Object.entries(kinds).every(
        ([kind, table]) => table.size === 0 || except.some((it) => it === kind),
      ),
    // What came before must not go on in the tables that follow.
    clear: () =>
      inTurn(async () => {
        kinds = newTables();
      }),
  };
}

const ignore = () => {};

const newTables = () =>
  // Object.fromEntries widens the keys; each is one of Kind because `tables` has exactly those.
  Object.fromEntries(
    Object.entries(tables).map(([kind, indexes]) => [kind, new Table(indexes as Indexes)]),
  ) as Record<Kind, Table>;

type Indexes = { readonly [name: string]: Index<AnyRecord> };

/**
 * One transaction. The port is generic by kind, the tables are not: each holds the records of one kind, which its
 * indexes were declared for. The casts are where the two meet.
 */
class MemoryTx implements Tx {
  readonly #undo: Undo[] = [];

  constructor(private readonly kinds: Record<Kind, Table>) {}

  get<K extends Kind>(kind: K, id: string) {
    return this.kinds[kind].get(id) as Records[K] | undefined;
  }

  put<K extends Kind>(kind: K, record: Records[K]): void {
    this.#undo.push(this.kinds[kind].put(record));
  }

  delete(kind: Kind, id: string): void {
    this.#undo.push(this.kinds[kind].delete(id));
  }

  find<K extends Kind>(kind: K, index: IndexOf<K>, key: string, options?: Find<Records[K]>) {
    const found = this.kinds[kind].find(index, key, options as Find<AnyRecord>);
    return found as unknown as readonly Records[K][];
  }

  rollback(): void {
    for (const step of this.#undo.reverse()) step.table.revert(step);
  }
}

/** The records of one kind and its indexes, each a sorted list of rows per key. */
class Table {
  readonly #rows = new SegmentedMap<Row>();
  readonly #indexes: ReadonlyMap<string, SortedIndex>;
  #sequence = 0;

  constructor(indexes: Indexes) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, index]) => [name, new SortedIndex(index)]),
    );
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): AnyRecord | undefined {
    return this.#rows.get(id)?.record;
  }

  find(name: string, key: string, options: Find<AnyRecord> = {}): readonly AnyRecord[] {
    return this.#indexes.get(name)?.find(key, options) ?? [];
  }

  put(record: AnyRecord): Undo {
    const { id } = record;
    const row = this.#rows.get(id);
    const undo: Undo = { table: this, id, row, record: row?.record };
    if (row) this.#replace(row, record);
    else this.#insert({ sequence: this.#sequence++, record });
    return undo;
  }

  delete(id: string): Undo {
    const row = this.#rows.get(id);
    if (row) this.#remove(row);
    return { table: this, id, row, record: row?.record };
  }

  revert({ id, row, record }: Undo): void {
    const present = this.#rows.get(id);
    if (row && record) {
      if (present) this.#replace(present, record);
      else this.#insert(row);
    } else if (present) this.#remove(present);
  }

  #insert(row: Row): void {
    this.#rows.set(row.record.id, row);
    for (const index of this.#indexes.values()) index.insert(row);
  }

  #remove(row: Row): void {
    for (const index of this.#indexes.values()) index.remove(row);
    this.#rows.delete(row.record.id);
  }

  #replace(row: Row, record: AnyRecord): void {
    for (const index of this.#indexes.values()) index.replace(row, record);
    row.record = record;
  }
}

class SortedIndex {
  readonly #groups = new SegmentedMap<SortedList<Row>>();
  readonly #keyOf: (record: AnyRecord) => string | undefined;
  readonly #order: readonly (keyof AnyRecord)[];
  readonly #compare = (a: Row, b: Row): number => compareBy(this.#order, a, b);

  constructor(index: Index<AnyRecord>) {
    this.#keyOf = index.keyOf;
    this.#order = index.order;
  }

  insert(row: Row): void {
    const key = this.#keyOf(row.record);
    if (key === undefined) return;
    const group = this.#groups.get(key);
    if (group) group.insert(row);
    else this.#groups.set(key, new SortedList(row, this.#compare));
  }

  remove(row: Row): void {
    const key = this.#keyOf(row.record);
    const group = key === undefined ? undefined : this.#groups.get(key);
    if (key === undefined || !group) return;
    group.remove(row);
    if (group.length === 0) this.#groups.delete(key);
  }

  /** Called before the row takes the new record; moves it only when its group or its sort fields change. */
  replace(row: Row, record: AnyRecord): void {
    const next: Row = { sequence: row.sequence, record };
    const stays = this.#keyOf(row.record) === this.#keyOf(record) && this.#compare(row, next) === 0;
    if (stays) return;
    this.remove(row);
    const previous = row.record;
    row.record = record;
    this.insert(row);
    row.record = previous;
  }

  find(key: string, options: Find<AnyRecord>): readonly AnyRecord[] {
    const {
      descending = false,
      offset = 0,
      limit = Number.POSITIVE_INFINITY,
      from,
      where,
    } = options;
    const group = this.#groups.get(key);
    const found: AnyRecord[] = [];
    if (!group || limit === 0) return found;
    const below = from === undefined ? 0 : this.#countBelow(group, from);
    // Only rows that a condition may reject have to be looked at to be passed over.
    let toPass = where ? offset : 0;
    const skipped = offset - toPass + (descending ? 0 : below);
    let left = group.length - skipped - (descending ? below : 0);
    if (left <= 0) return found;
    group.visit(descending, skipped, ({ record }) => {
      left -= 1;
      if (!where || where(record)) {
        if (toPass > 0) toPass -= 1;
        else found.push(record);
      }
      return left > 0 && found.length < limit;
    });
    return found;
  }

  /** How many rows have a first sort field below the bound. */
  #countBelow(group: SortedList<Row>, bound: number | string): number {
    const [field = "id"] = this.#order;
    return group.countFirst(({ record }) => {
      const value: number | string = record[field]; // text only by the type of AnyRecord
      return value < bound;
    });
  }
}

/** Field by field, null last; rows that tie in the order they were first put. */
function compareBy(order: readonly (keyof AnyRecord)[], a: Row, b: Row): number {
  for (const field of order) {
    const [left, right] = [a.record[field], b.record[field]];
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -1 : 1;
  }
  return a.sequence - b.sequence;
}
