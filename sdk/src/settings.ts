import { DodoPaymentsError } from "./errors.js";
import { type Sleep, sleep } from "./sleep.js";

/** Which of the vendor's hosts to talk to. */
export type Environment = "test_mode" | "live_mode";

/** Sends one request: `globalThis.fetch`, a wrapper of it, or the `fetch` of a sandbox. */
export type Fetch = (request: Request) => Promise<Response>;

/** Headers by name; `null` takes a default header away. */
export type HeaderValues = Readonly<Record<string, string | null | undefined>>;

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
  /** Default: `globalThis.fetch`, looked up at every call. It gets one argument, a `Request`. */
  readonly fetch?: Fetch | undefined;
  /** Milliseconds one attempt may take, its body included; 1 to 2147483647. Default: 60000. */
  readonly timeout?: number | undefined;
  /** How often a failed request is sent again, 0 or more. Default: 2. */
  readonly maxRetries?: number | undefined;
  /** Headers sent with every request. */
  readonly defaultHeaders?: HeaderValues | undefined;
  /** @internal Waits between attempts; for tests, which do not. */
  readonly sleep?: Sleep | undefined;
}

/** Options, checked, with every default filled in. */
export interface Settings {
  readonly bearerToken: string;
  readonly webhookKey: string | null;
  /** Without a slash at the end. */
  readonly baseURL: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly defaultHeaders: HeaderValues;
  readonly sleep: Sleep;
}

const hosts: Readonly<Record<Environment, string>> = {
  test_mode: "https://test.dodopayments.com",
  live_mode: "https://live.dodopayments.com",
};

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
  return {
    bearerToken,
    webhookKey: resolveWebhookKey(options),
    baseURL: resolveBaseURL(options),
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    timeoutMs: checkedTimeoutMs(options.timeout ?? 60_000),
    maxRetries: checkedMaxRetries(options.maxRetries ?? 2),
    defaultHeaders: options.defaultHeaders ?? {},
    sleep: options.sleep ?? sleep,
  };
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
