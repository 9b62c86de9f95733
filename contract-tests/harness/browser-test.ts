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
 *
 * @param expected what the browser says on its console when it keeps a page from something, as the test wants it to
 */
export function browserTest(
  name: string,
  body: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
  expected: RegExp = /(?!)/,
): void {
  chromiumTest(name, async () => {
    browser ??= launchChromium();
    const context = await (await browser).newContext(options);
    try {
      const page = await context.newPage();
      const errors = collectErrors(page, expected);
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

function collectErrors(page: Page, expected: RegExp): readonly string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() !== "error" || isRefusal(message) || expected.test(text)) return;
    errors.push(text);
  });
  return errors;
}

/** The browser reports every answer of 400 and above; the page is asked what it made of that. */
const isRefusal = (message: ConsoleMessage): boolean =>
  message.text().startsWith("Failed to load resource: the server responded with a status of");
