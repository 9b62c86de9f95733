import type { paths } from "@drawdown/spec/dodo";
import createClient, { type Client } from "openapi-fetch";
import { apiErrorOf, DodoPaymentsError } from "./errors.js";
import { fillPath } from "./fill-path.js";
import type { Fetch, HeaderValues, Settings } from "./settings.js";
import { type Delivery, send } from "./transport.js";

/** Last argument of every method. */
export interface RequestOptions {
  /** Ends the request, and any wait before the next attempt, with an `APIUserAbortError`. */
  readonly signal?: AbortSignal | undefined;
  /** Headers for this request; `null` takes a default header away. */
  readonly headers?: HeaderValues | undefined;
  /** Milliseconds one attempt may take; 1 to 2147483647. */
  readonly timeout?: number | undefined;
  /** How often the request is sent again, 0 or more. */
  readonly maxRetries?: number | undefined;
}

/** The openapi-fetch client: every operation of the document by method and path. */
export type Api = Client<paths, "application/json">;

/** What the resources share. */
export interface Connection {
  readonly api: Api;
  /** The options of a call as openapi-fetch takes them. */
  init(
    options?: RequestOptions,
    delivery?: Pick<Delivery, "isRepeatable">,
  ): { readonly signal: AbortSignal | null; readonly headers: HeaderValues; readonly fetch: Fetch };
}

export function connect(settings: Settings): Connection {
  return {
    api: createClient<paths, "application/json">({
      baseUrl: settings.baseURL,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${settings.bearerToken}`,
        ...settings.defaultHeaders,
      },
      fetch: (request) => send(request, settings),
      pathSerializer: fillPath,
    }),
    init: ({ signal, headers, timeout, maxRetries } = {}, delivery = {}) => ({
      signal: signal ?? null,
      headers: headers ?? {},
      fetch: (request) => send(request, settings, { timeout, maxRetries, ...delivery }),
    }),
  };
}

/**
 * The body of a successful answer.
 *
 * @throws APIError when the answer is not a success; DodoPaymentsError when it cannot be read
 */
export async function bodyOf<Body>(
  answer: Promise<{ readonly data?: Body; readonly error?: unknown; readonly response: Response }>,
): Promise<Body> {
  const { data, error, response } = await answer.catch(explainNotJson);
  if (!response.ok) throw apiErrorOf(response.status, error, response.headers);
  return data as Body; // the document says what a success carries, nothing included
}

function explainNotJson(cause: unknown): never {
  if (!(cause instanceof SyntaxError)) throw cause;
  throw new DodoPaymentsError(
    "The answer is a success but not JSON; does the base URL point at the API?",
    { cause },
  );
}
