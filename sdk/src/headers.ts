type HeaderValue = string | null | undefined;

/** Headers by name, in any form that `fetch` takes, or as a record; `null` takes a default header away. */
export type HeadersLike =
  | Headers
  | readonly (readonly HeaderValue[])[]
  | Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>
  | null
  | undefined;

/**
 * A copy of `base` with later headers in place of earlier ones of the same name; `null` for a value removes it,
 * `undefined` does nothing.
 */
export function mergeHeaders(base: HeadersInit, ...sources: readonly HeadersLike[]): Headers {
  const merged = new Headers(base);
  for (const source of sources) {
    const named = source ?? {};
    const pairs = Symbol.iterator in named ? named : Object.entries(named);
    for (const [name, value] of pairs as Iterable<[string, HeaderValue | readonly HeaderValue[]]>) {
      if (value === undefined) continue;
      merged.delete(name);
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each != null) merged.append(name, each);
      }
    }
  }
  return merged;
}
