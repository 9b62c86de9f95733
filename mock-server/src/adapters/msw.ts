import { type operations, operationTable } from "@drawdown/spec/dodo";
import { type HttpHandler, type HttpResponseResolver, http } from "msw";
import { nearestOf } from "../http/did-you-mean.js";
import type { Sandbox } from "../sandbox-object.js";
import { isBelow, readBaseUrls } from "./base-urls.js";
import { answer } from "./fetch.js";

/** Which addresses stand for the service. */
export interface HandlersOptions {
  /** Addresses that stand for the service besides the vendor's own, with any path: `http://localhost:3000/billing`. */
  readonly baseUrl?: string | readonly string[];
}

/**
 * A sandbox for MSW: one request handler for everything below `https://test.dodopayments.com` and
 * `https://live.dodopayments.com`, the control API included. Handlers before it take precedence.
 *
 * What no operation serves is answered with an error that names the nearest one.
 *
 * @throws TypeError when `sandbox` is none, or closed, and when a `baseUrl` is malformed or covered twice
 * @example
 * const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });
 * const server = setupServer(...handlers(sandbox)); // in a browser: setupWorker(...handlers(sandbox))
 * server.listen();
 */
export function handlers(sandbox: Sandbox, { baseUrl }: HandlersOptions = {}): HttpHandler[] {
  checkSandbox(sandbox);
  const bases = readBaseUrls(baseUrl);
  // One for all: MSW tries handlers in turn, so that one for each operation would make every call pay for all of them.
  return [
    http.all(addresses(bases, "(?:/.*)?"), ({ request }) =>
      answer(
        sandbox.respond,
        request,
        bases.find((it) => isBelow(request.url, it)),
      ),
    ),
  ];
}

/** Which addresses an override covers, and for how long. */
export interface OverrideOptions extends HandlersOptions {
  /** Whether it answers one call only and then leaves the others to the sandbox. Default: false. */
  readonly once?: boolean;
}

/** What an operation is called in the document. */
export type OperationId = keyof operations;

/** The parameters in an operation's path, by name. */
export type PathOf<Id extends OperationId> = operations[Id]["parameters"] extends {
  path: infer Path extends Readonly<Record<string, string>>;
}
  ? Path
  : Record<never, never>;

/** The JSON body that an operation takes. */
export type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody?: { content: { "application/json": infer Body extends Record<string, unknown> } };
}
  ? Body
  : undefined;

/**
 * A request handler for one operation, to be put before those of the sandbox: a failure on demand, say.
 *
 * @param operationId its `operationId` in the document, which the package has as dist/documents/openapi.yaml
 * @param resolver answers as in MSW; `params` are those of the path. Returning nothing leaves the call to the sandbox
 * @throws TypeError when there is no such operation, and when a `baseUrl` is malformed or covered twice
 * @example
 * const down = { code: "INTERNAL_SERVER_ERROR", message: "down" };
 * server.use(override("retrieveBalance", () => HttpResponse.json(down, { status: 503 })));
 */
export function override<Id extends OperationId>(
  operationId: Id,
  resolver: HttpResponseResolver<PathOf<Id>, BodyOf<Id>, undefined>,
  { baseUrl, once = false }: OverrideOptions = {},
): HttpHandler {
  const operation = operationTable.find((it) => it.id === operationId);
  if (!operation) throw unknownOperation(operationId);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  // A method of the document is one that MSW knows, in capital letters.
  const method = operation.method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
  return http[method](addresses(readBaseUrls(baseUrl), path), resolver, { once });
}

/** An expression, because MSW decodes what wildcards in a path stand for and fails where that is no valid escape. */
const addresses = (bases: readonly string[], path: string): RegExp =>
  new RegExp(`^(?:${bases.map(literally).join("|")})${path}$`);

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

function checkSandbox(sandbox: Partial<Sandbox> | null | undefined): void {
  if (typeof sandbox?.respond !== "function") {
    throw new TypeError(
      `handlers() takes what createSandbox() returns, but was given ${sandbox === null ? "null" : typeof sandbox}`,
    );
  }
  if (sandbox.closed) {
    throw new TypeError("handlers() was given a sandbox that is closed; make another");
  }
}

function unknownOperation(id: string): TypeError {
  const near = nearestOf(
    id,
    operationTable.map((it) => it.id),
  );
  return new TypeError(
    `override() knows no operation ${JSON.stringify(id)}; did you mean ${JSON.stringify(near)}? dist/documents/openapi.yaml of @drawdown/mock-server has them all`,
  );
}
