import { notServed, type operations, operationTable, validators } from "@drawdown/spec/dodo";
import { assert } from "#domain/errors.js";
import { callHandler, type Dialect, type Handlers } from "#http/contract.js";
import { addons } from "./catalogue/addons/handlers.js";
import { creditEntitlements } from "./catalogue/credits/handlers.js";
import { meters } from "./catalogue/meters/handlers.js";
import { products } from "./catalogue/products/handlers.js";
import { checkouts } from "./checkout/handlers.js";
import type { Context } from "./context.js";
import { customers } from "./customers/handlers.js";
import { errors } from "./errors.js";
import { balances } from "./ledger/handlers.js";
import { payments } from "./payments/handlers.js";
import { wallets } from "./payments/wallets/handlers.js";
import type { DodoSettings } from "./settings.js";
import { subscriptions } from "./subscriptions/handlers.js";
import { planChanges } from "./subscriptions/plan-changes/handlers.js";
import { checkTerms } from "./terms.js";
import { usageEvents } from "./usage/handlers.js";
import { webhooks } from "./webhooks/handlers.js";

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
