import { expect, test as plain } from "vitest";
import type { Sandbox } from "../sandbox-object.js";
import { type LedgerMatchers, ledgerMatchers } from "./ledger-matchers.js";
import { openTenant, type TenantOptions, type TestTenant } from "./open-tenant.js";
import { usualTarget } from "./usual-target.js";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: Vitest's own parameter, which has to be repeated as it is
  interface Assertion<T = any> extends LedgerMatchers<T> {}
}

expect.extend(ledgerMatchers);

/** What a test of {@link test} can ask for. */
export interface TenantFixtures {
  /**
   * The sandbox or its URL. Default: what `DRAWDOWN_URL` names, or else one in this process. Give it yourself with
   * `test.extend({ sandbox: createSandbox({ strict: true }) })`.
   */
  readonly sandbox: Sandbox | string | URL;
  /** How its tenant begins. Default: as {@link openTenant} has it. */
  readonly tenantOptions: TenantOptions;
  /** A tenant for this test alone, closed when the test is over. */
  readonly tenant: TestTenant;
}

/**
 * Vitest's `test` with a `tenant` for each test that asks for one.
 *
 * @example
 * import { expect, test } from "@drawdown/mock-server/vitest";
 *
 * test("a call costs a token", async ({ tenant }) => {
 *   const client = new DodoPayments({
 *     bearerToken: tenant.key,
 *     baseURL: tenant.baseURL,
 *     fetch: tenant.fetch,
 *   });
 * });
 */
export const test = plain.extend<TenantFixtures>({
  // Vitest reads what a fixture needs from its first parameter, which has to be a pattern.
  // biome-ignore lint/correctness/noEmptyPattern: as above
  sandbox: async ({}, use) => {
    await use(usualTarget());
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  tenantOptions: async ({}, use) => {
    await use({});
  },
  tenant: async ({ sandbox, tenantOptions }, use) => {
    const tenant = await openTenant(sandbox, tenantOptions);
    await use(tenant);
    await tenant.close();
  },
});

export { expect };
