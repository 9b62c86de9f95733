import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { handlers } from "@drawdown/mock-server/msw";
import { listen } from "@drawdown/mock-server/node";
import { setupServer } from "msw/node";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { liveQuarter, quarter } from "./quarter.js";
import { serveSite } from "./site.js";

/** One quarter gives the same answers, ledgers, events and ids, byte for byte, wherever it is lived. */

let expected: string;
let site: Server;

beforeAll(async () => {
  const { fetch } = createSandbox(quarter);
  expected = await liveQuarter({ fetch, baseURL: "http://sandbox.test" });
  site = await serveSite();
});

afterAll(() => {
  site.close();
  site.closeAllConnections();
});

interface Entry {
  readonly created_at: string;
  readonly transaction_type: string;
  readonly is_credit: boolean;
  readonly amount: string;
  readonly balance_after: string;
  readonly overage_after: string;
}

/** `01-01 credit_added +200.00 = 200.00, overage 0.00` */
const line = (it: Entry): string =>
  `${it.created_at.slice(5, 10)} ${it.transaction_type} ${it.is_credit ? "+" : "-"}${it.amount} = ${it.balance_after}, overage ${it.overage_after}`;

test("a quarter in this process is what it says", () => {
  const told = JSON.parse(expected);
  expect(told.tokens.ledger.map(line)).toEqual([
    "01-01 credit_added +200.00 = 200.00, overage 0.00",
    "01-01 credit_deducted -160.12 = 39.88, overage 0.00",
    "01-01 credit_deducted -39.88 = 0.00, overage 0.00",
    "01-01 overage_charged -35.12 = 0.00, overage 35.12",
    "02-01 overage_reset -35.12 = 0.00, overage 0.00",
    "02-01 credit_added +200.00 = 200.00, overage 0.00",
    "02-01 credit_added +0.75 = 200.75, overage 0.00",
    "02-01 credit_deducted -25.00 = 175.75, overage 0.00",
    "02-10 credit_expired -0.75 = 175.00, overage 0.00",
    "03-01 credit_rolled_over -87.50 = 87.50, overage 0.00",
    "03-01 credit_rolled_over +87.50 = 175.00, overage 0.00",
    "03-01 credit_expired -87.50 = 87.50, overage 0.00",
    "03-01 credit_added +200.00 = 287.50, overage 0.00",
    "04-01 credit_added +200.00 = 487.50, overage 0.00",
  ]);
  expect(told.images.ledger.map(line)).toEqual([
    "01-01 credit_added +30 = 30, overage 0",
    "01-01 credit_deducted -12 = 18, overage 0",
    "02-15 credit_expired -18 = 0, overage 0",
  ]);
  expect(told.audit).toEqual({ accounts: 2, entries: 17, differences: [] });
  const typesOf = (list: readonly { readonly type: string }[]) => list.map((it) => it.type);
  expect(typesOf(told.events)).toHaveLength(29);
  expect(
    told.deliveries.map((it: { attempts: { verified: string }[] }) => it.attempts[0]?.verified),
  ).toEqual(typesOf(told.events));
});

test("a quarter over Express is the same", async () => {
  const { url, server } = await listen(createSandbox(quarter), { port: 0, host: "127.0.0.1" });
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  const lived = await liveQuarter({ fetch: (to, init) => fetch(to, init), baseURL: url });
  expect(lived).toBe(expected);
});

test("a quarter over MSW in Node is the same", async () => {
  const server = setupServer(...handlers(createSandbox(quarter)));
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => server.close());
  const lived = await liveQuarter({
    fetch: (to, init) => fetch(to, init),
    baseURL: "https://test.dodopayments.com",
  });
  expect(lived).toBe(expected);
});

async function openSite(page: Page): Promise<void> {
  const { port } = site.address() as AddressInfo; // a listening server has an address
  await page.goto(`http://127.0.0.1:${port}/`);
}

browserTest("a quarter in a page of Chromium is the same", async (page) => {
  await openSite(page);
  expect(await page.evaluate("inPage.inProcess()")).toBe(expected);
});

browserTest("a quarter over MSW in Chromium is the same", async (page) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).host));
  await openSite(page);
  expect(await page.evaluate("inPage.overMsw()")).toBe(expected);
  expect(asked).toContain("test.dodopayments.com");
});
