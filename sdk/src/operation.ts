/** How an operation is called. */
export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths of a document that have an operation of a method. */
export type PathsWith<Paths, M extends Method> = {
  [Path in keyof Paths & string]: Paths[Path] extends Readonly<Record<M, object>> ? Path : never;
}[keyof Paths & string];

/** The operation of a method at a path. */
export type OperationAt<Paths, Path, M> = Path extends keyof Paths
  ? M extends keyof Paths[Path]
    ? Paths[Path][M]
    : never
  : never;

type Json<Carrier> = Carrier extends { content: { "application/json": infer Body } }
  ? Body
  : undefined;

type PathPart<Operation> = Operation extends { parameters: { path: infer Values } }
  ? { readonly path: Values }
  : { readonly path?: never };

type QueryPart<Operation> = Operation extends { parameters: { query?: infer Values } }
  ? { readonly query?: Values | null | undefined }
  : { readonly query?: never };

type BodyPart<Operation> = Operation extends { requestBody: infer Carrier }
  ? { readonly body: Json<Carrier> }
  : Operation extends { requestBody?: infer Carrier }
    ? { readonly body?: Json<NonNullable<Carrier>> | undefined }
    : { readonly body?: never };

/** What an operation is called with, as its document has it. */
export type Given<Operation> = PathPart<Operation> & QueryPart<Operation> & BodyPart<Operation>;

/** What an operation answers when it succeeds; `undefined` when that is nothing. */
export type Answer<Operation> = Operation extends { responses: infer Responses }
  ? Json<Responses[keyof Responses & (200 | 201 | 202 | 204)]>
  : never;
