import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import {
  SandboxCheckouts,
  SandboxEntries,
  SandboxMeters,
  SandboxPortals,
  SandboxSubscriptions,
} from "./billing.js";
import { type Clock, SandboxClock } from "./clock.js";
import { ControlConnection, type Schemas } from "./connection.js";
import { resolveControlSettings, type SandboxControlOptions } from "./settings.js";
import { SandboxKeys, SandboxPolicy, SandboxTenants } from "./tenant.js";
import { SandboxDeliveries, SandboxEvents, SandboxWebhooks } from "./webhooks.js";

/** That the sandbox answers, and its version. */
export type Health = Schemas["Health"];

/** How the tenant begins again; what is left out is as it was at its first beginning. */
export type ResetParams = Schemas["Reset"];

/**
 * What was added up, and one sentence for each figure that does not follow from the ledger. No sentence: all is well.
 */
export type Audit = Schemas["Audit"];

/** Which credit to explain; the customer is the argument before it. */
export type ExplainParams = { readonly credit_entitlement_id: string };

/**
 * How a balance came to be: every grant with what was drawn from it, and how overage grew and shrank. Amounts are
 * decimal strings.
 */
export type Explanation = Schemas["Explanation"];

/**
 * A grant with its movements, oldest first; `initial` plus all of them is `remaining`. `carried_to` is what rolled
 * over.
 */
export type ExplainedGrant = Schemas["ExplainedGrant"];

/** What one entry of the ledger did to a grant or to overage. `amount` has a sign: below zero is less. */
export type ExplainedMovement = Schemas["ExplainedMovement"];

/**
 * What a sandbox can do that the service cannot: move time, pay checkouts, fail cards, lose webhooks, explain a balance.
 * Each call acts on the tenant of its key, so give it the client's. Methods reject as the client's do, with an `APIError`
 * of the class of the status.
 *
 * @example
 * const control = new SandboxControl({ bearerToken: "dodo_test_me", baseURL: "http://127.0.0.1:4010" });
 * await control.clock.freeze();
 * await control.clock.advance({ by: "30d" });
 *
 * @example
 * // In a test: a sandbox in the same process, no network.
 * const { fetch } = createSandbox();
 * const client = new DodoPayments({ bearerToken: "dodo_test_me", fetch });
 * const control = new SandboxControl({ bearerToken: "dodo_test_me", fetch });
 */
export class SandboxControl {
  /** Where requests go, without a slash at the end. */
  readonly baseURL: string;

  readonly checkouts: SandboxCheckouts;
  readonly clock: SandboxClock;
  readonly deliveries: SandboxDeliveries;
  readonly entries: SandboxEntries;
  readonly events: SandboxEvents;
  readonly keys: SandboxKeys;
  readonly meters: SandboxMeters;
  readonly policy: SandboxPolicy;
  readonly portals: SandboxPortals;
  readonly subscriptions: SandboxSubscriptions;
  readonly tenants: SandboxTenants;
  readonly webhooks: SandboxWebhooks;
  readonly #connection: ControlConnection;

  /** @throws DodoPaymentsError when an option is missing or makes no sense, or the address is the vendor's. */
  constructor(options: SandboxControlOptions = {}) {
    const settings = resolveControlSettings(options);
    const connection = new ControlConnection(settings);
    this.baseURL = settings.baseURL;
    this.checkouts = new SandboxCheckouts(connection);
    this.clock = new SandboxClock(connection);
    this.deliveries = new SandboxDeliveries(connection);
    this.entries = new SandboxEntries(connection);
    this.events = new SandboxEvents(connection);
    this.keys = new SandboxKeys(connection);
    this.meters = new SandboxMeters(connection);
    this.policy = new SandboxPolicy(connection);
    this.portals = new SandboxPortals(connection);
    this.subscriptions = new SandboxSubscriptions(connection);
    this.tenants = new SandboxTenants(connection);
    this.webhooks = new SandboxWebhooks(connection);
    this.#connection = connection;
  }

  /**
   * `fetch` with the key, timeout and retries of this client, for URLs below its `baseURL`; resolves whatever the status.
   * `api(control)` of `@drawdown/sdk/api` makes a typed client of it.
   *
   * @example
   * const response = await control.fetch(`${control.baseURL}/_sandbox/audit`);
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    this.#connection.fetch(input, init);

  /**
   * Whether the sandbox is up, and its version. Touches no tenant.
   *
   * @throws APIConnectionError when nobody answers
   * @example
   * const { version } = await control.health();
   */
  health(options?: RequestOptions): APIPromise<Health> {
    return this.#connection.call("get", "/_sandbox/health", {}, options);
  }

  /**
   * Empties the tenant and starts its ids, its policy and its clock afresh. The same seed and calls give the same ids.
   *
   * @throws UnprocessableEntityError when `at` is no instant
   * @example
   * beforeEach(() => control.reset({ at: "2026-01-01T00:00:00Z", frozen: true }));
   */
  reset(body: ResetParams = {}, options?: RequestOptions): APIPromise<Clock> {
    return this.#connection.call("post", "/_sandbox/reset", { body }, options, {
      isRepeatable: true,
    });
  }

  /**
   * Adds every ledger up again and compares it with the stored balances and grants. A sound sandbox has no differences.
   *
   * @example
   * expect((await control.audit()).differences).toEqual([]);
   */
  audit(options?: RequestOptions): APIPromise<Audit> {
    return this.#connection.call("get", "/_sandbox/audit", {}, options);
  }

  /**
   * Why a balance is what it is: every grant with the movements that led from its initial amount to what remains, what
   * was carried on, and the movements of overage.
   *
   * @throws NotFoundError
   * @example
   * const { balance, grants } = await control.explain("cus_1", { credit_entitlement_id: "cde_1" });
   * for (const { initial, remaining, movements } of grants) console.log(initial, movements, remaining);
   */
  explain(
    customerID: string,
    { credit_entitlement_id }: ExplainParams,
    options?: RequestOptions,
  ): APIPromise<Explanation> {
    return this.#connection.call(
      "get",
      "/_sandbox/explain/{credit_entitlement_id}/{customer_id}",
      { path: { credit_entitlement_id, customer_id: customerID } },
      options,
    );
  }
}
