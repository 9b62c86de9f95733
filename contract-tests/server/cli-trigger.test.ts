import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { describe, expect, test } from "vitest";
import { openCommandLine } from "./support/command-line.js";

const { answer, call, drawdown, run } = openCommandLine();

/** Each event, and what its payload says when nothing is set. */
const events: readonly (readonly [string, object])[] = [
  ["credit.added", { transaction_type: "credit_added", amount: "100", is_credit: true }],
  ["credit.deducted", { transaction_type: "credit_deducted", amount: "25", balance_after: "75" }],
  ["credit.expired", { transaction_type: "credit_expired", amount: "100", balance_after: "0" }],
  ["credit.rolled_over", { amount: "100", is_credit: true }],
  ["credit.rollover_forfeited", { amount: "100", is_credit: false }],
  ["credit.overage_charged", { amount: "30", overage_after: "30", balance_after: "0" }],
  ["credit.overage_reset", { amount: "30", overage_before: "30", overage_after: "0" }],
  ["credit.manual_adjustment", { amount: "50", is_credit: true }],
  [
    "credit.balance_low",
    {
      available_balance: "19",
      threshold_amount: "20",
      threshold_percent: 20,
      subscription_credits_amount: "100",
    },
  ],
  ["payment.succeeded", { payload_type: "Payment", status: "succeeded", total_amount: 500 }],
  ["payment.failed", { payload_type: "Payment", status: "failed" }],
  ["subscription.active", { payload_type: "Subscription", status: "active" }],
  ["subscription.renewed", { status: "active" }],
  ["subscription.on_hold", { status: "on_hold" }],
  ["subscription.paused", { status: "paused" }],
  ["subscription.unpaused", { status: "active" }],
  ["subscription.cancelled", { status: "cancelled" }],
  ["subscription.expired", { status: "expired" }],
  ["subscription.plan_changed", { recurring_pre_tax_amount: 2000 }],
  ["subscription.updated", { metadata: { updated_by: "drawdown trigger" } }],
];

describe.concurrent("trigger", () => {
  for (const [type, data] of events) {
    test(`${type} occurs`, async () => {
      const key = `trigger-${type}`;
      const { event, made } = await answer(key, "trigger", type);
      const { items } = await call(key, "GET", `/_sandbox/events?event_type=${type}&limit=1000`);
      expect(items).toContainEqual(event);
      expect(event).toMatchObject({ type, payload: { type, data } });
      expect(Object.keys(made)).toEqual(
        expect.arrayContaining(["customer_id", "credit_entitlement_id"]),
      );
      expect((await call(key, "GET", "/_sandbox/audit")).differences).toEqual([]);
      await expect(call(key, "GET", `/customers/${made.customer_id}`)).resolves.toBeDefined();
    });
  }

  test("an event is triggered again for the same holder, apart from the first", async () => {
    const key = "trigger-twice";
    const first = await answer(key, "trigger", "credit.deducted");
    const holder = ["customer_id", "credit_entitlement_id"].flatMap((name) => [
      "--set",
      `data.${name}=${first.made[name]}`,
    ]);
    const second = await answer(key, "trigger", "credit.deducted", ...holder);
    expect(second.event.id).not.toBe(first.event.id);
    expect(second.event.payload.data).toMatchObject({
      customer_id: first.made.customer_id,
      credit_entitlement_id: first.made.credit_entitlement_id,
      amount: "25",
    });
    const { items } = await call(key, "GET", "/_sandbox/events?event_type=credit.deducted");
    expect(items).toHaveLength(2);
  });

  test("clocks that run are moved, too", async () => {
    const running = await listen(createSandbox(), { port: 0, host: "127.0.0.1" });
    for (const type of ["credit.expired", "subscription.expired"]) {
      const { said, ended } = drawdown(["trigger", type, "--url", running.url]);
      expect(await ended, said.err).toBe(0);
    }
    running.server.close();
    running.server.closeAllConnections();
  });

  test("people read the ids, the moved clock and the payload", async () => {
    const { code, out } = await run("trigger-readable", ["trigger", "credit.expired"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^credit\.expired {2}msg_\w+ {2}2026-01-01T00:01:00\.000000Z\n/);
    expect(out).toMatch(/\n {2}customer_id +cus_\w+\n/);
    expect(out).toContain("the clock was advanced to 2026-01-01T00:01:00");
    expect(JSON.parse(out.slice(out.indexOf("\n{")))).toMatchObject({ type: "credit.expired" });
    expect(out).not.toContain("\u001b");
  });

  test("the help names every event and what it takes", async () => {
    const { code, out } = await run("trigger-help", ["trigger", "--help"]);
    expect(code).toBe(0);
    for (const [type] of events) expect(out).toContain(`  ${type}: `);
    expect(out).toContain("data.threshold_percent");
  });
});

describe.concurrent("--set", () => {
  const settings: readonly (readonly [string, object])[] = [
    ["credit.added", { "data.amount": "12.5", "data.metadata.team": "a=b" }],
    ["credit.deducted", { "data.amount": "250" }],
    ["credit.expired", { "data.amount": "7" }],
    ["credit.rolled_over", { "data.amount": "0.25" }],
    ["credit.rollover_forfeited", { "data.amount": "9" }],
    ["credit.overage_charged", { "data.amount": "5" }],
    ["credit.overage_reset", { "data.amount": "6" }],
    [
      "credit.manual_adjustment",
      { "data.amount": "3", "data.is_credit": "false", "data.description": "Mistake" },
    ],
    [
      "credit.balance_low",
      {
        "data.subscription_credits_amount": "1000",
        "data.threshold_percent": "35",
        "data.available_balance": "349",
        "data.credit_entitlement_name": "Monthly tokens",
      },
    ],
    ["payment.succeeded", { "data.total_amount": "1234", "data.metadata.order": "7" }],
    ["payment.failed", { "data.total_amount": "99" }],
    ["subscription.active", { "data.recurring_pre_tax_amount": "4200", "data.metadata.x": "y" }],
    ["subscription.plan_changed", { "data.recurring_pre_tax_amount": "5000" }],
    ["subscription.updated", { "data.metadata.plan": "gold" }],
  ];
  for (const [type, wanted] of settings) {
    test(`${type} with ${Object.keys(wanted).join(", ")}`, async () => {
      const sets = Object.entries(wanted).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
      const { event } = await answer(`set-${type}`, "trigger", type, ...sets);
      for (const [path, value] of Object.entries(wanted)) {
        const found = path.split(".").reduce((it, name) => it[name], event.payload);
        expect(String(found), path).toBe(value);
      }
    });
  }

  test("an existing customer is taken", async () => {
    const key = "set-customer";
    const body = { name: "Ada", email: "ada@example.com" };
    const { customer_id } = await call(key, "POST", "/customers", body);
    const credit = await answer(
      key,
      "trigger",
      "credit.added",
      "--set",
      `data.customer_id=${customer_id}`,
    );
    expect(credit.event.payload.data.customer_id).toBe(customer_id);
    const path = `data.customer.customer_id=${customer_id}`;
    const paid = await answer(key, "trigger", "payment.succeeded", "--set", path);
    expect(paid.event.payload.data.customer.customer_id).toBe(customer_id);
  });

  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["trigger"], "trigger needs an event, one of: credit.added, credit.deducted"],
    [["trigger", "credit.gone"], 'there is no way to trigger "credit.gone"; choose one of: credit'],
    [
      ["trigger", "credit.deducted", "--set", "data.amuont=1"],
      'credit.deducted cannot set "data.amuont"; it takes: data.amount, data.customer_id, data.credit_entitlement_id',
    ],
    [["trigger", "credit.added", "--set", "data.metadata.=1"], "it takes: data.amount"],
    [["trigger", "credit.added", "--set", "data.amount"], "must be path=value"],
    [["trigger", "credit.added", "--set", "data.amount=lots"], 'is "lots" but must be a decimal'],
    [
      ["trigger", "credit.deducted", "--set", "data.amount=1.5"],
      "must be a whole number of credits",
    ],
    [["trigger", "credit.balance_low", "--set", "data.threshold_percent=101"], "from 1 to 100"],
    [["trigger", "credit.added", "now"], '"now" means nothing to trigger'],
    [["trigger", "credit.added", "--sat", "1"], "see drawdown --help trigger"],
    [["listen", "--once", "0"], "--once is"],
    [["send"], "send takes one body"],
    [["send", "--body", "{}", "-"], "send takes one body"],
    [["send", "--body", "{oops"], 'what --body holds is no JSON: "{oops"'],
    [["send", "--body-file", "/nowhere/at/all"], "--body-file cannot be read"],
    [["send", "--url", "localhost", "--body", "{}"], '--url is "localhost" but must be an address'],
  ];
  for (const [args, message] of wrong) {
    test(`drawdown ${args.join(" ")} ends with status 2`, async () => {
      const { said, ended } = drawdown(args);
      expect(await ended).toBe(2);
      expect(said.err).toContain(message);
      expect(said.out).toBe("");
    });
  }

  test("what the sandbox refuses is told with its reason, status 1", async () => {
    const args = ["trigger", "credit.added", "--set", "data.customer_id=cus_nobody"];
    const { code, err } = await run("set-refused", args);
    expect(code).toBe(1);
    expect(err).toMatch(/answered 4\d\d .*cus_nobody/);
  });

  test("a value that does not lead to the event is told, status 1", async () => {
    const args = ["trigger", "credit.balance_low", "--set", "data.available_balance=90"];
    const { code, err } = await run("set-too-high", args);
    expect(code).toBe(1);
    expect(err).toContain("yet no credit.balance_low occurred");
  });

  test("a sandbox that is not there is named, with the way to start one", async () => {
    const nobody = createServer().listen(0, "127.0.0.1");
    await once(nobody, "listening");
    const { port } = nobody.address() as AddressInfo; // a listening server has an address
    nobody.close();
    await once(nobody, "close");
    const there = `http://127.0.0.1:${port}`;
    const { said, ended } = drawdown(["trigger", "credit.added", "--url", there]);
    expect(await ended).toBe(1);
    expect(said.err).toContain(`no sandbox answers at ${there} (ECONNREFUSED)`);
    expect(said.err).toContain(`drawdown serve --port ${port}`);
  });
});
