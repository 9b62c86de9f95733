import { DodoPaymentsError } from "../errors.js";
import { type ClientOptions, resolveSettings, type Settings } from "../settings.js";

/** Options of `new SandboxControl()`, those of `new DodoPayments()` that make sense for a sandbox. */
export interface SandboxControlOptions
  extends Omit<ClientOptions, "baseURL" | "environment" | "webhookKey"> {
  /** API key, which names the tenant: the one the client uses. Default: `DODO_PAYMENTS_API_KEY`. */
  readonly bearerToken?: string | undefined;
  /**
   * Where the sandbox is, such as `http://127.0.0.1:4010`. Default: the environment variable `DODO_PAYMENTS_BASE_URL`.
   * `null` disregards the variable. With the `fetch` of a sandbox there need be none.
   */
  readonly baseURL?: string | null | undefined;
}

/** For requests that a function answers: nobody can be asked under this name (RFC 6761). */
const inProcessURL = "http://sandbox.test";

/** @throws DodoPaymentsError when an option is missing or makes no sense, or the address is the vendor's. */
export function resolveControlSettings(options: SandboxControlOptions): Settings {
  const settings = resolveSettings(options);
  if (!isVendors(settings.baseURL)) return settings;
  if (options.fetch && !options.baseURL) return { ...settings, baseURL: inProcessURL };
  throw new DodoPaymentsError(
    `The control API is a sandbox's, and ${settings.baseURL} is the vendor's: write new SandboxControl({ baseURL: "http://127.0.0.1:4010" }), give the fetch of a sandbox, or set DODO_PAYMENTS_BASE_URL to one.`,
  );
}

const isVendors = (baseURL: string): boolean =>
  /(?:^|\.)dodopayments\.com\.?$/.test(new URL(baseURL).hostname);
