import { expect } from "vitest";
import {
  at,
  deliveries,
  type Endpoint,
  events,
  listenTo,
  secretOf,
  setMode,
  settle,
} from "../harness/receiver.js";
import { scenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";
import { page, url } from "./support/webhook-endpoints.js";

type Fields = Readonly<Record<string, unknown>>;
const unknown = { id: "whk_unknown" };

const retrieve = (world: World, endpoint: Pick<Endpoint, "id">) =>
  world.ok<Endpoint>("retrieveWebhook", at(endpoint));

const update = (world: World, endpoint: Pick<Endpoint, "id">, body: Fields) =>
  world.ok<Endpoint>("updateWebhook", { ...at(endpoint), body });

const headersOf = (world: World, endpoint: Pick<Endpoint, "id">) =>
  world.ok("retrieveWebhookHeaders", at(endpoint));

const setHeaders = (world: World, endpoint: Pick<Endpoint, "id">, headers: Fields) =>
  world.call("updateWebhookHeaders", { ...at(endpoint), body: { headers } });

/** The types of what is sent to an endpoint, oldest first; nothing leaves this machine. */
const sentTo = async (world: World, { id }: Endpoint) =>
  (await deliveries(world, { webhook_id: id })).map((it) => it.event_type);

/** A holding in a world where deliveries are collected, and calls that cause one event each. */
async function collecting(world: World) {
  await setMode(world, { collected: true });
  const holding = await open(world);
  return {
    add: () => world.credit(holding, "10"),
    take: () => world.debit(holding, "1"),
  };
}

scenario("WHK-40 an endpoint needs a url and nothing else", async (world) => {
  const { status, body } = await world.call("createWebhook", { body: { url } });
  expect(status).toBe(200);
  expect(body).toEqual({
    id: expect.stringMatching(/^whk_/),
    url,
    description: "",
    disabled: false,
    filter_types: null,
    metadata: {},
    rate_limit: null,
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-01T00:00:00.000000Z",
  });
  expect(await retrieve(world, body as Endpoint)).toEqual(body);
});

const everything = {
  description: "Credits of the app",
  disabled: true,
  filter_types: ["credit.added", "subscription.renewed"],
  metadata: { team: "billing" },
  rate_limit: 5,
};

scenario("WHK-40 an endpoint keeps what it was created with", async (world) => {
  const made = await listenTo(world, url, {
    ...everything,
    headers: { "X-Environment": "test" },
    idempotency_key: "setup-1",
  });
  expect(made).toEqual({
    id: made.id,
    url,
    ...everything,
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-01T00:00:00.000000Z",
  });
  expect(await retrieve(world, made)).toEqual(made);
});

scenario("WHK-40 null counts as left out", async (world) => {
  const none = {
    description: null,
    disabled: null,
    headers: null,
    metadata: null,
    rate_limit: null,
    idempotency_key: null,
  };
  const first = await listenTo(world, url, none);
  expect(first).toEqual({ ...(await listenTo(world, url)), id: first.id });
  expect((await listenTo(world, url, none)).id).not.toBe(first.id);
});

scenario("WHK-40 bad fields are refused and make no endpoint", async (world) => {
  const bad: readonly Fields[] = [
    { url: null },
    { url: 7 },
    { description: "x".repeat(1001) },
    { description: 7 },
    { disabled: "yes" },
    { filter_types: null },
    { filter_types: "credit.added" },
    { filter_types: Array.from({ length: 101 }, () => "credit.added") },
    { headers: { "X Environment": "test" } },
    { headers: { "X-Environment": "a\r\nb" } },
    { headers: { "X-Environment": 1 } },
    { headers: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`X-${i}`, "a"])) },
    { metadata: { count: 1 } },
    { metadata: "billing" },
    { rate_limit: -1 },
    { rate_limit: 1.5 },
    { rate_limit: "5" },
    { idempotency_key: "" },
    { idempotency_key: "x".repeat(256) },
  ];
  for (const fields of bad) await world.refused(422, "createWebhook", { body: { url, ...fields } });
  await world.refused(422, "createWebhook", { body: { description: "no url" } });
  expect((await page(world)).data).toEqual([]);
});

scenario("WHK-40 the limits of metadata hold for endpoints", async (world) => {
  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, "a"]));
  const bad = [pairs(51), { ["k".repeat(41)]: "a" }, { key: "v".repeat(501) }];
  for (const metadata of bad) {
    await world.refused(400, "createWebhook", { body: { url, metadata } });
  }
  const metadata = { ...pairs(49), ["k".repeat(40)]: "v".repeat(500) };
  const made = await listenTo(world, url, { metadata });
  expect(made.metadata).toEqual(metadata);
  for (const more of bad) {
    await world.refused(400, "updateWebhook", { ...at(made), body: { metadata: more } });
  }
  expect((await page(world)).data).toEqual([made]);
});

scenario("WHK-40 a repeated idempotency_key answers with the first", async (world) => {
  const first = await listenTo(world, url, { idempotency_key: "setup-1" });
  await world.advance("1h");
  expect(await listenTo(world, url, { idempotency_key: "setup-1" })).toEqual(first);
  const other = await listenTo(world, url, { idempotency_key: "setup-2" });
  expect(other.id).not.toBe(first.id);
  expect((await page(world)).data).toEqual([other, first]);
});

scenario("WHK-40 an update changes what it names and nothing else", async (world) => {
  let expected = await listenTo(world, url);
  const changes: readonly Fields[] = [
    { url: "http://localhost:3000/hooks" },
    { description: "Renamed" },
    { disabled: true },
    { filter_types: ["credit.added"] },
    { metadata: { a: "1", b: "2" } },
    { metadata: { b: "3" } },
    { rate_limit: 3 },
    { ...everything, url },
  ];
  for (const change of changes) {
    const updated_at = await world.advance("1m");
    const updated = await update(world, expected, change);
    expected = { ...expected, ...change, updated_at };
    expect(updated, JSON.stringify(change)).toEqual(expected);
    expect(await retrieve(world, expected)).toEqual(updated);
  }
});

scenario("WHK-40 null removes what may be absent and leaves the rest", async (world) => {
  const made = await listenTo(world, url, everything);
  const nulls = {
    url: null,
    disabled: null,
    description: null,
    filter_types: null,
    metadata: null,
    rate_limit: null,
  };
  expect(await update(world, made, nulls)).toMatchObject({
    url,
    disabled: true,
    description: "",
    filter_types: null,
    metadata: {},
    rate_limit: null,
  });
});

scenario("WHK-40 a bad update leaves the endpoint as it was", async (world) => {
  const made = await listenTo(world, url, everything);
  const bad: readonly Fields[] = [
    { url: "" },
    { url: "ftp://app.example.com" },
    { description: 7 },
    { disabled: "no" },
    { filter_types: ["credit.vanished"] },
    { metadata: { count: 1 } },
    { rate_limit: -1 },
  ];
  for (const body of bad) await world.refused(422, "updateWebhook", { ...at(made), body });
  expect(await retrieve(world, made)).toEqual(made);
});

scenario("WHK-40 a deleted endpoint is gone", async (world) => {
  const { add } = await collecting(world);
  const gone = await listenTo(world, url);
  const kept = await listenTo(world, url);
  expect((await world.call("deleteWebhook", at(gone))).status).toBe(200);
  for (const call of ["retrieveWebhook", "deleteWebhook", "retrieveWebhookSecret"] as const) {
    await world.refused(404, call, at(gone));
  }
  expect((await page(world)).data).toEqual([kept]);
  await add();
  await settle(world);
  expect(await sentTo(world, gone)).toEqual([]);
  expect(await sentTo(world, kept)).toEqual(["credit.added"]);
});

scenario("WHK-40 an unknown endpoint is 404", async (world) => {
  for (const call of ["retrieveWebhook", "deleteWebhook"] as const) {
    await world.refused(404, call, at(unknown));
  }
  await world.refused(404, "updateWebhook", { ...at(unknown), body: { disabled: true } });
});

scenario("WHK-42 every endpoint has a secret of its own that stays", async (world) => {
  const first = await listenTo(world, url);
  const second = await listenTo(world, url);
  const secret = await secretOf(world, first);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(24);
  expect(await secretOf(world, second)).not.toBe(secret);
  await update(world, first, { description: "Renamed" });
  expect(await secretOf(world, first)).toBe(secret);
});

scenario("WHK-42 headers that are set join those that are there", async (world) => {
  const made = await listenTo(world, url, { headers: { "X-Environment": "test", "X-Team": "a" } });
  expect(await headersOf(world, made)).toEqual({
    headers: { "X-Environment": "test", "X-Team": "a" },
    sensitive: [],
  });
  const set = await setHeaders(world, made, { "X-Team": "b", "X-New": "c" });
  expect(set.status).toBe(200);
  expect(await headersOf(world, made)).toEqual({
    headers: { "X-Environment": "test", "X-Team": "b", "X-New": "c" },
    sensitive: [],
  });
});

scenario("WHK-42 a header with a credential shows its name only", async (world) => {
  const made = await listenTo(world, url, { headers: { Authorization: "Bearer hidden" } });
  expect(await headersOf(world, made)).toEqual({ headers: {}, sensitive: ["Authorization"] });
  expect(JSON.stringify(await retrieve(world, made))).not.toContain("hidden");
});

scenario("WHK-42 bad headers are refused", async (world) => {
  const made = await listenTo(world, url);
  for (const body of [{}, { headers: null }, { headers: { "a b": "c" } }, { headers: { a: 1 } }]) {
    await world.refused(422, "updateWebhookHeaders", { ...at(made), body });
  }
  expect(await headersOf(world, made)).toEqual({ headers: {}, sensitive: [] });
});

scenario("WHK-42 secret and headers of an unknown endpoint are 404", async (world) => {
  await world.refused(404, "retrieveWebhookSecret", at(unknown));
  await world.refused(404, "retrieveWebhookHeaders", at(unknown));
  const body = { headers: { a: "b" } };
  await world.refused(404, "updateWebhookHeaders", { ...at(unknown), body });
});

scenario("WHK-43 a disabled endpoint is sent nothing, then or later", async (world) => {
  const { add, take } = await collecting(world);
  const endpoint = await listenTo(world, url, { disabled: true });
  await add();
  await settle(world);
  expect(await sentTo(world, endpoint)).toEqual([]);
  await update(world, endpoint, { disabled: false });
  await take();
  await settle(world);
  expect(await sentTo(world, endpoint)).toEqual(["credit.deducted"]);
  await update(world, endpoint, { disabled: true });
  await take();
  await settle(world);
  expect(await sentTo(world, endpoint)).toEqual(["credit.deducted"]);
  expect((await events(world)).map((it) => it.type)).toEqual([
    "credit.added",
    "credit.deducted",
    "credit.deducted",
  ]);
});

scenario("WHK-44 a filter lets through what it names", async (world) => {
  const { add, take } = await collecting(world);
  const all = await listenTo(world, url);
  const empty = await listenTo(world, url, { filter_types: [] });
  const added = await listenTo(world, url, { filter_types: ["credit.added"] });
  const other = await listenTo(world, url, { filter_types: ["payout.created", "credit.deducted"] });
  await add();
  await take();
  await settle(world);
  const both = ["credit.added", "credit.deducted"];
  expect(await sentTo(world, all)).toEqual(both);
  expect(await sentTo(world, empty)).toEqual(both);
  expect(await sentTo(world, added)).toEqual(["credit.added"]);
  expect(await sentTo(world, other)).toEqual(["credit.deducted"]);
});

scenario("WHK-44 a new filter counts from then on", async (world) => {
  const { add, take } = await collecting(world);
  const endpoint = await listenTo(world, url, { filter_types: ["credit.added"] });
  await add();
  await update(world, endpoint, { filter_types: ["credit.deducted"] });
  await add();
  await take();
  await update(world, endpoint, { filter_types: null });
  await add();
  await settle(world);
  expect(await sentTo(world, endpoint)).toEqual([
    "credit.added",
    "credit.deducted",
    "credit.added",
  ]);
});

scenario("WHK-44 an unknown event in a filter is refused", async (world) => {
  for (const name of ["credit.vanished", "credit.*", "", "CREDIT.ADDED", 7, null]) {
    const filter_types = ["credit.added", name];
    await world.refused(422, "createWebhook", { body: { url, filter_types } });
  }
});

const eventTypes: { readonly [subject: string]: string } = {
  payment: "succeeded failed processing cancelled",
  refund: "succeeded failed",
  dispute: "opened expired accepted cancelled challenged won lost",
  subscription:
    "active renewed on_hold past_due paused unpaused cancelled failed expired plan_changed updated update_payment_method",
  license_key: "created",
  payout: "created on_hold in_progress failed success",
  credit:
    "added deducted expired rolled_over rollover_forfeited overage_charged overage_reset manual_adjustment balance_low",
  abandoned_checkout: "detected recovered",
  dunning: "started recovered",
  entitlement_grant: "created delivered failed revoked",
};

scenario("WHK-06 a filter may name any of the 48 events", async (world) => {
  const filter_types = Object.entries(eventTypes).flatMap(([subject, whats]) =>
    whats.split(" ").map((what) => `${subject}.${what}`),
  );
  expect(filter_types).toHaveLength(48);
  expect((await listenTo(world, url, { filter_types })).filter_types).toEqual(filter_types);
});

scenario("WHK-46 an endpoint gets nothing from before its creation", async (world) => {
  const { add, take } = await collecting(world);
  await add();
  const endpoint = await listenTo(world, url);
  await settle(world);
  expect(await deliveries(world)).toEqual([]);
  await take();
  await settle(world);
  expect(await sentTo(world, endpoint)).toEqual(["credit.deducted"]);
});

const goodUrls = [
  "http://localhost:3000/hooks",
  "http://127.0.0.1:8080",
  "http://[::1]:8080/hooks?tenant=1",
  "https://app.example.com/hooks",
];
scenario("WHK-47 http and https addresses are taken", async (world) => {
  for (const good of goodUrls) expect((await listenTo(world, good)).url).toBe(good);
});

const badUrls = [
  "",
  "hooks",
  "/hooks",
  "localhost:3000/hooks",
  "//app.example.com/hooks",
  "ftp://app.example.com/hooks",
  "ws://localhost:3000",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "http://",
  "http:///hooks",
  "http://?a=1",
  "http://a b/hooks",
  "http://[::1/hooks",
  "http://localhost:99999/hooks",
  `https://app.example.com/${"x".repeat(2048)}`,
];
scenario("WHK-47 any other address is refused", async (world) => {
  for (const bad of badUrls) await world.refused(422, "createWebhook", { body: { url: bad } });
  expect((await page(world)).data).toEqual([]);
});

scenario("WHK-40 an idempotency_key whose endpoint was deleted makes another", async (world) => {
  const first = await listenTo(world, url, { idempotency_key: "setup" });
  await world.ok("deleteWebhook", at(first));
  const second = await listenTo(world, url, { idempotency_key: "setup" });
  expect(second.id).not.toBe(first.id);
  expect(await listenTo(world, url, { idempotency_key: "setup" })).toEqual(second);
  expect((await page(world)).data).toEqual([second]);
});
