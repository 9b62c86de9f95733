import type { components } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];

/** A cart, who buys it, and how its pay page behaves. A plan among the products makes a subscription. */
export type CheckoutSessionCreateParams = Schemas["CreateCheckoutSessionRequest"];

/** A new session and the address of its pay page; with `confirm` a payment that is there already, and no address. */
export type CheckoutSessionResponse = Schemas["CreateSessionResponse"];

/** The same cart that `create` takes. */
export type CheckoutSessionPreviewParams = Schemas["CreateCheckoutSessionRequest"];

/**
 * What a session would charge, now and at each renewal, in the smallest unit of `currency`, and the credits it would
 * issue.
 */
export type CheckoutSessionPreviewResponse = Schemas["CalculateSessionResponse"];

/** How far a session is; what is not known yet, as the payment before one starts, is `null`. */
export type CheckoutSessionStatus = Schemas["GetCheckoutSessionsStatus"];

/** Carts, each with a page where it is paid once. */
export class CheckoutSessions extends Resource {
  /**
   * Opens a session, to be paid at `checkout_url` within 24 hours. Paid, it issues the credits of its products and starts
   * the subscription, if one is in the cart.
   *
   * @throws UnprocessableEntityError when the cart is empty, a product unknown or archived, or the customer unknown
   * @example
   * const { session_id, checkout_url } = await client.checkoutSessions.create({
   *   product_cart: [{ product_id: "pdt_1", quantity: 1 }],
   *   customer: { customer_id: "cus_1" },
   * });
   */
  create(
    body: CheckoutSessionCreateParams,
    options?: RequestOptions,
  ): APIPromise<CheckoutSessionResponse> {
    return this.connection.call("post", "/checkouts", { body }, options);
  }

  /**
   * What a session with this body would charge, now and at every renewal, and the credits it would issue. Stores
   * nothing, so the request is sent again like one that only reads.
   *
   * @throws UnprocessableEntityError as `create` does
   * @example
   * const { total_price } = await client.checkoutSessions.preview({
   *   product_cart: [{ product_id: "pdt_1", quantity: 2 }],
   * });
   */
  preview(
    body: CheckoutSessionPreviewParams,
    options?: RequestOptions,
  ): APIPromise<CheckoutSessionPreviewResponse> {
    return this.connection.call("post", "/checkouts/preview", { body }, options, {
      isRepeatable: true,
    });
  }

  /**
   * Who buys, and how the payment stands.
   *
   * @throws NotFoundError
   * @example
   * const { payment_status } = await client.checkoutSessions.retrieve("cks_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<CheckoutSessionStatus> {
    return this.connection.call("get", "/checkouts/{id}", { path: { id } }, options);
  }
}
