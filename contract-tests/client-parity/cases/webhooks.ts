import type DodoPayments from "dodopayments";
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import type { Case } from "../case.js";

/** What is read from a request that the vendor sends. */

const key = "whsec_c2VjcmV0IG9mIHRoZSBwYXJpdHkgdGVzdHM=";
const body = JSON.stringify({ type: "credit.added", data: { amount: "1" }, text: "é" });

/** The headers of that body, signed as of so many seconds before now. */
function signed(secondsAgo = 0): Record<string, string> {
  const at = new Date(Date.now() - secondsAgo * 1000);
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(key).sign("msg_1", at, body),
  };
}

const unwrap = (it: DodoPayments, headers: unknown, said: unknown = body) =>
  it.webhooks.unwrap(said as string, { headers: headers as Record<string, string> });

const refused = (reason: string) => ({
  by: "unwrap-errors" as const,
  official: { error: { thrown: expect.stringMatching(/Error/) } },
  ours: { error: { class: "WebhookUnwrapError", message: expect.stringContaining(reason) } },
});

export const webhooks: readonly Case[] = [
  {
    name: "a request that is signed is read",
    options: { webhookKey: key },
    call: (it) => unwrap(it, signed()),
  },
  {
    name: "the secret of the call wins",
    options: { webhookKey: "whsec_b3RoZXI=" },
    call: (it) => it.webhooks.unwrap(body, { headers: signed(), key }),
  },
  {
    name: "an old one is read up to five minutes later",
    options: { webhookKey: key },
    call: (it) => unwrap(it, signed(300)),
  },
  {
    name: "one without verification is read",
    call: (it) => it.webhooks.unsafeUnwrap(body),
  },
  {
    name: "one that is too old is refused",
    options: { webhookKey: key },
    differs: refused("too old"),
    call: (it) => unwrap(it, signed(301)),
  },
  {
    name: "one that was changed is refused",
    options: { webhookKey: key },
    differs: refused("signature"),
    call: (it) => unwrap(it, signed(), body.replace("1", "2")),
  },
  {
    name: "one without a signature is refused",
    options: { webhookKey: key },
    differs: refused("webhook-id"),
    call: (it) => unwrap(it, {}),
  },
  {
    name: "one is refused when there is no secret",
    differs: refused("secret"),
    call: (it) => unwrap(it, signed()),
  },
  {
    name: "one that is not JSON is refused",
    differs: refused("JSON"),
    call: (it) => it.webhooks.unsafeUnwrap("{"),
  },
  {
    name: "one whose headers are not passed on",
    options: { webhookKey: key },
    differs: {
      by: "unwrap-without-headers",
      official: { value: { type: "credit.added" } },
      ours: { error: { class: "WebhookUnwrapError" } },
    },
    call: (it) => unwrap(it, undefined),
  },
  {
    name: "one whose headers are a Headers",
    options: { webhookKey: key },
    differs: {
      by: "unwrap-forms",
      official: { error: {} },
      ours: { value: { type: "credit.added" } },
    },
    call: (it) => unwrap(it, new Headers(signed())),
  },
  {
    name: "one whose body is bytes",
    options: { webhookKey: key },
    differs: {
      by: "unwrap-forms",
      official: { error: {} },
      ours: { value: { type: "credit.added" } },
    },
    call: (it) => unwrap(it, signed(), new TextEncoder().encode(body)),
  },
  {
    name: "one whose timestamp has a fraction",
    options: { webhookKey: key },
    differs: {
      by: "unwrap-timestamps",
      official: { value: { type: "credit.added" } },
      ours: { error: { class: "WebhookUnwrapError" } },
    },
    call: (it) => {
      const headers = signed();
      return unwrap(it, { ...headers, "webhook-timestamp": `${headers["webhook-timestamp"]}.5` });
    },
  },
];
