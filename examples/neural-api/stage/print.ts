import type { Payment, Statement } from "./statement.js";
import { grouped, type Step } from "./story.js";

const isColoured = process.stdout.isTTY && !process.env["NO_COLOR"];

const paint = (code: number) => (text: string) =>
  isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;

const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const yellow = paint(33);

/** A step with its webhooks below, each of which the application found to be signed as it should be. */
export function printStep({ at, text, webhooks }: Step): void {
  console.log(`${dim(minute(at))}  ${text}`);
  for (const line of webhooks) console.log(`${" ".repeat(18)}${green("✓")} ${dim(line)}`);
}

/** A ledger as a table, and what was paid. */
export function printStatement({ name, customer_id, ledger, payments }: Statement): void {
  console.log(`\n${bold(`${name}'s ledger`)} ${dim(customer_id)}\n`);
  const rows = ledger.map((it) => [
    minute(it.at),
    it.type,
    signed(it.amount),
    grouped(Number(it.balance)),
    grouped(Number(it.overage)),
  ]);
  printTable([["when", "entry", "tokens", "balance", "beyond zero"], ...rows]);
  console.log();
  for (const it of payments) {
    console.log(`${dim(minute(it.at))}  ${dollars(it.total)} paid: ${invoice(it)}`);
  }
}

/** Prints rows below a heading; the first two columns are words, the others numbers. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(index === 0 ? dim(cells.join("  ")) : colourOf(row[2] ?? "")(cells.join("  ")));
  }
}

const colourOf = (amount: string) =>
  amount.startsWith("+") ? green : amount.startsWith("-") ? red : yellow;

const invoice = ({ items }: Payment): string =>
  items.map(({ what, cents }) => `${dollars(cents)} for ${what}`).join(" and ");

const minute = (instant: string): string => instant.slice(0, 16).replace("T", " ");

const signed = (amount: string): string =>
  `${/^[+-]/.exec(amount)?.[0] ?? ""}${grouped(Math.abs(Number(amount)))}`;

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;
