import type { paths } from "@drawdown/spec/dodo";
import { APIPromise, responseOf } from "./api-promise.js";
import { type CursorAnswer, type CursorPagePromise, cursorPageOf } from "./cursor-page.js";
import { apiErrorOf, DodoPaymentsError, LostAnswerError } from "./errors.js";
import { fillPath } from "./fill-path.js";
import { type HeadersLike, mergeHeaders } from "./headers.js";
import { jsonText } from "./json-text.js";
import type { Answer, Given, Method, OperationAt, PathsWith } from "./operation.js";
import { firstPage, iterable, type PagePromise, type PageQuery, pageOf } from "./page.js";
import { queryText } from "./query.js";
import type { FetchOptions, Settings } from "./settings.js";
import { type Delivery, type Exchanged, exchange, type Outgoing } from "./transport.js";

/** Last argument of every method. */
export interface RequestOptions {
  /** Ends the request, and any wait before the next attempt, with an `APIUserAbortError`. */
  readonly signal?: AbortSignal | null | undefined;
  /** Headers for this request; `null` takes a default header away. */
  readonly headers?: HeadersLike;
  /** In place of the method's own query. */
  readonly query?: object | null | undefined;
  /** Milliseconds one attempt may take; 1 to 2147483647. */
  readonly timeout?: number | undefined;
  /** How often the request is sent again, 0 or more. */
  readonly maxRetries?: number | undefined;
  /** Further options for `fetch`, such as `cache`. */
  readonly fetchOptions?: FetchOptions | undefined;
  /**
   * Has no effect, as in the official client: no such header exists (SDK-21).
   *
   * @deprecated Use `idempotency_key` of a ledger entry, or `event_id` of a usage event.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What is known of a request besides what its document says. */
export interface RequestFacts {
  /** Whether doing it twice does no harm. Default: true unless it is a POST. */
  readonly isRepeatable?: boolean;
  /** Whether its idempotency key was made here, so that nobody else can have used it. */
  readonly hasOwnKey?: boolean;
  /** An amount of credits in it, which has to be a text. */
  readonly amount?: unknown;
}

/** Untyped parts of a request. */
interface Parts {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: object | null | undefined;
  readonly body?: unknown;
}

/** The answer to an operation with items. */
interface Items<Item> {
  readonly items: Item[];
}

/** What the resources share: how operations of a document are called. */
export class Connection<Paths = paths> {
  /** Private, so that keys do not show where a client is printed. */
  readonly #settings: Settings;
  /** Those of every request. */
  readonly #headers: Headers;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#headers = mergeHeaders(
      { accept: "application/json", authorization: `Bearer ${settings.bearerToken}` },
      ...settings.defaultHeaders,
    );
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Calls an operation of the document. */
  call<M extends Method, Path extends PathsWith<Paths, M>>(
    method: M,
    path: Path,
    given: Given<OperationAt<Paths, Path, M>>,
    options?: RequestOptions,
    facts?: RequestFacts,
  ): APIPromise<Answer<OperationAt<Paths, Path, M>>> {
    // The document says what a success carries.
    return this.request(method, path, given, options, facts) as APIPromise<
      Answer<OperationAt<Paths, Path, M>>
    >;
  }

  /** Calls an operation that answers in pages of `items`, page by page. */
  list<Path extends PathsWith<Paths, "get">>(
    path: Path,
    given: Given<OperationAt<Paths, Path, "get">>,
    options: RequestOptions = {},
  ): PagePromise<ItemOf<Answer<OperationAt<Paths, Path, "get">>>> {
    type Item = ItemOf<Answer<OperationAt<Paths, Path, "get">>>;
    const { query, read } = this.#reader<Items<Item>, PageQuery>(path, given, options);
    const first = firstPage(query as Partial<PageQuery> | null | undefined);
    return iterable(read(first).map(pageOf(first, read)));
  }

  /** Calls an operation that answers in pages that lead to one another. */
  listByCursor<Path extends PathsWith<Paths, "get">>(
    path: Path,
    given: Given<OperationAt<Paths, Path, "get">>,
    options: RequestOptions = {},
  ): CursorPagePromise<DatumOf<Answer<OperationAt<Paths, Path, "get">>>> {
    type Item = DatumOf<Answer<OperationAt<Paths, Path, "get">>>;
    const { read } = this.#reader<CursorAnswer<Item>, object>(path, given, options);
    return iterable(read({}).map(cursorPageOf(read)));
  }

  /** Reads a list part by part. The parts after the first go on from whichever query it was asked for with. */
  #reader<Body, Part extends object>(
    path: string,
    given: Parts,
    { query = given.query, ...options }: RequestOptions,
  ) {
    const read = (part: Part) =>
      this.request("get", path, { ...given, query: { ...query, ...part } }, options);
    // The document says what a list answers.
    return { query, read: read as (part: Part) => APIPromise<Body> };
  }

  /** Calls anything at all. `path` is a template that `given.path` fills. */
  request(
    method: string,
    path: string,
    given: Parts,
    options: RequestOptions = {},
    { isRepeatable = method !== "post", hasOwnKey = false, amount = "" }: RequestFacts = {},
  ): APIPromise<unknown> {
    const operation = `${method.toUpperCase()} ${path}`;
    const send = async () => {
      if (typeof amount !== "string") throw notText(amount);
      const body = given.body === undefined ? undefined : jsonText(given.body);
      const query = options.query ?? given.query;
      const target =
        fillPath(path, given.path) + queryText({ ...this.#settings.defaultQuery, ...query });
      const answered = await this.#exchange(
        { method: method.toUpperCase(), target, body, operation, isRepeatable },
        options,
      );
      if (answered.response.ok) return answered;
      const isLost = hasOwnKey && answered.retries > 0 && answered.response.status === 409;
      throw apiErrorOf(answered, operation, isLost ? LostAnswerError : undefined);
    };
    return new APIPromise(send(), ({ text }) => valueIn(text));
  }

  /**
   * `fetch` with the key, timeout and retries of the client; resolves whatever the status.
   *
   * @throws DodoPaymentsError for a URL that is not below the base URL: the key is not for others
   */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { method, url, signal, headers } = request;
    const { baseURL } = this.#settings;
    if (
      !/^[/?#]?$/.test(url.slice(baseURL.length, baseURL.length + 1)) ||
      !url.startsWith(baseURL)
    ) {
      throw new DodoPaymentsError(`${url} is not below the base URL ${baseURL}.`);
    }
    const target = url.slice(baseURL.length);
    const body = (await request.text()) || undefined;
    const isRepeatable = method !== "POST";
    const sent = { method, target, body, operation: `${method} ${target}`, isRepeatable };
    return responseOf(await this.#exchange(sent, { signal, headers }));
  }

  /** Sends what is below the base URL with the headers of every request. */
  async #exchange(
    { target, ...request }: Omit<Outgoing, "url" | "headers"> & { readonly target: string },
    options: Delivery & { readonly headers?: HeadersLike },
  ): Promise<Exchanged> {
    const { refusal, baseURL } = this.#settings;
    if (refusal) throw new DodoPaymentsError(refusal);
    const headers = mergeHeaders(
      this.#headers,
      request.body === undefined ? null : { "content-type": "application/json" },
      options.headers,
    );
    return exchange({ ...request, url: baseURL + target, headers }, this.#settings, options);
  }
}

/** A number is refused because most decimals are none, and `0.1 + 0.2` is not 0.3. */
const notText = (amount: unknown) =>
  new DodoPaymentsError(
    `amount is ${String(amount)}, not a text: write a decimal as text, such as "12.5".`,
  );

type DatumOf<Body> = Body extends { readonly data: (infer Item)[] } ? Item : never;

type ItemOf<Body> = Body extends Items<infer Item> ? Item : never;

function valueIn(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DodoPaymentsError(
      "The answer is a success but not JSON; does the base URL point at the API?",
      { cause },
    );
  }
}
