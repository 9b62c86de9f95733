/** What can be wrong with a request before it means anything, in the order the checks run. */
export type RequestErrorCode =
  | "route-unknown"
  | "method-not-allowed"
  | "not-served"
  | "unauthenticated"
  | "read-only-key"
  | "read-only-key-observed"
  | "rate-limited"
  | "tenants-exhausted"
  | "path-malformed"
  | "query-malformed"
  | "query-invalid"
  | "body-incomplete"
  | "body-too-large"
  | "media-type"
  | "body-invalid"
  | "key-in-use"
  | "sandbox-closed"
  | "task-failed"
  | "internal";

/** A request that is refused for its form. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly code: RequestErrorCode,
    /** Id of the behaviour that asks for the refusal; empty where it is Drawdown's own. */
    readonly rule: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
