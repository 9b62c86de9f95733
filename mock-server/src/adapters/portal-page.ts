import { page } from "./page.js";

/**
 * The page a portal link leads to. It reads what the customer has through the control API, with the key that whoever
 * made the link has typed in once. The figure is the balance, or in red the overage once the balance is used up
 * (CUS-08); several credits are chosen between (CUS-09).
 */
export const portalPage = page(
  "Credits",
  `
  .tabs { display: flex; gap: .5rem; margin: 1.25rem 0 0; flex-wrap: wrap; }
  .tabs button { width: auto; margin: 0; padding: .35rem .8rem; background: none; color: inherit; border: 1px solid #d5d9d2; font-weight: 400; }
  .tabs button[aria-selected=true] { border-color: #1458b8; color: #1458b8; font-weight: 600; }
  .figure { font-size: 2.4rem; font-weight: 650; margin: 1rem 0 0; font-variant-numeric: tabular-nums; }
  table { width: 100%; border-collapse: collapse; margin-top: 1.25rem; font-size: .92rem; }
  td, th { text-align: left; padding: .5rem .6rem .5rem 0; border-top: 1px solid #e3e5e1; vertical-align: top; }
  .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  @media (prefers-color-scheme: dark) { td, th, .tabs button { border-color: #2a313c; } .tabs button[aria-selected=true] { color: #7db2ff; border-color: #7db2ff; } }
`,
  `
<h1 id="name">Credits</h1>
<p class="quiet">A sandbox's customer portal. <a id="back" hidden>Back</a></p>
<form id="ask" hidden>
  <p>Which key made this link? It stays in this browser tab.</p>
  <input type="text" name="key" placeholder="dodo_test_…" aria-label="Key" required>
  <button>Show the credits</button>
</form>
<div id="tabs" class="tabs" role="tablist" hidden></div>
<section id="credit" hidden>
  <p class="figure" id="figure"></p>
  <p class="quiet" id="unit"></p>
  <table><thead><tr><th>Date</th><th>What</th><th class="number">Amount</th><th class="number">Balance</th></tr></thead><tbody id="rows"></tbody></table>
</section>
<p id="say" role="status"></p>
`,
  `
const [tabs, section] = ["tabs", "credit"].map((name) => document.getElementById(name));
const amount = (text) => (text.startsWith("+") ? "+" : "") + Number(text).toLocaleString("en", { maximumFractionDigits: 10 });

const cell = (text, kind = "") => {
  const td = document.createElement("td");
  td.textContent = text;
  td.className = kind;
  return td;
};

function choose(credits, chosen) {
  const isOver = Number(chosen.balance) === 0 && Number(chosen.overage) > 0;
  const figure = document.getElementById("figure");
  figure.textContent = amount(isOver ? chosen.overage : chosen.balance);
  figure.className = isOver ? "figure bad" : "figure";
  document.getElementById("unit").textContent = chosen.unit + (isOver ? " of overage" : " left") + " · " + chosen.name;
  document.getElementById("rows").replaceChildren(...chosen.transactions.map((it) => {
    const row = document.createElement("tr");
    const what = it.description && it.description !== it.label ? it.label + " · " + it.description : it.label;
    row.append(cell(it.at.slice(0, 16).replace("T", " ")), cell(what), cell(amount(it.amount), "number"), cell(amount(it.balance), "number"));
    return row;
  }));
  tabs.hidden = credits.length < 2;
  tabs.replaceChildren(...credits.map((it) => {
    const tab = document.createElement("button");
    tab.textContent = it.name;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", String(it === chosen));
    tab.addEventListener("click", () => choose(credits, it));
    return tab;
  }));
  section.hidden = false;
}

async function show() {
  const { customer_name, return_url, credits } = await call("/_sandbox/portals/" + id);
  document.getElementById("name").textContent = "Credits of " + customer_name;
  const back = document.getElementById("back");
  if (return_url) { back.href = return_url; back.hidden = false; }
  if (credits.length === 0) return tell("There are no credits yet.");
  choose(credits, credits[0]);
}
`,
);
