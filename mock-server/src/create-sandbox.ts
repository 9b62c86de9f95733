import { sendBy, sendByNetwork } from "./adapters/send.js";
import { controlDialect } from "./dialects/control/index.js";
import { dodoBehaviour } from "./dialects/dodo/behaviour.js";
import { billingControls } from "./dialects/dodo/controls.js";
import { dodoDialect } from "./dialects/dodo/dialect.js";
import {
  type DodoSettings,
  type InitialWebhook,
  meterDelayMsDefault,
} from "./dialects/dodo/settings.js";
import { webhookControls } from "./dialects/dodo/webhooks/controls.js";
import { documented, type Policy, type Profile, readPolicy } from "./domain/policy.js";
import { instantOf, parseInstant } from "./domain/time.js";
import { dispatcher } from "./http/dispatch.js";
import type { TierNumber } from "./http/rate-limit.js";
import { machineTimer } from "./sandbox/alarm.js";
import { Pace } from "./sandbox/pace.js";
import { Tenant, Tenants } from "./sandbox/tenant.js";
import type { Beginning, Outside } from "./sandbox/world.js";
import { inProcess, type Sandbox } from "./sandbox-object.js";
import { memoryStore } from "./stores/memory.js";

export type { Sandbox };

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
  /**
   * Takes webhooks in place of the network, for example straight into the application under test. Default: they are
   * sent to their URLs, as far as those are on this machine.
   */
  readonly webhookFetch?: (request: Request) => Promise<Response>;
  /** Seconds a webhook receiver has to answer (WHK-26). Default: 15. */
  readonly webhookTimeoutSeconds?: number;
  /** Whether webhooks are sent to receivers that are not on this machine. Default: false. */
  readonly allowRemoteWebhooks?: boolean;
  /** Webhook endpoints that are there from the start, and after each reset, by key. */
  readonly webhooks?: readonly InitialWebhook[];
  /** Bytes a request body may have (EVT-17). Default: 10 MiB. */
  readonly bodyBytesMax?: number;
  /**
   * Told what an answer warns of, beside its header `drawdown-warning`: each sentence, and the call. `console.warn` shows
   * it in a test. Default: nobody is told.
   */
  readonly onWarning?: (sentence: string, call: { method: string; target: string }) => void;
  /** Keys a sandbox may hold. Default: 10,000. */
  readonly keysMax?: number;
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
 *   baseURL: "http://sandbox.test",
 *   fetch: sandbox.fetch,
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
  const settings: DodoSettings = {
    meterDelayMs: readDelay(options.meterDelaySeconds),
    webhooks: readWebhooks(options.webhooks ?? []),
  };
  const timeoutMs = readTimeout(options.webhookTimeoutSeconds);
  const closing = new AbortController();
  const send = options.webhookFetch
    ? sendBy(options.webhookFetch, timeoutMs)
    : sendByNetwork(timeoutMs, options.allowRemoteWebhooks ?? false);
  const pace = new Pace();
  const outside: Outside = { openStore: memoryStore, send, setTimer: machineTimer, pace };
  const dodo = dodoDialect(settings);
  const behaviour = dodoBehaviour(settings);
  const tenants = new Tenants(
    beginning,
    (key, begins, idScope) => new Tenant(key, begins, outside, behaviour, idScope),
    atLeastOne("keysMax", options.keysMax ?? 10_000),
  );
  const allowedKeys = options.keys ? new Set(options.keys) : null;
  const control = controlDialect({
    tenants,
    errors: dodo.errors,
    controls: { ...billingControls, ...webhookControls },
    send,
    allowedKeys,
  });
  const respond = dispatcher({
    tenants,
    dialects: [dodo, control],
    bodyBytesMax: atLeastOne("bodyBytesMax", options.bodyBytesMax ?? bodyBytesDefault),
    isStrict: options.strict ?? false,
    allowedKeys,
    tier: options.tier ?? null,
    onWarning: options.onWarning ?? (() => {}),
    closing: closing.signal,
  });
  return inProcess({
    respond,
    keysInUse: () => tenants.all.map((it) => it.key),
    stop: () => tenants.stop(),
    closing,
  });
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

const secretForm = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;

function readWebhooks(webhooks: readonly InitialWebhook[]): readonly InitialWebhook[] {
  for (const { key, url, secret } of webhooks) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new TypeError(
        `\`webhooks\` has the URL ${JSON.stringify(url)} for ${key}, which is no http or https address`,
      );
    }
    if (secret !== undefined && !secretForm.test(secret)) {
      throw new TypeError(
        `\`webhooks\` has a secret for ${url} that is not \`whsec_\` and the base64 of at least 12 bytes`,
      );
    }
  }
  return webhooks;
}

const timeoutSecondsDefault = 15;

function readTimeout(seconds = timeoutSecondsDefault): number {
  if (seconds > 0 && seconds <= 3600) return seconds * 1000;
  throw new TypeError(
    `\`webhookTimeoutSeconds\` is ${seconds} but must be above 0 and at most 3600`,
  );
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
