import { inspect } from "node:util";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import {
  type ClientOptions,
  DodoPayments,
  DodoPaymentsError,
  type UnwrapOptions,
  type WebhookEvent,
  type WebhookEventOf,
  type WebhookEventType,
  WebhookUnwrapError,
} from "../src/index.js";

/** The published vector of WHK-21. */
const key = "whsec_ZG9kby1zYW5kYm94LXRlc3QtdmVjdG9yLTMyYnl0ZXM=";
const body =
  '{"business_id":"bus_test","type":"credit.added","timestamp":"2026-01-01T00:00:00.000000Z","data":{"payload_type":"CreditLedgerEntry","amount":"100"}}';
const sentAtSeconds = 1_767_225_600;
const headers = {
  "webhook-id": "msg_test_0001",
  "webhook-timestamp": String(sentAtSeconds),
  "webhook-signature": "v1,1DNn0z8t4uhmj1ChB++cERQEEr38QebucAeDgXktY/A=",
};
const otherKey = "whsec_YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtbGVuZ3Q=";

beforeEach(() => {
  vi.useFakeTimers({ now: sentAtSeconds * 1000 });
  vi.stubEnv("DODO_PAYMENTS_WEBHOOK_KEY", undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const webhooksOf = (options: ClientOptions = {}) =>
  new DodoPayments({ bearerToken: "dodo_test_key", ...options }).webhooks;
const webhooks = webhooksOf();

const signed = (text: string) => ({
  ...headers,
  "webhook-signature": new Webhook(key).sign(
    headers["webhook-id"],
    new Date(sentAtSeconds * 1000),
    text,
  ),
});

function refusal(unwrap: () => unknown): WebhookUnwrapError {
  try {
    unwrap();
  } catch (error) {
    if (error instanceof WebhookUnwrapError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** Past the types, as from JavaScript. */
const loosely = (value: unknown): never => value as never;

describe("a webhook is accepted", () => {
  const bytes = new TextEncoder().encode(body);
  test.each<[string, Parameters<typeof webhooks.unwrap>[0]]>([
    ["text", body],
    ["a Uint8Array", bytes],
    ["a Buffer", Buffer.from(body)],
    ["a part of a larger buffer", new Uint8Array([0, ...bytes, 0]).subarray(1, -1)],
    ["an ArrayBuffer", bytes.buffer],
  ])("as %s", (_, given) => {
    expect(webhooks.unwrap(given, { headers, key })).toEqual(JSON.parse(body));
  });

  const { "webhook-signature": signature, ...others } = headers;
  const otherSignature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const twice = new Headers({ ...others, "webhook-signature": otherSignature });
  twice.append("Webhook-Signature", signature);
  test.each<[string, UnwrapOptions["headers"]]>([
    ["a record", headers],
    ["a Headers object", new Headers(headers)],
    [
      "a record with names in another case",
      Object.fromEntries(Object.entries(headers).map(([name, it]) => [name.toUpperCase(), it])),
    ],
    [
      "a record of lists",
      Object.fromEntries(Object.entries(headers).map(([name, it]) => [name, [it]])),
    ],
    [
      "a record with others beside them",
      { ...headers, "set-cookie": ["a", "b"], get: "x", no: undefined },
    ],
    [
      "several signatures",
      { ...others, "webhook-signature": `v2,abc ${otherSignature} ${signature}` },
    ],
    ["a list of signatures", { ...others, "webhook-signature": [otherSignature, signature] }],
    ["a Headers object with the signature twice", twice],
  ])("with headers as %s", (_, given) => {
    expect(webhooks.unwrap(body, { headers: given, key })).toEqual(JSON.parse(body));
  });

  test("with a secret without its prefix", () => {
    expect(webhooks.unwrap(body, { headers, key: key.slice(6) })).toEqual(JSON.parse(body));
  });

  test.each([-300, 300])("when the clocks are %d s apart", (seconds) => {
    vi.setSystemTime((sentAtSeconds + seconds) * 1000);
    expect(webhooks.unwrap(body, { headers, key })).toEqual(JSON.parse(body));
  });

  test("of a type that the document does not have", () => {
    const text = '{"type":"refund.succeeded","data":{"amount":1}}';
    const event: { readonly type: string } = webhooks.unwrap(text, { headers: signed(text), key });
    expect(event).toEqual({ type: "refund.succeeded", data: { amount: 1 } });
  });
});

describe("the secret", () => {
  test("is that of the call, else of the client, else of the environment", () => {
    vi.stubEnv("DODO_PAYMENTS_WEBHOOK_KEY", ` ${key}\n`);
    webhooksOf().unwrap(body, { headers });
    webhooksOf({ webhookKey: undefined }).unwrap(body, { headers, key: undefined });
    vi.stubEnv("DODO_PAYMENTS_WEBHOOK_KEY", otherKey);
    webhooksOf({ webhookKey: key }).unwrap(body, { headers });
    webhooksOf({ webhookKey: otherKey }).unwrap(body, { headers, key });
    expect(refusal(() => webhooksOf().unwrap(body, { headers })).reason).toBe("signature_mismatch");
  });

  test("that is empty or null is none, whatever the client or the environment has", () => {
    vi.stubEnv("DODO_PAYMENTS_WEBHOOK_KEY", key);
    for (const none of [null, ""]) {
      const of = (make: () => unknown) => refusal(make).reason;
      expect(of(() => webhooksOf().unwrap(body, { headers, key: none }))).toBe("key_missing");
      expect(of(() => webhooksOf({ webhookKey: none }).unwrap(body, { headers }))).toBe(
        "key_missing",
      );
    }
  });

  test("does not show in the client or in an error", () => {
    const shown = inspect(webhooksOf({ webhookKey: key }), { depth: 9 });
    expect(shown).not.toContain(key);
    const bad = "whsec_not base64, but a secret";
    expect(refusal(() => webhooks.unwrap(body, { headers, key: bad })).message).not.toContain(bad);
  });
});

describe("a refusal says what is wrong", () => {
  test("without a secret, how to give one", () => {
    const error = refusal(() => webhooks.unwrap(body, { headers }));
    expect(error).toBeInstanceOf(DodoPaymentsError);
    expect(error).toBeInstanceOf(DodoPayments.WebhookUnwrapError);
    expect([error.name, error.reason, error.message]).toEqual([
      "WebhookUnwrapError",
      "key_missing",
      'There is no webhook secret to verify with: write unwrap(body, { headers, key: "whsec_…" }) or new DodoPayments({ webhookKey: "whsec_…" }), or set DODO_PAYMENTS_WEBHOOK_KEY. Without verification there is unsafeUnwrap(body).',
    ]);
  });

  test.each(["whsec_", "whsec_a", "whsec_***", "dodo_test_key"])("with the secret %s", (bad) => {
    const { reason, message } = refusal(() => webhooks.unwrap(body, { headers, key: bad }));
    expect([reason, message]).toEqual([
      "key_malformed",
      "The webhook secret is malformed: it is whsec_ and then base64, as client.webhooks.retrieveSecret(id) answers it.",
    ]);
  });

  test.each([undefined, null, {}, { headers: undefined }, { headers: null }])(
    "without headers: %o",
    (options) => {
      const { reason, message } = refusal(() =>
        webhooksOf({ webhookKey: key }).unwrap(body, loosely(options)),
      );
      expect([reason, message]).toEqual([
        "headers_missing",
        "There are no headers to verify with: write unwrap(body, { headers: request.headers }). Without verification there is unsafeUnwrap(body).",
      ]);
    },
  );

  for (const name of Object.keys(headers)) {
    test.each([undefined, "", []])(`without ${name}: %o`, (value) => {
      const given = { ...headers, [name]: value };
      const { reason, message } = refusal(() => webhooks.unwrap(body, { headers: given, key }));
      expect([reason, message]).toEqual([
        "header_missing",
        `The header ${name} is missing: did the request come from the vendor or the sandbox, and were all of its headers passed?`,
      ]);
    });
  }

  test.each(["soon", "1767225600.5", "1767225600 ", "01767225600", "-1", "1e9"])(
    "with the timestamp %o",
    (timestamp) => {
      const given = { ...headers, "webhook-timestamp": timestamp };
      const { reason, message } = refusal(() => webhooks.unwrap(body, { headers: given, key }));
      expect([reason, message]).toEqual([
        "header_malformed",
        `The header webhook-timestamp is "${timestamp}", not a whole number of Unix seconds.`,
      ]);
    },
  );

  test("with no signature of version 1", () => {
    const given = { ...headers, "webhook-signature": "v1a,abc v2,abc" };
    const { reason, message } = refusal(() => webhooks.unwrap(body, { headers: given, key }));
    expect([reason, message]).toEqual([
      "header_malformed",
      'The header webhook-signature has no signature of version 1, one that begins with "v1,".',
    ]);
  });

  test.each([
    [301, "timestamp_too_old", "old by 1 s"],
    [3_600, "timestamp_too_old", "old by 3300 s"],
    [-301, "timestamp_too_new", "new by 1 s"],
  ])("when it arrives %d s after it was sent", (seconds, expected, words) => {
    vi.setSystemTime((sentAtSeconds + seconds) * 1000);
    const { reason, message } = refusal(() => webhooks.unwrap(body, { headers, key }));
    expect([reason, message]).toEqual([
      expected,
      `The webhook-timestamp 1767225600 is too ${words}, as 300 s are allowed: is this machine's clock right, or is an old request sent again?`,
    ]);
  });

  test.each([
    ["another secret", body, otherKey],
    ["a body that was written anew", JSON.stringify(JSON.parse(body), null, 2), key],
    ["a byte order mark before the body", new TextEncoder().encode(`\uFEFF${body}`), key],
  ])("with %s", (_, given, secret) => {
    const { reason, message } = refusal(() => webhooks.unwrap(given, { headers, key: secret }));
    expect([reason, message]).toEqual([
      "signature_mismatch",
      "The signature does not match: was the body parsed and serialised again before unwrap, or is the secret another endpoint's?",
    ]);
  });

  test.each([
    [JSON.parse(body), "an object"],
    [[body], "an array"],
    [undefined, "undefined"],
    [null, "null"],
    [7, "a number"],
  ])("with a body that is parsed: %o", (given, kind) => {
    for (const unwrap of [
      () => webhooks.unwrap(loosely(given), { headers, key }),
      () => webhooks.unsafeUnwrap(loosely(given)),
    ]) {
      const { reason, message } = refusal(unwrap);
      expect([reason, message]).toEqual([
        "body_not_raw",
        `The body is ${kind}, not text or bytes, so what was signed is lost: pass it as it arrived, such as await request.text() or what express.raw() gives.`,
      ]);
    }
  });

  test("with bytes that are no text: they would all become the same character", () => {
    const { reason } = refusal(() => webhooks.unwrap(new Uint8Array([0xff]), { headers, key }));
    expect(reason).toBe("body_not_json");
  });

  test.each([
    ["", "The body is not JSON."],
    ["hello", "The body is not JSON."],
    ["[]", "The body is an array, not a JSON object."],
    ["7", "The body is a number, not a JSON object."],
    ["null", "The body is null, not a JSON object."],
  ])("with a signed body of %o", (text, words) => {
    const given = signed(text);
    for (const unwrap of [
      () => webhooks.unwrap(text, { headers: given, key }),
      () => webhooks.unsafeUnwrap(text),
    ]) {
      const { reason, message } = refusal(unwrap);
      expect([reason, message]).toEqual(["body_not_json", words]);
    }
  });
});

test("unsafeUnwrap needs neither headers nor a secret", () => {
  expect(webhooks.unsafeUnwrap(body)).toEqual(JSON.parse(body));
  expect(webhooks.unsafeUnwrap(Buffer.from(body))).toEqual(JSON.parse(body));
});

test("the type of an event narrows its data", () => {
  const event = webhooks.unwrap(body, { headers, key });
  expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
  expectTypeOf<WebhookEvent["type"]>().toEqualTypeOf<WebhookEventType>();
  expectTypeOf<"credit.overage_reset">().toExtend<WebhookEventType>();
  expectTypeOf<"refund.succeeded">().not.toExtend<WebhookEventType>();
  if (event.type === "credit.added") {
    expectTypeOf(event).toEqualTypeOf<WebhookEventOf<"credit.added">>();
    expectTypeOf(event.data.payload_type).toEqualTypeOf<"CreditLedgerEntry">();
    expectTypeOf(event.data.balance_after).toEqualTypeOf<string>();
  }
  if (event.type === "credit.balance_low") {
    expectTypeOf(event.data.threshold_percent).toEqualTypeOf<number>();
    expectTypeOf(event.data).not.toHaveProperty("balance_after");
  }
  if (event.type === "subscription.renewed" || event.type === "subscription.on_hold") {
    expectTypeOf(event.data.payload_type).toEqualTypeOf<"Subscription">();
  }
  if (event.type === "payment.succeeded") {
    expectTypeOf(event.data.payment_id).toEqualTypeOf<string>();
  }
  // @ts-expect-error only some events have a balance
  expect(event.data.balance_after).toBeUndefined();
  // @ts-expect-error headers cannot be left out
  expect(() => webhooks.unwrap(body, { key })).toThrow(WebhookUnwrapError);
  // @ts-expect-error a parsed body has lost what was signed
  expect(() => webhooks.unwrap({ type: "credit.added" }, { headers, key })).toThrow();
});

test("headers of Node and of fetch fit as they are", () => {
  expectTypeOf<import("node:http").IncomingHttpHeaders>().toExtend<UnwrapOptions["headers"]>();
  expectTypeOf<Headers>().toExtend<UnwrapOptions["headers"]>();
  expectTypeOf<Record<string, string>>().toExtend<UnwrapOptions["headers"]>();
});
