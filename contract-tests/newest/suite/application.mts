import { createSandbox, type Sandbox } from "@drawdown/mock-server";
import { sandboxApp } from "@drawdown/mock-server/express";
import { handlers } from "@drawdown/mock-server/msw";
import { listen } from "@drawdown/mock-server/node";
import { test as playwrightTest } from "@drawdown/mock-server/playwright";
import { expect, test } from "@drawdown/mock-server/vitest";
import DodoPayments from "@drawdown/sdk";
import express from "express";
import { setupServer } from "msw/node";

/** Nothing of this is run: the newest compiler has to find its types in agreement with the newest of all. */

const sandbox: Sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
setupServer(...handlers(sandbox));
express().use("/billing", sandboxApp(sandbox));
export const { url }: { readonly url: string } = await listen(sandbox, { port: 0, host: "::1" });

test("types", async ({ tenant }) => {
  const key: string = tenant.key;
  const client = new DodoPayments({ bearerToken: key, baseURL: tenant.baseURL });
  // @ts-expect-error an amount is text
  const rounded: number = (await client.customers.list()).items[0]?.email;
  expect([rounded]).toHaveLedger("");
});
playwrightTest("types", async ({ tenant }) => {
  const key: string = tenant.key;
  expect(key).toBe("");
});
