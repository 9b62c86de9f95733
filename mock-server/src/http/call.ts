/** A request as the dispatcher sees it, whatever carried it. */
export interface Call {
  readonly method: string;
  /** Path and query as sent, for example `/events?page_size=5`. */
  readonly target: string;
  /** The address of a page about a session, for whoever is to see it. Where there is a server, it opens without a key. */
  readonly linkTo: (page: PageName, id: string) => string;
  /** Value of a header, by its lower-case name. */
  header(name: string): string | null;
  /** The body as text; `undefined` when it is longer than the limit. Rejects when not all of it arrives. */
  text(limitBytes: number): Promise<string | undefined>;
  /** Aborts when the caller does not wait for the answer any more; absent where that cannot be known. */
  readonly hungUp?: (() => AbortSignal) | undefined;
}

/** Pages that a link leads to: where a customer pays, and where one sees their credits. */
export type PageName = "pay" | "portal";

/** An answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `null` for an answer without a body. */
  readonly body: string | null;
}

/** Answers calls. Never throws. */
export type Respond = (call: Call) => Promise<Reply>;

/** The standard `fetch`: what clients take as an option of that name. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
