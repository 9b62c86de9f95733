import type DodoPayments from "dodopayments";
import type { Case, Expected } from "../case.js";
import type { Answer } from "../recorder.js";

/** How often a request is sent, and when. */

const retrieve = (it: DodoPayments) => it.meters.retrieve("mtr_1");
const createMeter = (it: DodoPayments) => it.meters.create({} as never); // the recorder takes anything
const enter = (more: object) => (it: DodoPayments) =>
  it.creditEntitlements.balances.createLedgerEntry("cus_1", {
    credit_entitlement_id: "cde_1",
    entry_type: "credit",
    amount: "1",
    ...more,
  });
const ok: Answer = { body: {} };
const times = (count: number): Expected => ({ requests: Array(count).fill({}) });

export const retries: readonly Case[] = [
  ...[408, 429, 500, 502, 503, 504].map(
    (status): Case => ({
      name: `a read is sent again after ${status}, twice`,
      answers: [{ status }],
      call: retrieve,
    }),
  ),
  ...[400, 401, 403, 404, 410, 422].map(
    (status): Case => ({
      name: `a read is not sent again after ${status}`,
      answers: [{ status }],
      call: retrieve,
    }),
  ),
  {
    name: "a read is sent again until it succeeds",
    answers: [{ status: 503 }, ok],
    call: retrieve,
  },
  {
    name: "a read is sent again when the connection breaks",
    answers: ["breaks", ok],
    call: retrieve,
  },
  {
    name: "a PATCH is sent again",
    answers: [{ status: 500 }, ok],
    call: (it) => it.customers.update("cus_1", {}),
  },
  {
    name: "a DELETE is sent again",
    answers: ["breaks", ok],
    call: (it) => it.meters.archive("mtr_1"),
  },
  { name: "a POST is sent again after 429", answers: [{ status: 429 }, ok], call: createMeter },
  {
    name: "the waits grow up to eight seconds",
    answers: [{ status: 500 }],
    call: (it) => it.meters.retrieve("mtr_1", { maxRetries: 7 }),
  },
  ...[
    { "retry-after-ms": "1" },
    { "retry-after-ms": "1500.5" },
    { "retry-after": "2" },
    { "retry-after": "0.25" },
    { "retry-after-ms": "20", "retry-after": "2" },
    { "retry-after-ms": "soon", "retry-after": "3" },
    { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" },
  ].map(
    (headers): Case => ({
      name: `the server's wait is kept: ${JSON.stringify(headers)}`,
      answers: [{ status: 429, headers }, ok],
      call: retrieve,
    }),
  ),
  {
    name: "x-should-retry: true sends it again",
    answers: [{ status: 400, headers: { "x-should-retry": "true" } }, ok],
    call: createMeter,
  },
  {
    name: "x-should-retry: false does not",
    answers: [{ status: 500, headers: { "x-should-retry": "false" } }, ok],
    call: retrieve,
  },
  {
    name: "a wait of more than a minute",
    answers: [{ status: 429, headers: { "retry-after": "61" } }, ok],
    differs: {
      by: "long-waits",
      official: times(2),
      ours: { ...times(1), error: { status: 429 } },
    },
    call: retrieve,
  },
  {
    name: "a wait that cannot be read",
    answers: [{ status: 429, headers: { "retry-after": "soon" } }, ok],
    differs: {
      by: "unreadable-waits",
      official: { requests: [{ atMs: 0 }, { atMs: 0 }] },
      ours: { requests: [{ atMs: 0 }, { atMs: 500 }] },
    },
    call: retrieve,
  },
  {
    name: "409",
    answers: [{ status: 409, body: { code: "EXISTS" } }],
    differs: { by: "conflicts", official: times(3), ours: times(1) },
    call: retrieve,
  },
  ...([{ status: 408 }, { status: 500 }, "breaks"] as const).map(
    (answer): Case => ({
      name: `a POST without a key after ${JSON.stringify(answer)}`,
      answers: [answer, ok],
      differs: { by: "repeated-posts", official: times(2), ours: times(1) },
      call: createMeter,
    }),
  ),
  {
    name: "usage events are sent again: each has its key",
    answers: [{ status: 500 }, ok],
    call: (it) => it.usageEvents.ingest({ events: [] }),
  },
  {
    name: "a ledger entry with a key is sent again",
    answers: ["breaks", ok],
    call: enter({ idempotency_key: "k" }),
  },
  {
    name: "a ledger entry without a key gets one",
    answers: ["breaks", ok],
    differs: {
      by: "made-up-keys",
      official: { requests: [{ body: { amount: "1" } }, {}] },
      ours: {
        requests: [
          { body: { idempotency_key: "(made up)" } },
          { body: { idempotency_key: "(made up)" } },
        ],
      },
    },
    call: enter({}),
  },
  {
    name: "a ledger entry that was made although its answer was lost",
    answers: ["breaks", { status: 409, body: { code: "EXISTS", message: "Exists." } }],
    differs: {
      by: "made-up-keys",
      official: { error: { class: "ConflictError" } },
      ours: { error: { class: "LostAnswerError", status: 409 } },
    },
    call: enter({}),
  },
];
