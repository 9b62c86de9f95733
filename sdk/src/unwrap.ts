import { Webhook } from "standardwebhooks";
import { WebhookUnwrapError } from "./errors.js";

/** The body of a request as it arrived: its text or its bytes, never the value that was parsed from them. */
export type RawBody = string | ArrayBuffer | ArrayBufferView;

/** The headers of a request: a `Headers`, or a record such as Node's `request.headers`, names in any case. */
export type ReceivedHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** How far the sender's clock and ours may be apart, either way, as the library has it (WHK-23). */
const toleranceSeconds = 300;

const names = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

type Signature = Readonly<Record<(typeof names)[number], string>>;

/**
 * The text of a body whose signature is right (WHK-21).
 *
 * @throws WebhookUnwrapError
 */
export function verifiedText(
  body: RawBody,
  headers: ReceivedHeaders | null | undefined,
  key: string | null,
): string {
  const webhook = verifierOf(key);
  const signature = signatureOf(headers);
  const text = textOf(body);
  checkTimestamp(signature["webhook-timestamp"]);
  try {
    webhook.verify(text, signature, { jsonParse: false });
  } catch (cause) {
    checkTimestamp(signature["webhook-timestamp"]); // the second may have ended just now
    throw new WebhookUnwrapError(
      "signature_mismatch",
      "The signature does not match: was the body parsed and serialised again before unwrap, or is the secret another endpoint's?",
      { cause },
    );
  }
  return text;
}

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

function verifierOf(key: string | null): Webhook {
  if (!key) {
    throw new WebhookUnwrapError(
      "key_missing",
      'There is no webhook secret to verify with: write unwrap(body, { headers, key: "whsec_…" }) or new DodoPayments({ webhookKey: "whsec_…" }), or set DODO_PAYMENTS_WEBHOOK_KEY. Without verification there is unsafeUnwrap(body).',
    );
  }
  try {
    return new Webhook(key);
  } catch (cause) {
    // The secret itself stays out of the message: messages are logged.
    throw new WebhookUnwrapError(
      "key_malformed",
      "The webhook secret is malformed: it is whsec_ and then base64, as client.webhooks.retrieveSecret(id) answers it.",
      { cause },
    );
  }
}

/** The three headers that a signature needs. */
function signatureOf(headers: ReceivedHeaders | null | undefined): Signature {
  if (typeof headers !== "object" || headers === null) {
    throw new WebhookUnwrapError(
      "headers_missing",
      "There are no headers to verify with: write unwrap(body, { headers: request.headers }). Without verification there is unsafeUnwrap(body).",
    );
  }
  const [id, timestamp, signature] = names.map((name) => {
    const value = read(headers, name);
    if (value) return value;
    throw new WebhookUnwrapError(
      "header_missing",
      `The header ${name} is missing: did the request come from the vendor or the sandbox, and were all of its headers passed?`,
    );
  }) as [string, string, string]; // one value a name
  if (!/^(?:0|[1-9]\d*)$/.test(timestamp)) {
    throw new WebhookUnwrapError(
      "header_malformed",
      `The header webhook-timestamp is ${JSON.stringify(timestamp)}, not a whole number of Unix seconds.`,
    );
  }
  if (!signature.split(" ").some((it) => it.startsWith("v1,"))) {
    throw new WebhookUnwrapError(
      "header_malformed",
      'The header webhook-signature has no signature of version 1, one that begins with "v1,".',
    );
  }
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
}

/** A header that was sent more than once is its values with spaces between them, as signatures have. */
function read(headers: ReceivedHeaders, name: string): string | null | undefined {
  if (isHeaders(headers)) return headers.get(name);
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name ? (value ?? []) : [],
  );
  return values.join(" ");
}

function isHeaders(
  headers: ReceivedHeaders,
): headers is Extract<ReceivedHeaders, { get(name: string): string | null }> {
  return typeof headers["get"] === "function";
}

function checkTimestamp(timestamp: string): void {
  const ageSeconds = Math.floor(Date.now() / 1000) - Number(timestamp);
  const excessSeconds = Math.abs(ageSeconds) - toleranceSeconds;
  if (excessSeconds <= 0) return;
  const [reason, way] =
    ageSeconds > 0
      ? (["timestamp_too_old", "old"] as const)
      : (["timestamp_too_new", "new"] as const);
  throw new WebhookUnwrapError(
    reason,
    `The webhook-timestamp ${timestamp} is too ${way} by ${excessSeconds} s, as ${toleranceSeconds} s are allowed: is this machine's clock right, or is an old request sent again?`,
  );
}

/** Also of another realm, as test environments have one. */
const isBytes = (body: unknown): body is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(body) || Object.prototype.toString.call(body) === "[object ArrayBuffer]";

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
