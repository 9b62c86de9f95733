import { LegacyCreditEntitlements } from "./legacy-credit-entitlements.js";
import type { WrappableClient } from "./wrappable-client.js";

/**
 * A client whose `creditEntitlements` take the older calls.
 *
 * @deprecated Use the client itself.
 */
export type WithLegacyCalls<Client extends WrappableClient> = Omit<Client, "creditEntitlements"> & {
  /** @deprecated Use `creditEntitlements` of the client itself. */
  readonly creditEntitlements: LegacyCreditEntitlements;
};

/**
 * Gives a client the calls and field names of an older guide, for credits and balances; all else is the client's own, and
 * the client itself is left as it is. Whether it is this package's or `dodopayments` makes no difference.
 *
 * @deprecated Make the current calls on the client itself; every older one names its current form.
 * @example
 * const older = withLegacyCalls(new DodoPayments());
 * const { available_balance } = await older.creditEntitlements.balances.get("cde_1", "cus_1");
 */
export function withLegacyCalls<Client extends WrappableClient>(
  client: Client,
): WithLegacyCalls<Client> {
  const creditEntitlements = new LegacyCreditEntitlements(client.creditEntitlements);
  // Not an object that inherits from the client: methods of the official one use private fields of `this`.
  return new Proxy(client, {
    get(target, name) {
      if (name === "creditEntitlements") return creditEntitlements;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  }) as unknown as WithLegacyCalls<Client>; // the proxy has replaced the one member that differs
}
