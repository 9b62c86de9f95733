import type DodoPayments from "dodopayments";
import { expect } from "vitest";
import type { Case } from "../case.js";

/** What a call rejects with. */

const retrieve = (it: DodoPayments) => it.meters.retrieve("mtr_1");
const once = { maxRetries: 0 };
const body = { code: "SOME_CODE", message: "What is wrong." };

export const errors: readonly Case[] = [
  ...[400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 501, 503].map(
    (status): Case => ({
      name: `${status} is an error of its class`,
      options: once,
      answers: [{ status, body, headers: { "x-request-id": "req_1" } }],
      call: retrieve,
    }),
  ),
  { name: "an error without a body", options: once, answers: [{ status: 404 }], call: retrieve },
  {
    name: "an error whose body has no message",
    options: once,
    answers: [{ status: 422, body: { errors: [{ field: "name" }] } }],
    call: retrieve,
  },
  {
    name: "an error whose message is no text",
    options: once,
    answers: [{ status: 422, body: { message: { en: "No." } } }],
    call: retrieve,
  },
  {
    name: "an error that is not JSON",
    options: once,
    answers: [{ status: 502, body: "<h1>Bad gateway</h1>" }],
    differs: {
      by: "text-errors",
      official: { error: { message: "502 <h1>Bad gateway</h1>", error: undefined } },
      ours: { error: { message: "502 <h1>Bad gateway</h1>", error: "<h1>Bad gateway</h1>" } },
    },
    call: retrieve,
  },
  {
    name: "a connection that breaks",
    options: once,
    answers: ["breaks"],
    differs: {
      by: "messages",
      official: { error: { class: "APIConnectionError", status: undefined, hasCause: true } },
      ours: { error: { class: "APIConnectionError", status: undefined, hasCause: true } },
    },
    call: retrieve,
  },
  {
    name: "an answer that does not come",
    options: once,
    answers: ["hangs"],
    differs: {
      by: "messages",
      official: { error: { class: "APIConnectionTimeoutError" } },
      ours: { error: { class: "APIConnectionTimeoutError" } },
    },
    call: retrieve,
  },
  {
    name: "an answer whose body does not come",
    options: once,
    answers: ["hangs in the body"],
    differs: {
      by: "timeout-of-bodies",
      official: { value: "waits for ever" },
      ours: { value: "APIConnectionTimeoutError" },
    },
    call: (it) =>
      Promise.race([
        retrieve(it).catch((error: Error) => error.constructor.name),
        // An hour of the faked clock.
        new Promise((resolve) => setTimeout(() => resolve("waits for ever"), 3_600_000)),
      ]),
  },
  {
    name: "a success that is not JSON although it says so",
    options: once,
    answers: [{ body: "{", headers: { "content-type": "application/json" } }],
    differs: {
      by: "unreadable-successes",
      official: { error: { thrown: expect.stringContaining("SyntaxError") } },
      ours: { error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "a success that is text",
    options: once,
    answers: [{ body: "<h1>Hello</h1>" }],
    differs: {
      by: "unreadable-successes",
      official: { value: "<h1>Hello</h1>" },
      ours: { error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "an error has the name of its class",
    options: once,
    answers: [{ status: 404, body }],
    differs: {
      by: "error-fields",
      official: { value: ["Error", undefined] },
      ours: { value: ["NotFoundError", "SOME_CODE"] },
    },
    call: (it) =>
      retrieve(it).then(
        () => null,
        (error: Error) => [error.name, Reflect.get(error, "code")],
      ),
  },
  {
    name: "an error can be made by its status",
    call: ({ constructor: Client }) => {
      const classes = Client as typeof DodoPayments;
      const error = classes.APIError.generate(404, body, undefined, new Headers());
      return [error instanceof classes.NotFoundError, error.message];
    },
  },
  {
    name: "the classes hang on the client, and on one another",
    call: ({ constructor: Client }) => {
      const classes = Client as typeof DodoPayments;
      return [
        classes.APIConnectionTimeoutError.prototype instanceof classes.APIConnectionError,
        classes.RateLimitError.prototype instanceof classes.APIError,
        classes.APIError.prototype instanceof classes.DodoPaymentsError,
        classes.DEFAULT_TIMEOUT,
      ];
    },
  },
];
