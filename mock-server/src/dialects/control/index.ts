import { notServed, type operations, operationTable, validators } from "@drawdown/spec/control";
import { callHandler, type Dialect, type Handlers } from "#http/contract.js";
import type { Tenant } from "#sandbox/tenant.js";
import { version } from "../../version.js";
import { checkouts } from "./checkouts.js";
import { clock } from "./clock.js";
import { type Context, contextOf, ok, type Surroundings } from "./context.js";
import { deliveries } from "./deliveries.js";
import { ledger } from "./ledger.js";
import { policy } from "./policy.js";
import { subscriptions } from "./subscriptions.js";
import { tenants } from "./tenants.js";

export interface ControlOptions extends Surroundings {
  /** How refusals look on the wire: as in the dialect the sandbox speaks otherwise. */
  readonly errors: Dialect["errors"];
}

const handlers: Handlers<operations, Context> = {
  health: async () => ok({ status: "ok", version }),
  ...clock,
  ...tenants,
  ...checkouts,
  ...subscriptions,
  ...ledger,
  ...deliveries,
  ...policy,
};

/** The control API: what a sandbox can do that the service cannot. */
export function controlDialect({ errors, ...surroundings }: ControlOptions): Dialect {
  return {
    operations: operationTable,
    validators,
    notServed,
    errors,
    // A sandbox whose clock stands still at its limit must still be movable.
    isRateLimited: false,
    refusesUnknownQuery: true,
    answer(tenant, operationId, input, caller) {
      // There is no tenant for the public operations alone, which take none.
      const context = contextOf(surroundings, tenant as Tenant, caller);
      return callHandler(handlers, operationId, context, input);
    },
  };
}
