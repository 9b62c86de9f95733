import { DodoPaymentsError } from "./errors.js";

/** What a query may hold: `undefined` is left out, `null` is sent as an empty value. */
export type Query = Readonly<Record<string, unknown>>;

/**
 * A query as it stands in a URL, its question mark included; empty when there is nothing in it.
 *
 * @throws DodoPaymentsError for a value that has no one way to be written, such as an array
 */
export function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : `${encodeURIComponent(name)}=${valueText(name, value)}`,
  );
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

function valueText(name: string, value: unknown): string {
  if (value === null) return "";
  if (/^(string|number|boolean)$/.test(typeof value)) return encodeURIComponent(String(value));
  throw new DodoPaymentsError(
    `The query has ${name}: ${JSON.stringify(value)}; write a text, a number, true or false.`,
  );
}
