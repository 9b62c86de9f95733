import { page } from "./page.js";

/**
 * The page a `checkout_url` leads to. It reads the session through the control API; nothing of a card is asked for,
 * sent or stored.
 */
export const payPage = page(
  "Pay",
  `
  ul { list-style: none; padding: 0; margin: 1.25rem 0; border-top: 1px solid var(--line); }
  li { padding: .7rem 0; border-bottom: 1px solid var(--line); } li div, .total { display: flex; justify-content: space-between; gap: 1rem; }
  .total { font-weight: 600; font-size: 1.1rem; }
  legend { padding: 0; margin: 1rem 0 .5rem; }
  label { display: flex; align-items: center; gap: .6rem; padding: .55rem .75rem; border: 1px solid var(--edge); border-radius: 8px; margin: .4rem 0; cursor: pointer; }
  label:has(:checked) { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }
  input[type=radio] { accent-color: var(--link); margin: 0; }
  code { font: .9em ui-monospace, monospace; } label span { margin-left: auto; color: var(--quiet); }
`,
  `
<h1>Pay</h1>
<p class="quiet">A sandbox: no money moves, and no card is asked for.</p>
<form id="ask" hidden>
  <p>Which key made this session? It stays in this browser tab.</p>
  <input type="text" name="key" placeholder="dodo_test_…" aria-label="Key" autocomplete="off" spellcheck="false" required>
  <button>Show the session</button>
</form>
<section id="session" hidden>
  <ul id="lines"></ul>
  <p class="total"><span>To pay now</span><span id="total"></span></p>
</section>
<form id="pay" hidden>
  <fieldset>
    <legend class="quiet">Test card</legend>
    <label><input type="radio" name="outcome" value="succeeds" checked><code>4242 4242 4242 4242</code><span>succeeds</span></label>
    <label><input type="radio" name="outcome" value="declined"><code>4000 0000 0000 0002</code><span>is declined</span></label>
    <label><input type="radio" name="outcome" value="insufficient_funds"><code>4000 0000 0000 9995</code><span>has no funds</span></label>
    <label><input type="radio" name="outcome" value="fails_at_renewal"><code>4000 0000 0000 0341</code><span>fails at renewal</span></label>
  </fieldset>
  <button name="do" value="pay">Pay</button>
  <button name="do" value="cancel">Cancel</button>
</form>
<p id="say" role="status"></p>
`,
  `
const checkout = "/_sandbox/checkouts/" + id;
const pay = document.getElementById("pay");

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
  const session = await call(checkout);
  document.getElementById("lines").replaceChildren(...session.lines.map((line) => {
    const item = document.createElement("li");
    item.append(row((line.quantity > 1 ? line.quantity + " × " : "") + line.name, money(line.amount, session.currency)));
    for (const credit of line.credits) {
      const included = row("includes " + credit.name, amount(credit.amount) + " " + credit.unit);
      included.className = "quiet";
      item.append(included);
    }
    return item;
  }));
  document.getElementById("total").textContent = money(session.total, session.currency);
  document.getElementById("session").hidden = false;
  pay.hidden = session.status !== "open";
  if (session.status !== "open") tell("This session is " + session.status + ".", session.status === "paid" ? "good" : "bad");
}

pay.addEventListener("submit", async (event) => {
  event.preventDefault();
  const buttons = pay.querySelectorAll("button");
  const outcome = event.submitter.value === "cancel" ? "cancelled" : new FormData(pay).get("outcome");
  for (const button of buttons) button.disabled = true;
  try {
    const { status, return_url } = await call(checkout + "/complete", { method: "POST", body: JSON.stringify({ outcome }) });
    if (status === "failed") return tell("The card was declined. Nothing was issued; try another.", "bad");
    pay.hidden = status === "succeeded";
    if (pay.hidden) tell("Paid.", "good");
    else tell("Cancelled. Nothing was issued.", "bad");
    if (return_url && isWeb(return_url)) location.assign(return_url);
  } catch (error) {
    tell(error.message, "bad");
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});
`,
);
