import type { APIPromise } from "./api-promise.js";
import { Connection, type RequestOptions } from "./connection.js";
import * as errors from "./errors.js";
import type { Logger, LogLevel } from "./log.js";
import { Addons } from "./resources/addons.js";
import { CheckoutSessions } from "./resources/checkout-sessions.js";
import { CreditEntitlements } from "./resources/credit-entitlements.js";
import { Customers } from "./resources/customers.js";
import { Meters } from "./resources/meters.js";
import { Payments } from "./resources/payments.js";
import { Products } from "./resources/products.js";
import { Subscriptions } from "./resources/subscriptions.js";
import { UsageEvents } from "./resources/usage-events.js";
import { Webhooks } from "./resources/webhooks.js";
import {
  type ClientOptions,
  type FetchOptions,
  resolveSettings,
  timeoutDefault,
} from "./settings.js";

/** Options of a call by path: those of every method, and what is sent. */
export type PathOptions = RequestOptions & { readonly body?: unknown };

/**
 * A client of the credit-billing API, of the vendor or of a sandbox. Amounts of credits are decimal strings, instants
 * are RFC 3339 strings. Methods reject with an `APIError` of the class of the status.
 *
 * @example
 * const client = new DodoPayments({ bearerToken: "dodo_test_me", baseURL: "http://127.0.0.1:4010" });
 * for await (const customer of client.customers.list()) console.log(customer.email);
 *
 * @example
 * // In a test: a sandbox in the same process, no network.
 * const client = new DodoPayments({ bearerToken: "dodo_test_me", fetch: createSandbox().fetch });
 */
export class DodoPayments {
  /** Milliseconds. */
  static readonly DEFAULT_TIMEOUT = timeoutDefault;
  static readonly DodoPaymentsError = errors.DodoPaymentsError;
  static readonly APIError = errors.APIError;
  static readonly BadRequestError = errors.BadRequestError;
  static readonly AuthenticationError = errors.AuthenticationError;
  static readonly PermissionDeniedError = errors.PermissionDeniedError;
  static readonly NotFoundError = errors.NotFoundError;
  static readonly ConflictError = errors.ConflictError;
  static readonly UnprocessableEntityError = errors.UnprocessableEntityError;
  static readonly RateLimitError = errors.RateLimitError;
  static readonly InternalServerError = errors.InternalServerError;
  static readonly APIConnectionError = errors.APIConnectionError;
  static readonly APIConnectionTimeoutError = errors.APIConnectionTimeoutError;
  static readonly APIUserAbortError = errors.APIUserAbortError;
  static readonly LostAnswerError = errors.LostAnswerError;
  static readonly WebhookUnwrapError = errors.WebhookUnwrapError;

  /** Where requests go, without a slash at the end. */
  readonly baseURL: string;
  /** Milliseconds one attempt may take. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly logLevel: LogLevel;
  readonly logger: Logger;
  readonly fetchOptions: FetchOptions | undefined;

  readonly addons: Addons;
  readonly checkoutSessions: CheckoutSessions;
  readonly creditEntitlements: CreditEntitlements;
  readonly customers: Customers;
  readonly meters: Meters;
  readonly payments: Payments;
  readonly products: Products;
  readonly subscriptions: Subscriptions;
  readonly usageEvents: UsageEvents;
  readonly webhooks: Webhooks;

  readonly #options: ClientOptions;
  readonly #connection: Connection;

  /** @throws DodoPaymentsError when an option is missing or makes no sense; the message says what to write instead. */
  constructor(options: ClientOptions = {}) {
    const settings = resolveSettings(options);
    const connection = new Connection(settings);
    this.#options = options;
    this.#connection = connection;
    this.baseURL = settings.baseURL;
    this.timeout = settings.timeout;
    this.maxRetries = settings.maxRetries;
    this.logLevel = settings.logLevel;
    this.logger = settings.logger;
    this.fetchOptions = settings.fetchOptions;
    this.addons = new Addons(connection);
    this.checkoutSessions = new CheckoutSessions(connection);
    this.creditEntitlements = new CreditEntitlements(connection);
    this.customers = new Customers(connection);
    this.meters = new Meters(connection);
    this.payments = new Payments(connection);
    this.products = new Products(connection);
    this.subscriptions = new Subscriptions(connection);
    this.usageEvents = new UsageEvents(connection);
    this.webhooks = new Webhooks(connection);
  }

  get bearerToken(): string {
    return this.#connection.settings.bearerToken;
  }

  get webhookKey(): string | null {
    return this.#connection.settings.webhookKey;
  }

  /**
   * Another client with the options of this one, save those given.
   *
   * @example
   * const patient = client.withOptions({ timeout: 300_000, maxRetries: 5 });
   */
  withOptions(options: Partial<ClientOptions>): this {
    const { environment, ...rest } = this.#options;
    // The address in force, the environment variables of then included, unless another one is asked for.
    const address = options.environment ? {} : { baseURL: this.baseURL };
    const { bearerToken, webhookKey } = this;
    const Client = this.constructor as new (options: ClientOptions) => this;
    return new Client({ ...rest, bearerToken, webhookKey, baseURL: null, ...address, ...options });
  }

  /**
   * `fetch` with the key, timeout and retries of this client, for URLs below its `baseURL`; resolves whatever the status.
   * `@drawdown/sdk/api` makes a typed client of it.
   *
   * @example
   * const response = await client.fetch(`${client.baseURL}/refunds?page_size=5`);
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    this.#connection.fetch(input, init);

  /**
   * Calls a path that has no method here.
   *
   * @example
   * const refunds = await client.get<{ items: { refund_id: string }[] }>("/refunds", { query: { page_size: 5 } });
   */
  get<Body>(path: string, options?: PathOptions): APIPromise<Body> {
    return this.#request("get", path, options);
  }

  /**
   * As `get`; sent again only when nothing can have happened.
   *
   * @example
   * await client.post("/refunds", { body: { payment_id: "pay_1" } });
   */
  post<Body>(path: string, options?: PathOptions): APIPromise<Body> {
    return this.#request("post", path, options);
  }

  /**
   * As `get`.
   *
   * @example
   * await client.patch("/brands/brd_1", { body: { name: "NeuralAPI" } });
   */
  patch<Body>(path: string, options?: PathOptions): APIPromise<Body> {
    return this.#request("patch", path, options);
  }

  /**
   * As `get`.
   *
   * @example
   * await client.put("/brands/brd_1/images");
   */
  put<Body>(path: string, options?: PathOptions): APIPromise<Body> {
    return this.#request("put", path, options);
  }

  /**
   * As `get`.
   *
   * @example
   * await client.delete("/discounts/dsc_1");
   */
  delete<Body>(path: string, options?: PathOptions): APIPromise<Body> {
    return this.#request("delete", path, options);
  }

  #request<Body>(method: string, path: string, options?: PathOptions): APIPromise<Body> {
    // What such a path answers with, the caller says.
    return this.#connection.request(
      method,
      path,
      { body: options?.body },
      options,
    ) as APIPromise<Body>;
  }
}
