import { notServed, type operations, operationTable, validators } from "@drawdown/spec/dodo";
import { assert } from "#domain/errors.js";
import { callHandler, type Dialect, type Handlers } from "#http/contract.js";
import type { Context } from "./context.js";
import { errors } from "./errors.js";
import { addons } from "./handlers/addons.js";
import { balances } from "./handlers/balances.js";
import { checkouts } from "./handlers/checkouts.js";
import { creditEntitlements } from "./handlers/credit-entitlements.js";
import { customers } from "./handlers/customers.js";
import { meters } from "./handlers/meters.js";
import { payments } from "./handlers/payments.js";
import { planChanges } from "./handlers/plan-changes.js";
import { products } from "./handlers/products.js";
import { subscriptions } from "./handlers/subscriptions.js";
import { usageEvents } from "./handlers/usage-events.js";
import { wallets } from "./handlers/wallets.js";
import { webhooks } from "./handlers/webhooks.js";
import type { DodoSettings } from "./settings.js";
import { checkTerms } from "./terms.js";

const handlers: Handlers<operations, Context> = {
  ...addons,
  ...balances,
  ...checkouts,
  ...creditEntitlements,
  ...customers,
  ...meters,
  ...payments,
  ...planChanges,
  ...products,
  ...subscriptions,
  ...usageEvents,
  ...wallets,
  ...webhooks,
};

/** The vendor's wire format. Every handler runs in one transaction, after whatever was due. */
export const dodoDialect = (settings: DodoSettings): Dialect => ({
  operations: operationTable,
  validators,
  notServed,
  errors,
  isRateLimited: true,
  refusesUnknownQuery: false,
  async answer(tenant, operationId, input, { linkTo, warn }) {
    assert(
      tenant !== null,
      `${operationId} is public, but every operation of this API needs a key`,
    );
    return tenant.inTurn(({ agenda, businessId }) =>
      agenda.transact(async ({ tx, now, nextId, policy, happened }) => {
        if (operationId !== "ingestEvents") checkTerms(input.body, now);
        const context = { tx, now, nextId, policy, happened, warn, businessId, linkTo, settings };
        return callHandler(handlers, operationId, context, input);
      }, warn),
    );
  },
});
