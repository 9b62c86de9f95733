import { DodoPaymentsError } from "./errors.js";

/**
 * Puts values into a path template, percent-encoded: `/meters/{id}` becomes `/meters/mtr_1`.
 *
 * @throws DodoPaymentsError for a value that would change which path it is, such as an empty id in a delete
 */
export function fillPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, values[name]));
}

function segment(name: string, value: unknown): string {
  // A URL parser drops "." and "..", encoded or not.
  if (typeof value === "string" && !["", ".", ".."].includes(value)) {
    return encodeURIComponent(value);
  }
  throw new DodoPaymentsError(
    `${name} is ${JSON.stringify(value)}: pass an id that a create or list call answered with.`,
  );
}
