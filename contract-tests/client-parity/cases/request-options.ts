import type { Case } from "../case.js";

/** The options of one call. */

const meter = { name: "M" };

export const requestOptions: readonly Case[] = [
  {
    name: "headers are added, replaced and taken away",
    options: { defaultHeaders: { "x-team": "billing", "x-gone": "1" } },
    call: (it) =>
      it.meters.retrieve("mtr_1", {
        headers: { "X-Team": "credits", "x-gone": null, "x-undefined": undefined, "x-new": "é=1" },
      }),
  },
  {
    name: "a header may have several values",
    call: (it) => it.meters.retrieve("mtr_1", { headers: { "x-tag": ["a", "b"] } }),
  },
  {
    name: "headers may be pairs, or Headers",
    call: async (it) => {
      await it.meters.retrieve("mtr_1", { headers: [["x-a", "1"]] });
      return it.meters.retrieve("mtr_2", { headers: new Headers({ "x-b": "2" }) });
    },
  },
  {
    name: "authorization and content-type may be replaced",
    call: (it) =>
      it.customers.update(
        "cus_1",
        { name: "Ada" },
        { headers: { authorization: "Bearer other", "content-type": "application/vnd.api+json" } },
      ),
  },
  {
    name: "a query goes along with a call that has none",
    call: (it) => it.meters.retrieve("mtr_1", { query: { expand: "all", empty: null, n: 0 } }),
  },
  {
    name: "a query takes the place of the method's own",
    call: async (it) => {
      const options = { query: { page_number: 7, page_size: 2 } };
      const { items } = await it.meters.list({ page_number: 0, archived: true }, options);
      return items;
    },
    answers: [{ body: { items: [] } }],
  },
  {
    name: "maxRetries of 0 sends it once",
    answers: [{ status: 500, body: { code: "DOWN", message: "Down." } }],
    call: (it) => it.meters.retrieve("mtr_1", { maxRetries: 0 }),
  },
  {
    name: "maxRetries wins over the client's",
    answers: [{ status: 500 }],
    options: { maxRetries: 0 },
    call: (it) => it.meters.retrieve("mtr_1", { maxRetries: 4 }),
  },
  {
    name: "timeout ends an attempt, and the next one begins",
    answers: ["hangs", { body: meter }],
    call: (it) => it.meters.retrieve("mtr_1", { timeout: 250 }),
  },
  {
    name: "a signal that is aborted already sends nothing",
    call: (it) => it.meters.retrieve("mtr_1", { signal: AbortSignal.abort() }),
  },
  {
    name: "a signal ends the attempt",
    answers: ["hangs"],
    call: (it) => {
      const controller = new AbortController();
      const call = it.meters.retrieve("mtr_1", { signal: controller.signal });
      setTimeout(() => controller.abort(), 10); // of the faked clock
      return call;
    },
  },
  {
    name: "a signal ends the wait before the next attempt",
    answers: [{ status: 503 }],
    call: (it) => {
      const controller = new AbortController();
      const call = it.meters.retrieve("mtr_1", { signal: controller.signal, maxRetries: 1 });
      setTimeout(() => controller.abort(), 100);
      return call;
    },
  },
  {
    name: "idempotencyKey has no effect",
    call: (it) => it.customers.update("cus_1", { name: "Ada" }, { idempotencyKey: "k" }),
  },
  {
    name: "fields that are undefined are not sent",
    // Not a value of the types, and a habit all the same.
    call: (it) => it.customers.update("cus_1", { name: "Ada", email: undefined as never }),
  },
  {
    name: "a null filter is sent empty",
    answers: [{ body: { items: [] } }],
    call: async (it) => {
      const query = { start_date: null, page_number: 0, page_size: 10 };
      return (await it.subscriptions.retrieveUsageHistory("sub_1", query)).items;
    },
  },
  {
    name: "an id is percent-encoded",
    call: (it) => it.meters.retrieve("a/b?c#d%e é"),
  },
  {
    name: "an id that changes the path is refused",
    differs: {
      by: "path-values",
      official: { requests: [{ call: "GET /meters/" }], value: {} },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: (it) => it.meters.retrieve(""),
  },
  {
    name: "an id of something else is refused",
    differs: {
      by: "path-values",
      official: { requests: [{ call: "GET /customers/cde_1" }] },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: (it) => it.customers.retrieve("cde_1"),
  },
  {
    name: "a number that JSON has no form for is refused",
    differs: {
      by: "lost-numbers",
      official: { requests: [{ body: { price: null } }] },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: (it) => it.addons.update("adn_1", { price: Number.NaN }),
  },
  {
    name: "an amount of credits that is a number is refused",
    differs: {
      by: "lost-numbers",
      official: { requests: [{ body: { amount: 0.30000000000000004 } }] },
      ours: { requests: [], error: { class: "DodoPaymentsError" } },
    },
    call: (it) =>
      it.creditEntitlements.balances.createLedgerEntry("cus_1", {
        credit_entitlement_id: "cde_1",
        entry_type: "credit",
        amount: (0.1 + 0.2) as never, // what a caller without types writes
        idempotency_key: "k",
      }),
  },
];
