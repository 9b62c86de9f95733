import { formatAmount } from "#domain/amount.js";
import { checkMetadata, generalMetadataLimits } from "#domain/metadata.js";
import { addDays } from "#domain/time.js";
import { all } from "#sandbox/kinds.js";
import { checkedReturnUrl } from "../checkout/return-url.js";
import { type HandlersOf, page, withinDates } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { patched } from "../patched.js";
import { presentCustomer } from "../present.js";
import { type Customer, emailKey } from "./rules.js";

export const customers: HandlersOf<
  | "createCustomer"
  | "listCustomers"
  | "retrieveCustomer"
  | "updateCustomer"
  | "listCustomerCreditEntitlements"
  | "createCustomerPortalSession"
> = {
  /** @rule CUS-01 the answer is 200, not 201 */
  async createCustomer({ tx, now, nextId, businessId }, { body }) {
    const customer: Customer = {
      id: nextId("cus"),
      email: body.email,
      name: body.name,
      phoneNumber: body.phone_number ?? null,
      metadata: body.metadata ?? {},
      createdAt: now,
    };
    checkMetadata(customer.metadata, generalMetadataLimits, "`metadata`");
    tx.put(kinds.customer, customer);
    return { status: 200, body: presentCustomer(customer, businessId) };
  },

  /** @rule CUS-02 by email, name and date of creation */
  async listCustomers({ tx, businessId }, { query }) {
    const { email, name } = query;
    const isWithin = withinDates(query.created_at_gte, query.created_at_lte);
    const isWanted = (it: Customer) =>
      (name === undefined || it.name.toLowerCase().includes(name.toLowerCase())) &&
      isWithin(it.createdAt);
    const [index, key] =
      email === undefined ? (["all", all] as const) : (["byEmail", emailKey(email)] as const);
    const found = await tx.find(kinds.customer, index, key, {
      descending: true,
      where: isWanted,
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentCustomer(it, businessId)) } };
  },

  /** @rule CUS-03 an unknown one is 404 */
  async retrieveCustomer({ tx, businessId }, { path }) {
    const customer = await load(tx, kinds.customer, path.customer_id, "CUS-03");
    return { status: 200, body: presentCustomer(customer, businessId) };
  },

  async updateCustomer({ tx, businessId }, { path, body }) {
    const stored = await load(tx, kinds.customer, path.customer_id, "CUS-03");
    const updated: Customer = {
      ...stored,
      email: body.email ?? stored.email,
      name: body.name ?? stored.name,
      phoneNumber: patched(body.phone_number, stored.phoneNumber),
      metadata: patched(body.metadata, stored.metadata) ?? {},
    };
    checkMetadata(updated.metadata, generalMetadataLimits, "`metadata`");
    tx.put(kinds.customer, updated);
    return { status: 200, body: presentCustomer(updated, businessId) };
  },

  /**
   * @rule CUS-04 every credit the customer holds, without paging
   * @rule CUS-05 those with a balance row whose credit is not deleted
   */
  async listCustomerCreditEntitlements({ tx }, { path }) {
    const customer = await load(tx, kinds.customer, path.customer_id, "CUS-05");
    const items = [];
    for (const account of await tx.find(kinds.account, "byCustomer", customer.id)) {
      const credit = await tx.get(kinds.entitlement, account.assetId);
      if (!credit || credit.deletedAt !== null) continue;
      items.push({
        credit_entitlement_id: credit.id,
        name: credit.name,
        description: credit.description,
        unit: credit.unit,
        balance: formatAmount(account.balance, credit.precision),
        overage: formatAmount(account.overage, credit.precision),
      });
    }
    return { status: 200, body: { items } };
  },

  /** @rule CUS-06 a link that works for 24 hours; no mail is sent */
  async createCustomerPortalSession({ tx, nextId, now, linkTo }, { path, query }) {
    const customer = await load(tx, kinds.customer, path.customer_id, "CUS-06");
    const session = {
      id: nextId("cps"),
      customerId: customer.id,
      returnUrl: checkedReturnUrl("return_url", query.return_url),
      expiresAt: addDays(now, 1),
    };
    tx.put(kinds.portalSession, session);
    return { status: 200, body: { link: linkTo("portal", session.id) } };
  },
};
