import type { APIPromise } from "./api-promise.js";
import { DodoPaymentsError } from "./errors.js";

/** The server's own default, sent all the same: whether a page is short depends on it. */
const pageSizeDefault = 10;

/** Which page: `page_number` counts from 0, `page_size` is at most 100. */
export interface PageQuery {
  readonly page_number: number;
  readonly page_size: number;
}

/** A part of a list that leads to the parts after it. Iterating it goes on through all of them. */
export class Linked<Item> implements AsyncIterable<Item> {
  readonly #items: readonly Item[];
  readonly #next: (() => PromiseLike<unknown>) | undefined;

  /** @internal Made by the lists of the client. `next` is left out where the list ends. */
  constructor(items: readonly Item[], next: (() => PromiseLike<unknown>) | undefined) {
    this.#items = items;
    this.#next = next;
  }

  /**
   * False once the list has ended.
   *
   * @example
   * for (let page = await client.meters.list(); ; page = await page.getNextPage()) {
   *   console.log(page.items);
   *   if (!page.hasNextPage()) break;
   * }
   */
  hasNextPage(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Rejects with a `DodoPaymentsError` when there is no next page.
   *
   * @example
   * if (page.hasNextPage()) page = await page.getNextPage();
   */
  async getNextPage(): Promise<this> {
    if (!this.#next) {
      throw new DodoPaymentsError("There is no next page: ask hasNextPage() first.");
    }
    return (await this.#next()) as this; // lists link pages of their own kind
  }

  /**
   * This page and every page after it.
   *
   * @example
   * for await (const page of (await client.meters.list()).iterPages()) console.log(page.items.length);
   */
  async *iterPages(): AsyncGenerator<this, void> {
    let page = this;
    yield page;
    while (page.hasNextPage()) {
      page = await page.getNextPage();
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for await (const page of this.iterPages()) yield* page.#items;
  }
}

/** One page of a list; it is the last one when it is shorter than `page_size`. */
export type Page<Item> = Linked<Item> & { readonly items: Item[] };

/**
 * A list on its way: awaited it is the first page, iterated it is every item of every page.
 *
 * @example
 * const { items } = await client.meters.list();
 * for await (const meter of client.meters.list()) console.log(meter.name);
 */
export type PagePromise<Item> = APIPromise<Page<Item>> & AsyncIterable<Item>;

/** The page that a list begins with: the one asked for, or else page 0. */
export const firstPage = (query: Partial<PageQuery> | null | undefined): PageQuery => ({
  page_number: query?.page_number ?? 0,
  page_size: query?.page_size ?? pageSizeDefault,
});

/**
 * Makes a page of an answer. `read` reads the page after it. Items added or removed meanwhile shift the pages that are
 * still to come, so one may be seen twice.
 */
export const pageOf =
  <Item>(
    { page_number, page_size }: PageQuery,
    read: (page: PageQuery) => PromiseLike<{ readonly items: Item[] }>,
  ) =>
  ({ items }: { readonly items: Item[] }): Page<Item> => {
    const after = { page_number: page_number + 1, page_size };
    // A page of size 0 is never short; it is the last one all the same.
    const isLast = items.length === 0 || items.length < page_size;
    const next = isLast ? undefined : () => read(after).then(pageOf(after, read));
    return Object.assign(new Linked(items, next), { items });
  };

/** Lets a page on its way be iterated, through all the pages after it. */
export const iterable = <Promised extends PromiseLike<AsyncIterable<unknown>>>(
  page: Promised,
): Promised & AsyncIterable<ItemIn<Awaited<Promised>>> =>
  Object.assign(page, {
    async *[Symbol.asyncIterator](): AsyncGenerator<ItemIn<Awaited<Promised>>, void> {
      yield* (await page) as AsyncIterable<ItemIn<Awaited<Promised>>>;
    },
  });

type ItemIn<List> = List extends AsyncIterable<infer Item> ? Item : never;
