import type DodoPayments from "dodopayments";
import { expect } from "vitest";
import type { Case } from "../case.js";

/** The options of the constructor, and the environment variables. */

const retrieve = (it: DodoPayments) => it.meters.retrieve("mtr_1");

const settingsOf = ({
  baseURL,
  bearerToken,
  webhookKey,
  timeout,
  maxRetries,
  logLevel,
}: DodoPayments) => ({
  baseURL,
  bearerToken,
  webhookKey,
  timeout,
  maxRetries,
  logLevel,
});

export const clientOptions: readonly Case[] = [
  { name: "the options can be read", call: settingsOf },
  {
    name: "the defaults can be read",
    options: { baseURL: null, bearerToken: "dodo_live_parity" },
    call: settingsOf,
  },
  {
    name: "a base URL may have a path",
    options: { baseURL: "http://api.test/v1" },
    call: retrieve,
  },
  {
    name: "a base URL may end in a slash",
    options: { baseURL: "http://api.test/v1/" },
    call: retrieve,
  },
  { name: "without a base URL it is the live one", options: { baseURL: null }, call: retrieve },
  {
    name: "an environment has its base URL",
    options: { baseURL: null, environment: "test_mode" },
    call: retrieve,
  },
  {
    name: "an unknown environment is refused",
    options: { baseURL: null, environment: "sandbox" as never },
    differs: {
      by: "early-refusals",
      official: { error: { thrown: expect.stringContaining("TypeError") } },
      ours: { error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "a base URL and an environment are too much",
    options: { environment: "live_mode" },
    differs: {
      by: "messages",
      official: { error: { class: "DodoPaymentsError" } },
      ours: { error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "a base URL that is none is refused",
    options: { baseURL: "api.test" },
    differs: {
      by: "early-refusals",
      official: { error: { thrown: "TypeError: Invalid URL" } },
      ours: { error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "the variables are read",
    options: { bearerToken: undefined, baseURL: undefined, webhookKey: undefined },
    environment: {
      DODO_PAYMENTS_API_KEY: " dodo_test_variable ",
      DODO_PAYMENTS_BASE_URL: "http://variable.test",
      DODO_PAYMENTS_WEBHOOK_KEY: "whsec_dmFyaWFibGU=",
    },
    call: async (it) => ({ ...settingsOf(it), meter: await retrieve(it) }),
  },
  {
    name: "options win over the variables",
    options: { webhookKey: null },
    environment: {
      DODO_PAYMENTS_API_KEY: "dodo_test_variable",
      DODO_PAYMENTS_BASE_URL: "http://variable.test",
      DODO_PAYMENTS_WEBHOOK_KEY: "whsec_dmFyaWFibGU=",
    },
    call: async (it) => ({ ...settingsOf(it), meter: await retrieve(it) }),
  },
  {
    name: "no key at all is refused",
    options: { bearerToken: undefined },
    differs: {
      by: "messages",
      official: { requests: [], error: { class: "DodoPaymentsError" } },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "a test key is kept from the live service",
    options: { baseURL: null, fetch: undefined },
    differs: {
      by: "misplaced-keys",
      official: { requests: [{ call: "GET https://live.dodopayments.com/meters/mtr_1" }] },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "a live key is kept from a sandbox",
    options: { bearerToken: "dodo_live_parity" },
    differs: {
      by: "misplaced-keys",
      official: { requests: [{ call: "GET /meters/mtr_1" }] },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: retrieve,
  },
  {
    name: "default headers are sent, the content type is the method's",
    options: { defaultHeaders: { "x-team": "billing", "Content-Type": "text/plain" } },
    call: (it) => it.customers.update("cus_1", { name: "Ada" }),
  },
  {
    name: "default headers can replace the key",
    options: { defaultHeaders: { Authorization: "Bearer other" } },
    call: retrieve,
  },
  {
    name: "headers of the environment are sent, those of the options win",
    options: { defaultHeaders: { "x-team": "billing" } },
    environment: { DODO_PAYMENTS_CUSTOM_HEADERS: "X-Region: eu : west\nx-team: none\nnothing" },
    call: retrieve,
  },
  {
    name: "a default query is sent, that of the call wins",
    options: { defaultQuery: { tenant: "a b", archived: "false", none: undefined } },
    answers: [{ body: { items: [] } }],
    call: async (it) =>
      (await it.meters.list({ archived: true, page_number: 0, page_size: 10 })).items,
  },
  {
    name: "maxRetries of the client counts",
    options: { maxRetries: 1 },
    answers: [{ status: 503 }],
    call: retrieve,
  },
  {
    name: "timeout of the client counts",
    options: { timeout: 1000, maxRetries: 1 },
    answers: ["hangs", { body: {} }],
    call: retrieve,
  },
  ...[-1, 1.5].map(
    (maxRetries): Case => ({
      name: `maxRetries of ${maxRetries} is refused`,
      options: { maxRetries },
      answers: [{ body: {} }],
      differs: {
        by: "early-refusals",
        official: { requests: [{}] },
        ours: { requests: [], error: { class: "DodoPaymentsError" } },
      },
      call: retrieve,
    }),
  ),
  {
    name: "a timeout of a call that is no whole number is refused",
    differs: {
      by: "messages",
      official: { requests: [], error: { class: "DodoPaymentsError" } },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: (it) => it.meters.retrieve("mtr_1", { timeout: 1.5 }),
  },
  { name: "without a fetch it is the global one", options: { fetch: undefined }, call: retrieve },
  {
    name: "fetch gets the URL and the options of the client and of the call",
    call: async (it) => {
      const seen: unknown[] = [];
      const client = it.withOptions({
        fetchOptions: { cache: "no-store", redirect: "manual" },
        fetch: async (url, init) => {
          const { method, cache, redirect, keepalive } = init as RequestInit;
          seen.push({ url, method, cache, redirect, keepalive });
          return Response.json({});
        },
      });
      await client.meters.retrieve("mtr_1", { fetchOptions: { keepalive: true, cache: "reload" } });
      return seen;
    },
  },
  {
    name: "withOptions keeps what is not given",
    options: { timeout: 5, maxRetries: 1, defaultHeaders: { "x-team": "billing" } },
    environment: { DODO_PAYMENTS_WEBHOOK_KEY: "whsec_dmFyaWFibGU=" },
    call: async (it) => {
      const other = it.withOptions({ maxRetries: 0, bearerToken: "dodo_test_other" });
      return [settingsOf(it), settingsOf(other), await retrieve(other), await retrieve(it)];
    },
  },
  {
    name: "withOptions can move to another base URL, and to an environment",
    call: async (it) => {
      await retrieve(it.withOptions({ baseURL: "http://elsewhere.test" }));
      await retrieve(it.withOptions({ environment: "test_mode" }));
      return retrieve(it.withOptions({ environment: "test_mode" }).withOptions({ timeout: 9 }));
    },
  },
];
