import { fetchWith } from "./adapters/fetch.js";
import { controlDialect } from "./dialects/control/dialect.js";
import { billingControls } from "./dialects/dodo/controls.js";
import { dodoDialect } from "./dialects/dodo/dialect.js";
import { type DodoSettings, meterDelayMsDefault } from "./dialects/dodo/settings.js";
import { tasksWith } from "./dialects/dodo/tasks.js";
import { documented, type Policy, type Profile, readPolicy } from "./domain/policy.js";
import { instantOf, parseInstant } from "./domain/time.js";
import type { Respond } from "./http/call.js";
import { dispatcher } from "./http/dispatch.js";
import type { TierNumber } from "./http/rate-limit.js";
import { type Beginning, Tenant, Tenants } from "./sandbox/tenant.js";
import { memoryStore } from "./stores/memory.js";

export interface SandboxOptions {
  /** Instant every tenant's clock starts at: an RFC 3339 timestamp or a `Date`. Default: the machine's time. */
  readonly at?: string | Date;
  /** Whether the clocks stand still until they are moved. Default: false, they run with the machine's time. */
  readonly frozen?: boolean;
  /** Decides every id: the same seed, key and calls give the same ids. Default: `drawdown`. */
  readonly seed?: string;
  /** Refuse unknown body fields with 422 instead of warning. Default: false. */
  readonly strict?: boolean;
  /** Accept these keys only. Default: any. */
  readonly keys?: readonly string[];
  /**
   * Enforce the request limits of this tier.
   *
   * Default: none; the rate limit headers are sent all the same (RTE-06).
   */
  readonly tier?: TierNumber;
  /** Seconds of sandbox time between two passes of the meter worker; 0 deducts usage at once. Default: 60 (MTR-50). */
  readonly meterDelaySeconds?: number;
  /**
   * How to answer what sources answer differently: the name of a profile, or some switches. Default: `documented`.
   * Each key's own can be changed through `/_sandbox/policy`.
   */
  readonly policy?: Profile | (Partial<Policy> & { readonly profile?: Profile });
  /** Bytes a request body may have (EVT-17). Default: 10 MiB. */
  readonly bodyBytesMax?: number;
  /** Keys a sandbox may hold. Default: 10,000. */
  readonly keysMax?: number;
}

/** A billing service in one function. */
export interface Sandbox {
  /** Answers a standard request: give it to a client as its `fetch`. The host of the URL is not looked at. */
  fetch(request: Request): Promise<Response>;
  /** The same without the standard objects, for servers. Never rejects. */
  readonly respond: Respond;
}

const bodyBytesDefault = 10 * 1024 * 1024;

/**
 * Makes a sandbox: a full credit ledger in memory, with a clock that can be moved.
 *
 * @example
 * ```ts
 * const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
 * const client = new DodoPayments({
 *   bearerToken: "dodo_test_me",
 *   baseURL: "http://sandbox",
 *   fetch: (url, init) => sandbox.fetch(new Request(url, init)),
 * });
 * ```
 * @throws TypeError when an option makes no sense; the message names it
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const beginning: Beginning = {
    at: readAt(options.at),
    isFrozen: options.frozen ?? false,
    seed: options.seed ?? "drawdown",
    policy: options.policy === undefined ? documented : readPolicy(options.policy),
  };
  const settings: DodoSettings = { meterDelayMs: readDelay(options.meterDelaySeconds) };
  const dodo = dodoDialect(settings);
  const tasks = tasksWith(settings);
  const tenants = new Tenants(
    (key) => new Tenant(key, beginning, memoryStore, tasks),
    atLeastOne("keysMax", options.keysMax ?? 10_000),
  );
  const respond = dispatcher({
    tenants,
    dialects: [dodo, controlDialect(tenants, dodo.errors, billingControls)],
    bodyBytesMax: atLeastOne("bodyBytesMax", options.bodyBytesMax ?? bodyBytesDefault),
    isStrict: options.strict ?? false,
    allowedKeys: options.keys ? new Set(options.keys) : null,
    tier: options.tier ?? null,
  });
  return { fetch: fetchWith(respond), respond };
}

function readAt(at: string | Date | undefined) {
  if (at === undefined) return null;
  const instant = at instanceof Date ? instantOf(at.getTime()) : parseInstant(at);
  if (instant === undefined || Number.isNaN(instant)) {
    throw new TypeError(
      `\`at\` is ${JSON.stringify(at)} but must be an RFC 3339 timestamp such as 2026-01-01T00:00:00Z`,
    );
  }
  return instant;
}

const meterDelaySecondsMax = 86_400;

function readDelay(seconds: number | undefined): number {
  if (seconds === undefined) return meterDelayMsDefault;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= meterDelaySecondsMax) {
    return seconds * 1000;
  }
  throw new TypeError(
    `\`meterDelaySeconds\` is ${seconds} but must be a whole number from 0 to ${meterDelaySecondsMax}`,
  );
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`\`${name}\` is ${value} but must be a whole number of at least 1`);
}
