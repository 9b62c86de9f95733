import { test as plain, expect as plainExpect } from "@playwright/test";
import { listen } from "../adapters/listen.js";
import { createSandbox } from "../create-sandbox.js";
import { ledgerMatchers } from "./ledger-matchers.js";
import { openTenant, type TenantOptions, type TestTenant } from "./open-tenant.js";
import { addressFromEnvironment } from "./usual-target.js";

/** What a test of {@link test} can ask for. */
export interface TenantFixtures {
  /** How its tenant begins. Default: as {@link openTenant} has it. */
  readonly tenantOptions: TenantOptions;
  /** A tenant for this test alone, at an address that browsers reach; closed when the test is over. */
  readonly tenant: TestTenant;
}

/** What tests of one worker share. */
export interface SandboxFixtures {
  /** A running sandbox to use. Default: what `DRAWDOWN_URL` names, or else one is started for each worker. */
  readonly sandboxURL: string | undefined;
  /** Where the worker's sandbox listens. */
  readonly sandbox: string;
}

/**
 * Playwright's `test` with a `tenant` for each test that asks for one.
 *
 * @example
 * import { expect, test } from "@drawdown/mock-server/playwright";
 *
 * test("the pay page sells a pack", async ({ page, tenant }) => {
 *   const client = new DodoPayments({ bearerToken: tenant.key, baseURL: tenant.baseURL });
 * });
 */
export const test = plain.extend<TenantFixtures, SandboxFixtures>({
  sandboxURL: [undefined, { scope: "worker", option: true }],
  sandbox: [
    async ({ sandboxURL }, use) => {
      const running = sandboxURL ?? addressFromEnvironment();
      if (running !== undefined) return use(running);
      const sandbox = createSandbox();
      const { url, server } = await listen(sandbox, { port: 0, host: "127.0.0.1" });
      await use(url);
      server.close();
      server.closeAllConnections();
      sandbox.close();
    },
    { scope: "worker" },
  ],
  tenantOptions: [{}, { option: true }],
  tenant: async ({ sandbox, tenantOptions }, use) => {
    const tenant = await openTenant(sandbox, tenantOptions);
    await use(tenant);
    await tenant.close();
  },
});

/** Playwright's `expect` with the ledger matchers. */
export const expect = plainExpect.extend(ledgerMatchers);
