import { DomainError } from "./errors.js";

/** Flat key-value pairs that travel with a record. A `bigint` is a whole number beyond 2^53, which a `number` rounds. */
export type Metadata = Readonly<Record<string, string | number | boolean | bigint>>;

export interface MetadataLimits {
  readonly keyLengthMax: number;
  readonly keyPattern: RegExp;
  readonly rule: string;
}

const pairsMax = 50;
const valueLengthMax = 500;

/** @rule LED-19 general metadata: keys of at most 40 letters, digits, `-` and `_` */
export const generalMetadataLimits: MetadataLimits = {
  keyLengthMax: 40,
  keyPattern: /^[\w-]*$/,
  rule: "LED-19",
};

/** @rule EVT-15 metadata of events: keys of at most 100 characters of any kind */
export const eventMetadataLimits: MetadataLimits = {
  keyLengthMax: 100,
  keyPattern: /^/,
  rule: "EVT-15",
};

/**
 * Checks the size of metadata: at most 50 pairs, keys within the limits, text values up to 500 characters.
 *
 * @param where how to name it in a message, for example `` `events[3].metadata` ``
 * @throws DomainError metadata-too-large (too many pairs), metadata-invalid (a key or value too long)
 */
export function checkMetadata(metadata: Metadata, limits: MetadataLimits, where: string): void {
  const count = Object.keys(metadata).length;
  if (count > pairsMax) {
    throw new DomainError("metadata-too-large", limits.rule, {
      message: `${where} has ${count} pairs but at most ${pairsMax} are allowed; merge or drop some`,
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (isLonger(key, limits.keyLengthMax)) {
      throw new DomainError("metadata-invalid", limits.rule, {
        message: `${where} has the key "${key.slice(0, 60)}…" of ${[...key].length} characters but keys have at most ${limits.keyLengthMax}; shorten it`,
      });
    }
    if (!limits.keyPattern.test(key)) {
      throw new DomainError("metadata-invalid", limits.rule, {
        message: `${where} has the key ${JSON.stringify(key)} but keys consist of letters, digits, - and _; rename it`,
      });
    }
    if (typeof value === "string" && isLonger(value, valueLengthMax)) {
      throw new DomainError("metadata-invalid", limits.rule, {
        message: `${where}.${key} has ${[...value].length} characters but values have at most ${valueLengthMax}; shorten it`,
      });
    }
  }
}

/** Whether two have the same pairs, in whatever order. */
export const isSameMetadata = (one: Metadata, other: Metadata): boolean => {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  );
};

/** Whether text has more characters than that. One outside the basic plane takes two places but counts once. */
const isLonger = (text: string, lengthMax: number): boolean =>
  text.length > lengthMax && [...text].length > lengthMax;
