import { DodoPaymentsError } from "./errors.js";

/** The server's own default, sent all the same: whether a page is short depends on it. */
const pageSizeDefault = 10;

/** Which page: `page_number` counts from 0, `page_size` is at most 100. */
export interface PageQuery {
  readonly page_number: number;
  readonly page_size: number;
}

/** One page of a list. Iterating it goes on through the pages after it. */
export interface Page<Item> extends AsyncIterable<Item> {
  readonly items: Item[];
  /** False once a page is shorter than `page_size`. */
  hasNextPage(): boolean;
  /** Rejects with a `DodoPaymentsError` when there is no next page. */
  getNextPage(): Promise<Page<Item>>;
  /** This page and every page after it. */
  iterPages(): AsyncGenerator<Page<Item>, void>;
}

/**
 * A list on its way: awaited it is the first page, iterated it is every item of every page.
 *
 * @example
 * const { items } = await client.meters.list();
 * for await (const meter of client.meters.list()) console.log(meter.name);
 */
export type PagePromise<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/**
 * Reads a list by pages, from the page asked for, or else page 0. Items added or removed meanwhile shift the pages
 * that are still to come, so one may be seen twice.
 */
export function paginate<Item>(
  query: Partial<PageQuery> | null | undefined,
  read: (page: PageQuery) => Promise<{ readonly items: Item[] }>,
): PagePromise<Item> {
  const first = pageAt(query?.page_number ?? 0, query?.page_size ?? pageSizeDefault, read);
  return Object.assign(first, { [Symbol.asyncIterator]: () => itemsFrom(first) });
}

async function pageAt<Item>(
  number: number,
  size: number,
  read: (page: PageQuery) => Promise<{ readonly items: Item[] }>,
): Promise<Page<Item>> {
  const { items } = await read({ page_number: number, page_size: size });
  // A page of size 0 is never short; it is the last one all the same.
  const isLast = items.length === 0 || items.length < size;
  const page: Page<Item> = {
    items,
    hasNextPage: () => !isLast,
    async getNextPage() {
      if (isLast) throw noNextPage();
      return pageAt(number + 1, size, read);
    },
    iterPages: () => pagesFrom(page),
    [Symbol.asyncIterator]: () => itemsFrom(page),
  };
  return page;
}

export const noNextPage = (): DodoPaymentsError =>
  new DodoPaymentsError("This is the last page: ask hasNextPage() before the next.");

/** What leads from one page to the next, whatever the pages hold. */
interface Linked<Self> {
  hasNextPage(): boolean;
  getNextPage(): Promise<Self>;
}

/** A page and every page after it. */
export async function* pagesFrom<Each extends Linked<Each>>(
  first: Each,
): AsyncGenerator<Each, void> {
  let page = first;
  yield page;
  while (page.hasNextPage()) {
    page = await page.getNextPage();
    yield page;
  }
}

async function* itemsFrom<Item>(
  first: Page<Item> | Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  for await (const page of pagesFrom(await first)) yield* page.items;
}
