import { WebhookUnwrapError } from "./errors.js";

/** The body of a request as it arrived: its text or its bytes, never the value that was parsed from them. */
export type RawBody = string | ArrayBuffer | ArrayBufferView;

/** The headers of a request: a `Headers`, or a record such as Node's `request.headers`, names in any case. */
export type ReceivedHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The body as text, byte for byte.
 *
 * @throws WebhookUnwrapError when it is not text or bytes any more, or bytes that are not UTF-8
 */
export function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (!isBytes(body)) {
    throw new WebhookUnwrapError(
      "body_not_raw",
      `The body is ${kindOf(body)}, not text or bytes, so what was signed is lost: pass it as it arrived, such as await request.text() or what express.raw() gives.`,
    );
  }
  try {
    // Bytes that are no text would become the same replacement character, and a byte order mark would go.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new WebhookUnwrapError("body_not_json", "The body is not UTF-8 text.", { cause });
  }
}

/** @throws WebhookUnwrapError when the text is not a JSON object. */
export function parsed(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WebhookUnwrapError("body_not_json", "The body is not JSON.", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new WebhookUnwrapError("body_not_json", `The body is ${kindOf(value)}, not a JSON object.`);
}

/** Also of another realm, as test environments have one. */
const isBytes = (body: unknown): body is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(body) || Object.prototype.toString.call(body) === "[object ArrayBuffer]";

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
