import { page } from "./page.js";

/**
 * The page a portal link leads to. It reads what the customer has through the control API.
 *
 * @rule CUS-08 the figure is the balance, or in red the overage once the balance is used up
 * @rule CUS-09 several credits are chosen between
 * @rule CUS-27 overage stands apart from a balance that is not zero, and after each movement once there was any
 */
export const portalPage = page(
  "Credits",
  `
  #choice { display: flex; gap: .5rem; margin: 1.25rem 0; flex-wrap: wrap; } #choice[hidden] { display: none; }
  #choice label { padding: .3rem .8rem; border: 1px solid var(--edge); border-radius: 8px; cursor: pointer; }
  #choice label:has(:checked) { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); color: var(--link); }
  #choice label:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
  #choice input, .unseen { position: absolute; opacity: 0; width: 1px; height: 1px; margin: 0; overflow: hidden; pointer-events: none; }
  h2 { font-size: 1rem; font-weight: 400; margin: 1.5rem 0 0; }
  .figure { font-size: 2.4rem; line-height: 1.2; font-weight: 650; margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
  .figure + p { margin-top: 0; }
  #over { margin: .2rem 0 0; } #over[hidden], #expiring[hidden], nav[hidden] { display: none; }
  #expiring { margin: 1rem 0 0; padding: 0; list-style: none; font-size: .92rem; font-variant-numeric: tabular-nums; }
  nav { display: flex; align-items: center; justify-content: space-between; gap: 1rem; margin-top: 1rem; }
  nav button { width: auto; margin: 0; padding: .4rem .9rem; }
  table { width: 100%; border-collapse: collapse; margin-top: 1.5rem; font-size: .92rem; }
  td, th { text-align: left; padding: .5rem .8rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
  .number { text-align: right; } .number:last-child { padding-right: 0; }
  .number, time { font-variant-numeric: tabular-nums; white-space: nowrap; }
  td span { display: block; }
  @media (max-width: 30rem) { td, th { padding-right: .6rem; } table { font-size: .85rem; } }
`,
  `
<h1 id="name">Credits</h1>
<p class="quiet">A sandbox's customer portal. <a id="back" hidden>Back</a></p>
<form id="ask" hidden>
  <p>Which key made this link? It stays in this browser tab.</p>
  <input type="text" name="key" placeholder="dodo_test_…" aria-label="Key" autocomplete="off" spellcheck="false" required>
  <button>Show the credits</button>
</form>
<fieldset id="choice" hidden><legend class="unseen">Credit</legend></fieldset>
<section id="credit" aria-labelledby="of" hidden>
  <h2 id="of"></h2>
  <p class="figure" id="figure"></p>
  <p class="quiet" id="unit"></p>
  <p class="bad" id="over" hidden></p>
  <ul id="expiring" aria-label="What expires" hidden></ul>
  <table><thead><tr><th>Date</th><th>What</th><th class="number">Amount</th><th class="number">Balance</th></tr></thead><tbody id="rows"></tbody></table>
  <nav id="pages" aria-label="Pages" hidden><button type="button" id="newer">Newer</button><span class="quiet" id="page"></span><button type="button" id="older">Older</button></nav>
</section>
<p id="say" role="status"></p>
`,
  `
const [choice, section, of, figure, unit, over, expiring, rows, pages, newer, page, older] =
  ["choice", "credit", "of", "figure", "unit", "over", "expiring", "rows", "pages", "newer", "page", "older"].map((name) => document.getElementById(name));
const size = 50;
let shown = { credit: "", page: 0 };

const made = (tag, text, kind = "") => {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = kind;
  return element;
};

const dayOf = (at) => Object.assign(made("time", at.slice(0, 10)), { dateTime: at });

function rowOf({ at, label, description, amount: moved, balance, overage }) {
  const row = document.createElement("tr");
  const [date, what] = [made("td", ""), made("td", label)];
  date.appendChild(dayOf(at)).append(made("span", at.slice(11, 16), "quiet"));
  if (description && description !== label) what.append(made("span", description, "quiet"));
  const after = made("td", amount(balance), "number");
  if (isSome(overage)) after.append(made("span", amount(overage) + " overage", "bad"));
  row.append(date, what, made("td", amount(moved), "number"), after);
  return row;
}

const isSome = (text) => Number(text) > 0;

function presentFigures({ name, unit: what, balance, overage, expiring: ends }) {
  const isOver = Number(balance) === 0 && isSome(overage);
  of.textContent = name;
  figure.textContent = amount(isOver ? overage : balance);
  figure.className = isOver ? "figure bad" : "figure";
  unit.textContent = what + (isOver ? " of overage" : " left");
  over.textContent = "and " + amount(overage) + " " + what + " of overage";
  over.hidden = isOver || !isSome(overage);
  expiring.replaceChildren(...ends.map(({ expires_at, amount: much }) => {
    const line = made("li", amount(much) + " " + what + (balance === much ? ", all of it, expires " : " of it expires "));
    line.append(dayOf(expires_at));
    return line;
  }));
  expiring.hidden = ends.length === 0;
}

function present(credit, number) {
  presentFigures(credit);
  rows.replaceChildren(...credit.transactions.map(rowOf));
  const last = Math.max(0, Math.ceil(credit.transaction_count / size) - 1);
  page.textContent = "Page " + (number + 1) + " of " + (last + 1);
  newer.disabled = number === 0;
  older.disabled = number >= last;
  pages.hidden = last === 0;
  section.hidden = false;
  shown = { credit: credit.credit_entitlement_id, page: number };
}

async function turn(credit, number) {
  try {
    const query = new URLSearchParams({ credit_entitlement_id: credit, page_number: number, page_size: size });
    const { credits } = await call("/_sandbox/portals/" + id + "?" + query);
    present(credits[0], number);
    tell("");
  } catch (error) {
    tell(error.message, "bad");
  }
}

newer.addEventListener("click", () => turn(shown.credit, shown.page - 1));
older.addEventListener("click", () => turn(shown.credit, shown.page + 1));

function option(credit, isFirst) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "credit", checked: isFirst });
  input.addEventListener("change", () => present(credit, 0));
  label.append(input, credit.name);
  return label;
}

async function show() {
  const { customer_name, return_url, credits } = await call("/_sandbox/portals/" + id + "?page_size=" + size);
  document.getElementById("name").textContent = "Credits of " + customer_name;
  const back = document.getElementById("back");
  if (return_url && isWeb(return_url)) { back.href = return_url; back.hidden = false; }
  if (credits.length === 0) return tell("There are no credits yet.");
  choice.append(...credits.map((it, index) => option(it, index === 0)));
  choice.hidden = credits.length < 2;
  present(credits[0], 0);
}
`,
);
