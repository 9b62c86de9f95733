import type { APIPromise } from "../api-promise.js";
import { iterable, Linked, type Page, type PagePromise } from "../page.js";

/** The server's own default, sent all the same: whether a page is short depends on it. */
const limitDefault = 100;

/** Which part of a log: what came after an id, so many at most. */
export interface LogQuery {
  readonly after?: string;
  readonly limit: number;
}

/**
 * Reads a log, oldest first, page by page, each from the last id of the one before. What is added meanwhile is read
 * too, and nothing twice.
 */
export function readLog<Item extends { readonly id: string }>(
  { limit = limitDefault, ...query }: Partial<LogQuery>,
  read: (query: LogQuery) => APIPromise<{ readonly items: Item[] }>,
): PagePromise<Item> {
  return iterable(read({ ...query, limit }).map(pageAfter(limit, read)));
}

const pageAfter =
  <Item extends { readonly id: string }>(
    limit: number,
    read: (query: LogQuery) => APIPromise<{ readonly items: Item[] }>,
  ) =>
  ({ items }: { readonly items: Item[] }): Page<Item> => {
    const last = items.length < limit ? undefined : items.at(-1);
    const next = last && (() => read({ after: last.id, limit }).then(pageAfter(limit, read)));
    return Object.assign(new Linked(items, next), { items });
  };
