/** An answer, its body read to the end. */
export interface Answered {
  readonly response: Response;
  readonly text: string;
}

/**
 * The result of a call on its way. Awaited it is the value; the answer it came in can be had as well.
 *
 * @example
 * const { data, response } = await client.meters.retrieve("mtr_1").withResponse();
 * console.log(data.name, response.headers.get("x-ratelimit-remaining"));
 */
export class APIPromise<Value> extends Promise<Value> {
  /** What `then` and its like make is a promise of the usual kind. */
  static override get [Symbol.species]() {
    return Promise;
  }

  readonly #answered: Promise<Answered>;
  readonly #read: (answered: Answered) => Value;

  /** @internal Made by the methods of the client. */
  constructor(answered: Promise<Answered>, read: (answered: Answered) => Value) {
    // The value is read from the answer when it is asked for, so that `asResponse` alone reads nothing.
    super((resolve) => resolve(undefined as never));
    this.#answered = answered;
    this.#read = read;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has one
  override then<Result = Value, Caught = never>(
    onFulfilled?: ((value: Value) => Result | PromiseLike<Result>) | null,
    // As every promise has it.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    onRejected?: ((reason: any) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Result | Caught> {
    return this.#answered.then(this.#read).then(onFulfilled, onRejected);
  }

  /**
   * The answer itself, its body unread. Rejects as the call does when the answer is not a success.
   *
   * @example
   * const response = await client.meters.retrieve("mtr_1").asResponse();
   */
  async asResponse(): Promise<Response> {
    return responseOf(await this.#answered);
  }

  /**
   * The value, and the answer it came in.
   *
   * @example
   * const { data, response } = await client.meters.retrieve("mtr_1").withResponse();
   */
  async withResponse(): Promise<{ readonly data: Value; readonly response: Response }> {
    const answered = await this.#answered;
    return { data: await this, response: answered.response };
  }

  /** @internal The same answer, read further. */
  map<Next>(transform: (value: Value) => Next): APIPromise<Next> {
    return new APIPromise(this.#answered, (answered) => transform(this.#read(answered)));
  }
}

/** An answer as if its body had not been read. */
export function responseOf({ response, text }: Answered): Response {
  const { status, statusText, headers, url } = response;
  const copy = new Response(text || null, { status, statusText, headers });
  return Object.defineProperty(copy, "url", { value: url });
}
