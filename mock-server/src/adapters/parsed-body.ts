import type { IncomingMessage } from "node:http";
import { RequestError } from "../http/request-error.js";

/**
 * The body that a parser of the host application has read before, as text: what it left in `rawBody`, which has every
 * digit, else in `body`, whether an object, a text or bytes. A request that was read to its end has nothing else to give.
 *
 * @rule BND-19 the body is taken as a parser left it
 * @returns undefined when nobody has read it yet
 * @throws RequestError body-invalid when what was left is no JSON
 */
export function parsedBody(request: IncomingMessage): string | undefined {
  if (!request.readableEnded) return undefined;
  const { rawBody, body } = request as { readonly rawBody?: unknown; readonly body?: unknown }; // what parsers add
  return textOf(rawBody) ?? textOf(body) ?? (body == null ? "" : asJson(body));
}

const textOf = (left: unknown): string | undefined =>
  typeof left === "string" ? left : left instanceof Uint8Array ? utf8.decode(left) : undefined;

const utf8 = new TextDecoder();

function asJson(body: unknown): string {
  try {
    return JSON.stringify(body) ?? "";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(
      "body-invalid",
      "",
      `Your request body is invalid: what the application's body parser made of it cannot be written as JSON (${reason}); mount the sandbox before that parser`,
    );
  }
}
