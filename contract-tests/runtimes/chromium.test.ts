import { beforeAll, expect } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { bundle } from "./bundle.js";
import { outcome, serve } from "./outcome.js";

/** The built client in a browser, where headers, bodies and errors are the browser's own. */

let url: string;

beforeAll(async () => {
  url = await serve();
});

browserTest("Chromium runs the client from a bundle", async (page) => {
  // The page of the sandbox itself, as calls to another address would need its consent.
  await page.goto(url);
  await page.addScriptTag({ content: await bundle({ conditions: ["browser"] }) });
  const options = JSON.stringify({ baseURL: url, bearerToken: "dodo_test_chromium" });
  // A secret that verifies webhooks has no place in a page, so no verifier is bundled for one.
  const refused = "not_in_browsers";
  expect(await page.evaluate(`program.run(${options})`)).toEqual({
    ...outcome,
    unwrap: { text: refused, bytes: refused, changed: refused },
  });
});
