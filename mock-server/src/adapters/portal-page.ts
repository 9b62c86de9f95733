import { page } from "./page.js";

/**
 * The page a portal link leads to. It reads what the customer has through the control API, with the key that whoever
 * made the link has typed in once.
 *
 * @rule CUS-08 the figure is the balance, or in red the overage once the balance is used up
 * @rule CUS-09 several credits are chosen between
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
  table { width: 100%; border-collapse: collapse; margin-top: 1.5rem; font-size: .92rem; }
  td, th { text-align: left; padding: .5rem .8rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
  .number { text-align: right; } .number:last-child { padding-right: 0; }
  .number, time { font-variant-numeric: tabular-nums; white-space: nowrap; }
  td .quiet { display: block; }
  @media (max-width: 30rem) { td, th { padding-right: .6rem; } table, td .quiet { font-size: .85rem; } }
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
  <table><thead><tr><th>Date</th><th>What</th><th class="number">Amount</th><th class="number">Balance</th></tr></thead><tbody id="rows"></tbody></table>
</section>
<p id="say" role="status"></p>
`,
  `
const [choice, section, of, figure, unit, rows] = ["choice", "credit", "of", "figure", "unit", "rows"].map((name) => document.getElementById(name));

const made = (tag, text, kind = "") => {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = kind;
  return element;
};

function rowOf({ at, label, description, amount: moved, balance }) {
  const row = document.createElement("tr");
  const [date, what] = [made("td", ""), made("td", label)];
  const [day, clock] = [at.slice(0, 10), at.slice(11, 16)];
  const time = date.appendChild(made("time", day));
  time.dateTime = at;
  time.append(made("span", clock, "quiet"));
  if (description && description !== label) what.append(made("span", description, "quiet"));
  row.append(date, what, made("td", amount(moved), "number"), made("td", amount(balance), "number"));
  return row;
}

function present(credit) {
  const isOver = Number(credit.balance) === 0 && Number(credit.overage) > 0;
  of.textContent = credit.name;
  figure.textContent = amount(isOver ? credit.overage : credit.balance);
  figure.className = isOver ? "figure bad" : "figure";
  unit.textContent = credit.unit + (isOver ? " of overage" : " left");
  rows.replaceChildren(...credit.transactions.map(rowOf));
  section.hidden = false;
}

function option(credit, isFirst) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "credit", checked: isFirst });
  input.addEventListener("change", () => present(credit));
  label.append(input, credit.name);
  return label;
}

async function show() {
  const { customer_name, return_url, credits } = await call("/_sandbox/portals/" + id);
  document.getElementById("name").textContent = "Credits of " + customer_name;
  const back = document.getElementById("back");
  if (return_url) { back.href = return_url; back.hidden = false; }
  if (credits.length === 0) return tell("There are no credits yet.");
  choice.append(...credits.map((it, index) => option(it, index === 0)));
  choice.hidden = credits.length < 2;
  present(credits[0]);
}
`,
);
