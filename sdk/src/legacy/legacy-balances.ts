import type {
  BalanceCreateLedgerEntryParams,
  BalanceCreateLedgerEntryResponse,
  BalanceListGrantsParams,
  BalanceListGrantsResponse,
  BalanceListLedgerParams,
  BalanceListParams,
  BalanceRetrieveParams,
  CreditLedgerEntry,
  CustomerCreditBalance,
} from "../resources/balances.js";
import { amountText } from "./exact-decimal.js";
import { agreed, checkEntitlementId, checkIds, withoutUndefined } from "./older-names.js";
import { type LegacyPagePromise, paginate } from "./paginate.js";
import type { LegacyRequestOptions, WrappableBalances } from "./wrappable-client.js";

type Movement = Omit<BalanceCreateLedgerEntryParams, "credit_entitlement_id">;

/**
 * A balance with the older names of its amounts beside the current ones.
 *
 * @deprecated Use `CustomerCreditBalance`.
 */
export type LegacyCustomerCreditBalance = CustomerCreditBalance & {
  /** @deprecated Use `balance`. */
  readonly available_balance: string;
  /** @deprecated Use `overage`. */
  readonly overage_balance: string;
};

/**
 * A movement of the ledger that also has the older name of its kind.
 *
 * @deprecated Use `CreditLedgerEntry`.
 */
export type LegacyCreditLedgerEntry = CreditLedgerEntry & {
  /** @deprecated Use `transaction_type`. */
  readonly type: CreditLedgerEntry["transaction_type"];
};

/**
 * A movement to make, by older names, current ones, or both.
 *
 * @deprecated Use `BalanceCreateLedgerEntryParams`.
 */
export type LegacyLedgerEntryParams = Omit<Movement, "entry_type" | "amount"> & {
  /** @deprecated Use `entry_type`. */
  type?: Movement["entry_type"];
  entry_type?: Movement["entry_type"];
  /** Text goes out as it is. A number is taken for the decimal it was written as; that form is deprecated. */
  amount: number | string;
  /** @deprecated Use `reason`. */
  description?: string | null;
};

/**
 * A movement that was made, with the older names of its fields beside the current ones.
 *
 * @deprecated Use `BalanceCreateLedgerEntryResponse`.
 */
export type LegacyLedgerEntry = BalanceCreateLedgerEntryResponse & {
  /** @deprecated Use `entry_type`. */
  readonly type: Movement["entry_type"];
  /** @deprecated Use `reason`. */
  readonly description: string | null;
};

/** The query of an older call, or the options of a current one: which it is depends on the argument before. */
type QueryOf<Params> = Omit<Params, "credit_entitlement_id">;

/**
 * What customers hold of a credit, by the calls of the older guide, credit first, or the current ones, customer first.
 * Calls reject with a `LegacyCallError`, before anything is sent, when the ids are the other way round.
 *
 * @deprecated Use `client.creditEntitlements.balances`.
 */
export class LegacyBalances {
  constructor(private readonly balances: WrappableBalances) {}

  /**
   * What one customer holds of one credit.
   *
   * @deprecated Use `balances.retrieve(customerID, { credit_entitlement_id })`, then `balance` and `overage`.
   * @example
   * const { available_balance } = await older.creditEntitlements.balances.get("cde_1", "cus_1");
   */
  get(
    creditEntitlementID: string,
    customerID: string,
    options?: LegacyRequestOptions,
  ): Promise<LegacyCustomerCreditBalance> {
    return this.retrieve(customerID, { credit_entitlement_id: creditEntitlementID }, options);
  }

  /** @deprecated The current call; make it on the client itself. */
  async retrieve(
    customerID: string,
    params: BalanceRetrieveParams,
    options?: LegacyRequestOptions,
  ): Promise<LegacyCustomerCreditBalance> {
    checkIds(params?.credit_entitlement_id, customerID);
    return withOlderAmounts(await this.balances.retrieve(customerID, params, options));
  }

  /** @deprecated Use `balances.list(creditEntitlementID)` of the client itself, then `balance` and `overage`. */
  list(
    creditEntitlementID: string,
    query?: BalanceListParams | null,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<LegacyCustomerCreditBalance> {
    return paginate(query, async (page) => {
      checkEntitlementId(creditEntitlementID);
      const { items } = await this.balances.list(
        creditEntitlementID,
        { ...query, ...page },
        options,
      );
      return { items: items.map(withOlderAmounts) };
    });
  }

  /** @deprecated Use `balances.listGrants(customerID, { credit_entitlement_id })`. */
  listGrants(
    creditEntitlementID: string,
    customerID: string,
    query?: QueryOf<BalanceListGrantsParams> | null,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<BalanceListGrantsResponse>;
  /** @deprecated The current call; make it on the client itself. */
  listGrants(
    customerID: string,
    params: BalanceListGrantsParams,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<BalanceListGrantsResponse>;
  listGrants(
    ...call: ListCall<BalanceListGrantsParams>
  ): LegacyPagePromise<BalanceListGrantsResponse> {
    const { customerID, params, options } = currentList(call);
    return paginate(params, async (page) => {
      checkIds(params?.credit_entitlement_id, customerID);
      return this.balances.listGrants(customerID, { ...params, ...page }, options);
    });
  }

  /** @deprecated Use `balances.listLedger(customerID, { credit_entitlement_id })`, then `transaction_type`. */
  listLedger(
    creditEntitlementID: string,
    customerID: string,
    query?: QueryOf<BalanceListLedgerParams> | null,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<LegacyCreditLedgerEntry>;
  /** @deprecated The current call; make it on the client itself. */
  listLedger(
    customerID: string,
    params: BalanceListLedgerParams,
    options?: LegacyRequestOptions,
  ): LegacyPagePromise<LegacyCreditLedgerEntry>;
  listLedger(
    ...call: ListCall<BalanceListLedgerParams>
  ): LegacyPagePromise<LegacyCreditLedgerEntry> {
    const { customerID, params, options } = currentList(call);
    return paginate(params, async (page) => {
      checkIds(params?.credit_entitlement_id, customerID);
      const { items } = await this.balances.listLedger(customerID, { ...params, ...page }, options);
      return { items: items.map((it) => ({ ...it, type: it.transaction_type })) };
    });
  }

  /**
   * Adds credits or takes them away.
   *
   * @deprecated Use `balances.createLedgerEntry(customerID, { credit_entitlement_id, entry_type, amount, reason })`, with
   *   the amount as text.
   * @throws LegacyCallError for an amount that is a number but not an exact decimal above 0 and below 10^10
   * @example
   * await older.creditEntitlements.balances.createLedgerEntry("cde_1", "cus_1", {
   *   type: "credit", amount: 12.5, description: "Welcome", idempotency_key: "welcome-1",
   * });
   */
  createLedgerEntry(
    creditEntitlementID: string,
    customerID: string,
    params: LegacyLedgerEntryParams,
    options?: LegacyRequestOptions,
  ): Promise<LegacyLedgerEntry>;
  /** @deprecated The current call; make it on the client itself. */
  createLedgerEntry(
    customerID: string,
    params: BalanceCreateLedgerEntryParams,
    options?: LegacyRequestOptions,
  ): Promise<LegacyLedgerEntry>;
  async createLedgerEntry(
    ...call:
      | [string, string, LegacyLedgerEntryParams, (LegacyRequestOptions | undefined)?]
      | [string, BalanceCreateLedgerEntryParams, (LegacyRequestOptions | undefined)?]
  ): Promise<LegacyLedgerEntry> {
    const { customerID, params, options } = isOlder(call)
      ? {
          customerID: call[1],
          params: { ...call[2], credit_entitlement_id: call[0] },
          options: call[3],
        }
      : { customerID: call[0], params: call[1], options: call[2] };
    checkIds(params?.credit_entitlement_id, customerID);
    const made = await this.balances.createLedgerEntry(
      customerID,
      currentMovement(params),
      options,
    );
    return { ...made, type: made.entry_type, description: made.reason ?? null };
  }
}

type ListCall<Params> =
  | [string, string, (QueryOf<Params> | null | undefined)?, (LegacyRequestOptions | undefined)?]
  | [string, Params, (LegacyRequestOptions | undefined)?];

/** Whether a call puts the credit first: its second argument is then the customer, not an object. */
const isOlder = <Older extends readonly [string, string, ...unknown[]]>(
  call: Older | readonly [string, ...unknown[]],
): call is Older => typeof call[1] === "string";

function currentList<Params extends BalanceRetrieveParams>(call: ListCall<Params>) {
  if (!isOlder(call)) return { customerID: call[0], params: call[1], options: call[2] };
  const [credit_entitlement_id, customerID, query, options] = call;
  // Query and id together are what the current call takes as one.
  return { customerID, params: { ...query, credit_entitlement_id } as Params, options };
}

function currentMovement({
  type,
  entry_type,
  description,
  reason,
  amount,
  ...rest
}: LegacyLedgerEntryParams & BalanceRetrieveParams): BalanceCreateLedgerEntryParams {
  return {
    ...rest,
    amount: amountText(amount),
    ...withoutUndefined({
      entry_type: agreed("entry_type", entry_type, "type", type),
      reason: agreed("reason", reason, "description", description),
    }),
    // A movement that says neither `type` nor `entry_type` is the server's to refuse.
  } as BalanceCreateLedgerEntryParams;
}

const withOlderAmounts = (held: CustomerCreditBalance): LegacyCustomerCreditBalance => ({
  ...held,
  available_balance: held.balance,
  overage_balance: held.overage,
});
