import type { SandboxOptions } from "@drawdown/mock-server";
import { afterEach, expect, test, vi } from "vitest";
import { plainHttp } from "../harness/clients.js";
import {
  type Answer,
  at,
  attemptAsSigned,
  deliveries,
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
import {
  attach,
  meterLink,
  recurringPrice,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { start, World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

afterEach(() => {
  vi.useRealTimers();
});

/** A holding and an endpoint that a receiver on this machine stands behind. */
async function received(world: World, ...answers: readonly Answer[]) {
  const holding = await open(world);
  const receiver = await Receiver.open(...answers);
  return { ...holding, receiver, endpoint: await listenTo(world, receiver.url) };
}

/** Has one event sent; answers its delivery after the first attempt. */
async function sendOne(world: World, ...answers: readonly Answer[]) {
  const it = await received(world, ...answers);
  await world.credit(it, "100");
  await settle(world);
  return { ...it, secret: await secretOf(world, it.endpoint) };
}

const amountsOf = (receiver: Receiver) => receiver.requests.map((it) => it.payload.data["amount"]);

const statusesOf = async (world: World) => (await deliveries(world)).map((it) => it.status);

/** The instant that lies so many seconds after the start of the scenario. */
const after = (seconds: number) =>
  new Date(Date.parse(start) + seconds * 1000).toISOString().replace("Z", "000Z");

const minute = 60;
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

deliveryScenario("WHK-20 a delivery is a POST of JSON with three headers", async (world) => {
  const holding = await open(world);
  const receiver = await Receiver.open();
  await listenTo(world, `${receiver.url}/credits?tenant=1`);
  await world.credit(holding, "100");
  await settle(world);
  const [event] = await events(world);
  const [request, ...more] = receiver.requests;
  expect(more).toEqual([]);
  expect(request).toMatchObject({ method: "POST", path: "/hooks/credits?tenant=1" });
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": event?.id,
    "webhook-timestamp": expect.stringMatching(/^\d{10}$/),
    "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
  });
  expect(request?.payload).toEqual(event?.payload);
});

deliveryScenario("what was sent and answered can be looked up", async (world) => {
  const { receiver, endpoint } = await sendOne(world, { status: 201, body: "thank you" });
  const [request] = receiver.requests;
  const delivery = await theDelivery(world);
  const [event] = await events(world);
  expect(delivery).toMatchObject({
    id: expect.stringMatching(/^dlv_/),
    webhook_id: endpoint.id,
    url: receiver.url,
    event_id: event?.id,
    event_type: "credit.added",
    status: "delivered",
    created_at: after(0),
    next_attempt_at: null,
  });
  expect(delivery.attempts).toMatchObject([
    {
      number: 1,
      at: after(0),
      status_code: 201,
      error: null,
      request_body: request?.body,
      response_body: "thank you",
    },
  ]);
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    expect(delivery.last?.request_headers[name]).toBe(request?.headers[name]);
  }
  const path = `/_sandbox/deliveries/${delivery.id}`;
  const { last: _, ...listed } = delivery;
  expect(await world.control("GET", path)).toEqual(listed);
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

deliveryScenario("WHK-22 the body is JSON without blanks", async (world) => {
  const { receiver } = await sendOne(world);
  const [request] = receiver.requests;
  expect(request?.body).toBe(JSON.stringify(request?.payload));
});

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

deliveryScenario("WHK-08 a repeat shows the subscription as it is by then", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const receiver = await Receiver.open(503);
  const endpoint = await listenTo(world, receiver.url, { filter_types: ["subscription.active"] });
  const subscription_id = await subscribe(world, plan, holding.customer);
  await settle(world);
  await world.ok("updateSubscription", {
    path: { subscription_id },
    body: { status: "cancelled" },
  });
  await world.advance("5s");
  const [first, second, ...more] = receiver.requests;
  if (first === undefined || second === undefined) throw new Error("too little arrived");
  expect(more).toEqual([]);
  expect([first, second].map((it) => it.payload.data["status"])).toEqual(["active", "cancelled"]);
  expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
  expect(second.payload.timestamp).toBe(first.payload.timestamp);
  expect(signaturesOf(second)).not.toEqual(signaturesOf(first));
  expect(signaturesOf(second)).toEqual([signatureOf(second, await secretOf(world, endpoint))]);
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

const soon = { webhookTimeoutSeconds: 0.05 };

deliveryScenario(
  "WHK-26 a receiver that does not answer in time has failed",
  async (world) => {
    const { receiver } = await sendOne(world, "hang");
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({
      status_code: null,
      error: expect.stringMatching(/./),
      response_body: null,
    });
    await world.advance("5s");
    expect(await theDelivery(world)).toMatchObject({ status: "delivered" });
    expect(receiver.requests).toHaveLength(2);
  },
  soon,
);

deliveryScenario("WHK-27 a connection that breaks off is a failure", async (world) => {
  await sendOne(world, "reset");
  const delivery = await theDelivery(world);
  expect(delivery.last).toMatchObject({ status_code: null, error: expect.stringMatching(/./) });
  expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
  await world.advance("5s");
  expect(await statusesOf(world)).toEqual(["delivered"]);
});

deliveryScenario("WHK-27 an address where nobody listens is a failure", async (world) => {
  const it = await received(world);
  it.receiver.close();
  await world.credit(it, "100");
  await settle(world);
  const delivery = await theDelivery(world);
  expect(delivery.last).toMatchObject({ status_code: null, error: expect.stringMatching(/./) });
  expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
});

deliveryScenario("WHK-27 any 2xx is a success", async (world) => {
  const it = await received(world, 200, 201, 202, 204, 299);
  for (const _ of "12345") await world.credit(it, "1");
  await world.advance("1d");
  const all = await deliveries(world);
  expect(all.map((each) => each.attempts.map((attempt) => attempt.status_code))).toEqual([
    [200],
    [201],
    [202],
    [204],
    [299],
  ]);
  expect(new Set(await statusesOf(world))).toEqual(new Set(["delivered"]));
});

for (const status of [300, 304, 400, 404, 409, 410, 429, 500, 503]) {
  deliveryScenario(`WHK-27 a ${status} is a failure`, async (world) => {
    await sendOne(world, status);
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({ status_code: status });
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  deliveryScenario(`WHK-27 a redirect by ${status} is not followed`, async (world) => {
    const elsewhere = await Receiver.open();
    await sendOne(world, { status, location: elsewhere.url });
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ status: "waiting", next_attempt_at: after(5) });
    expect(delivery.last).toMatchObject({ status_code: status });
    expect(elsewhere.requests).toEqual([]);
  });
}

deliveryScenario(
  "WHK-33 a receiver that finds the signature wrong is tried again",
  async (world) => {
    const { receiver } = await sendOne(world, 401);
    expect((await theDelivery(world)).last).toMatchObject({ status_code: 401 });
    await world.advance("5s");
    expect(receiver.requests).toHaveLength(2);
    expect(await statusesOf(world)).toEqual(["delivered"]);
  },
);

deliveryScenario("WHK-28 after three failures the fourth attempt succeeds", async (world) => {
  const { receiver } = await sendOne(world, 500, 500, 500);
  const seen = async () => {
    const { status, next_attempt_at } = await theDelivery(world);
    return [receiver.requests.length, status, next_attempt_at];
  };
  expect(await seen()).toEqual([1, "waiting", after(5)]);
  await world.advance("4s");
  expect(await settle(world)).toBe(0);
  expect(await seen()).toEqual([1, "waiting", after(5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([2, "waiting", after(5 * minute + 5)]);
  await world.advance("4m59s");
  expect(await seen()).toEqual([2, "waiting", after(5 * minute + 5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([3, "waiting", after(35 * minute + 5)]);
  await world.advance("29m59s");
  expect(await seen()).toEqual([3, "waiting", after(35 * minute + 5)]);
  await world.advance("1s");
  expect(await seen()).toEqual([4, "delivered", null]);
  const { attempts } = await theDelivery(world);
  expect(attempts.map((it) => [it.number, it.at, it.status_code])).toEqual([
    [1, after(0), 500],
    [2, after(5), 500],
    [3, after(5 * minute + 5), 500],
    [4, after(35 * minute + 5), 200],
  ]);
  await world.advance("30d");
  expect(receiver.requests).toHaveLength(4);
});

deliveryScenario("WHK-28 after eight failures there is no ninth attempt", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = 500;
  await world.credit(it, "100");
  await settle(world);
  await world.advance("27h35m4s");
  expect(it.receiver.requests).toHaveLength(7);
  expect(await statusesOf(world)).toEqual(["waiting"]);
  await world.advance("1s");
  await world.advance("30d");
  expect(it.receiver.requests).toHaveLength(8);
  const delivery = await theDelivery(world);
  expect(delivery).toMatchObject({ status: "failed", next_attempt_at: null });
  const lasted = [0, 5, 5 * minute + 5, 35 * minute + 5];
  const later = [2, 7, 17, 27].map((hours) => hours * hour + 35 * minute + 5);
  expect(delivery.attempts.map((attempt) => attempt.at)).toEqual([...lasted, ...later].map(after));
});

deliveryScenario("WHK-24 all eight attempts have one id", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = 500;
  await world.credit(it, "100");
  await settle(world);
  await world.advance("30d");
  const [event] = await events(world);
  const ids = it.receiver.requests.map(({ headers }) => headers["webhook-id"]);
  expect(ids).toEqual(Array(8).fill(event?.id));
});

deliveryScenario("WHK-29 an endpoint gets its events in their order", async (world) => {
  const it = await received(world);
  for (const amount of ["1", "2", "3", "4", "5"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4", "5"]);
});

deliveryScenario("WHK-29 one that failed does not hold up those after it", async (world) => {
  const it = await received(world, 500);
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3"]);
  await world.advance("5s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "1"]);
  expect(await statusesOf(world)).toEqual(["delivered", "delivered", "delivered"]);
});

deliveryScenario("WHK-29 an endpoint gets one delivery at a time", async (world) => {
  const it = await received(world);
  let under = 0;
  let most = 0;
  it.receiver.onRequest = async () => {
    most = Math.max(most, ++under);
    await world.balance(it);
    under--;
  };
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await settle(world);
  expect(it.receiver.requests).toHaveLength(3);
  expect(most).toBe(1);
});

deliveryScenario("WHK-29 endpoints do not wait for each other", async (world) => {
  const it = await received(world);
  const other = await Receiver.open();
  await listenTo(world, other.url);
  it.receiver.onRequest = () => other.arrived(2);
  await world.credit(it, "1");
  await world.credit(it, "2");
  await settle(world);
  expect(await statusesOf(world)).toEqual(Array.from({ length: 4 }, () => "delivered"));
  expect([amountsOf(it.receiver), amountsOf(other)]).toEqual([
    ["1", "2"],
    ["1", "2"],
  ]);
});

deliveryScenario("WHK-29 an endpoint that hangs does not hold up another", async (world) => {
  const it = await received(world);
  it.receiver.otherwise = "hang";
  const other = await Receiver.open();
  const second = await listenTo(world, other.url);
  for (const amount of ["1", "2", "3"]) await world.credit(it, amount);
  await other.arrived(3);
  expect(amountsOf(other)).toEqual(["1", "2", "3"]);
  it.receiver.close(); // its connections break, so that nothing has to be waited for
  await settle(world);
  const delivered = await deliveries(world, { webhook_id: second.id });
  expect(delivered.map((each) => [each.status, each.attempts.length])).toEqual([
    ["delivered", 1],
    ["delivered", 1],
    ["delivered", 1],
  ]);
});

deliveryScenario("BND-12 of a long answer 4 kB are kept, whole characters", async (world) => {
  await sendOne(world, { status: 200, body: `x${"é".repeat(2_500_000)}` });
  const delivery = await theDelivery(world);
  expect(delivery).toMatchObject({ status: "delivered", last: { status_code: 200 } });
  // 4096 bytes end in the middle of the last letter, which is left out.
  expect(delivery.last?.response_body).toBe(`x${"é".repeat(2047)}`);
});

deliveryScenario("BND-12 of an answer without end 4 kB are kept", async (world) => {
  const it = await received(world, "endless");
  await world.credit(it, "1");
  await world.credit(it, "2");
  await settle(world);
  expect(await statusesOf(world)).toEqual(["delivered", "delivered"]);
  const [first] = await deliveries(world);
  expect(first?.attempts[0]?.response_body).toBe("x".repeat(4096));
});

deliveryScenario("WHK-27 an answer without end is an answer", async (world) => {
  const { receiver } = await sendOne(world, "endless");
  expect(receiver.requests).toHaveLength(1);
  expect(await statusesOf(world)).toEqual(["delivered"]);
});

for (const name of ["shop.localhost", "A.B.localhost", "shop.localhost.", "localhost."]) {
  deliveryScenario(`BND-16 ${name} is this machine, whatever a name server says`, async (world) => {
    const holding = await open(world);
    const receiver = await Receiver.open({ status: 201, body: "taken" });
    const url = receiver.url.replace("127.0.0.1", name);
    const endpoint = await listenTo(world, url);
    await world.credit(holding, "100");
    await settle(world);
    const delivery = await theDelivery(world);
    expect(delivery).toMatchObject({ url, status: "delivered" });
    expect(delivery.last).toMatchObject({ status_code: 201, response_body: "taken", error: null });
    const [request] = receiver.requests;
    expect(request?.headers["host"]).toBe(`${name.toLowerCase()}:${receiver.port}`);
    if (request) verifiers["dodopayments"]?.(request, await secretOf(world, endpoint));
  });
}

deliveryScenario(
  "BND-16 where nobody listens under such a name, the attempt says so",
  async (world) => {
    const holding = await open(world);
    await listenTo(world, "http://shop.localhost:9/hooks");
    await world.credit(holding, "100");
    await settle(world);
    expect((await theDelivery(world)).last).toMatchObject({
      status_code: null,
      error: expect.stringMatching(/ECONNREFUSED/),
    });
  },
);

deliveryScenario("BND-16 answers of every kind come through under such a name", async (world) => {
  const holding = await open(world);
  const elsewhere = await Receiver.open();
  const receiver = await Receiver.open(
    204,
    { status: 302, location: elsewhere.url },
    500,
    "reset",
    "endless",
  );
  await listenTo(world, receiver.url.replace("127.0.0.1", "shop.localhost"));
  for (const amount of ["1", "2", "3", "4", "5"]) await world.credit(holding, amount);
  await settle(world);
  const lasts = (await deliveries(world)).map((it) => it.attempts[0]);
  expect(lasts.map((it) => it?.status_code)).toEqual([204, 302, 500, null, 200]);
  expect(lasts[3]?.error).toMatch(/socket hang up|ECONNRESET/);
  expect(lasts[4]?.response_body).toBe("x".repeat(4096));
  expect(elsewhere.requests).toEqual([]);
});

const remote = [
  "https://app.example.com/hooks",
  "http://192.0.2.1/hooks",
  "http://10.0.0.1/hooks",
  "http://169.254.169.254/latest/meta-data",
  "http://0.0.0.0:9/hooks",
  "http://[::ffff:192.0.2.1]/hooks",
  "http://localhost.example.com/hooks",
  "http://127.0.0.1.example.com/hooks",
  "http://127.0.0.1@192.0.2.1/hooks",
];
for (const url of remote) {
  deliveryScenario(`WHK-47 ${url} is not on this machine and never contacted`, async (world) => {
    const holding = await open(world);
    await listenTo(world, url);
    await world.credit(holding, "1");
    await settle(world);
    const { last, status } = await theDelivery(world);
    expect(status).toBe("waiting");
    expect(last).toMatchObject({
      status_code: null,
      error: expect.stringMatching(/allowRemoteWebhooks|allow-remote-webhooks|loopback|remote/i),
    });
  });
}

deliveryScenario("WHK-47 localhost is this machine", async (world) => {
  const holding = await open(world);
  const receiver = await Receiver.open();
  await listenTo(world, `http://localhost:${receiver.port}/hooks`);
  await world.credit(holding, "1");
  await settle(world);
  expect(await statusesOf(world)).toEqual(["delivered"]);
  expect(receiver.types).toEqual(["credit.added"]);
});

/** A world of its own within this process. */
async function worldWith(options: SandboxOptions): Promise<World> {
  const opened = await inProcess.open({ at: start, frozen: true, ...options });
  return new World("dodo_test_scenario", opened, plainHttp.connect(opened, "dodo_test_scenario"));
}

test("a function of the test can take deliveries for any address", async () => {
  const taken: { url: string; method: string; headers: Headers; body: string }[] = [];
  const world = await worldWith({
    webhookFetch: async (request: Request) => {
      const { url, method, headers } = request;
      taken.push({ url, method, headers, body: await request.text() });
      return new Response("kept", { status: taken.length === 1 ? 500 : 202 });
    },
  });
  const endpoint = await listenTo(world, "https://app.example.com/hooks");
  const holding = await open(world);
  await world.credit(holding, "1");
  await settle(world);
  await world.advance("5s");
  expect(taken.map((it) => [it.method, it.url])).toEqual([
    ["POST", "https://app.example.com/hooks"],
    ["POST", "https://app.example.com/hooks"],
  ]);
  const secret = await secretOf(world, endpoint);
  for (const { headers, body } of taken) {
    for (const verify of Object.values(verifiers)) {
      verify({ headers: Object.fromEntries(headers), body }, secret);
    }
  }
  const { attempts, status } = await theDelivery(world);
  expect(status).toBe("delivered");
  expect(attempts.map((it) => [it.status_code, it.response_body])).toEqual([
    [500, "kept"],
    [202, "kept"],
  ]);
});

test("WHK-27 a function of the test that throws is a failure", async () => {
  const world = await worldWith({
    webhookFetch: async () => {
      throw new Error("out of order");
    },
  });
  await listenTo(world, "https://app.example.com/hooks");
  await world.credit(await open(world), "1");
  await settle(world);
  const { last, status } = await theDelivery(world);
  expect(status).toBe("waiting");
  expect(last).toMatchObject({ status_code: null, error: expect.stringContaining("out of order") });
});

deliveryScenario("SUB-62 a receiver tops up at the instant of the report", async (world) => {
  const { entitlement, customer } = await open(world);
  const holding = { entitlement, customer };
  const plan = await sell(world, usagePrice([meterLink(await world.meter(), entitlement)]), [
    attach(entitlement, "100", { low_balance_threshold_percent: 20 }),
  ]);
  await subscribe(world, plan, customer);
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url, { filter_types: ["credit.balance_low"] });
  receiver.onRequest = ({ headers }) =>
    world.credit(holding, "85", { idempotency_key: headers["webhook-id"] });
  await use(world, customer, "e-1", 85);
  await world.advance("1m");
  await use(world, customer, "e-2", 90);
  expect(await world.advance("2h")).toBe(after(2 * hour + minute));
  expect(receiver.types).toEqual(["credit.balance_low", "credit.balance_low"]);
  const lines = (await world.entries(holding))
    .map((it) => `${it.created_at.slice(11, 19)} ${it.transaction_type} ${it.balance_after}`)
    .reverse();
  expect(lines).toEqual([
    "00:00:00 credit_added 100",
    "00:01:00 credit_deducted 15",
    "00:01:00 credit_added 100",
    "00:02:00 credit_deducted 10",
    "00:02:00 credit_added 95",
  ]);
});

deliveryScenario("SUB-62 during one advance each report is acted on in time", async (world) => {
  const { entitlement, customer } = await open(world, { expires_after_days: 10 });
  const holding = { entitlement, customer };
  const plan = await sell(world, recurringPrice(), [
    attach(entitlement, "100", { low_balance_threshold_percent: 20 }),
  ]);
  await subscribe(world, plan, customer);
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url, { filter_types: ["credit.balance_low"] });
  receiver.onRequest = () => world.credit(holding, "50");
  await world.advance("2026-01-31T00:00:00Z");
  const added = (await world.entries(holding)).filter(
    (it) => it.transaction_type !== "credit_expired",
  );
  expect(added.map((it) => [it.created_at.slice(0, 10), it.amount]).reverse()).toEqual([
    ["2026-01-01", "100"],
    ["2026-01-11", "50"],
    ["2026-01-21", "50"],
    ["2026-01-31", "50"],
  ]);
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

deliveryScenario("WHK-45 without a limit all goes out at one instant", async (world) => {
  const it = await received(world);
  for (let number = 1; number <= 25; number++) await world.credit(it, String(number));
  await settle(world);
  expect(it.receiver.requests).toHaveLength(25);
});

deliveryScenario("WHK-45 with a rate_limit the rest waits for the next second", async (world) => {
  const it = await received(world);
  await world.ok("updateWebhook", { ...at(it.endpoint), body: { rate_limit: 2 } });
  for (const amount of ["1", "2", "3", "4", "5"]) await world.credit(it, amount);
  await settle(world);
  expect(amountsOf(it.receiver)).toEqual(["1", "2"]);
  expect(await settle(world)).toBe(0);
  await world.advance("1s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4"]);
  await world.advance("1s");
  expect(amountsOf(it.receiver)).toEqual(["1", "2", "3", "4", "5"]);
  const attempts = (await deliveries(world)).flatMap((each) => each.attempts);
  expect(attempts.map((attempt) => attempt.at)).toEqual([0, 0, 1, 1, 2].map(after));
});

deliveryScenario("WHK-43 what waits for an endpoint that is disabled fails", async (world) => {
  const it = await sendOne(world, 500);
  await world.ok("updateWebhook", { ...at(it.endpoint), body: { disabled: true } });
  await world.advance("5s");
  expect(it.receiver.requests).toHaveLength(1);
  const { last, status } = await theDelivery(world);
  expect(status).not.toBe("delivered");
  expect(last).toMatchObject({ status_code: null, error: expect.stringMatching(/disabled/i) });
});

deliveryScenario("WHK-40 what waits for an endpoint that is deleted is dropped", async (world) => {
  const it = await sendOne(world, 500);
  await world.call("deleteWebhook", at(it.endpoint));
  await world.advance("2d");
  expect(it.receiver.requests).toHaveLength(1);
  expect(await theDelivery(world)).toMatchObject({ status: "dropped", next_attempt_at: null });
});

deliveryScenario(
  "where the sandbox may, it sends to other machines too",
  async (world) => {
    const receiver = await Receiver.open();
    // An address that is not a loopback one, and is this machine all the same.
    await listenTo(world, `http://0.0.0.0:${receiver.port}/hooks`);
    await world.credit(await open(world), "1");
    await settle(world);
    expect(receiver.types).toEqual(["credit.added"]);
  },
  { allowRemoteWebhooks: true },
);

deliveryScenario("a receiver that moves the clock is told that it cannot", async (world) => {
  const receiver = await Receiver.open();
  await listenTo(world, receiver.url);
  const plan = await sell(world, recurringPrice(), []);
  await subscribe(world, plan, await world.customer());
  await settle(world);
  const answers: number[] = [];
  receiver.onRequest = async () => {
    const body = JSON.stringify({ by: "1d" });
    const headers = { "content-type": "application/json" };
    const moved = await world.raw("POST", "/_sandbox/clock/advance", { headers, body });
    answers.push(moved.status);
  };
  expect(await world.advance("P1M")).toBe("2026-02-01T00:00:00.000000Z");
  expect(answers).toEqual([409, 409]);
});
