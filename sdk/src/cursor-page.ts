import { noNextPage, pagesFrom } from "./page.js";

/** One page of a list whose pages lead to one another. Iterating it goes on through the pages after it. */
export interface CursorPage<Item> extends AsyncIterable<Item> {
  readonly data: Item[];
  /** Leads to the next page, as `iterator` of a list call; empty when the server names none. */
  readonly iterator: string;
  /** Whether the server says that this is the last page. */
  readonly done: boolean;
  /** False once the server says that it is done, or gives nothing to go on with. */
  hasNextPage(): boolean;
  /** Rejects with a `DodoPaymentsError` when there is no next page. */
  getNextPage(): Promise<CursorPage<Item>>;
  /** This page and every page after it. */
  iterPages(): AsyncGenerator<CursorPage<Item>, void>;
}

/**
 * A list on its way: awaited it is the first page, iterated it is every item of every page.
 *
 * @example
 * const { data } = await client.webhooks.list();
 * for await (const endpoint of client.webhooks.list()) console.log(endpoint.url);
 */
export type CursorPagePromise<Item> = Promise<CursorPage<Item>> & AsyncIterable<Item>;

/** What a list operation answers. */
interface Answer<Item> {
  readonly data: Item[];
  readonly iterator?: string | null;
  readonly done: boolean;
}

/** Reads a list by cursor, from the page asked for. `read` gets the cursor of every page but the first. */
export function paginateByCursor<Item>(
  read: (cursor: { readonly iterator?: string }) => Promise<Answer<Item>>,
): CursorPagePromise<Item> {
  const first = pageAt({}, read);
  return Object.assign(first, { [Symbol.asyncIterator]: () => itemsFrom(first) });
}

async function pageAt<Item>(
  cursor: { readonly iterator?: string },
  read: (cursor: { readonly iterator?: string }) => Promise<Answer<Item>>,
): Promise<CursorPage<Item>> {
  const { data, done, ...answer } = await read(cursor);
  const iterator = answer.iterator ?? "";
  const isLast = done || iterator === "" || data.length === 0;
  const page: CursorPage<Item> = {
    data,
    iterator,
    done,
    hasNextPage: () => !isLast,
    async getNextPage() {
      if (isLast) throw noNextPage();
      return pageAt({ iterator }, read);
    },
    iterPages: () => pagesFrom(page),
    [Symbol.asyncIterator]: () => itemsFrom(page),
  };
  return page;
}

async function* itemsFrom<Item>(
  first: CursorPage<Item> | Promise<CursorPage<Item>>,
): AsyncGenerator<Item, void> {
  for await (const page of pagesFrom(await first)) yield* page.data;
}
