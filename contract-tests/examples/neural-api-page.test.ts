import type { Page } from "playwright-core";
import { expect } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { begin, freePort } from "./support/programs.js";
import { fromSources, nodeCommand } from "./support/readme.js";

/** `npm start` of the example on a port of its own, with a clock that stands still. */
async function start() {
  const port = String(await freePort());
  const when = ["--at", "2026-01-01T00:00:00Z", "--frozen"];
  const args = [...fromSources, "start.ts", "--port", port, ...when];
  const program = await begin(nodeCommand(args, "examples/neural-api"), /by.*P1M/);
  const [, key = ""] = /with the key (\w+)/.exec(program.said.out) ?? [];
  const [, sandbox = ""] = /The sandbox is at (\S+)/.exec(program.said.out) ?? [];
  return { ...program, key, sandbox, url: `http://127.0.0.1:${port}` };
}

/** Follows the link to the checkout and pays there; resolves when the customer is back. */
async function pay(page: Page, form: string): Promise<Page> {
  const link = page.locator(`${form} output a`);
  const [checkout] = await Promise.all([page.waitForEvent("popup"), link.click()]);
  await checkout.getByLabel("4242 4242 4242 4242").check();
  await checkout.getByRole("button", { name: "Pay", exact: true }).click();
  await checkout.waitForURL(/\?(subscribed|topup)=1(?:&|$)/);
  return checkout;
}

const name = "examples/neural-api: a person subscribes, asks, sees what is left and tops up";

browserTest(name, async (page) => {
  const { url, sandbox, key, said, stop } = await start();
  await page.goto(url);
  const press = (name: string) => page.getByRole("button", { name }).click();
  const shown = (selector: string) => page.locator(selector);
  const becomes = (selector: string, text: RegExp) =>
    shown(selector).filter({ hasText: text }).waitFor();

  await press("Refresh");
  await becomes("#balance output", /^Save a customer id first\.$/);

  await page.getByLabel("Plan").selectOption("pro");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Name").fill("Ada");
  await press("To the checkout");
  const back = await pay(page, "#subscribe");
  expect(await back.locator("#back").textContent()).toBe("Your plan is on its way.");

  const added = /\[credit\.added\] customer=(cus_\w+) amount=40000000/;
  await expect.poll(() => said.out).toMatch(added);
  await page.getByLabel("Customer id").fill(added.exec(said.out)?.[1] ?? "");
  await press("Save");
  await becomes("#customer output", /^Saved\.$/);
  await press("Refresh");
  await becomes("#tokens", /^40,000,000$/);

  await page.getByLabel("Prompt").fill("Tell me more in 1,000 tokens");
  await press("Generate");
  await becomes("#generate output", /1,014 tokens of gpt-5-mini$/);
  expect(await shown("#tokens").textContent()).toBe("40,000,000");
  const authorization = `Bearer ${key}`;
  await expect
    .poll(async () => {
      const run = { method: "POST", headers: { authorization } };
      return (await (await fetch(`${sandbox}/_sandbox/meters/run`, run)).json()).events;
    })
    .toBe(1);
  await press("Refresh");
  await becomes("#tokens", /^39,998,986$/);

  await press("Buy a pack");
  await pay(page, "#topup");
  await press("Refresh");
  await becomes("#tokens", /^44,998,986$/);
  expect(await shown("#details").textContent()).toBe(
    "tokens left, 0 beyond zero. Last movement: 2026-01-01 00:00 UTC.",
  );

  // Who comes back is still known, and what goes wrong is said.
  await page.reload();
  expect(await page.getByLabel("Customer id").inputValue()).toMatch(/^cus_/);
  await page.getByLabel("Customer id").fill("cus_nobody");
  await press("Save");
  await press("Refresh");
  await becomes("#balance output.bad", /^The balance could not be read$/);

  await stop();
  for (const it of [url, sandbox]) await expect(fetch(it)).rejects.toThrow("fetch failed");
});
