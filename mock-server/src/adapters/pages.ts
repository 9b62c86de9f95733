import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Response, Router } from "express";
import { version } from "../version.js";
import { baseOf } from "./node.js";
import { documentPath, documents, pagePath } from "./page-paths.js";
import { type Page, pageHeaders } from "./page-policy.js";
import { pageStyle } from "./page-style.js";
import { payPage } from "./pay-page.js";
import { portalPage } from "./portal-page.js";

/** What a person sees: a front page, and the documents the sandbox follows. */
export function pages(): Router {
  const router = Router();
  router.get("/", (request, response) => {
    show(response, { html: frontPage(baseOf(request), request.baseUrl), headers: frontHeaders });
  });
  for (const [name, page] of [
    ["pay", payPage],
    ["portal", portalPage],
  ] as const) {
    const at = pagePath(name);
    router.get([`${at}:id`, `${at}:pass/:id`], (_request, response) => show(response, page));
  }
  for (const name of documents) {
    const type = name.endsWith(".yaml") ? "text/yaml" : "text/plain";
    router.get(documentPath(name), (_request, response) => {
      response
        .set(documentHeaders)
        .sendFile(fileOf(name), { headers: { "content-type": `${type}; charset=utf-8` } });
    });
  }
  return router;
}

/** Where a document is: beside the built package, or in the workspace that it is built from. */
function fileOf(name: string): string {
  const built = fileURLToPath(new URL(`./documents/${name}`, import.meta.url));
  if (existsSync(built)) return built;
  return createRequire(import.meta.url).resolve(`@drawdown/spec/${name}`);
}

function show(response: Response, { html, headers }: Page): void {
  response.set(headers).type("html").send(html);
}

const documentHeaders = pageHeaders("");

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/**
 * @param url where the sandbox is
 * @param path the path of that, empty at the root
 */
const frontPage = (url: string, path: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Drawdown</title>
<style>${pageStyle}
  body { max-width: 44rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; } p { margin: .4rem 0; }
  pre { background: light-dark(#1c2330, #0c0f14); color: #e9edf3; padding: 1rem; border-radius: 8px; overflow-x: auto; font: 13.5px/1.5 ui-monospace, monospace; }
  code { font-family: ui-monospace, monospace; font-size: .92em; }
  table { border-collapse: collapse; width: 100%; } td { padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
</style>
<h1>Drawdown is running</h1>
<p class="quiet">An offline sandbox for credit-based billing, version ${escapeHtml(version)}. Everything here is in memory and made up: no account, no network, no money.</p>
<h2>Point the official client at it</h2>
<pre>import DodoPayments from "dodopayments";

const client = new DodoPayments({
  bearerToken: "dodo_test_me", // any key is its own empty world
  baseURL: "${escapeHtml(url)}",
});</pre>
<h2>Move the clock</h2>
<pre>curl -X POST ${escapeHtml(url)}/_sandbox/clock/advance \\
  -H "Authorization: Bearer dodo_test_me" \\
  -H "Content-Type: application/json" -d '{"by":"30d"}'</pre>
<h2>What it follows</h2>
<table>
  <tr><td><a href="${escapeHtml(path)}/_sandbox/openapi.yaml">openapi.yaml</a></td><td>the API, as OpenAPI 3.1</td></tr>
  <tr><td><a href="${escapeHtml(path)}/_sandbox/sandbox.yaml">sandbox.yaml</a></td><td>the control API under <code>/_sandbox</code>: clock, policy, reset, explain, checkouts, adjustments, keys</td></tr>
  <tr><td><a href="${escapeHtml(path)}/_sandbox/behaviours.yaml">behaviours.yaml</a></td><td>every rule with its source, and which of them are guesses</td></tr>
  <tr><td><a href="${escapeHtml(path)}/_sandbox/COVERAGE.md">COVERAGE.md</a></td><td>which operations and rules are served, counted</td></tr>
</table>
</html>
`;

const frontHeaders = pageHeaders(frontPage("", ""));
