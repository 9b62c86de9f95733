import { setImmediate } from "node:timers/promises";
import { createSandbox } from "@drawdown/mock-server";
import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import { checkThenAct, debitFirst, type Generate, type Wallet } from "./generate.js";
import { lockstep } from "./lockstep.js";

const races = 200;
const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true });

/** A customer with 100 credits, in a world of its own. */
async function openWallet(bearerToken: string): Promise<Wallet> {
  const client = new DodoPayments({
    bearerToken,
    baseURL: "http://sandbox.test",
    fetch: sandbox.fetch,
  });
  const { id: credit } = await client.creditEntitlements.create({
    name: "Credits",
    unit: "credit",
    precision: 0,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  await client.creditEntitlements.balances.createLedgerEntry(customer_id, {
    credit_entitlement_id: credit,
    entry_type: "credit",
    amount: "100",
  });
  return { client, customer: customer_id, credit };
}

/** Every other call takes its time: without the barrier, one request would be over before the other has looked. */
function uneven(): typeof fetch {
  let calls = 0;
  return async (input, init) => {
    calls += 1;
    if (calls % 2 === 0) for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    return sandbox.fetch(input, init);
  };
}

/** Two requests of 60 at once, for 100 credits. Answers how many were answered, and what is left. */
async function race(generate: Generate, bearerToken: string) {
  const { client, ...ids } = await openWallet(bearerToken);
  const racing = { ...ids, client: client.withOptions({ fetch: lockstep(uneven(), 2) }) };
  const run = async () => "text";
  const texts = await Promise.all([
    generate(racing, { id: "one", price: 60n, run }),
    generate(racing, { id: "two", price: 60n, run }),
  ]);
  const { balance } = await client.creditEntitlements.balances.retrieve(ids.customer, {
    credit_entitlement_id: ids.credit,
  });
  return { answered: texts.filter((it) => it !== undefined).length, left: balance };
}

/** How often each outcome occurred. */
async function outcomes(generate: Generate) {
  const counts = new Map<string, number>();
  for (let n = 0; n < races; n += 1) {
    const { answered, left } = await race(generate, `${generate.name}-${n}`);
    const outcome = `${answered} answered, ${left} credits left`;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

test("checking first gives away an answer, every time", async () => {
  expect(await outcomes(checkThenAct)).toEqual({ "2 answered, 40 credits left": races });
});

test("debiting first answers what is paid for, every time", async () => {
  expect(await outcomes(debitFirst)).toEqual({ "1 answered, 40 credits left": races });
});

test("what could not be generated is given back", async () => {
  const wallet = await openWallet("refund");
  const run = () => Promise.reject(new Error("the model is down"));
  await expect(debitFirst(wallet, { id: "one", price: 60n, run })).rejects.toThrow("model is down");
  const { balance } = await wallet.client.creditEntitlements.balances.retrieve(wallet.customer, {
    credit_entitlement_id: wallet.credit,
  });
  expect(balance).toBe("100");
});
