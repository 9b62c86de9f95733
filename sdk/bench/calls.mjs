import { isInstalled, load, sdk } from "./packages.mjs";
import { compare, inTurns } from "./rounds.mjs";
import { withServer } from "./with-server.mjs";

/** Calls that are timed together: enough that the clock does not matter, few enough to take turns often. */
const callsAtATime = 1_000;
const ways = { sequential: 1, "16 in flight": 16 };

const bearerToken = "dodo_test_bench";
const customer = "cus_TV52uJWWXt2yIoBBxpjaa";
const held = { credit_entitlement_id: "cde_yrrTlSrqLkbHxTqGhTCpL" };
const template = "/credit-entitlements/{credit_entitlement_id}/balances/{customer_id}";
const path = `/credit-entitlements/${held.credit_entitlement_id}/balances/${customer}`;
const headers = { authorization: `Bearer ${bearerToken}` };

/** Microseconds a call, reading a balance of 400 bytes from a server that does nothing else. */
export const measureCalls = ({ rounds }) =>
  withServer(async (baseURL) => {
    const callers = callersOf(baseURL);
    for (const call of Object.values(callers)) await expectBalance(call);
    const result = {};
    for (const [way, inFlight] of Object.entries(ways)) {
      const contestants = Object.fromEntries(
        Object.entries(callers).map(([name, call]) => [name, () => microseconds(call, inFlight)]),
      );
      await inTurns(contestants, 2); // compiled afterwards
      result[way] = compare(await inTurns(contestants, rounds), "fetch", 0);
    }
    return result;
  });

function callersOf(baseURL) {
  const official = new (load("dodopayments").default)({ bearerToken, baseURL });
  const ours = new (load("@drawdown/sdk").default)({ bearerToken, baseURL });
  return {
    fetch: async () => (await fetch(`${baseURL}${path}`, { headers })).json(),
    ...(isInstalled("openapi-fetch", sdk) ? { "openapi-fetch": openapiFetch(baseURL) } : {}),
    dodopayments: () => official.creditEntitlements.balances.retrieve(customer, held),
    "@drawdown/sdk": () => ours.creditEntitlements.balances.retrieve(customer, held),
  };
}

function openapiFetch(baseUrl) {
  const library = load("openapi-fetch", sdk);
  const api = (library.default ?? library)({ baseUrl, headers });
  const params = { path: { ...held, customer_id: customer } };
  return async () => (await api.GET(template, { params })).data;
}

async function expectBalance(call) {
  const { balance } = await call();
  if (balance !== "1000000") throw new Error(`the balance is ${balance}, not 1000000`);
}

async function microseconds(call, inFlight) {
  let left = callsAtATime;
  const callInARow = async () => {
    while (left-- > 0) await call();
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, callInARow));
  return ((performance.now() - began) / callsAtATime) * 1_000;
}
