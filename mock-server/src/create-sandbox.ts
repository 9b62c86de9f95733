import { sendBy, sendByNetwork } from "./adapters/send.js";
import { controlDialect } from "./dialects/control/index.js";
import { dodoBehaviour } from "./dialects/dodo/behaviour.js";
import { billingControls } from "./dialects/dodo/controls.js";
import { dodoDialect } from "./dialects/dodo/dialect.js";
import { webhookControls } from "./dialects/dodo/webhooks/controls.js";
import { dispatcher } from "./http/dispatch.js";
import { machineTimer } from "./sandbox/alarm.js";
import { Pace } from "./sandbox/pace.js";
import { Tenant, Tenants } from "./sandbox/tenant.js";
import type { Ports } from "./sandbox/world.js";
import { inProcess, type Sandbox } from "./sandbox-object.js";
import { readOptions, type SandboxOptions } from "./sandbox-options.js";
import { memoryStore } from "./stores/memory.js";

export type { Sandbox, SandboxOptions };

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
  const { beginning, settings, timeoutMs, keysMax, bodyBytesMax } = readOptions(options);
  const closing = new AbortController();
  const send = options.webhookFetch
    ? sendBy(options.webhookFetch, timeoutMs)
    : sendByNetwork(timeoutMs, options.allowRemoteWebhooks ?? false);
  const pace = new Pace();
  const outside: Ports = { openStore: memoryStore, send, setTimer: machineTimer, pace };
  const dodo = dodoDialect(settings);
  const behaviour = dodoBehaviour(settings);
  const tenants = new Tenants(
    beginning,
    (key, begins, idScope) => new Tenant(key, begins, outside, behaviour, idScope),
    keysMax,
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
    bodyBytesMax,
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
