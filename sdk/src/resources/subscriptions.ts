import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];
type Query<Id extends "listSubscriptions" | "retrieveUsageHistory"> = NonNullable<
  operations[Id]["parameters"]["query"]
>;

/**
 * A subscription and what its credits stand at. Its current period is from `previous_billing_date`, included, to
 * `next_billing_date`.
 */
export type Subscription = Schemas["SubscriptionResponse"];

/**
 * Which page of the subscriptions, and which of them. Both ends of `created_at_gte` and `created_at_lte` are
 * included.
 */
export type SubscriptionListParams = Query<"listSubscriptions">;

/** A subscription as listed, without its credits and meters. */
export type SubscriptionListResponse = Schemas["SubscriptionListResponseItem"];

/**
 * The fields of a subscription to change; one that is left out or `null` keeps its value. `status` cancels, pauses
 * and resumes.
 */
export type SubscriptionUpdateParams = Schemas["PatchSubscriptionRequest"];

/** The plan to move to, when, how the difference is billed, and what happens when the card fails. */
export type SubscriptionChangePlanParams = Schemas["UpdateSubscriptionPlanReq"];

/** The payment a change made; all of it is `null` when nothing was charged. */
export type SubscriptionChangePlanResponse = Schemas["SubscriptionChangePlanResponse"];

/** The same change that `changePlan` takes. */
export type SubscriptionPreviewChangePlanParams = Schemas["UpdateSubscriptionPlanReq"];

/** What a change would charge, in the smallest unit of the currency, and the subscription as it would be. */
export type SubscriptionPreviewChangePlanResponse = Schemas["ChangePlanPreviewResponse"];

/** What to charge, and for what. `product_price` is in the smallest unit of the currency. */
export type SubscriptionChargeParams = Schemas["CreateSubscriptionChargeRequest"];

/** The payment that was made; whether it went through is told by `payments.retrieve`. */
export type SubscriptionChargeResponse = Schemas["CreateSubscriptionChargeResponse"];

/** One item for each credit of the subscription; none when it has no credits. */
export type SubscriptionRetrieveCreditUsageResponse = Schemas["SubscriptionCreditUsageResponse"];

/**
 * Which page of the periods, and which: those that start at `start_date` or later and end at `end_date` or before.
 */
export type SubscriptionRetrieveUsageHistoryParams = Query<"retrieveUsageHistory">;

/**
 * One period: what each meter counted, what of that was charged, and the price, in the smallest unit of its currency.
 */
export type SubscriptionRetrieveUsageHistoryResponse = Schemas["UsageHistoryItem"];

/** Plans that customers pay by the period. A checkout session makes them. */
export class Subscriptions extends Resource {
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
    return this.connection.list("/subscriptions", { query }, options);
  }

  /**
   * One subscription.
   *
   * @throws NotFoundError
   * @example
   * const { status, next_billing_date } = await client.subscriptions.retrieve("sub_1");
   */
  retrieve(subscriptionID: string, options?: RequestOptions): APIPromise<Subscription> {
    return this.connection.call(
      "get",
      "/subscriptions/{subscription_id}",
      { path: { subscription_id: subscriptionID } },
      options,
    );
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
  ): APIPromise<Subscription> {
    return this.connection.call(
      "patch",
      "/subscriptions/{subscription_id}",
      { path: { subscription_id: subscriptionID }, body },
      options,
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
  ): APIPromise<SubscriptionChangePlanResponse> {
    return this.connection.call(
      "post",
      "/subscriptions/{subscription_id}/change-plan",
      { path: { subscription_id: subscriptionID }, body },
      options,
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
  ): APIPromise<SubscriptionPreviewChangePlanResponse> {
    return this.connection.call(
      "post",
      "/subscriptions/{subscription_id}/change-plan/preview",
      { path: { subscription_id: subscriptionID }, body },
      options,
      { isRepeatable: true },
    );
  }

  /**
   * Drops the plan change that waits for the next billing date.
   *
   * @throws NotFoundError when none waits, or there is no such subscription
   * @example
   * await client.subscriptions.cancelChangePlan("sub_1");
   */
  cancelChangePlan(subscriptionID: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call(
      "delete",
      "/subscriptions/{subscription_id}/change-plan/scheduled",
      { path: { subscription_id: subscriptionID } },
      options,
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
  ): APIPromise<SubscriptionChargeResponse> {
    return this.connection.call(
      "post",
      "/subscriptions/{subscription_id}/charge",
      { path: { subscription_id: subscriptionID }, body },
      options,
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
  ): APIPromise<SubscriptionRetrieveCreditUsageResponse> {
    return this.connection.call(
      "get",
      "/subscriptions/{subscription_id}/credit-usage",
      { path: { subscription_id: subscriptionID } },
      options,
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
    return this.connection.list(
      "/subscriptions/{subscription_id}/usage-history",
      { path: { subscription_id: subscriptionID }, query },
      options,
    );
  }
}
