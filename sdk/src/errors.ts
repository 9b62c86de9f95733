import type { Answered } from "./api-promise.js";
import { fixOf } from "./fix.js";

/** Whatever this package throws: a wrong option, a refused request, a connection that failed. */
export class DodoPaymentsError extends Error {
  override name = "DodoPaymentsError";
}

/** Why a webhook was refused. The first three are this side's mistakes, the others the request's. */
export type WebhookUnwrapReason =
  | "not_in_browsers"
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

/**
 * A request that did not succeed.
 *
 * @example
 * try {
 *   await client.creditEntitlements.retrieve("cde_gone");
 * } catch (error) {
 *   if (!(error instanceof APIError)) throw error;
 *   console.log(error.status, error.code, error.operation); // 404 "NOT_FOUND" "GET /credit-entitlements/{id}"
 *   console.log(error.fix); // what the documentation says to do
 * }
 */
export class APIError extends DodoPaymentsError {
  override name = "APIError";
  /** HTTP status of the answer; `undefined` when none came. */
  readonly status: number | undefined;
  /** Headers of the answer, such as `retry-after` and the `x-ratelimit-` ones. */
  readonly headers: Headers | undefined;
  /** The body of the answer, parsed when it was JSON, its text otherwise. */
  readonly error: unknown;
  /** Method and path of the operation, ids by their names: `POST /events/ingest`. */
  readonly operation: string | undefined;

  constructor(
    status?: number,
    error?: unknown,
    message?: string,
    headers?: Headers,
    operation?: string,
  ) {
    super(messageOf(status, error, message));
    this.status = status;
    this.headers = headers;
    this.error = error;
    this.operation = operation;
  }

  /**
   * The error that an answer stands for, of the class of its status; without a status, that none came.
   *
   * @example
   * // In a test of what the application makes of a refusal.
   * throw APIError.generate(404, { code: "NOT_FOUND", message: "No such credit." }, undefined, new Headers());
   */
  static generate(
    status: number | undefined,
    error: unknown,
    message: string | undefined,
    headers: Headers | undefined,
  ): APIError {
    return status && headers
      ? new (classOf(status))(status, error, message, headers)
      : new APIConnectionError({ message, cause: error });
  }

  /** Machine-readable reason, `code` in the body. */
  get code(): string | undefined {
    return textIn(this.error, "code");
  }

  /** What the server calls this request, when it says so: `x-request-id`. */
  get requestId(): string | undefined {
    return this.headers?.get("x-request-id") ?? undefined;
  }

  /** What to do about it, as far as that is documented. */
  get fix(): string | undefined {
    return fixOf(this.code, this.status);
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

/**
 * 409 for a ledger entry that was sent again under the key this package gave it: the first time it was made and its
 * answer was lost. The movement has happened, once.
 */
export class LostAnswerError extends ConflictError {
  override name = "LostAnswerError";

  override get fix(): string {
    return "The entry was made, once; only its answer was lost. Read the balance or the ledger, and do not send it again.";
  }
}

/** What an error without an answer is made of. */
export interface ConnectionErrorFacts {
  readonly message?: string | undefined;
  readonly cause?: unknown;
  readonly operation?: string | undefined;
  readonly fix?: string | undefined;
}

/** No answer came, or it broke off; `cause` is what `fetch` threw. */
export class APIConnectionError extends APIError {
  override name = "APIConnectionError";
  readonly #fix: string | undefined;

  constructor({ message = "Connection error.", cause, operation, fix }: ConnectionErrorFacts = {}) {
    super(undefined, undefined, message, undefined, operation);
    if (cause !== undefined) this.cause = cause;
    this.#fix = fix;
  }

  override get fix(): string | undefined {
    return this.#fix;
  }
}

/** No complete answer came within `timeout` milliseconds. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override name = "APIConnectionTimeoutError";

  constructor({ message = "Request timed out.", ...facts }: ConnectionErrorFacts = {}) {
    super({ message, ...facts });
  }
}

/** The caller's `signal` was aborted. */
export class APIUserAbortError extends APIError {
  override name = "APIUserAbortError";

  constructor({ message = "Request was aborted.", operation }: ConnectionErrorFacts = {}) {
    super(undefined, undefined, message, undefined, operation);
  }
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

/** The error an answer stands for, of the class of its status unless another one is given. */
export function apiErrorOf(
  { response: { status, headers }, text }: Answered,
  operation: string,
  Class = classOf(status),
): APIError {
  return new Class(status, jsonOr(text), undefined, headers, operation);
}

const classOf = (status: number): typeof APIError =>
  classes[status] ?? (status >= 500 ? InternalServerError : APIError);

function jsonOr(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function messageOf(status: number | undefined, error: unknown, message?: string): string {
  const said = (error as { readonly message?: unknown } | null | undefined)?.message ?? error;
  const text = typeof said === "string" ? said : (JSON.stringify(said) ?? message);
  return [status, text || (status ? "status code (no body)" : "No answer.")].join(" ").trim();
}

function textIn(body: unknown, field: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const value: unknown = Reflect.get(body, field);
  return typeof value === "string" ? value : undefined;
}
