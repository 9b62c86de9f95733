import { all } from "#sandbox/kinds.js";
import { type HandlersOf, page, withinDates } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { customerOf, viewPayment } from "../views.js";
import { presentPaymentItem } from "./present.js";

export const payments: HandlersOf<"listPayments" | "retrievePayment"> = {
  async listPayments({ tx, businessId }, { query }) {
    const isWithin = withinDates(query.created_at_gte, query.created_at_lte);
    const found = await tx.find(kinds.payment, "all", all, {
      descending: true,
      where: (it) =>
        (query.customer_id === undefined || it.customerId === query.customer_id) &&
        (query.subscription_id === undefined || it.subscriptionId === query.subscription_id) &&
        (query.status === undefined || it.status === query.status) &&
        (query.product_id === undefined ||
          it.lines.some(({ productId }) => productId === query.product_id)) &&
        (query.currency === undefined || it.currency === query.currency) &&
        (query.brand_id === undefined || query.brand_id === businessId) &&
        isWithin(it.createdAt),
      ...page(query),
    });
    const items = [];
    for (const it of found) {
      items.push(presentPaymentItem(it, await customerOf(tx, it.customerId), businessId));
    }
    return { status: 200, body: { items } };
  },

  async retrievePayment(context, { path }) {
    const payment = await load(context.tx, kinds.payment, path.payment_id, "ERR-03");
    return { status: 200, body: await viewPayment(context, payment) };
  },
};
