import type { Page } from "playwright-core";
import { beforeAll, expect } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { bundle } from "./bundle.js";
import { outcome, serve } from "./outcome.js";

/** The built client in a browser, where headers, bodies and errors are the browser's own. */

let url: string;

beforeAll(async () => {
  url = await serve();
});

const runs = async (page: Page) => {
  // The page of the sandbox itself, whose policy lets no script in, so the browser is told to look away.
  await page.goto(url);
  await page.addScriptTag({ content: await bundle({ conditions: ["browser"] }) });
  const options = JSON.stringify({ baseURL: url, bearerToken: "dodo_test_chromium" });
  // A secret that verifies webhooks has no place in a page, so no verifier is bundled for one.
  const refused = "not_in_browsers";
  expect(await page.evaluate(`program.run(${options})`)).toEqual({
    ...outcome,
    unwrap: { text: refused, bytes: refused, changed: refused },
  });
};

browserTest("Chromium runs the client from a bundle", runs, { bypassCSP: true });
