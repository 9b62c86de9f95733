import type { APIPromise } from "./api-promise.js";
import { Linked } from "./page.js";

/** One page of a list whose pages lead to one another. Iterating it goes on through the pages after it. */
export type CursorPage<Item> = Linked<Item> & {
  readonly data: Item[];
  /** Leads to the next page, as `iterator` of a list call; empty when the server names none. */
  readonly iterator: string;
  /** Whether the server says that this is the last page. */
  readonly done: boolean;
};

/**
 * A list on its way: awaited it is the first page, iterated it is every item of every page.
 *
 * @example
 * const { data } = await client.webhooks.list();
 * for await (const endpoint of client.webhooks.list()) console.log(endpoint.url);
 */
export type CursorPagePromise<Item> = APIPromise<CursorPage<Item>> & AsyncIterable<Item>;

/** What a list operation answers. */
export interface CursorAnswer<Item> {
  readonly data: Item[];
  readonly iterator?: string | null;
  readonly done: boolean;
}

/** Makes a page of an answer. `read` reads the page that a cursor leads to. */
export const cursorPageOf =
  <Item>(read: (cursor: { readonly iterator: string }) => PromiseLike<CursorAnswer<Item>>) =>
  ({ data, done, ...answer }: CursorAnswer<Item>): CursorPage<Item> => {
    const iterator = answer.iterator ?? "";
    const isLast = done || iterator === "" || data.length === 0;
    const next = isLast ? undefined : () => read({ iterator }).then(cursorPageOf(read));
    return Object.assign(new Linked(data, next), { data, iterator, done });
  };
