import type { components } from "@drawdown/spec/control";
import {
  advance,
  call,
  type Delivery,
  listDeliveries,
  listEvents,
  readClock,
  type SandboxEvent,
  settle,
} from "../client/control.js";
import type { Fetch } from "../http/call.js";
import type { Sandbox } from "../sandbox-object.js";
import { type Reached, reach } from "./reach.js";
import { type LedgerEntry, readLedger } from "./read-ledger.js";

/** Instant at which the clocks of tests stand unless they ask for another. */
export const testStart = "2026-01-01T00:00:00Z";

/** Seed of the ids of tests unless they ask for another. */
export const testSeed = "drawdown";

/**
 * How the world of one test begins. Whatever is left out is the same in every run, so that ids and times are, too.
 */
export interface TenantOptions {
  /**
   * The token that opens it. One that is in use is shared when its tenant began the same way, and an error when it did
   * not. Default: made up, and never in use; such a key does not enter the ids.
   */
  readonly key?: string;
  /** Instant its clock starts at: an RFC 3339 timestamp or a `Date`. Default: 2026-01-01T00:00:00Z. */
  readonly at?: string | Date;
  /** Whether its clock stands still until it is moved. Default: true. */
  readonly frozen?: boolean;
  /** Decides its ids: the same seed and calls give the same ids. Default: `drawdown`. */
  readonly seed?: string;
}

/** A world of one test: its own data, clock and ids. */
export interface TestTenant {
  /** Its bearer token. */
  readonly key: string;
  /** Where it is, without a slash at the end. */
  readonly baseURL: string;
  /** Reaches it; for a running server the `fetch` of the platform. */
  readonly fetch: Fetch;
  /**
   * Moves its clock by a duration (`30d`, `P1M`) or to an instant, and does what falls due on the way; resolves with
   * where it is then.
   *
   * @throws Error with the sandbox's message when `to` is neither, or lies in the past
   */
  advance(to: string): Promise<string>;
  /** Its present, such as `2026-01-01T00:00:00.000000Z`. */
  now(): Promise<string>;
  /** Resolves when nothing is left to deliver at the instant it is. */
  idle(): Promise<void>;
  /** Webhooks that were sent or are going to be, oldest first, with every attempt. */
  deliveries(): Promise<readonly Delivery[]>;
  /** Everything that happened, oldest first, whether or not an endpoint wanted it. */
  events(): Promise<readonly SandboxEvent[]>;
  /**
   * Every entry of a customer's ledger, oldest first.
   *
   * @throws Error when the credit or the customer is unknown
   */
  ledger(customerId: string, creditEntitlementId: string): Promise<readonly LedgerEntry[]>;
  /** Forgets everything and begins again as it began. */
  reset(): Promise<void>;
  /** Forgets everything and frees the key, unless it was shared. Closing it twice does nothing more. */
  close(): Promise<void>;
}

/**
 * Opens a tenant for a test, in a sandbox of the process or on a running server.
 *
 * @throws Error at once, not at the first request, when the sandbox is closed, when no sandbox answers at the URL, or
 *   when the key is in use by a tenant that began otherwise; the message says what to do
 * @example
 * const tenant = await openTenant(createSandbox());
 * const client = new DodoPayments({
 *   bearerToken: tenant.key,
 *   baseURL: tenant.baseURL,
 *   fetch: tenant.fetch,
 * });
 * await tenant.advance("30d");
 */
export async function openTenant(
  target: Sandbox | string | URL,
  options: TenantOptions = {},
): Promise<TestTenant> {
  const reached = reach(target);
  const { isNew, key } = await open(reached, options);
  const tenant = { fetch: reached.fetch, baseURL: reached.baseURL, key };
  let isOpen = isNew;
  return {
    ...tenant,
    advance: (to) => advance(tenant, to),
    now: async () => (await readClock(tenant)).now,
    async idle() {
      await settle(tenant);
    },
    deliveries: () => listDeliveries(tenant),
    events: () => listEvents(tenant),
    ledger: (customerId, creditEntitlementId) =>
      readLedger(tenant, customerId, creditEntitlementId),
    async reset() {
      await call(tenant, "POST", "/_sandbox/reset");
    },
    async close() {
      if (!isOpen || reached.isClosed()) return;
      isOpen = false;
      await call(tenant, "POST", "/_sandbox/tenants/close");
    },
  };
}

async function open(
  { post }: Reached,
  { key, at = testStart, frozen = true, seed = testSeed }: TenantOptions,
): Promise<{ readonly isNew: boolean; readonly key: string }> {
  const asked: components["schemas"]["NewTenant"] = {
    ...(key === undefined ? {} : { key }),
    at: at instanceof Date ? at.toISOString() : at,
    frozen,
    seed,
  };
  const { status, body } = await post("/_sandbox/tenants", asked);
  return { isNew: status === 201, key: body.key };
}
