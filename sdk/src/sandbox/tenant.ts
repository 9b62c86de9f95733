import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { ControlConnection, Schemas } from "./connection.js";

/**
 * Every switch, and the profile they add up to: `custom` when none. A switch stands for what sources answer
 * differently.
 */
export type Policy = Schemas["Policy"];

/** A profile to start from, and single switches; a switch that is left out keeps its value. */
export type PolicySetParams = Schemas["PolicyChange"];

/** How a tenant begins. Without a `key` one is made up that is not in use. */
export type TenantCreateParams = Schemas["NewTenant"];

/** The token that opens the tenant, and how it began. */
export type TenantCreateResponse = Schemas["TenantOpened"];

/** The token that is free again. */
export type TenantCloseResponse = Schemas["TenantClosed"];

/** A further token of the same tenant, and whether it may only read. */
export type KeyCreateParams = Schemas["NewKey"];

/** The token, and whether it may only read. */
export type KeyCreateResponse = Schemas["NewKey"];

/** How the tenant answers where sources disagree. */
export class SandboxPolicy {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * One value for each named switch.
   *
   * @example
   * const { consumptionOrder } = await control.policy.read(); // "fifo"
   */
  read(options?: RequestOptions): APIPromise<Policy> {
    return this.connection.call("get", "/_sandbox/policy", {}, options);
  }

  /**
   * Sets the switches given and leaves the others; a `profile` sets all of them first. Holds for what happens from then
   * on, until the next reset.
   *
   * @throws UnprocessableEntityError when there is no such switch or value
   * @example
   * await control.policy.set({ profile: "observed", consumptionOrder: "earliest_expiry" });
   */
  set(body: PolicySetParams, options?: RequestOptions): APIPromise<Policy> {
    return this.connection.call("patch", "/_sandbox/policy", { body }, options);
  }
}

/** Worlds of their own: data, clock and ids. */
export class SandboxTenants {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Opens another tenant, whose key is made up unless it is given. A key that is in use is answered with its present
   * state when its tenant began the same way.
   *
   * @throws ConflictError when the key is in use by a tenant that began otherwise
   * @example
   * const { key } = await control.tenants.create({ at: "2026-01-01T00:00:00Z", frozen: true });
   */
  create(
    body: TenantCreateParams = {},
    options?: RequestOptions,
  ): APIPromise<TenantCreateResponse> {
    return this.connection.call("post", "/_sandbox/tenants", { body }, options);
  }

  /**
   * Forgets the data of the tenant of this client's key, stops its deliveries and frees its keys.
   *
   * @example
   * afterEach(() => control.tenants.close());
   */
  close(options?: RequestOptions): APIPromise<TenantCloseResponse> {
    return this.connection.call("post", "/_sandbox/tenants/close", {}, options);
  }
}

/** Further keys of the tenant. */
export class SandboxKeys {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Names a second key that sees the same data. With access `read` it can fetch but not create or modify.
   *
   * @throws ConflictError when the key is in use already, by any tenant
   * @example
   * await control.keys.create({ key: "dodo_test_readonly", access: "read" });
   */
  create(body: KeyCreateParams, options?: RequestOptions): APIPromise<KeyCreateResponse> {
    return this.connection.call("post", "/_sandbox/keys", { body }, options);
  }
}
