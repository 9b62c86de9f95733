import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { ControlConnection, Schemas } from "./connection.js";

export type Policy = Schemas["Policy"];
export type PolicySetParams = Schemas["PolicyChange"];
export type KeyCreateParams = Schemas["NewKey"];
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
