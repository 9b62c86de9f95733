import { expect } from "vitest";
import {
  deliveries,
  listenTo,
  Receiver,
  secretOf,
  settle,
  theDelivery,
  verifiers,
} from "../harness/receiver.js";
import { deliveryScenario } from "../harness/scenario.js";
import { open } from "./support/open-holding.js";

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
