import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];

/**
 * A payment with its cart and address. `total_amount` is in the smallest unit of `currency`; `error_code` is set
 * where it failed.
 */
export type Payment = Schemas["PaymentResponse"];

/**
 * Which page of the payments, and which of them. Both ends of `created_at_gte` and `created_at_lte` are included.
 */
export type PaymentListParams = NonNullable<operations["listPayments"]["parameters"]["query"]>;

/** A payment as listed, without its cart and address. `total_amount` is in the smallest unit of `currency`. */
export type PaymentListResponse = Schemas["GetPaymentsListResponseItem"];

/** What was paid, or tried to be, by checkouts, renewals, plan changes and charges. */
export class Payments extends Resource {
  /**
   * The payments, newest first.
   *
   * @example
   * for await (const payment of client.payments.list({ customer_id: "cus_1", status: "succeeded" })) {
   *   console.log(payment.total_amount, payment.currency);
   * }
   */
  list(
    query?: PaymentListParams | null,
    options?: RequestOptions,
  ): PagePromise<PaymentListResponse> {
    return this.connection.list("/payments", { query }, options);
  }

  /**
   * One payment. Amounts are in the smallest unit of the currency.
   *
   * @throws NotFoundError
   * @example
   * const { status, total_amount } = await client.payments.retrieve("pay_1");
   */
  retrieve(paymentID: string, options?: RequestOptions): APIPromise<Payment> {
    return this.connection.call(
      "get",
      "/payments/{payment_id}",
      { path: { payment_id: paymentID } },
      options,
    );
  }
}
