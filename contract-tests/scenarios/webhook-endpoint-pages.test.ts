import DodoPayments from "dodopayments";
import { expect } from "vitest";
import { at, listenTo } from "../harness/receiver.js";
import { httpScenario, scenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";
import { type Page, page, url } from "./support/webhook-endpoints.js";

const names = ({ data }: Pick<Page, "data">) => data.map((it) => it.description);

/** Endpoints named 1 to `count`, made in that order. */
async function several(world: World, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await listenTo(world, url, { description: String(number) });
  }
}

httpScenario("WHK-41 without endpoints the list is one empty page", async (world) => {
  expect(await page(world)).toMatchObject({
    data: [],
    iterator: null,
    prev_iterator: null,
    done: true,
  });
});

httpScenario("WHK-41 a page has the newest first, at most 50 unless asked", async (world) => {
  await several(world, 51);
  const first = await page(world);
  expect(names(first)).toEqual(Array.from({ length: 50 }, (_, i) => String(51 - i)));
  expect(first.done).toBe(false);
  const all = await page(world, { limit: 250 });
  expect(all.data).toHaveLength(51);
  expect(all).toMatchObject({ done: true, iterator: null });
});

scenario("WHK-41 limit and iterator out of bounds are refused", async (world) => {
  for (const query of [{ limit: 0 }, { limit: 251 }, { limit: "ten" }, { iterator: "nonsense" }]) {
    await world.refused(422, "listWebhooks", { query });
  }
});

httpScenario("PAG-08 iterator leads to the next page and back", async (world) => {
  await several(world, 5);
  const first = await page(world, { limit: 2 });
  expect(names(first)).toEqual(["5", "4"]);
  expect(first).toMatchObject({ done: false, prev_iterator: null });
  const second = await page(world, { limit: 2, iterator: String(first.iterator) });
  expect(names(second)).toEqual(["3", "2"]);
  expect(second.done).toBe(false);
  const last = await page(world, { limit: 2, iterator: String(second.iterator) });
  expect(names(last)).toEqual(["1"]);
  expect(last).toMatchObject({ done: true, iterator: null });
  expect(names(await page(world, { limit: 2, iterator: String(last.prev_iterator) }))).toEqual([
    "3",
    "2",
  ]);
  expect(names(await page(world, { limit: 2, iterator: String(second.prev_iterator) }))).toEqual([
    "5",
    "4",
  ]);
});

httpScenario("PAG-08 a page that just holds the rest is the last", async (world) => {
  await several(world, 4);
  const first = await page(world, { limit: 2 });
  const last = await page(world, { limit: 2, iterator: String(first.iterator) });
  expect(names(last)).toEqual(["2", "1"]);
  expect(last).toMatchObject({ done: true, iterator: null });
});

httpScenario("PAG-08 the official client walks through all pages", async (world) => {
  await several(world, 5);
  const client = new DodoPayments({
    bearerToken: world.key,
    baseURL: "http://sandbox.test",
    fetch: (target, init) => {
      const { pathname, search } = new URL(String(target));
      return world.raw(init?.method ?? "GET", pathname + search, init as RequestInit);
    },
  });
  const seen: string[] = [];
  for await (const { description } of client.webhooks.list({ limit: 2 })) seen.push(description);
  expect(seen).toEqual(["5", "4", "3", "2", "1"]);
});

httpScenario("WHK-41 a page goes on after an endpoint that was deleted since", async (world) => {
  await several(world, 5);
  const first = await page(world, { limit: 2 });
  const second = await page(world, { limit: 2, iterator: String(first.iterator) });
  expect(names(second)).toEqual(["3", "2"]);
  for (const it of [...first.data, ...second.data]) {
    if (it.description === "4" || it.description === "3") await world.ok("deleteWebhook", at(it));
  }
  expect(names(await page(world, { limit: 2, iterator: String(first.iterator) }))).toEqual([
    "2",
    "1",
  ]);
  expect(names(await page(world, { limit: 2, iterator: String(second.prev_iterator) }))).toEqual([
    "5",
    "2",
  ]);
  for (const it of second.data) if (it.description === "2") await world.ok("deleteWebhook", at(it));
  const last = await page(world, { limit: 2, iterator: String(second.iterator) });
  expect(names(last)).toEqual(["1"]);
  expect(last).toMatchObject({ done: true, iterator: null });
});
