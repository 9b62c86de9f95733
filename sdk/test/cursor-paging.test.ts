import { expect, test } from "vitest";
import { DodoPaymentsError } from "../src/index.js";
import { answer, scripted } from "./script.js";

const page = (ids: readonly string[], iterator: string | null, done: boolean) =>
  answer(200, { data: ids.map((id) => ({ id })), iterator, prev_iterator: null, done });

const pages = [page(["a", "b"], "after b", false), page(["c"], null, true)];

test("iterating follows the cursor to the end and keeps the limit and the headers", async () => {
  const { client, sent } = scripted(pages);
  const seen: string[] = [];
  for await (const { id } of client.webhooks.list({ limit: 2 }, { headers: { "x-trace": "7" } })) {
    seen.push(id);
  }
  expect(seen).toEqual(["a", "b", "c"]);
  expect(sent.map((it) => [it.line, it.headers.get("x-trace")])).toEqual([
    ["GET /webhooks?limit=2", "7"],
    ["GET /webhooks?limit=2&iterator=after%20b", "7"],
  ]);
});

test("awaiting gives the first page, which leads to the others", async () => {
  const { client } = scripted(pages);
  const first = await client.webhooks.list();
  expect(first).toMatchObject({
    data: [{ id: "a" }, { id: "b" }],
    iterator: "after b",
    done: false,
  });
  expect(first.hasNextPage()).toBe(true);
  const last = await first.getNextPage();
  expect(last).toMatchObject({ data: [{ id: "c" }], iterator: "", done: true });
  expect(last.hasNextPage()).toBe(false);
  await expect(last.getNextPage()).rejects.toBeInstanceOf(DodoPaymentsError);
});

test("a page can be iterated on, by item and by page", async () => {
  const first = await scripted(pages).client.webhooks.list();
  const items: string[] = [];
  for await (const { id } of first) items.push(id);
  expect(items).toEqual(["a", "b", "c"]);
  const again = await scripted(pages).client.webhooks.list();
  const sizes: number[] = [];
  for await (const { data } of again.iterPages()) sizes.push(data.length);
  expect(sizes).toEqual([2, 1]);
});

test.each([
  ["it is done, whatever the cursor", page(["a"], "after a", true)],
  ["there is no cursor, whatever it says of being done", page(["a"], null, false)],
  ["it holds nothing, whatever leads on", page([], "after nothing", false)],
])("a page is the last when %s", async (_, only) => {
  const { client, sent } = scripted([only]);
  for await (const _endpoint of client.webhooks.list());
  expect(sent).toHaveLength(1);
});

test("an endpoint is created again after a lost answer only under a key", async () => {
  const url = "https://app.example.com/webhooks";
  const once = scripted([answer(500)]);
  await expect(once.client.webhooks.create({ url })).rejects.toMatchObject({ status: 500 });
  const keyed = scripted([answer(500), answer(200, { id: "whk_1" })]);
  await keyed.client.webhooks.create({ url, idempotency_key: "setup" });
  expect([once.sent.length, keyed.sent.length]).toEqual([1, 2]);
});
