import type { SandboxOptions } from "@drawdown/mock-server";
import DodoPayments from "dodopayments";
import { test } from "vitest";
import { inProcess, type Opened, overExpress } from "../../harness/transports.js";
import { start } from "../../harness/world.js";

interface Setting {
  readonly client: DodoPayments;
  readonly opened: Opened;
  /** What the client has sent so far. */
  readonly requests: Request[];
}

export const key = "dodo_test_client";

/** A test of the unmodified client against a sandbox, over every transport. */
export const clientTest = (
  name: string,
  body: (setting: Setting) => Promise<void>,
  options: SandboxOptions = {},
): void => {
  for (const transport of [inProcess, overExpress]) {
    test(`${name} [${transport.name}]`, async () => {
      const opened = await transport.open({ at: start, frozen: true, ...options });
      const requests: Request[] = [];
      const client = connect(requests, (request) => opened.fetch(request), opened.baseUrl);
      await body({ client, opened, requests });
    });
  }
};

export type Answer = (request: Request) => Promise<Response> | Response;

export const connect = (requests: Request[], answer: Answer, baseURL = "http://sandbox.test") =>
  new DodoPayments({
    bearerToken: key,
    baseURL,
    fetch: async (url, init) => {
      const request = new Request(url as string, init as RequestInit);
      requests.push(request.clone());
      return answer(request);
    },
  });

export const meter = {
  name: "Calls",
  event_name: "api.call",
  measurement_unit: "call",
  aggregation: { type: "count" as const },
};

export const entitlement = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};

/** A credit, a customer, and five credits given under the idempotency key `used`. */
export const credited = async (client: DodoPayments) => {
  const { id: credit_entitlement_id } = await client.creditEntitlements.create(entitlement);
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const entry = { credit_entitlement_id, entry_type: "credit" as const, amount: "5" };
  const again = { ...entry, idempotency_key: "used" };
  await client.creditEntitlements.balances.createLedgerEntry(customer_id, again);
  return { credit_entitlement_id, customer_id, again };
};

export const failure = async (call: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call succeeded");
};

export const answered = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ code: "X", message: "x" }, { status, headers });
