/**
 * The page a `checkout_url` leads to. It reads the session through the control API, with the key that whoever made the
 * session has typed in once; nothing of a card is asked for, sent or stored.
 */
export const payPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay · Drawdown</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1.25rem; color: #1c2330; background: #fbfbf9; }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem; } .quiet { color: #5c6675; font-size: .92rem; }
  ul { list-style: none; padding: 0; margin: 1.25rem 0; border-top: 1px solid #e3e5e1; }
  li { padding: .7rem 0; border-bottom: 1px solid #e3e5e1; } li div { display: flex; justify-content: space-between; gap: 1rem; }
  .total { display: flex; justify-content: space-between; font-weight: 600; font-size: 1.1rem; margin-bottom: 1.5rem; }
  label { display: flex; align-items: center; gap: .6rem; padding: .55rem .75rem; border: 1px solid #d5d9d2; border-radius: 8px; margin: .4rem 0; cursor: pointer; }
  code { font: .9em ui-monospace, monospace; } label span { margin-left: auto; color: #5c6675; }
  button { width: 100%; margin-top: 1rem; padding: .75rem; border: 0; border-radius: 8px; background: #1458b8; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:disabled { opacity: .5; cursor: default; } input[type=text] { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; border: 1px solid #d5d9d2; border-radius: 8px; }
  #say { min-height: 1.5rem; margin-top: 1rem; font-weight: 600; } .bad { color: #b3261e; } .good { color: #1a7f4b; }
  @media (prefers-color-scheme: dark) { body { color: #e4e8ee; background: #14181f; } .quiet, label span { color: #97a3b4; } ul, li, label, input[type=text] { border-color: #2a313c; background: none; color: inherit; } .bad { color: #ff8a80; } .good { color: #6fd6a0; } }
</style>
<h1>Pay</h1>
<p class="quiet">A sandbox: no money moves, and no card is asked for.</p>
<form id="ask" hidden>
  <p>Which key made this session? It stays in this browser tab.</p>
  <input type="text" name="key" placeholder="dodo_test_…" aria-label="Key" required>
  <button>Show the session</button>
</form>
<form id="pay" hidden>
  <ul id="lines"></ul>
  <p class="total"><span>To pay now</span><span id="total"></span></p>
  <label><input type="radio" name="outcome" value="succeeds" checked><code>4242 4242 4242 4242</code><span>succeeds</span></label>
  <label><input type="radio" name="outcome" value="declined"><code>4000 0000 0000 0002</code><span>is declined</span></label>
  <label><input type="radio" name="outcome" value="insufficient_funds"><code>4000 0000 0000 9995</code><span>has no funds</span></label>
  <label><input type="radio" name="outcome" value="fails_at_renewal"><code>4000 0000 0000 0341</code><span>fails at renewal</span></label>
  <button>Pay</button>
</form>
<p id="say" role="status"></p>
<script type="module">
const id = location.pathname.split("/").at(-1);
const at = location.pathname.slice(0, location.pathname.indexOf("/_sandbox/"));
const [ask, pay, say] = ["ask", "pay", "say"].map((name) => document.getElementById(name));
let key = decodeURIComponent(location.hash.slice(1)) || sessionStorage.getItem("drawdown-key") || "";

async function call(path, init = {}) {
  const headers = { authorization: "Bearer " + key, "content-type": "application/json" };
  const response = await fetch(at + "/_sandbox/checkouts/" + id + path, { ...init, headers });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

const tell = (text, kind = "") => { say.textContent = text; say.className = kind; };

const money = (minor, currency) => {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
};

const row = (left, right) => {
  const div = document.createElement("div");
  for (const text of [left, right]) div.appendChild(document.createElement("span")).textContent = text;
  return div;
};

async function show() {
  ask.hidden = key !== "";
  if (key === "") { ask.hidden = false; return; }
  try {
    const session = await call("");
    sessionStorage.setItem("drawdown-key", key);
    document.getElementById("lines").replaceChildren(...session.lines.map((line) => {
      const item = document.createElement("li");
      item.append(row((line.quantity > 1 ? line.quantity + " × " : "") + line.name, money(line.amount, session.currency)));
      for (const credit of line.credits) {
        const included = row("includes " + Number(credit.amount).toLocaleString("en") + " " + credit.unit, credit.name);
        included.className = "quiet";
        item.append(included);
      }
      return item;
    }));
    document.getElementById("total").textContent = money(session.total, session.currency);
    pay.hidden = session.status !== "open";
    if (session.status !== "open") tell("This session is " + session.status + ".", session.status === "paid" ? "good" : "bad");
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
  show();
});

pay.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = new FormData(pay).get("outcome");
  try {
    const { status, return_url } = await call("/complete", { method: "POST", body: JSON.stringify({ outcome }) });
    if (status === "failed") return tell("The card was declined. Nothing was issued; try another.", "bad");
    tell("Paid.", "good");
    pay.hidden = true;
    if (return_url) location.assign(return_url);
  } catch (error) {
    tell(error.message, "bad");
  }
});

show();
</script>
</html>
`;
