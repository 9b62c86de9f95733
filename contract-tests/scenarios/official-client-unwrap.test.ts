import { createHmac } from "node:crypto";
import DodoPayments from "dodopayments";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { key } from "./support/official-client.js";

const now = 1_767_225_600;

beforeEach(() => {
  vi.useFakeTimers({ now: now * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const { webhooks } = new DodoPayments({ bearerToken: key });
const bare = Buffer.from("a secret that is long enough").toString("base64");
const secret = `whsec_${bare}`;
const body = JSON.stringify({ type: "credit.added", data: { amount: "5" } });
const event = JSON.parse(body);

/** The headers of a delivery that is signed now, unless said otherwise. */
function signed(at = now, text = body) {
  const content = `msg_1.${at}.${text}`;
  const mac = createHmac("sha256", Buffer.from(bare, "base64")).update(content).digest("base64");
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at),
    "webhook-signature": `v1,${mac}`,
  };
}

test("SDK-60 three headers of a plain object are needed", () => {
  expect(webhooks.unwrap(body, { headers: signed(), key: secret })).toEqual(event);
  for (const name of Object.keys(signed())) {
    const headers = Object.fromEntries(Object.entries(signed()).filter(([it]) => it !== name));
    expect(() => webhooks.unwrap(body, { headers, key: secret })).toThrow("required headers");
  }
  const instance = new Headers(signed()) as unknown as Record<string, string>; // as an application may
  expect(() => webhooks.unwrap(body, { headers: instance, key: secret })).toThrow();
});

test("SDK-60 one of several signatures has to fit, of version v1", () => {
  const { "webhook-signature": signature, ...others } = signed();
  const withSignature = (it: string) =>
    webhooks.unwrap(body, { headers: { ...others, "webhook-signature": it }, key: secret });
  expect(withSignature(`v1,AAAA ${signature}`)).toEqual(event);
  expect(withSignature(`v2,AAAA ${signature} v1,BBBB`)).toEqual(event);
  for (const other of ["v1,AAAA", signature.replace("v1", "v2"), signature.slice(3)]) {
    expect(() => withSignature(other), other).toThrow("No matching signature");
  }
});

test("SDK-60 five minutes either way are tolerated, by the real clock", () => {
  for (const at of [now - 300, now + 300]) {
    expect(webhooks.unwrap(body, { headers: signed(at), key: secret })).toEqual(event);
  }
  for (const at of [now - 301, now + 301]) {
    expect(() => webhooks.unwrap(body, { headers: signed(at), key: secret })).toThrow("timestamp");
  }
});

/** What an application in plain JavaScript may pass. */
const unwrapWith = webhooks.unwrap.bind(webhooks) as (...given: readonly unknown[]) => unknown;

test("SDK-61 options without headers skip the check, no options throw", () => {
  expect(unwrapWith(body, {})).toEqual(event);
  expect(unwrapWith(body, { key: secret })).toEqual(event);
  expect(() => unwrapWith(body)).toThrow(TypeError);
});

test("SDK-62 a key that is null or no base64 throws, one without prefix works", () => {
  const headers = signed();
  expect(() => webhooks.unwrap(body, { headers })).toThrow("must not be null");
  expect(() => unwrapWith(body, { headers, key: null })).toThrow("must not be null");
  expect(() => webhooks.unwrap(body, { headers, key: "whsec_not base64!" })).toThrow();
  expect(webhooks.unwrap(body, { headers, key: bare })).toEqual(event);
});

test("SDK-63 only the text as it was sent verifies", () => {
  const headers = signed();
  const written = JSON.stringify(JSON.parse(body), null, 1);
  for (const other of [written, `${body} `, new TextEncoder().encode(body)]) {
    expect(() => unwrapWith(other, { headers, key: secret })).toThrow();
  }
});

test("SDK-64 unsafeUnwrap parses what is not signed", () => {
  expect(webhooks.unsafeUnwrap(body)).toEqual(event);
  expect(() => webhooks.unwrap(body, { headers: {}, key: secret })).toThrow("required headers");
});
