import type { components, operations } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";
import { type PagePromise, paginate } from "../page.js";

type Schemas = components["schemas"];
type Query<Id extends "listSubscriptions" | "retrieveUsageHistory"> = NonNullable<
  operations[Id]["parameters"]["query"]
>;

export type Subscription = Schemas["SubscriptionResponse"];
export type SubscriptionListParams = Query<"listSubscriptions">;
export type SubscriptionListResponse = Schemas["SubscriptionListResponseItem"];
export type SubscriptionUpdateParams = Schemas["PatchSubscriptionRequest"];
export type SubscriptionChangePlanParams = Schemas["UpdateSubscriptionPlanReq"];
export type SubscriptionChangePlanResponse = Schemas["SubscriptionChangePlanResponse"];
export type SubscriptionPreviewChangePlanParams = Schemas["UpdateSubscriptionPlanReq"];
export type SubscriptionPreviewChangePlanResponse = Schemas["ChangePlanPreviewResponse"];
export type SubscriptionChargeParams = Schemas["CreateSubscriptionChargeRequest"];
export type SubscriptionChargeResponse = Schemas["CreateSubscriptionChargeResponse"];
export type SubscriptionRetrieveCreditUsageResponse = Schemas["SubscriptionCreditUsageResponse"];
export type SubscriptionRetrieveUsageHistoryParams = Query<"retrieveUsageHistory">;
export type SubscriptionRetrieveUsageHistoryResponse = Schemas["UsageHistoryItem"];

/** Plans that customers pay by the period. A checkout session makes them. */
export class Subscriptions {
  constructor(private readonly connection: Connection) {}

  /**
   * The subscriptions, newest first, without their credits.
   *
   * @example
   * for await (const { subscription_id } of client.subscriptions.list({ status: "active" })) console.log(subscription_id);
   */
  list(
    query?: SubscriptionListParams | null,
    options?: RequestOptions,
  ): PagePromise<SubscriptionListResponse> {
    const { api, init } = this.connection;
    return paginate(query, (page) => {
      const params = { query: { ...query, ...page } };
      return bodyOf(api.GET("/subscriptions", { params, ...init(options) }));
    });
  }

  /**
   * One subscription.
   *
   * @throws NotFoundError
   * @example
   * const { status, next_billing_date } = await client.subscriptions.retrieve("sub_1");
   */
  retrieve(subscriptionID: string, options?: RequestOptions): Promise<Subscription> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(api.GET("/subscriptions/{subscription_id}", { params, ...init(options) }));
  }

  /**
   * Changes the fields given and leaves the others: cancels, pauses and resumes too. Resolves with the subscription as it
   * is then. A change that was made although its answer was lost may be refused when it is sent again.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when its present state does not allow the change
   * @example
   * await client.subscriptions.update("sub_1", { cancel_at_next_billing_date: true });
   */
  update(
    subscriptionID: string,
    body: SubscriptionUpdateParams,
    options?: RequestOptions,
  ): Promise<Subscription> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(
      api.PATCH("/subscriptions/{subscription_id}", { params, body, ...init(options) }),
    );
  }

  /**
   * Moves a subscription to another plan, now or at its next billing date. Resolves with the payment this made, all of it
   * `null` when there was none.
   *
   * @throws ConflictError while another change waits
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the subscription is not active, or is on demand
   * @example
   * const { payment_id } = await client.subscriptions.changePlan("sub_1", {
   *   product_id: "pdt_2", quantity: 1, proration_billing_mode: "prorated_immediately",
   * });
   */
  changePlan(
    subscriptionID: string,
    body: SubscriptionChangePlanParams,
    options?: RequestOptions,
  ): Promise<SubscriptionChangePlanResponse> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(
      api.POST("/subscriptions/{subscription_id}/change-plan", { params, body, ...init(options) }),
    );
  }

  /**
   * What `changePlan` with this body would charge, and how the subscription would look. Changes nothing, so the request
   * is sent again like one that only reads.
   *
   * @throws ConflictError, NotFoundError, UnprocessableEntityError as `changePlan` does
   * @example
   * const { immediate_charge } = await client.subscriptions.previewChangePlan("sub_1", {
   *   product_id: "pdt_2", quantity: 1, proration_billing_mode: "prorated_immediately",
   * });
   * console.log(immediate_charge.summary.total_amount);
   */
  previewChangePlan(
    subscriptionID: string,
    body: SubscriptionPreviewChangePlanParams,
    options?: RequestOptions,
  ): Promise<SubscriptionPreviewChangePlanResponse> {
    const { api, init } = this.connection;
    return bodyOf(
      api.POST("/subscriptions/{subscription_id}/change-plan/preview", {
        params: { path: { subscription_id: subscriptionID } },
        body,
        ...init(options, { isRepeatable: true }),
      }),
    );
  }

  /**
   * Drops the plan change that waits for the next billing date.
   *
   * @throws NotFoundError when none waits, or there is no such subscription
   * @example
   * await client.subscriptions.cancelChangePlan("sub_1");
   */
  cancelChangePlan(subscriptionID: string, options?: RequestOptions): Promise<void> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(
      api.DELETE("/subscriptions/{subscription_id}/change-plan/scheduled", {
        params,
        ...init(options),
      }),
    );
  }

  /**
   * Charges a subscription that is on demand. No period begins, so no credits are issued. It has no key to tell a repeat
   * by: when its answer is lost, look for the payment in `payments.list` before charging again.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the subscription is not on demand or not active
   * @example
   * const { payment_id } = await client.subscriptions.charge("sub_1", { product_price: 250 }); // 2.50 in USD
   */
  charge(
    subscriptionID: string,
    body: SubscriptionChargeParams,
    options?: RequestOptions,
  ): Promise<SubscriptionChargeResponse> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(
      api.POST("/subscriptions/{subscription_id}/charge", { params, body, ...init(options) }),
    );
  }

  /**
   * What is left of every credit of the subscription, in one answer without pages. Balances are those of the customer.
   *
   * @throws NotFoundError
   * @example
   * const { items } = await client.subscriptions.retrieveCreditUsage("sub_1");
   * console.log(items[0]?.balance); // "100", in credits
   */
  retrieveCreditUsage(
    subscriptionID: string,
    options?: RequestOptions,
  ): Promise<SubscriptionRetrieveCreditUsageResponse> {
    const { api, init } = this.connection;
    const params = { path: { subscription_id: subscriptionID } };
    return bodyOf(
      api.GET("/subscriptions/{subscription_id}/credit-usage", { params, ...init(options) }),
    );
  }

  /**
   * The billing periods, newest first, each with what its meters counted and what that cost.
   *
   * @throws BadRequestError when the subscription has no meters
   * @throws NotFoundError when there is no such subscription or meter
   * @example
   * const periods = client.subscriptions.retrieveUsageHistory("sub_1", { meter_id: "mtr_1" });
   * for await (const { start_date, meters } of periods) console.log(start_date, meters[0]?.consumed_units);
   */
  retrieveUsageHistory(
    subscriptionID: string,
    query?: SubscriptionRetrieveUsageHistoryParams | null,
    options?: RequestOptions,
  ): PagePromise<SubscriptionRetrieveUsageHistoryResponse> {
    const { api, init } = this.connection;
    const path = { subscription_id: subscriptionID };
    return paginate(query, (page) => {
      const params = { path, query: { ...query, ...page } };
      return bodyOf(
        api.GET("/subscriptions/{subscription_id}/usage-history", { params, ...init(options) }),
      );
    });
  }
}
