import { afterEach, expect, test, vi } from "vitest";
import {
  at,
  attemptAsSigned,
  type Endpoint,
  events,
  listenTo,
  Receiver,
  secretOf,
  settle,
  signature,
  signatureOf,
  signaturesOf,
  standardWebhook,
  theDelivery,
  verifiers,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";
import { after, received, sendOne } from "./support/deliveries.js";
import { open } from "./support/open-holding.js";

afterEach(() => {
  vi.useRealTimers();
});
const hour = 3600;

test("WHK-21 the test vector is signed as published", () => {
  const secret = "whsec_ZG9kby1zYW5kYm94LXRlc3QtdmVjdG9yLTMyYnl0ZXM=";
  const body =
    '{"business_id":"bus_test","type":"credit.added","timestamp":"2026-01-01T00:00:00.000000Z","data":{"payload_type":"CreditLedgerEntry","amount":"100"}}';
  const expected = "v1,1DNn0z8t4uhmj1ChB++cERQEEr38QebucAeDgXktY/A=";
  const timestamp = 1767225600;
  const library = standardWebhook(secret);
  expect(library.sign("msg_test_0001", new Date(timestamp * 1000), body)).toBe(expected);
  expect(signature(secret, "msg_test_0001", String(timestamp), body)).toBe(expected);
});

for (const [name, verify] of Object.entries(verifiers)) {
  deliveryScenario(`WHK-21 ${name} verifies what arrives`, async (world) => {
    const { receiver, secret } = await sendOne(world);
    const [request] = receiver.requests;
    if (request === undefined) throw new Error("nothing arrived");
    expect(verify(request, secret)).toEqual((await events(world))[0]?.payload);
    expect(() => verify(request, `whsec_${Buffer.alloc(24).toString("base64")}`)).toThrow();
    const attempt = (await theDelivery(world)).last;
    expect(verify(attemptAsSigned(attempt), secret)).toEqual(request.payload);
  });

  deliveryScenario(`WHK-22 ${name} refuses a body that was written anew`, async (world) => {
    const { receiver, secret } = await sendOne(world);
    const [request] = receiver.requests;
    if (request === undefined) throw new Error("nothing arrived");
    const body = JSON.stringify(request.payload, null, 2);
    expect(JSON.parse(body)).toEqual(JSON.parse(request.body));
    expect(() => verify({ ...request, body }, secret)).toThrow();
  });

  deliveryScenario(`WHK-22 ${name} verifies letters beyond ASCII`, async (world) => {
    const it = await received(world);
    const metadata = { note: "zażółć gęślą jaźń ☕ 🎉 \u2028" };
    await world.credit(it, "1", { metadata, reason: "größer" });
    await settle(world);
    const [request] = it.receiver.requests;
    if (request === undefined) throw new Error("nothing arrived");
    expect(verify(request, await secretOf(world, it.endpoint))).toMatchObject({
      data: { metadata },
    });
  });
}

deliveryScenario("WHK-23 webhook-timestamp is the time of the machine", async (world) => {
  const real = Date.UTC(2031, 4, 6, 7, 8, 9);
  vi.useFakeTimers({ toFake: ["Date"], now: real });
  const { receiver, secret } = await sendOne(world, 500);
  vi.setSystemTime(real + hour * 1000);
  await world.advance("5s");
  const stamps = receiver.requests.map((it) => Number(it.headers["webhook-timestamp"]));
  expect(stamps).toEqual([real / 1000, real / 1000 + hour]);
  const [first, second] = receiver.requests;
  if (first === undefined || second === undefined) throw new Error("too little arrived");
  expect(signaturesOf(first)).not.toEqual(signaturesOf(second));
  for (const [name, verify] of Object.entries(verifiers)) {
    expect(verify(second, secret), name).toEqual(second.payload);
  }
  expect(second.payload.timestamp).toBe(after(0));
});

deliveryScenario("WHK-24 a repeat keeps its id and is signed anew", async (world) => {
  const { receiver, secret } = await sendOne(world, 500, 500);
  await world.advance("1h");
  const [event] = await events(world);
  expect(receiver.requests.map((it) => it.headers["webhook-id"])).toEqual(
    Array.from({ length: 3 }, () => event?.id),
  );
  for (const request of receiver.requests) {
    for (const [name, verify] of Object.entries(verifiers)) {
      expect(verify(request, secret), name).toEqual(event?.payload);
    }
  }
});

deliveryScenario("WHK-25 two endpoints get one id and two signatures", async (world) => {
  const holding = await open(world);
  const receivers = [await Receiver.open(), await Receiver.open()] as const;
  const endpoints = [
    await listenTo(world, receivers[0].url),
    await listenTo(world, receivers[1].url),
  ] as const;
  await world.credit(holding, "100");
  await settle(world);
  const [first, second] = receivers.map((it) => it.requests[0]);
  if (first === undefined || second === undefined) throw new Error("too little arrived");
  expect(first.headers["webhook-id"]).toBe(second.headers["webhook-id"]);
  expect(first.body).toBe(second.body);
  const secrets = [await secretOf(world, endpoints[0]), await secretOf(world, endpoints[1])];
  for (const [name, verify] of Object.entries(verifiers)) {
    verify(first, secrets[0] ?? "");
    verify(second, secrets[1] ?? "");
    expect(() => verify(first, secrets[1] ?? ""), name).toThrow();
    expect(() => verify(second, secrets[0] ?? ""), name).toThrow();
  }
});

deliveryScenario("WHK-42 headers of the endpoint go with every delivery", async (world) => {
  const it = await received(world);
  await world.ok("updateWebhookHeaders", {
    ...at(it.endpoint),
    body: { headers: { "X-Environment": "test", Authorization: "Bearer receiver" } },
  });
  await world.credit(it, "1");
  await settle(world);
  expect(it.receiver.requests[0]?.headers).toMatchObject({
    "x-environment": "test",
    authorization: "Bearer receiver",
  });
});

deliveryScenario("WHK-42 what a delivery needs itself cannot be overridden", async (world) => {
  const it = await received(world);
  const headers = {
    "Content-Type": "text/plain",
    "Webhook-Id": "msg_forged",
    "webhook-timestamp": "1",
    "WEBHOOK-SIGNATURE": "v1,forged",
  };
  await world.call("updateWebhookHeaders", { ...at(it.endpoint), body: { headers } });
  await world.credit(it, "1");
  await settle(world);
  const [request] = it.receiver.requests;
  if (request === undefined) throw new Error("nothing arrived");
  expect(request.headers["content-type"]).toMatch(/^application\/json\b/);
  expect(request.headers["webhook-id"]).toBe((await events(world))[0]?.id);
  for (const verify of Object.values(verifiers))
    verify(request, await secretOf(world, it.endpoint));
});

const rotate = async (world: World, { id }: Endpoint) =>
  (await world.control<{ secret: string }>("POST", `/_sandbox/webhooks/${id}/rotate-secret`))
    .secret;

deliveryScenario("WHK-32 for a day both secrets verify", async (world) => {
  const it = await received(world);
  const old = await secretOf(world, it.endpoint);
  const fresh = await rotate(world, it.endpoint);
  expect(fresh).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(fresh).not.toBe(old);
  expect(await secretOf(world, it.endpoint)).toBe(fresh);
  await world.credit(it, "1");
  await settle(world);
  await world.advance("23h59m59s");
  await world.credit(it, "2");
  await settle(world);
  expect(it.receiver.requests).toHaveLength(2);
  for (const request of it.receiver.requests) {
    expect(signaturesOf(request)).toEqual([signatureOf(request, fresh), signatureOf(request, old)]);
    for (const verify of Object.values(verifiers)) {
      verify(request, fresh);
      verify(request, old);
    }
  }
});

deliveryScenario("WHK-32 after a day the old secret verifies no more", async (world) => {
  const it = await received(world);
  const old = await secretOf(world, it.endpoint);
  const fresh = await rotate(world, it.endpoint);
  await world.advance("24h1s");
  await world.credit(it, "1");
  await settle(world);
  const [request] = it.receiver.requests;
  if (request === undefined) throw new Error("nothing arrived");
  expect(signaturesOf(request)).toEqual([signatureOf(request, fresh)]);
  for (const [name, verify] of Object.entries(verifiers)) {
    verify(request, fresh);
    expect(() => verify(request, old), name).toThrow();
  }
});

deliveryScenario("WHK-32 a repeat is signed with the secret of its time", async (world) => {
  const it = await sendOne(world, 500);
  const fresh = await rotate(world, it.endpoint);
  await world.advance("5s");
  const [first, second] = it.receiver.requests;
  if (first === undefined || second === undefined) throw new Error("too little arrived");
  expect(signaturesOf(first)).toEqual([signatureOf(first, it.secret)]);
  expect(signaturesOf(second)).toEqual([
    signatureOf(second, fresh),
    signatureOf(second, it.secret),
  ]);
});
