/**
 * A page that acts with a key: typed in once for each tab, or handed over after the `#` of its address. Its script
 * finds `id` (the last part of the path), `call(path, init)`, which throws what the API refuses, `tell(text, kind)`,
 * and must define `show()`; its body must have the form `ask` and the paragraph `say`.
 */
export const page = (
  title: string,
  style: string,
  body: string,
  script: string,
): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Drawdown</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1.25rem; color: #1c2330; background: #fbfbf9; }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem; } .quiet { color: #5c6675; font-size: .92rem; } a { color: #1458b8; }
  button { width: 100%; margin-top: 1rem; padding: .75rem; border: 0; border-radius: 8px; background: #1458b8; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:disabled { opacity: .5; cursor: default; } input[type=text] { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; border: 1px solid #d5d9d2; border-radius: 8px; }
  #say { min-height: 1.5rem; margin-top: 1rem; font-weight: 600; } .bad { color: #b3261e; } .good { color: #1a7f4b; }
  @media (prefers-color-scheme: dark) { body { color: #e4e8ee; background: #14181f; } .quiet { color: #97a3b4; } a { color: #7db2ff; } input[type=text] { border-color: #2a313c; background: none; color: inherit; } .bad { color: #ff8a80; } .good { color: #6fd6a0; } }
${style}</style>
${body}<script type="module">
const id = location.pathname.split("/").at(-1);
const at = location.pathname.slice(0, location.pathname.indexOf("/_sandbox/"));
const [ask, say] = ["ask", "say"].map((name) => document.getElementById(name));
let key = decodeURIComponent(location.hash.slice(1)) || sessionStorage.getItem("drawdown-key") || "";

async function call(path, init = {}) {
  const headers = { authorization: "Bearer " + key, "content-type": "application/json" };
  const response = await fetch(at + path, { ...init, headers });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

const tell = (text, kind = "") => { say.textContent = text; say.className = kind; };

async function open() {
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
