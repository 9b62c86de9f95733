import { DodoPaymentsError } from "./errors.js";
import type { HeadersLike } from "./headers.js";
import { isLogLevel, type Logger, type LogLevel } from "./log.js";
import { type Sleep, sleep } from "./sleep.js";

/** Which of the vendor's hosts to talk to. */
export type Environment = "test_mode" | "live_mode";

/** The standard `fetch`: that of the host, a wrapper of it, or that of a sandbox. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Options for `fetch` that the client has none of its own for, such as `cache`, or `dispatcher` in Node. */
export type FetchOptions = Omit<RequestInit, "body" | "headers" | "method" | "signal"> &
  Readonly<Record<string, unknown>>;

/** Options of `new DodoPayments()`. */
export interface ClientOptions {
  /** API key. Default: the environment variable `DODO_PAYMENTS_API_KEY`. */
  readonly bearerToken?: string | undefined;
  /**
   * Secret that `webhooks.unwrap` verifies with, such as `whsec_…`. Default: the environment variable
   * `DODO_PAYMENTS_WEBHOOK_KEY`. `null` disregards the variable.
   */
  readonly webhookKey?: string | null | undefined;
  /**
   * Where the API is, such as `http://127.0.0.1:4010`. Default: the environment variable
   * `DODO_PAYMENTS_BASE_URL`, else the URL of `environment`. `null` disregards the variable.
   */
  readonly baseURL?: string | null | undefined;
  /** Default: `live_mode`. Not to be given together with a base URL. */
  readonly environment?: Environment | undefined;
  /** Default: `globalThis.fetch`, looked up at every call. */
  readonly fetch?: Fetch | undefined;
  /** Further options for every `fetch`. */
  readonly fetchOptions?: FetchOptions | undefined;
  /** Milliseconds one attempt may take, its body included; 1 to 2147483647. Default: 60000. */
  readonly timeout?: number | undefined;
  /** How often a failed request is sent again, 0 or more. Default: 2. */
  readonly maxRetries?: number | undefined;
  /** Headers sent with every request, after those of the environment variable `DODO_PAYMENTS_CUSTOM_HEADERS`. */
  readonly defaultHeaders?: HeadersLike;
  /** Query sent with every request. */
  readonly defaultQuery?: Readonly<Record<string, string | undefined>> | undefined;
  /** What is told to `logger`. Default: the environment variable `DODO_PAYMENTS_LOG`, else `warn`. */
  readonly logLevel?: LogLevel | undefined;
  /** Default: `console`. Keys and cookies are not told. */
  readonly logger?: Logger | undefined;
  /** @internal Waits between attempts; for tests, which do not. */
  readonly sleep?: Sleep | undefined;
}

/** Options, checked, with every default filled in. */
export interface Settings {
  readonly bearerToken: string;
  /** Why nothing may be sent with this key, if so. */
  readonly refusal: string | undefined;
  readonly webhookKey: string | null;
  /** Without a slash at the end. */
  readonly baseURL: string;
  readonly fetch: Fetch;
  readonly fetchOptions: FetchOptions | undefined;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly defaultHeaders: readonly HeadersLike[];
  readonly defaultQuery: Readonly<Record<string, string | undefined>> | undefined;
  readonly logLevel: LogLevel;
  readonly logger: Logger;
  readonly sleep: Sleep;
}

const hosts: Readonly<Record<Environment, string>> = {
  test_mode: "https://test.dodopayments.com",
  live_mode: "https://live.dodopayments.com",
};

/** Milliseconds one attempt may take unless told otherwise. */
export const timeoutDefault = 60_000;

/** Timers of JavaScript take no more: a longer one fires at once. */
export const timeoutMsMax = 2 ** 31 - 1;

/** @throws DodoPaymentsError when an option is missing or makes no sense; the message says what to write instead. */
export function resolveSettings(options: ClientOptions): Settings {
  const bearerToken = options.bearerToken || environmentVariable("DODO_PAYMENTS_API_KEY");
  if (!bearerToken) {
    throw new DodoPaymentsError(
      'There is no API key: write new DodoPayments({ bearerToken: "…" }) or set DODO_PAYMENTS_API_KEY.',
    );
  }
  const baseURL = resolveBaseURL(options);
  return {
    bearerToken,
    refusal: misplacedKey(bearerToken, baseURL, options.fetch !== undefined),
    webhookKey: resolveWebhookKey(options),
    baseURL,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    fetchOptions: options.fetchOptions,
    timeout: checkedTimeoutMs(options.timeout ?? timeoutDefault),
    maxRetries: checkedMaxRetries(options.maxRetries ?? 2),
    defaultHeaders: [customHeaders(), options.defaultHeaders],
    defaultQuery: options.defaultQuery,
    logLevel: resolveLogLevel(options),
    logger: options.logger ?? console,
    sleep: options.sleep ?? sleep,
  };
}

/** Where only a sandbox can be: this machine, and names that nobody can have (RFC 2606). */
const sandboxHost = /(^|\.)(localhost|test)$|^127\.|^\[::1\]$/;

/**
 * Why no request may be made: a live key is on its way to a sandbox, or a test key to the live service, as far as their
 * prefixes tell (AUT-02). Not asked where a `fetch` of the caller's own decides where requests go.
 */
function misplacedKey(key: string, baseURL: string, hasOwnFetch: boolean): string | undefined {
  const isSandbox = sandboxHost.test(new URL(baseURL).hostname) || baseURL === hosts.test_mode;
  if (key.startsWith("dodo_live_") && isSandbox) {
    return `The key is a live one, and ${baseURL} is not the live service: write a test key.`;
  }
  if (key.startsWith("dodo_test_") && baseURL === hosts.live_mode && !hasOwnFetch) {
    return `The key is a test one, and ${baseURL} is the live service: write environment: "test_mode", or the baseURL of a sandbox.`;
  }
  return undefined;
}

/** A header a line, as in `X-Team: billing`. */
const customHeaders = (): HeadersLike =>
  (environmentVariable("DODO_PAYMENTS_CUSTOM_HEADERS") ?? "")
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });

function resolveLogLevel({ logLevel, logger = console }: ClientOptions): LogLevel {
  for (const level of [logLevel, environmentVariable("DODO_PAYMENTS_LOG")]) {
    if (isLogLevel(level)) return level;
    if (level) logger.warn(`The log level is "${level}": write off, error, warn, info or debug.`);
  }
  return "warn";
}

/** @throws DodoPaymentsError unless a timer can wait that many milliseconds. */
export const checkedTimeoutMs = (value: number): number =>
  wholeNumber("timeout", value, 1, timeoutMsMax);

/** @throws DodoPaymentsError unless the number is whole and not negative. */
export const checkedMaxRetries = (value: number): number =>
  wholeNumber("maxRetries", value, 0, Number.MAX_SAFE_INTEGER);

function resolveWebhookKey({ webhookKey }: ClientOptions): string | null {
  if (webhookKey !== undefined) return webhookKey;
  return environmentVariable("DODO_PAYMENTS_WEBHOOK_KEY") ?? null;
}

function resolveBaseURL({ baseURL, environment }: ClientOptions): string {
  const given = baseURL === undefined ? environmentVariable("DODO_PAYMENTS_BASE_URL") : baseURL;
  if (!given) return hostOf(environment ?? "live_mode");
  if (environment) {
    throw new DodoPaymentsError(
      `Both a base URL (${given}, from the option or DODO_PAYMENTS_BASE_URL) and environment "${environment}" are given: leave one out. For the environment's own URL, write baseURL: null.`,
    );
  }
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new DodoPaymentsError(
      `The base URL "${given}" is not a plain http or https URL: write it like "http://127.0.0.1:4010".`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

function hostOf(environment: Environment): string {
  if (Object.hasOwn(hosts, environment)) return hosts[environment];
  throw new DodoPaymentsError(
    `There is no environment "${environment}": write "test_mode" or "live_mode".`,
  );
}

function environmentVariable(name: string): string | undefined {
  // Only some hosts have a process; its type is not assumed here, as browsers have none.
  const { process } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  return process?.env?.[name]?.trim() || undefined;
}

/** @throws DodoPaymentsError unless the value is a whole number from `minimum` to `maximum`. */
export function wholeNumber(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new DodoPaymentsError(
    `${name} is ${value}: write a whole number from ${minimum} to ${maximum}.`,
  );
}
