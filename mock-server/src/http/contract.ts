import type { NotServed, OperationFacts, Validator } from "@drawdown/spec/contract";
import type { DomainErrorCode } from "../domain/errors.js";
import type { Warn } from "../sandbox/ports.js";
import type { Tenant } from "../sandbox/tenant.js";
import type { Call } from "./call.js";
import type { RequestErrorCode } from "./request-error.js";

/** One operation as openapi-typescript writes it. */
interface OperationType {
  readonly parameters: { readonly path?: unknown; readonly query?: unknown };
  readonly requestBody?: unknown;
  readonly responses: object;
}

type BodyOf<Operation extends OperationType> = Operation extends {
  requestBody?: { content: { "application/json": infer Body } };
}
  ? Body
  : undefined;

/** What a handler is given: path, query and body, checked against the document. */
export interface Input<Operation extends OperationType> {
  readonly path: Operation["parameters"]["path"];
  readonly query: Defined<Operation["parameters"]["query"]>;
  readonly body: BodyOf<Operation>;
}

/** A query object is always there, even when the document lists no parameter or only optional ones. */
type Defined<Query> = [NonNullable<Query>] extends [never]
  ? Readonly<Record<never, never>>
  : NonNullable<Query>;

type Success = 200 | 201 | 204;

/** What a handler may return: a success status the document lists, with the body it lists for it. */
export type Answer<Operation extends OperationType> = {
  [Status in keyof Operation["responses"] & Success]: Operation["responses"][Status] extends {
    content: { "application/json": infer Body };
  }
    ? { readonly status: Status; readonly body: Body }
    : { readonly status: Status };
}[keyof Operation["responses"] & Success];

/** A total map: a missing operation, a wrong body and an undeclared status do not compile. */
export type Handlers<Operations extends object, Context> = {
  readonly [Id in keyof Operations]: Operations[Id] extends OperationType
    ? (context: Context, input: Input<Operations[Id]>) => Promise<Answer<Operations[Id]>>
    : never;
};

/** An input and an answer once their operation is known only at run time. */
export interface AnyInput {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface AnyAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Calls the handler of an operation that was matched at run time. */
export function callHandler<Operations extends object, Context>(
  handlers: Handlers<Operations, Context>,
  operationId: string,
  context: Context,
  input: AnyInput,
): Promise<AnyAnswer> {
  // The operation's own document has checked the input, so it is what this handler takes.
  const handler = handlers[operationId as keyof Operations] as (
    context: Context,
    input: AnyInput,
  ) => Promise<AnyAnswer>;
  return handler(context, input);
}

/** How a refusal looks on the wire. */
export interface WireError {
  readonly status: number;
  readonly code: string;
  /** Whether the official client should try again; absent lets it decide by status. */
  readonly shouldRetry?: false;
  /** Whether it has no body. */
  readonly isBare?: true;
}

export type RefusalCode = RequestErrorCode | DomainErrorCode;

/** A wire format: its operations, who answers them, and what its errors look like. */
export interface Dialect {
  readonly operations: readonly OperationFacts[];
  readonly validators: { readonly [operationId: string]: Validator | undefined };
  readonly notServed: readonly NotServed[];
  readonly errors: { readonly [Code in RefusalCode]: WireError };
  /** Whether its calls count towards the tenant's rate limit. */
  readonly isRateLimited: boolean;
  /** Whether query parameters that its document does not have are refused at all times, not in strict mode alone. */
  readonly refusesUnknownQuery: boolean;
  /** @param tenant null for an operation that is public, and only for one */
  answer(
    tenant: Tenant | null,
    operationId: string,
    input: AnyInput,
    caller: Caller,
  ): Promise<AnyAnswer>;
}

/** What a handler may know of the call besides its input, and tell whoever made it besides the answer. */
export interface Caller {
  readonly linkTo: Call["linkTo"];
  /** Aborts when nobody waits for the answer any more; undefined where that cannot be known. */
  readonly hungUp: Call["hungUp"];
  readonly warn: Warn;
}
