/** Whatever this package throws: a wrong option, a refused request, a connection that failed. */
export class DodoPaymentsError extends Error {
  override name = "DodoPaymentsError";
}

/** Why a webhook was refused. The first two are this side's mistakes, the others the request's. */
export type WebhookUnwrapReason =
  | "key_missing"
  | "key_malformed"
  | "headers_missing"
  | "header_missing"
  | "header_malformed"
  | "timestamp_too_old"
  | "timestamp_too_new"
  | "signature_mismatch"
  | "body_not_raw"
  | "body_not_json";

/**
 * A webhook that cannot be trusted, or read.
 *
 * @example
 * try {
 *   client.webhooks.unwrap(body, { headers });
 * } catch (error) {
 *   if (!(error instanceof WebhookUnwrapError)) throw error;
 *   console.log(error.reason, error.message); // "header_missing" "The header webhook-id is missing: …"
 * }
 */
export class WebhookUnwrapError extends DodoPaymentsError {
  override name = "WebhookUnwrapError";

  constructor(
    /** What is wrong, for a program; `message` says it for people. */
    readonly reason: WebhookUnwrapReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an `APIError` is made of; all of it is absent when no answer came. */
export interface APIErrorFacts {
  readonly status?: number;
  readonly error?: unknown;
  readonly headers?: Headers;
  readonly cause?: unknown;
}

/**
 * A request that did not succeed.
 *
 * @example
 * try {
 *   await client.creditEntitlements.retrieve("cde_gone");
 * } catch (error) {
 *   if (!(error instanceof APIError)) throw error;
 *   console.log(error.status, error.code, error.message); // 404 "NOT_FOUND" "404 …"
 * }
 */
export class APIError extends DodoPaymentsError {
  override name = "APIError";
  /** HTTP status of the answer; `undefined` when none came. */
  readonly status: number | undefined;
  /** Machine-readable reason, `code` in the body. */
  readonly code: string | undefined;
  /** The body of the answer, parsed when it was JSON, its text otherwise. */
  readonly error: unknown;
  /** Headers of the answer, such as `retry-after` and the `x-ratelimit-` ones. */
  readonly headers: Headers | undefined;

  constructor(message: string, { status, error, headers, cause }: APIErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = textIn(error, "code");
    this.error = error;
    this.headers = headers;
  }
}

/** 400: a value breaks a rule, such as an amount with too many decimals. */
export class BadRequestError extends APIError {
  override name = "BadRequestError";
}

/** 401: the key is missing, unknown, or of the other environment. */
export class AuthenticationError extends APIError {
  override name = "AuthenticationError";
}

/** 403: the key may not do this. */
export class PermissionDeniedError extends APIError {
  override name = "PermissionDeniedError";
}

/** 404: there is no such thing, or it is deleted. */
export class NotFoundError extends APIError {
  override name = "NotFoundError";
}

/** 409: this was done before; a ledger entry with the same `idempotency_key` exists. */
export class ConflictError extends APIError {
  override name = "ConflictError";
}

/** 422: the request has the wrong shape, such as a missing field. */
export class UnprocessableEntityError extends APIError {
  override name = "UnprocessableEntityError";
}

/** 429: too many requests; `headers` say how long to wait. */
export class RateLimitError extends APIError {
  override name = "RateLimitError";
}

/** 500 and above: the server failed. */
export class InternalServerError extends APIError {
  override name = "InternalServerError";
}

/** No answer came, or it broke off; `cause` is what `fetch` threw. */
export class APIConnectionError extends APIError {
  override name = "APIConnectionError";
}

/** No complete answer came within `timeout` milliseconds. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override name = "APIConnectionTimeoutError";
}

/** The caller's `signal` was aborted. */
export class APIUserAbortError extends APIError {
  override name = "APIUserAbortError";
}

const classes: { readonly [status: number]: typeof APIError } = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** The error an answer stands for, of the class of its status. */
export function apiErrorOf(status: number, error: unknown, headers: Headers): APIError {
  const Class = classes[status] ?? (status >= 500 ? InternalServerError : APIError);
  return new Class(`${status} ${reason(error)}`, { status, error, headers });
}

function reason(error: unknown): string {
  if (error === undefined || error === "") return "status code (no body)";
  if (typeof error === "string") return error;
  return textIn(error, "message") ?? JSON.stringify(error);
}

function textIn(body: unknown, field: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const value: unknown = Reflect.get(body, field);
  return typeof value === "string" ? value : undefined;
}
