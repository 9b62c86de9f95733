import type { LedgerEntry } from "./read-ledger.js";

/** What of an entry a table shows. */
export type ShownEntry = Pick<
  LedgerEntry,
  | "id"
  | "created_at"
  | "transaction_type"
  | "is_credit"
  | "amount"
  | "balance_before"
  | "balance_after"
  | "overage_before"
  | "overage_after"
>;

/**
 * A ledger as a test writes it, a line an entry, oldest first: type, amount with its sign, balance before and after, and
 * where there is any, overage before and after. Text with a line an entry, or a list of lines or of their cells.
 *
 * @example
 * const table = `
 *   credit_added     +100    0 → 100
 *   credit_deducted  -100  100 →   0
 *   overage_charged   -30    0 →   0  0 → 30
 * `;
 */
export type LedgerTable = string | readonly (string | readonly string[])[];

/** A line of a table, taken apart. */
export interface LedgerRow {
  readonly type: string;
  readonly amount: string;
  readonly balance: Change;
  readonly overage: Change;
}

export interface Change {
  readonly before: string;
  readonly after: string;
}

const none: Change = { before: "0", after: "0" };

/** The rows of a list of entries, oldest first in whichever order they are given. */
export const rowsOf = (entries: readonly ShownEntry[]): readonly LedgerRow[] =>
  entries.toSorted(byAge).map((it) => ({
    type: it.transaction_type,
    amount: `${it.is_credit ? "+" : "-"}${it.amount}`,
    balance: { before: it.balance_before, after: it.balance_after },
    overage: { before: it.overage_before, after: it.overage_after },
  }));

/** Later ids sort after earlier ones, which settles the order within one instant. */
const byAge = (one: ShownEntry, other: ShownEntry): number => {
  const [a, b] = [one, other].map((it) => `${it.created_at} ${it.id}`) as [string, string]; // two in, two out
  return a < b ? -1 : a > b ? 1 : 0;
};

/**
 * Reads a table. Blank lines and a heading are passed over, so that what a failure prints can be pasted back.
 *
 * @throws TypeError when a line cannot be read; the message names it
 */
export function readTable(table: LedgerTable): readonly LedgerRow[] {
  const lines = typeof table === "string" ? table.split("\n") : table;
  return lines
    .map((it) => (typeof it === "string" ? it : it.join(" ")).trim())
    .filter((it) => it !== "" && !/^type\s+amount\s+balance/.test(it))
    .map(readRow);
}

const number = String.raw`\d+(?:\.\d+)?`;
const change = String.raw`(${number})\s*(?:→|->)\s*(${number})`;
const rowForm = new RegExp(
  String.raw`^(\w+)\s+([+-]${number})\s+:?\s*${change}(?:\s*,?\s*(?:overage\s+)?${change})?$`,
);

function readRow(line: string): LedgerRow {
  const [, type, amount, before, after, overageBefore, overageAfter] = rowForm.exec(line) ?? [];
  if (!type || !amount || !before || !after) {
    throw new TypeError(
      `the line ${JSON.stringify(line)} of the expected ledger cannot be read; write a type, an amount with its sign, the balance before → after, and the overage where there is any, such as: overage_charged -30 0 → 0 0 → 30`,
    );
  }
  return {
    type,
    amount,
    balance: { before, after },
    overage: overageBefore && overageAfter ? { before: overageBefore, after: overageAfter } : none,
  };
}

export const isSameRow = (one: LedgerRow, other: LedgerRow): boolean =>
  cellsOf(one).join(" ") === cellsOf(other).join(" ");

const cellsOf = ({ type, amount, balance, overage }: LedgerRow): readonly string[] => [
  type,
  amount,
  balance.before,
  balance.after,
  overage.before,
  overage.after,
];

/** A heading and a line a row, in aligned columns. Overage is shown when any row has some. */
export function printRows(rows: readonly LedgerRow[]): readonly string[] {
  const hasOverage = rows.some((it) => it.overage.before !== "0" || it.overage.after !== "0");
  const width = (of: (row: LedgerRow) => string, least = 0) =>
    Math.max(least, ...rows.map((it) => of(it).length));
  const typeWidth = width((it) => it.type, "type".length);
  const amountWidth = width((it) => it.amount, "amount".length);
  const changes = (["balance", "overage"] as const).filter(
    (name) => name === "balance" || hasOverage,
  );
  const columns = changes.map((name) => {
    const before = width((it) => it[name].before);
    const after = width((it) => it[name].after);
    const print = (row: LedgerRow) =>
      `${row[name].before.padStart(before)} → ${row[name].after.padStart(after)}`;
    const whole = Math.max(name.length, before + 3 + after);
    return { heading: name.padEnd(whole), cell: (row: LedgerRow) => print(row).padEnd(whole) };
  });
  const heading = [
    "type".padEnd(typeWidth),
    "amount".padStart(amountWidth),
    ...columns.map((it) => it.heading),
  ];
  const lines = rows.map((row) => [
    row.type.padEnd(typeWidth),
    row.amount.padStart(amountWidth),
    ...columns.map((it) => it.cell(row)),
  ]);
  return [heading, ...lines].map((cells) => cells.join("  ").trimEnd());
}
