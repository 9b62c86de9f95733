import type { components, operations } from "@drawdown/spec/dodo";
import { bodyOf, type Connection, type RequestOptions } from "../connection.js";
import { type PagePromise, paginate } from "../page.js";

type Schemas = components["schemas"];
export type Payment = Schemas["PaymentResponse"];
export type PaymentListParams = NonNullable<operations["listPayments"]["parameters"]["query"]>;
export type PaymentListResponse = Schemas["GetPaymentsListResponseItem"];

/** What was paid, or tried to be, by checkouts, renewals, plan changes and charges. */
export class Payments {
  constructor(private readonly connection: Connection) {}

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
    const { api, init } = this.connection;
    return paginate(query, (page) =>
      bodyOf(api.GET("/payments", { params: { query: { ...query, ...page } }, ...init(options) })),
    );
  }

  /**
   * One payment. Amounts are in the smallest unit of the currency.
   *
   * @throws NotFoundError
   * @example
   * const { status, total_amount } = await client.payments.retrieve("pay_1");
   */
  retrieve(paymentID: string, options?: RequestOptions): Promise<Payment> {
    const { api, init } = this.connection;
    const params = { path: { payment_id: paymentID } };
    return bodyOf(api.GET("/payments/{payment_id}", { params, ...init(options) }));
  }
}
