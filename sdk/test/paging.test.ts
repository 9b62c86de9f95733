import { describe, expect, test } from "vitest";
import { DodoPaymentsError } from "../src/index.js";
import { answer, type Step, scripted } from "./script.js";

const names = Array.from({ length: 25 }, (_, index) => ({ id: `mtr_${index}` }));

/** A list of `names.length` items, served in pages as the API does. */
const serve: Step = (request) => {
  const query = new URL(request.url).searchParams;
  const size = Number(query.get("page_size") ?? 10);
  const from = Number(query.get("page_number") ?? 0) * size;
  return Response.json({ items: names.slice(from, from + size) });
};
const serving = () => scripted(Array(9).fill(serve));

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const seen: Item[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

describe("iterating a list", () => {
  test("starts at page 0, skips nothing, and stops after the first short page", async () => {
    const { client, sent } = serving();
    expect(await all(client.meters.list())).toEqual(names);
    expect(sent.map((it) => it.line)).toEqual([
      "GET /meters?page_number=0&page_size=10",
      "GET /meters?page_number=1&page_size=10",
      "GET /meters?page_number=2&page_size=10",
    ]);
  });

  test("goes on from a query among the options, which is in place of its own", async () => {
    const { client, sent } = serving();
    const options = { query: { page_number: 1, page_size: 20 } };
    expect(await all(client.meters.list({ archived: true }, options))).toEqual(names.slice(20));
    expect(sent.map((it) => it.line)).toEqual(["GET /meters?page_number=1&page_size=20"]);
    await all(client.meters.list(null, { query: { page_size: 20 } }));
    expect(sent.slice(1).map((it) => it.line)).toEqual([
      "GET /meters?page_size=20&page_number=0",
      "GET /meters?page_size=20&page_number=1",
    ]);
  });

  test("starts at the page asked for and keeps the filters", async () => {
    const { client, sent } = serving();
    const query = { archived: true, page_number: 2, page_size: 8 };
    expect(await all(client.meters.list(query))).toEqual(names.slice(16));
    expect(sent.map((it) => it.line)).toEqual([
      "GET /meters?archived=true&page_number=2&page_size=8",
      "GET /meters?archived=true&page_number=3&page_size=8",
    ]);
  });

  test("asks once more when the last page is full, to see that it was", async () => {
    const { client, sent } = serving();
    expect(await all(client.meters.list({ page_size: 5 }))).toEqual(names);
    expect(sent).toHaveLength(6);
  });

  test("ends at once when pages hold nothing", async () => {
    const { client, sent } = serving();
    expect(await all(client.meters.list({ page_size: 0 }))).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  test("can be left early", async () => {
    const { client, sent } = serving();
    for await (const _ of client.meters.list()) break;
    expect(sent).toHaveLength(1);
  });

  test("passes on the error of a page", async () => {
    const { client } = scripted([serve, answer(401)]);
    await expect(all(client.meters.list())).rejects.toMatchObject({ status: 401 });
  });
});

describe("awaiting a list", () => {
  test("gives the first page, which leads to the others", async () => {
    const { client } = serving();
    const first = await client.meters.list({ page_size: 20 });
    expect([first.items, first.hasNextPage()]).toEqual([names.slice(0, 20), true]);
    const last = await first.getNextPage();
    expect([last.items, last.hasNextPage()]).toEqual([names.slice(20), false]);
    await expect(last.getNextPage()).rejects.toBeInstanceOf(DodoPaymentsError);
  });

  test("gives a page that can be iterated on, by item and by page", async () => {
    const { client } = serving();
    const page = await client.meters.list();
    expect(await all(page)).toEqual(names);
    expect((await all(page.iterPages())).map((it) => it.items.length)).toEqual([10, 10, 5]);
  });

  test("sends the call's options with every page", async () => {
    const { client, sent } = serving();
    await all(client.meters.list(null, { headers: { "x-trace": "7" } }));
    expect(sent.map((it) => it.headers.get("x-trace"))).toEqual(["7", "7", "7"]);
  });
});
