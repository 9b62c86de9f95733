import { SandboxControl } from "@drawdown/sdk/sandbox";
import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import { begin, finish, freePort } from "./support/programs.js";
import { commandsOf, isServing } from "./support/readme.js";

const bearerToken = "dodo_test_nextjs";

const read = async (address: string) => {
  const response = await fetch(address);
  return { status: response.status, text: await response.text() };
};

test("examples/nextjs-route shows balances that webhooks keep right", async () => {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const [sandbox, build, start, seed] = commandsOf("nextjs-route", { 3000: port });
  if (!sandbox || !build || !start || !seed) throw new Error("the README has fewer commands");
  const baseURL = `http://127.0.0.1:${sandboxPort}`;
  const env = { DODO_PAYMENTS_BASE_URL: baseURL, PORT: String(port) };
  await begin({ ...sandbox, args: [...sandbox.args, "--port", String(sandboxPort)] }, isServing);
  expect(await finish(build, env)).toContain("/api/credits/[customer]");
  await begin({ ...start, env }, /Ready in/);

  const [, customer = ""] = /page .*customer=(\w+)/.exec(await finish(seed, env)) ?? [];
  const client = new DodoPayments({ bearerToken, baseURL });
  const control = new SandboxControl({ bearerToken, baseURL });
  const [credit] = (await client.customers.listCreditEntitlements(customer)).items;
  const route = `http://127.0.0.1:${port}/api/credits/${customer}`;
  const page = `http://127.0.0.1:${port}/?customer=${customer}`;
  const showing = async () => [
    JSON.parse((await read(route)).text).credits[0].balance,
    /<strong>(\d+)<\/strong>/.exec((await read(page)).text)?.[1],
  ];
  const use = (amount: string) =>
    client.creditEntitlements.balances.createLedgerEntry(customer, {
      credit_entitlement_id: credit?.credit_entitlement_id ?? "",
      entry_type: "debit",
      amount,
    });

  await control.deliveries.settle();
  expect(await showing()).toEqual(["1000", "1000"]);

  await control.webhooks.setMode({ held: true });
  await use("30");
  expect(await showing()).toEqual(["1000", "1000"]);
  await control.webhooks.setMode({ held: false });
  await control.deliveries.settle();
  expect(await showing()).toEqual(["970", "970"]);

  const forged = await fetch(`http://127.0.0.1:${port}/api/webhooks`, {
    method: "POST",
    body: JSON.stringify({ type: "credit.added", data: {} }),
  });
  expect(forged.status).toBe(401);
  const nobody = await read(`http://127.0.0.1:${port}/api/credits/cus_nobody`);
  expect(nobody).toEqual({ status: 404, text: '{"error":"there is no customer cus_nobody"}' });
  const { items } = await control.deliveries.list();
  expect(items.map((it) => it.status)).toEqual(["delivered", "delivered"]);
}, 180_000);
