import {
  isSameRow,
  type LedgerRow,
  type LedgerTable,
  printRows,
  readTable,
  rowsOf,
  type ShownEntry,
} from "./ledger-table.js";

/** What `expect` gains. */
export interface LedgerMatchers<Result = void> {
  /**
   * The ledger has these entries and no others. It is what `tenant.ledger()` or a page's `items` gave, in any order.
   *
   * @throws TypeError when a line of the table cannot be read
   * @example
   * expect(await tenant.ledger(customerId, creditId)).toHaveLedger(`
   *   credit_added     +1000     0 → 1000
   *   credit_deducted    -30  1000 →  970
   * `);
   */
  toHaveLedger(expected: LedgerTable): Result;

  /**
   * The balance is this decimal. It is what the client's `balances.retrieve()` gave, or a ledger, whose newest entry
   * counts.
   *
   * @example
   * expect(await client.creditEntitlements.balances.retrieve(customerId, of)).toHaveBalance("970");
   */
  toHaveBalance(expected: string): Result;
}

/** What a matcher of Vitest, Jest and Playwright answers. */
export interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * Matchers for ledgers, for any test framework whose `expect.extend` takes Jest's.
 *
 * @example
 * import { ledgerMatchers } from "@drawdown/mock-server/testing";
 * expect.extend(ledgerMatchers);
 */
export const ledgerMatchers = {
  toHaveLedger(received: unknown, expected: LedgerTable): Verdict {
    const actual = rowsOf(readEntries("toHaveLedger", received));
    const wanted = readTable(expected);
    const pass =
      actual.length === wanted.length &&
      actual.every((row, i) => wanted[i] !== undefined && isSameRow(row, wanted[i]));
    return {
      pass,
      message: () =>
        pass
          ? `the ledger was expected to be another than\n\n${indented(printRows(actual))}`
          : `the ledger is not as expected (- expected, + received)\n\n${difference(wanted, actual)}`,
    };
  },

  toHaveBalance(received: unknown, expected: string): Verdict {
    const actual = balanceOf(received);
    const pass = actual === expected;
    return {
      pass,
      message: () =>
        pass
          ? `the balance was expected to be another than ${expected}`
          : `the balance is ${actual}, expected was ${expected}`,
    };
  },
};

function balanceOf(received: unknown): string {
  if (typeof received === "object" && received !== null && "balance" in received) {
    return String(received.balance);
  }
  return rowsOf(readEntries("toHaveBalance", received)).at(-1)?.balance.after ?? "0";
}

/** @throws TypeError when it is no list of entries */
function readEntries(matcher: string, received: unknown): readonly ShownEntry[] {
  if (Array.isArray(received) && received.every(isEntry)) return received;
  throw new TypeError(
    `${matcher} takes ledger entries, such as await tenant.ledger(customerId, creditEntitlementId) or the \`items\` of a page; it was given ${received instanceof Promise ? "a promise, which is to be awaited first" : preview(received)}`,
  );
}

const isEntry = (it: unknown): it is ShownEntry =>
  typeof it === "object" && it !== null && "transaction_type" in it && "balance_after" in it;

const preview = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 200);

/** What both have is shown once; between their common beginning and end, first one and then the other. */
function difference(expected: readonly LedgerRow[], received: readonly LedgerRow[]): string {
  const [heading = "", ...lines] = printRows([...expected, ...received]);
  const wanted = lines.slice(0, expected.length);
  const actual = lines.slice(expected.length);
  const isSame = (i: number, j: number) => wanted[i] !== undefined && wanted[i] === actual[j];
  let start = 0;
  while (isSame(start, start)) start++;
  let end = 0;
  while (
    end < Math.min(wanted.length, actual.length) - start &&
    isSame(wanted.length - 1 - end, actual.length - 1 - end)
  ) {
    end++;
  }
  return [
    `    ${heading}`,
    ...wanted.slice(0, start).map((it) => `    ${it}`),
    ...wanted.slice(start, wanted.length - end).map((it) => `  - ${it}`),
    ...actual.slice(start, actual.length - end).map((it) => `  + ${it}`),
    ...wanted.slice(wanted.length - end).map((it) => `    ${it}`),
  ].join("\n");
}

const indented = (lines: readonly string[]): string => lines.map((it) => `    ${it}`).join("\n");
