import type { Sandbox } from "../sandbox-object.js";
import { type LedgerMatchers, ledgerMatchers } from "./ledger-matchers.js";
import { openTenant, type TenantOptions, type TestTenant } from "./open-tenant.js";
import { usualTarget } from "./usual-target.js";

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: Jest's own parameters, which have to be repeated as they are
    interface Matchers<R, T = {}> extends LedgerMatchers<R> {}
  }
}

/** What is taken of Jest. */
export interface JestFunctions {
  readonly beforeEach: (open: () => Promise<void>) => void;
  readonly afterEach: (close: () => Promise<void>) => void;
  readonly expect: { extend(matchers: typeof ledgerMatchers): void };
}

/** How the tenants of a file begin, where they live, and which Jest they belong to. */
export interface TenantBeforeEachOptions extends TenantOptions {
  /** The sandbox or its URL. Default: what `DRAWDOWN_URL` names, or else one in this process. */
  readonly sandbox?: Sandbox | string | URL;
  /** Jest's functions, for projects without its globals. Default: the globals. */
  readonly jest?: JestFunctions;
}

/**
 * Opens a tenant before each test of the file, or of the `describe` it is called in, and closes it after; gives
 * `expect` the ledger matchers.
 *
 * @returns gives the tenant of the test that runs
 * @throws TypeError where Jest's globals are missing and its functions were not given
 * @example
 * import { tenantBeforeEach } from "@drawdown/mock-server/jest";
 *
 * const tenant = tenantBeforeEach();
 *
 * test("a call costs a token", async () => {
 *   const { key, baseURL, fetch } = tenant();
 *   const client = new DodoPayments({ bearerToken: key, baseURL, fetch });
 * });
 */
export function tenantBeforeEach(options: TenantBeforeEachOptions = {}): () => TestTenant {
  const { sandbox, jest = jestGlobals(), ...begins } = options;
  let tenant: TestTenant | undefined;
  jest.expect.extend(ledgerMatchers);
  jest.beforeEach(async () => {
    tenant = await openTenant(sandbox ?? usualTarget(), begins);
  });
  jest.afterEach(async () => {
    await tenant?.close();
    tenant = undefined;
  });
  return () => {
    if (tenant) return tenant;
    throw new Error(
      "there is a tenant only while a test runs; call this inside a test or a beforeEach, not beside it",
    );
  };
}

function jestGlobals(): JestFunctions {
  // Jest puts them there; whether it has is what is checked.
  const found = globalThis as Partial<JestFunctions>;
  const { beforeEach, afterEach, expect } = found;
  if (beforeEach && afterEach && expect) return { beforeEach, afterEach, expect };
  throw new TypeError(
    'Jest\'s globals are missing; give its functions: import * as jest from "@jest/globals"; tenantBeforeEach({ jest })',
  );
}
