import type DodoPayments from "dodopayments";
import type { Case } from "../case.js";

/** What a call resolves with, and the answer it came in. */

const retrieve = (it: DodoPayments) => it.meters.retrieve("mtr_1");
const meter = { body: { id: "mtr_1", unknown: [1.5, null, "é"] }, headers: { "x-a": "1" } };
const refusal = { status: 404, body: { code: "NO", message: "No." } };

const shown = async (response: Response) => ({
  status: response.status,
  ok: response.ok,
  header: response.headers.get("x-a"),
  text: await response.text(),
});

export const answers: readonly Case[] = [
  { name: "fields that nobody knows come through", answers: [meter], call: retrieve },
  { name: "any status of success will do", answers: [{ ...meter, status: 202 }], call: retrieve },
  {
    name: "204 is nothing",
    answers: [{ status: 204 }],
    differs: { by: "nothing", official: { value: null }, ours: { value: undefined } },
    call: (it) => it.meters.archive("mtr_1"),
  },
  {
    name: "200 without a body is nothing",
    answers: [{ status: 200 }],
    differs: { by: "nothing", official: { value: "" }, ours: { value: undefined } },
    call: (it) => it.meters.unarchive("mtr_1"),
  },
  {
    name: "asResponse is the answer, unread",
    answers: [meter],
    call: async (it) => shown(await retrieve(it).asResponse()),
  },
  {
    name: "asResponse rejects as the call does",
    answers: [refusal],
    call: (it) => retrieve(it).asResponse(),
  },
  {
    name: "withResponse is both",
    answers: [meter],
    call: async (it) => {
      const { data, response } = await retrieve(it).withResponse();
      return [data, response.status, response.headers.get("x-a")];
    },
  },
  {
    name: "withResponse rejects as the call does",
    answers: [refusal],
    call: (it) => retrieve(it).withResponse(),
  },
  {
    name: "a call is sent without being awaited, and once",
    answers: [meter],
    call: async (it) => {
      const call = retrieve(it);
      return [await call.asResponse().then(({ status }) => status), await call, await call];
    },
  },
  {
    name: "a call is a promise",
    answers: [meter],
    call: async (it) => [
      retrieve(it) instanceof Promise,
      await retrieve(it).then(({ id }) => id),
      await retrieve(it).finally(() => undefined),
      await Promise.all([retrieve(it)]),
    ],
  },
  {
    name: "catch takes the error",
    answers: [refusal],
    call: (it) =>
      retrieve(it).catch((error: InstanceType<typeof DodoPayments.APIError>) => error.status),
  },
  {
    name: "paths without a method of their own can be called",
    answers: [meter],
    call: async (it) => [
      await it.get("/refunds", { query: { page_size: 5 } }),
      await it.post("/refunds", { body: { payment_id: "pay_1" } }),
      await it.patch("/refunds/1", { body: {} }),
      await it.put("/refunds/1", { body: [] }),
      await it.delete("/refunds/1"),
    ],
  },
];
