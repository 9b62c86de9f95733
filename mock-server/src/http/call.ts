/** A request as the dispatcher sees it, whatever carried it. */
export interface Call {
  readonly method: string;
  /** Path and query as sent, for example `/events?page_size=5`. */
  readonly target: string;
  /** Scheme and host it was sent to, such as `http://127.0.0.1:4010`, and what comes before `target` where that is more. */
  readonly origin: string;
  /** Value of a header, by its lower-case name. */
  header(name: string): string | null;
  /** The body as text; `undefined` when it is longer than the limit. */
  text(limitBytes: number): Promise<string | undefined>;
}

/** An answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `null` for an answer without a body. */
  readonly body: string | null;
}

/** Answers calls. Never throws. */
export type Respond = (call: Call) => Promise<Reply>;
