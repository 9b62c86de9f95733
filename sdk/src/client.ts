import { type Api, connect } from "./connection.js";
import * as errors from "./errors.js";
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
import { type ClientOptions, resolveSettings } from "./settings.js";

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
  static readonly WebhookUnwrapError = errors.WebhookUnwrapError;

  /** Where requests go, without a slash at the end. */
  readonly baseURL: string;

  /**
   * The openapi-fetch client below the resources: same key, timeout and retries, but an answer is a value whatever its
   * status.
   *
   * @example
   * const { data, error, response } = await client.api.GET("/meters", { params: { query: { archived: true } } });
   */
  readonly api: Api;

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

  /** @throws DodoPaymentsError when an option is missing or makes no sense; the message says what to write instead. */
  constructor(options: ClientOptions = {}) {
    const settings = resolveSettings(options);
    const connection = connect(settings);
    this.baseURL = settings.baseURL;
    this.api = connection.api;
    this.addons = new Addons(connection);
    this.checkoutSessions = new CheckoutSessions(connection);
    this.creditEntitlements = new CreditEntitlements(connection);
    this.customers = new Customers(connection);
    this.meters = new Meters(connection);
    this.payments = new Payments(connection);
    this.products = new Products(connection);
    this.subscriptions = new Subscriptions(connection);
    this.usageEvents = new UsageEvents(connection);
    this.webhooks = new Webhooks(connection, settings.webhookKey);
  }
}
