import type { CreditEntitlementListParams } from "../resources/credit-entitlements.js";
import { currentChanges, currentCreation, withOlderNames } from "./entitlement-fields.js";
import { LegacyBalances } from "./legacy-balances.js";
import type {
  LegacyCreditEntitlement,
  LegacyCreditEntitlementCreateParams,
  LegacyCreditEntitlementUpdateParams,
} from "./legacy-entitlement.js";
import { checkEntitlementId } from "./older-names.js";
import { type LegacyPagePromise, paginate } from "./paginate.js";
import type { LegacyRequestOptions, WrappableCreditEntitlements } from "./wrappable-client.js";

/**
 * The kinds of credit a business sells, by the field names of the older guide or the current ones. Results carry both.
 *
 * @deprecated Use `client.creditEntitlements`.
 */
export class LegacyCreditEntitlements {
  /** @deprecated Use `client.creditEntitlements.balances`. */
  readonly balances: LegacyBalances;

  constructor(private readonly credits: WrappableCreditEntitlements) {
    this.balances = new LegacyBalances(credits.balances);
  }

  /**
   * Creates a credit. A `price_per_unit` that is a number is in whole units of the currency, USD unless given.
   *
   * @deprecated Use `client.creditEntitlements.create` with the names of `CreditEntitlementCreateParams`.
   * @throws LegacyCallError when an older and a current name say different things
   * @example
   * await older.creditEntitlements.create({
   *   name: "Tokens", credit_type: "custom_unit", unit_name: "token", precision: 0, expiry_duration: 30,
   * });
   */
  async create(
    body: LegacyCreditEntitlementCreateParams,
    options?: LegacyRequestOptions,
  ): Promise<LegacyCreditEntitlement> {
    return withOlderNames(await this.credits.create(currentCreation(body), options));
  }

  /** @deprecated Use `client.creditEntitlements.retrieve`. */
  async retrieve(id: string, options?: LegacyRequestOptions): Promise<LegacyCreditEntitlement> {
    checkEntitlementId(id);
    return withOlderNames(await this.credits.retrieve(id, options));
  }

  /**
   * Changes the settings given and leaves the others. For a `price_per_unit` that is a number and comes without a
   * currency, the credit is read first: the price is in the currency it has, or else in USD.
   *
   * @deprecated Use `client.creditEntitlements.update` with the names of `CreditEntitlementUpdateParams`.
   * @throws LegacyCallError when an older and a current name say different things
   * @example
   * await older.creditEntitlements.update("cde_1", { allow_overage: true, price_per_unit: 0.002 });
   */
  async update(
    id: string,
    body: LegacyCreditEntitlementUpdateParams,
    options?: LegacyRequestOptions,
  ): Promise<void> {
    checkEntitlementId(id);
    const stored = async () => (await this.credits.retrieve(id, options)).currency;
    await this.credits.update(id, await currentChanges(body, stored), options);
  }

  /** @deprecated Use `client.creditEntitlements.list`. */
  list(
    query?: CreditEntitlementListParams | null,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<LegacyCreditEntitlement> {
    return paginate(query, async (page) => {
      const { items } = await this.credits.list({ ...query, ...page }, options);
      return { items: items.map(withOlderNames) };
    });
  }

  /** @deprecated Use `client.creditEntitlements.delete`. */
  async delete(id: string, options?: LegacyRequestOptions): Promise<void> {
    checkEntitlementId(id);
    await this.credits.delete(id, options);
  }

  /** @deprecated Use `client.creditEntitlements.undelete`. */
  async undelete(id: string, options?: LegacyRequestOptions): Promise<void> {
    checkEntitlementId(id);
    await this.credits.undelete(id, options);
  }
}
