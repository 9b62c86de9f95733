import { firstPage, iterable, type Page, type PageQuery, pageOf } from "../page.js";

/**
 * A list on its way: awaited it is the first page, iterated it is every item of every page.
 *
 * @deprecated Use the lists of the client itself.
 */
export type LegacyPagePromise<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/** Reads a list by pages, from the page asked for, or else page 0. */
export function paginate<Item>(
  query: Partial<PageQuery> | null | undefined,
  read: (page: PageQuery) => Promise<{ readonly items: Item[] }>,
): LegacyPagePromise<Item> {
  const first = firstPage(query);
  return iterable(read(first).then(pageOf(first, read)));
}
