import { idPrefixes } from "../fill-path.js";
import { LegacyCallError } from "./legacy-call-error.js";

/**
 * The one value of a field that may be given under its current name, its older one, or both.
 *
 * @throws LegacyCallError when both are given and are not the same
 */
export function agreed<Value>(
  name: string,
  current: Value | undefined,
  olderName: string,
  older: Value | undefined,
): Value | undefined {
  if (current !== undefined && older !== undefined && current !== older) {
    throw new LegacyCallError(
      "fields_disagree",
      `${name} is ${JSON.stringify(current)} but ${olderName}, an older name that sets it too, is ${JSON.stringify(older)}; give one of them.`,
    );
  }
  return current === undefined ? older : current;
}

/** @throws LegacyCallError when there is nothing of that name */
export function lookUp<Value>(
  field: string,
  values: Readonly<Record<string, Value>>,
  name: string,
): Value {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  throw new LegacyCallError(
    "value_unknown",
    `${field} is ${JSON.stringify(name)} but must be one of ${Object.keys(values).join(", ")}.`,
  );
}

/** The fields that are set. */
export function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  // `fromEntries` forgets the names.
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as ReturnType<typeof withoutUndefined<Fields>>;
}

/**
 * @throws LegacyCallError unless the ids are there, and are what they are passed as, as far as their prefixes show it
 */
export function checkIds(creditEntitlementID: unknown, customerID: unknown): void {
  checkEntitlementId(creditEntitlementID);
  checkId("customer", customerID, idPrefixes.credit_entitlement_id);
}

/** @throws LegacyCallError unless the id is one of a credit entitlement, as far as its prefix shows it */
export const checkEntitlementId = (id: unknown): void =>
  checkId("credit entitlement", id, idPrefixes.customer_id);

function checkId(whose: string, id: unknown, other: RegExp): void {
  if (typeof id !== "string" || id === "") {
    throw new LegacyCallError(
      "id_missing",
      `The id of the ${whose} is ${JSON.stringify(id)}: pass one as text.`,
    );
  }
  if (other.test(id)) {
    throw new LegacyCallError(
      "ids_swapped",
      `"${id}" was passed as the id of the ${whose}, which it is not. Older calls take the credit entitlement first, then the customer; current ones the customer first, then { credit_entitlement_id }.`,
    );
  }
}
