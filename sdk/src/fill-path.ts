import { DodoPaymentsError } from "./errors.js";

/** How ids begin, by the names that paths have for them. Others are the caller's own, or told apart by their path. */
export const idPrefixes = {
  credit_entitlement_id: /^(cde|cent)_/,
  customer_id: /^cus_/,
  payment_id: /^pay_/,
  subscription_id: /^sub_/,
} as const;

/**
 * Puts values into a path template, percent-encoded: `/meters/{id}` becomes `/meters/mtr_1`.
 *
 * @throws DodoPaymentsError for a value that would change which path it is, such as an empty id in a delete, or that is
 *   the id of something else
 */
export function fillPath(template: string, values: Readonly<Record<string, unknown>> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, values[name]));
}

function segment(name: string, value: unknown): string {
  // A URL parser drops "." and "..", encoded or not.
  if (typeof value !== "string" || ["", ".", ".."].includes(value)) {
    throw new DodoPaymentsError(
      `${name} is ${JSON.stringify(value)}: pass an id that a create or list call answered with.`,
    );
  }
  const [other] = Object.entries(idPrefixes).find(([, form]) => form.test(value)) ?? [];
  if (name in idPrefixes && other && other !== name) {
    throw new DodoPaymentsError(
      `${name} is "${value}", which is a ${other}: are the two swapped? Write balances.retrieve(customerID, { credit_entitlement_id }).`,
    );
  }
  return encodeURIComponent(value);
}
