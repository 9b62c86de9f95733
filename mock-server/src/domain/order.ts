/** The fields of a record that have a name in text. */
type FieldOf<Record> = keyof Record & string;

/** A field to sort by. */
export interface SortKey<Field extends string = string> {
  readonly by: Field;
  /** Default: ascending. */
  readonly direction?: "ascending" | "descending";
  /** Where records without a value go, whatever the direction. Default: last. */
  readonly nulls?: "first" | "last";
}

/**
 * What records are sorted by: the first field that tells two of them apart decides. A name alone is that field ascending,
 * null last. It is data, so that a store can keep an index by it.
 *
 * @example
 * ```ts
 * const order: Order<Grant> = ["expiresAt", { by: "initial", direction: "descending" }];
 * ```
 */
export type Order<Record> = readonly (FieldOf<Record> | SortKey<FieldOf<Record>>)[];

/** An order of records of whatever type. */
export type AnyOrder = readonly (string | SortKey)[];

/** A record as what an order reads. */
export interface Fields {
  readonly [field: string]: unknown;
}

/** Numbers, texts, and exact numbers, which know how they compare. */
type Comparable = number | string | boolean | { comparedTo(other: unknown): number };

/** How two records compare by an order: negative, zero where it cannot tell them apart, positive. */
export function comparatorOf(order: AnyOrder): (a: Fields, b: Fields) => number {
  const keys = order.map((it) => {
    const { by, direction, nulls }: SortKey = typeof it === "string" ? { by: it } : it;
    return { by, sign: direction === "descending" ? -1 : 1, ofNull: nulls === "first" ? -1 : 1 };
  });
  return (a, b) => {
    for (const { by, sign, ofNull } of keys) {
      // What an order names can be compared, or is null.
      const [left, right] = [a[by], b[by]] as readonly [Comparable | null, Comparable | null];
      if (left === right) continue;
      if (left === null) return ofNull;
      if (right === null) return -ofNull;
      const compared = compareValues(left, right);
      if (compared !== 0) return sign * compared;
    }
    return 0;
  };
}

function compareValues(left: Comparable, right: Comparable): number {
  if (typeof left === "object") return left.comparedTo(right);
  return left < right ? -1 : left > right ? 1 : 0;
}
