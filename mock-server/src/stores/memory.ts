import { comparatorOf, type Fields } from "../domain/order.js";
import type { Index, Kind, Stored } from "../sandbox/kinds.js";
import type { Find, Store, Tx } from "../sandbox/ports.js";
import { SegmentedMap } from "./segmented-map.js";
import { SortedList } from "./sorted-list.js";

/** A record with its place among those that tie. The object stays while the record inside is replaced. */
interface Row {
  readonly sequence: number;
  record: Stored;
}

interface Undo {
  readonly table: Table;
  readonly id: string;
  /** What was there before; `undefined`: nothing. */
  readonly row: Row | undefined;
  readonly record: Stored | undefined;
}

/** Keeps records in memory. Transactions run one after another; one that throws is undone record by record. */
export function memoryStore(): Store {
  let tables: Tables = new Map();
  let tail: Promise<unknown> = Promise.resolve();

  const attempt = async <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => {
    const tx = new MemoryTx(tables);
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
      [...tables].every(
        ([name, table]) => table.size === 0 || except.some((it) => it.name === name),
      ),
    // What came before must not go on in the tables that follow.
    clear: () =>
      inTurn(async () => {
        tables = new Map();
      }),
  };
}

const ignore = () => {};

/** By the name of their kind; made when a kind is first met. */
type Tables = Map<string, Table>;

/**
 * One transaction. The port is generic by kind, the tables are not: each holds the records of one kind, which its
 * indexes were declared for. The casts are where the two meet.
 */
class MemoryTx implements Tx {
  readonly #undo: Undo[] = [];

  constructor(private readonly tables: Tables) {}

  get<Record extends Stored>(kind: Kind<Record>, id: string) {
    return this.#tableOf(kind).get(id) as Record | undefined;
  }

  put<Record extends Stored>(kind: Kind<Record>, record: NoInfer<Record>): void {
    this.#undo.push(this.#tableOf(kind).put(record));
  }

  delete(kind: Kind, id: string): void {
    this.#undo.push(this.#tableOf(kind).delete(id));
  }

  find<Record extends Stored, IndexName extends string>(
    kind: Kind<Record, IndexName>,
    index: NoInfer<IndexName>,
    key: string,
    options?: Find<NoInfer<Record>>,
  ) {
    const found = this.#tableOf(kind).find(index, key, options as Find<Stored>);
    return found as readonly Record[];
  }

  #tableOf(kind: Kind): Table {
    const known = this.tables.get(kind.name);
    if (known) return known;
    const table = new Table(kind.indexes);
    this.tables.set(kind.name, table);
    return table;
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

  constructor(indexes: Kind["indexes"]) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, index]) => [name, new SortedIndex(index)]),
    );
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Stored | undefined {
    return this.#rows.get(id)?.record;
  }

  find(name: string, key: string, options: Find<Stored> = {}): readonly Stored[] {
    return this.#indexes.get(name)?.find(key, options) ?? [];
  }

  put(record: Stored): Undo {
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

  #replace(row: Row, record: Stored): void {
    for (const index of this.#indexes.values()) index.replace(row, record);
    row.record = record;
  }
}

class SortedIndex {
  readonly #groups = new SegmentedMap<SortedList<Row>>();
  readonly #keyOf: (record: Stored) => string | undefined;
  /** By the order of the index; rows that tie in the order they were first put. */
  readonly #compare: (a: Row, b: Row) => number;
  /** First field of the order; the id where there is none. */
  readonly #firstField: string;

  constructor({ keyOf, order }: Index<Stored>) {
    const compare = comparatorOf(order);
    this.#keyOf = keyOf;
    // Whatever a record holds, an order reads its fields by name.
    const fields = ({ record }: Row) => record as unknown as Fields;
    this.#compare = (a, b) => compare(fields(a), fields(b)) || a.sequence - b.sequence;
    const [first] = order;
    this.#firstField = typeof first === "object" ? first.by : (first ?? "id");
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
  replace(row: Row, record: Stored): void {
    const next: Row = { sequence: row.sequence, record };
    const stays = this.#keyOf(row.record) === this.#keyOf(record) && this.#compare(row, next) === 0;
    if (stays) return;
    this.remove(row);
    const previous = row.record;
    row.record = record;
    this.insert(row);
    row.record = previous;
  }

  find(key: string, options: Find<Stored>): readonly Stored[] {
    const {
      descending = false,
      offset = 0,
      limit = Number.POSITIVE_INFINITY,
      from,
      where,
    } = options;
    const group = this.#groups.get(key);
    const found: Stored[] = [];
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
    return group.countFirst(({ record }) => {
      const value: number | string = Reflect.get(record, this.#firstField); // what a bound is for
      return value < bound;
    });
  }
}
