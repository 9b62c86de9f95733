import type DodoPayments from "dodopayments";
import type { Case } from "../case.js";
import type { Answer } from "../recorder.js";

/** Lists, read page by page. */

const page = (...ids: readonly string[]): Answer => ({
  body: { items: ids.map((id) => ({ id })) },
});
const ids = async (list: AsyncIterable<{ id: string }>) => {
  const found: string[] = [];
  for await (const { id } of list) found.push(id);
  return found;
};
const endpoints = (iterator: string | null, done: boolean, ...ids: readonly string[]): Answer => ({
  body: { data: ids.map((id) => ({ id })), iterator, prev_iterator: null, done },
});
const asked = (...numbers: readonly (string | undefined)[]) => ({
  requests: numbers.map((page_number) =>
    page_number ? { query: { page_number } } : { query: {} },
  ),
});
const meters = (it: DodoPayments, query = {}) => it.meters.list({ page_size: 2, ...query });

export const paging: readonly Case[] = [
  {
    name: "a list from page 0 is read to its empty page",
    answers: [page("a", "b"), page("c", "d"), page()],
    call: (it) => ids(meters(it, { page_number: 0 })),
  },
  {
    name: "a list from a later page",
    answers: [page("a", "b"), page()],
    call: (it) => ids(meters(it, { page_number: 3 })),
  },
  {
    name: "a list without page_number",
    answers: [page("a", "b"), page("c", "d"), page()],
    differs: {
      by: "second-page",
      official: asked(undefined, "2", "3"),
      ours: asked("0", "1", "2"),
    },
    call: (it) => ids(meters(it)),
  },
  {
    name: "a short page",
    answers: [page("a"), page()],
    differs: { by: "short-pages", official: asked("0", "1"), ours: asked("0") },
    call: (it) => ids(meters(it, { page_number: 0 })),
  },
  {
    name: "an empty list",
    answers: [page()],
    call: (it) => ids(meters(it, { page_number: 0 })),
  },
  {
    name: "pages one after the other",
    answers: [page("a", "b"), page("c", "d"), page()],
    call: async (it) => {
      const first = await meters(it, { page_number: 0 });
      const second = await first.getNextPage();
      return [first.items, first.hasNextPage(), second.items, second.hasNextPage()];
    },
  },
  {
    name: "iterPages goes through the pages",
    answers: [page("a", "b"), page("c", "d"), page()],
    call: async (it) => {
      const sizes: number[] = [];
      const first = await meters(it, { page_number: 0 });
      for await (const { items } of first.iterPages()) sizes.push(items.length);
      return sizes;
    },
  },
  {
    name: "a page without a next one refuses to read it",
    answers: [page()],
    differs: {
      by: "no-next-page",
      official: asked("0", "1"),
      ours: { ...asked("0"), error: { class: "DodoPaymentsError" } },
    },
    call: async (it) => (await meters(it, { page_number: 0 })).getNextPage(),
  },
  {
    name: "options and query go along to every page",
    answers: [page("a", "b"), page()],
    call: (it) =>
      ids(
        it.meters.list(
          { page_size: 2, page_number: 0, archived: true },
          { headers: { "x-team": "billing" } },
        ),
      ),
  },
  {
    name: "a failing page ends the loop with its error",
    answers: [page("a", "b"), { status: 404, body: { code: "GONE", message: "Gone." } }],
    call: (it) => ids(meters(it, { page_number: 0 })),
  },
  {
    name: "a loop can be left",
    answers: [page("a", "b")],
    call: async (it) => {
      for await (const { id } of meters(it, { page_number: 0 })) if (id === "a") return id;
      return null;
    },
  },
  {
    name: "a list by cursor is followed to its end",
    answers: [endpoints("i1", false, "a", "b"), endpoints("i2", false, "c"), endpoints(null, true)],
    call: (it) => ids(it.webhooks.list({ limit: 2 })),
  },
  {
    name: "a cursor on the page that is done",
    answers: [endpoints("i1", true, "a"), endpoints("i2", true)],
    differs: { by: "done-pages", official: { requests: [{}, {}] }, ours: { requests: [{}] } },
    call: (it) => ids(it.webhooks.list()),
  },
  {
    name: "a first page can be had with its answer",
    answers: [page("a", "b")],
    call: async (it) => {
      const { data, response } = await meters(it, { page_number: 0 }).withResponse();
      return [data.items, data.hasNextPage(), response.status];
    },
  },
];
