import Drawdown from "@drawdown/sdk";
import { withLegacyCalls } from "@drawdown/sdk/legacy";
import DodoPayments from "dodopayments";
import { expect } from "vitest";
import { inProcess } from "../../harness/transports.js";

/** The calls of an older guide: credit first, older field names, numbers for money. */

export const key = "dodo_test_older";
export const start = "2026-01-01T00:00:00Z";

type Sent = readonly [method: string, path: string, body: unknown];
type Send = (request: Request) => Promise<Response>;

export const oursWith = (baseURL: string, fetch: Send) =>
  withLegacyCalls(
    new Drawdown({
      bearerToken: key,
      baseURL,
      fetch: (input, init) => fetch(new Request(input, init)),
    }),
  );

/** The same calls, whichever client is below; that it fits is the compiler's to say. */
const officialWith = (baseURL: string, fetch: Send): ReturnType<typeof oursWith> => {
  const client = new DodoPayments({
    bearerToken: key,
    baseURL,
    fetch: (url, init) => fetch(new Request(url as string, init as RequestInit)),
  });
  // Beside the credits the tests call what the two clients have in common.
  return withLegacyCalls(client) as unknown as ReturnType<typeof oursWith>;
};

/** A sandbox, a client with the older calls, and a record of what it sends. */
export async function open(connect: typeof oursWith) {
  const { baseUrl, fetch } = await inProcess.open({ at: start, frozen: true });
  const sent: Sent[] = [];
  const client = connect(baseUrl, async (request) => {
    const text = await request.clone().text();
    const { pathname } = new URL(request.url);
    sent.push([request.method, pathname, text === "" ? undefined : JSON.parse(text)]);
    return fetch(request);
  });
  const control = async (method: string, path: string, body: object = {}) => {
    const response = await fetch(`${baseUrl}/_sandbox${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const { customer_id } = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  return { client, control, sent, customer_id };
}

/** The same with a credit of precision 2, and nothing recorded yet. */
export async function openHolding(connect: typeof oursWith) {
  const opened = await open(connect);
  const credit = await opened.client.creditEntitlements.create({
    name: "Credits",
    unit_name: "credit",
    precision: 2,
  });
  opened.sent.splice(0);
  return { ...opened, credit };
}

/** Both clients the older calls can be laid over. */
export const legacyClients = [
  ["@drawdown/sdk", oursWith],
  ["dodopayments", officialWith],
] as const;
