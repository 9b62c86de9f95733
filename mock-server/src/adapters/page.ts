import { type Page, pageHeaders } from "./page-policy.js";
import { pageStyle } from "./page-style.js";

/**
 * A page that acts with the pass in its path, or else with a key: typed in once for each tab, or handed over after the `#` of
 * its address. Its script finds `id` (the last part of the path), `call(path, init)`, which throws what the API refuses,
 * `tell(text, kind)`, `amount(text)`, `isWeb(url)`, and must define `show()`; its body must have the form `ask` and the
 * paragraph `say`.
 *
 * @rule BND-10 a link that a server made opens its page without a key
 */
export function page(title: string, style: string, body: string, script: string): Page {
  const html = document(title, style, body, script);
  return { html, headers: pageHeaders(html) };
}

const document = (
  title: string,
  style: string,
  body: string,
  script: string,
): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} · Drawdown</title>
<style>${pageStyle}
  .quiet { font-size: .92rem; }
  button { width: 100%; margin-top: 1rem; padding: .75rem; border: 0; border-radius: 8px; background: #1458b8; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:disabled { opacity: .5; cursor: default; }
  input[type=text] { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; color: inherit; background: none; border: 1px solid var(--edge); border-radius: 8px; }
  fieldset { border: 0; margin: 0; padding: 0; }
  #say { min-height: 1.5rem; margin-top: 1rem; font-weight: 600; } .bad { color: var(--bad); } .good { color: var(--good); }
${style}</style>
${body}<script type="module">
const [kind, between, id] = location.pathname.split("/").slice(-3);
const pass = kind === "_sandbox" ? "" : between;
const at = location.pathname.slice(0, location.pathname.indexOf("/_sandbox/"));
const [ask, say] = ["ask", "say"].map((name) => document.getElementById(name));
let key = decodeURIComponent(location.hash.slice(1)) || sessionStorage.getItem("drawdown-key") || "";

async function call(path, init = {}) {
  const who = pass ? { "drawdown-pass": pass } : { authorization: "Bearer " + key };
  const headers = { ...who, "content-type": "application/json" };
  const response = await fetch(at + path, { ...init, headers });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

const tell = (text, kind = "") => { say.textContent = text; say.className = kind; };

// All digits, as the API prints them: a number would round.
const amount = (text) => text.replace(/^[-+]?\\d+/, (whole) => whole.replace(/\\B(?=(\\d{3})+$)/g, ","));

// An address of another kind would be run as this page, or take its visitor out of the browser.
const isWeb = (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

async function open() {
  if (pass) return show().catch((error) => tell(error.message, "bad"));
  ask.hidden = key !== "";
  if (key === "") return;
  try {
    await show();
    sessionStorage.setItem("drawdown-key", key);
  } catch (error) {
    key = "";
    sessionStorage.removeItem("drawdown-key");
    ask.hidden = false;
    tell(error.message, "bad");
  }
}

ask.addEventListener("submit", (event) => {
  event.preventDefault();
  key = new FormData(ask).get("key").trim();
  tell("");
  open();
});
${script}
open();
</script>
</html>
`;
