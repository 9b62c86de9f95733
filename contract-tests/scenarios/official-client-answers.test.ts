import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import type { ErrorBody } from "../harness/world.js";
import {
  answered,
  clientTest,
  connect,
  credited,
  entitlement,
  failure,
  key,
  meter,
} from "./support/official-client.js";

const pagesAsked = (requests: readonly Request[]) =>
  requests
    .filter((it) => it.method === "GET")
    .map((it) => new URL(it.url).searchParams.get("page_number"));

const thirtyFiveMeters = async (client: DodoPayments): Promise<void> => {
  for (let i = 0; i < 35; i++) await client.meters.create({ ...meter, name: `Meter ${i}` });
};

clientTest("SDK-01 a plain loop misses the second page", async ({ client, requests }) => {
  await thirtyFiveMeters(client);
  const names: string[] = [];
  for await (const { name } of client.meters.list({ page_size: 10 })) names.push(name);
  expect(names).toHaveLength(25);
  expect(new Set(names).size).toBe(25);
  expect(pagesAsked(requests)).toEqual([null, "2", "3", "4"]);
});

clientTest("SDK-02 a loop from page 0 sees everything", async ({ client, requests }) => {
  await thirtyFiveMeters(client);
  const names: string[] = [];
  const pages = client.meters.list({ page_size: 10, page_number: 0 });
  for await (const { name } of pages) names.push(name);
  expect(new Set(names).size).toBe(35);
  expect(names).toHaveLength(35);
  expect(pagesAsked(requests)).toEqual(["0", "1", "2", "3", "4"]);
});

clientTest("SDK-03 only an empty page ends a loop", async ({ client, requests }) => {
  await client.meters.create(meter);
  const first = await client.meters.list({ page_size: 10, page_number: 0 });
  expect([first.items.length, first.hasNextPage()]).toEqual([1, true]);
  const second = await first.getNextPage();
  expect([second.items.length, second.hasNextPage()]).toEqual([0, false]);
  expect(pagesAsked(requests)).toEqual(["0", "1"]);
});

clientTest("SDK-40 each status is its own error", async ({ client, opened }) => {
  const { customer_id, credit_entitlement_id, again } = await credited(client);
  const { creditEntitlements: credits, meters } = client;
  const post = (body: object) =>
    credits.balances.createLedgerEntry(customer_id, { ...again, ...body });
  const as = (bearerToken: string) => client.withOptions({ bearerToken });
  await opened.fetch(`${opened.baseUrl}/_sandbox/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ key: "dodo_test_viewer", access: "read" }),
  });
  const gone = await credits.create({ ...entitlement, name: "Gone" });
  await credits.delete(gone.id);
  const errors: [number, unknown, () => PromiseLike<unknown>][] = [
    [400, DodoPayments.BadRequestError, () => post({ amount: "0" })],
    [401, DodoPayments.AuthenticationError, () => as("dodo_live_x").meters.list()],
    [403, DodoPayments.PermissionDeniedError, () => as("dodo_test_viewer").meters.create(meter)],
    [404, DodoPayments.NotFoundError, () => meters.retrieve("mtr_none")],
    [409, DodoPayments.ConflictError, () => post({})],
    [410, DodoPayments.APIError, () => credits.delete(gone.id)],
    [422, DodoPayments.UnprocessableEntityError, () => meters.create({ ...meter, name: "" })],
    [500, DodoPayments.InternalServerError, () => credits.undelete(credit_entitlement_id)],
  ];
  for (const [status, type, call] of errors) {
    const error = await failure(call());
    if (!(error instanceof DodoPayments.APIError)) throw error;
    expect(error.constructor, String(status)).toBe(type);
    expect(error.status).toBe(status);
    const { code, message } = error.error as unknown as ErrorBody;
    expect(code).toMatch(/^[A-Z_]+$/);
    expect(error.message).toBe(`${status} ${message}`);
  }
});

test("SDK-40 a limit reached is a RateLimitError, and 501 a server error", async () => {
  const once = (status: number) =>
    failure(connect([], () => answered(status, { "x-should-retry": "false" })).meters.list());
  expect(await once(429)).toBeInstanceOf(DodoPayments.RateLimitError);
  expect(await once(501)).toBeInstanceOf(DodoPayments.InternalServerError);
});

clientTest("SDK-41 calls without a result read their empty answers", async ({ client }) => {
  const { id } = await client.creditEntitlements.create(entitlement);
  const meterId = (await client.meters.create(meter)).id;
  const calls = [
    () => client.creditEntitlements.update(id, { unit: "call" }),
    () => client.creditEntitlements.delete(id),
    () => client.creditEntitlements.undelete(id),
    () => client.meters.archive(meterId),
    () => client.meters.unarchive(meterId),
  ];
  const statuses: number[] = [];
  for (const call of calls) {
    const { data, response }: { data: unknown; response: Response } = await call().withResponse();
    expect(data || undefined).toBeUndefined();
    expect(response.headers.get("content-type")).toBeNull();
    statuses.push(response.status);
  }
  expect(statuses).toEqual([200, 200, 200, 204, 200]);
});

test("SDK-41 an empty body called JSON is safe only with its length", async () => {
  const empty = (status: number, headers: Record<string, string>) =>
    connect([], () => new Response(null, { status, headers })).meters.archive("m");
  const json = { "content-type": "application/json" };
  expect(await empty(204, json)).toBeNull();
  expect(await empty(200, { ...json, "content-length": "0" })).toBeUndefined();
  expect(await empty(200, {})).toBe("");
  expect(await failure(empty(200, json))).toBeInstanceOf(SyntaxError);
});
