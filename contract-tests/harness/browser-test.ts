import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { chromium, launchChromium } from "./chromium.js";

let browser: Promise<Browser> | undefined;

/** A test that needs a browser. Where none is to be had it is skipped, and its name says why. */
export function chromiumTest(name: string, body: (path: string) => Promise<void>): void {
  const why = "reason" in chromium ? ` (${chromium.reason})` : "";
  test.skipIf(why !== "")(`${name}${why}`, async () => {
    if ("path" in chromium) await body(chromium.path);
  });
}

/**
 * A test in a page of its own, in a browser that the file's tests share. An error in the page that nothing caught fails it.
 */
export function browserTest(
  name: string,
  body: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): void {
  chromiumTest(name, async () => {
    browser ??= launchChromium();
    const context = await (await browser).newContext(options);
    try {
      const page = await context.newPage();
      const errors = collectErrors(page);
      await body(page);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  });
}

afterAll(async () => {
  await (await browser)?.close();
});

function collectErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !isRefusal(message)) errors.push(message.text());
  });
  return errors;
}

/** The browser reports every answer of 400 and above; the page is asked what it made of that. */
const isRefusal = (message: ConsoleMessage): boolean =>
  message.text().startsWith("Failed to load resource: the server responded with a status of");
