import { presentClock } from "./clock.js";
import { type HandlersOf, ok } from "./context.js";
import { addKey, changesOf, openTenant } from "./open-tenant.js";

/** Tenants, and the keys that open them. */
export const tenants: HandlersOf<"createTenant" | "closeTenant" | "reset" | "createKey"> = {
  async createTenant({ tenants, allowedKeys }, { body }) {
    return openTenant(tenants, allowedKeys, body ?? {});
  },

  async closeTenant({ tenants, tenant }) {
    await tenants.close(tenant);
    return ok({ key: tenant.key });
  },

  async reset({ tenant }, { body }) {
    return ok(presentClock(await tenant.reset(changesOf(body ?? {}))));
  },

  async createKey({ tenants, allowedKeys, tenant }, { body }) {
    addKey(tenants, allowedKeys, body.key, { tenant, mayWrite: body.access === "write" });
    return { status: 201, body };
  },
};
