import { noNextPage, type Page, type PagePromise, pagesFrom } from "../page.js";

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
  query: Partial<LogQuery> | null | undefined,
  read: (query: LogQuery) => Promise<{ readonly items: Item[] }>,
): PagePromise<Item> {
  const { after, limit = limitDefault } = query ?? {};
  const first = pageAfter(after, limit, read);
  return Object.assign(first, { [Symbol.asyncIterator]: () => itemsFrom(first) });
}

async function pageAfter<Item extends { readonly id: string }>(
  after: string | undefined,
  limit: number,
  read: (query: LogQuery) => Promise<{ readonly items: Item[] }>,
): Promise<Page<Item>> {
  const { items } = await read(after === undefined ? { limit } : { after, limit });
  const last = items.length < limit ? undefined : items.at(-1);
  const page: Page<Item> = {
    items,
    hasNextPage: () => last !== undefined,
    async getNextPage() {
      if (!last) throw noNextPage();
      return pageAfter(last.id, limit, read);
    },
    iterPages: () => pagesFrom(page),
    [Symbol.asyncIterator]: () => itemsFrom(page),
  };
  return page;
}

async function* itemsFrom<Item>(
  first: Page<Item> | Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  for await (const page of pagesFrom(await first)) yield* page.items;
}
