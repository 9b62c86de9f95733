import { Webhook } from "standardwebhooks";
import { WebhookUnwrapError } from "./errors.js";
import { type RawBody, type ReceivedHeaders, textOf } from "./unwrap.js";

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
