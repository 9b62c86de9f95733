import { once } from "node:events";
import { connect } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { expect, onTestFinished, test } from "vitest";

type Sandbox = ReturnType<typeof createSandbox>;
type Reply = Awaited<ReturnType<Sandbox["respond"]>>;

/** A sandbox on a port, with the reply to each call, whether or not anybody was left to read it. */
async function serve(options: Parameters<typeof createSandbox>[0] = {}) {
  const sandbox = createSandbox({ at: "2026-01-01T00:00:00Z", frozen: true, ...options });
  const replies: Reply[] = [];
  let told = () => {};
  const replied = new Promise<void>((resolve) => {
    told = resolve;
  });
  const respond: Sandbox["respond"] = async (call) => {
    const reply = await sandbox.respond(call);
    replies.push(reply);
    told();
    return reply;
  };
  const { url, server } = await listen({ ...sandbox, respond }, { port: 0, host: "127.0.0.1" });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  /** Answered by the same sandbox, but not over the port. */
  const call = async (method: string, path: string, body?: object) => {
    const answer = await sandbox.fetch(`http://sandbox.test${path}`, {
      method,
      headers: { authorization: "Bearer dodo_test_broken", "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return JSON.parse(await answer.text());
  };
  return { port: Number(new URL(url).port), replies, replied, call };
}

const head = (method: string, path: string, ...more: readonly string[]): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "authorization: Bearer dodo_test_broken",
    "content-type: application/json",
    ...more,
    "",
    "",
  ].join("\r\n");

/** Ways to send less than was announced. */
const cutOff: readonly (readonly [way: string, ...more: [header: string, body: string]])[] = [
  ["nothing of what was announced", "content-length: 40", ""],
  ["a part of what was announced", "content-length: 40", '{"frozen": true'],
  ["a whole object, but less than was announced", "content-length: 40", "{}"],
  ["no chunk at all", "transfer-encoding: chunked", ""],
  ["a chunk that is cut off", "transfer-encoding: chunked", "10\r\n{}"],
  ["a whole object, but not the last chunk", "transfer-encoding: chunked", "2\r\n{}\r\n"],
];

/** Sends a call whose body breaks off, by either way to leave, and waits until the sandbox has made up its mind. */
async function breakOff(
  { port, replied }: Awaited<ReturnType<typeof serve>>,
  request: string,
  leave: "end" | "destroy",
): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  await new Promise<void>((resolve) => socket.write(request, () => resolve()));
  if (leave === "end") socket.end();
  else socket.destroy();
  await replied;
}

for (const leave of ["end", "destroy"] as const) {
  for (const [way, header, body] of cutOff) {
    test(`BDY-01 a reset with ${way} wipes nothing (${leave})`, async () => {
      const served = await serve();
      const { call, replies } = served;
      await call("POST", "/customers", { email: "ada@example.com", name: "Ada" });
      await breakOff(served, head("POST", "/_sandbox/reset", header) + body, leave);
      expect((await call("GET", "/customers")).items).toHaveLength(1);
      expect(replies.map((it) => [it.status, it.headers["drawdown-rule"]])).toEqual([
        [400, "BDY-01; inferred"],
      ]);
    });

    test(`BDY-01 a checkout completed with ${way} is not paid (${leave})`, async () => {
      const served = await serve();
      const { call } = served;
      const { product_id } = await call("POST", "/products", {
        name: "Pack",
        tax_category: "saas",
        price: {
          type: "one_time_price",
          currency: "USD",
          price: 100,
          discount: 0,
          purchasing_power_parity: false,
        },
      });
      const { session_id } = await call("POST", "/checkouts", {
        product_cart: [{ product_id, quantity: 1 }],
        customer: { email: "ada@example.com", name: "Ada" },
      });
      const path = `/_sandbox/checkouts/${session_id}/complete`;
      await breakOff(served, head("POST", path, header) + body, leave);
      expect(await call("GET", "/payments")).toEqual({ items: [] });
    });
  }
}

test("BDY-01 a call that takes no body is not carried out either when one breaks off", async () => {
  const served = await serve();
  const { call, replies } = served;
  const { id } = await call("POST", "/meters", {
    name: "Tokens",
    event_name: "x",
    measurement_unit: "token",
    aggregation: { type: "count" },
  });
  await breakOff(served, `${head("DELETE", `/meters/${id}`, "content-length: 9")}{}`, "destroy");
  expect(replies.map((it) => it.status)).toEqual([400]);
  expect((await call("GET", "/meters")).items).toHaveLength(1);
});

test("BDY-01 nor in process, where a stream fails", async () => {
  const sandbox = createSandbox();
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("the disk is gone")),
  });
  const init = { method: "POST", body, duplex: "half", headers: { authorization: "Bearer k" } };
  const answer = await sandbox.fetch("http://sandbox.test/_sandbox/reset", init as RequestInit);
  expect([answer.status, await answer.json()]).toEqual([
    400,
    {
      code: "INCOMPLETE_REQUEST_BODY",
      message: expect.stringContaining("the disk is gone"),
    },
  ]);
});

for (const header of ["content-length: 100000000", "transfer-encoding: chunked"]) {
  test(`BDY-02 a body that is too large ends the connection, and its rest is not read (${header})`, async () => {
    const { port } = await serve({ bodyBytesMax: 1000 });
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {}); // what is written after the end
    const chunk = "x".repeat(2000);
    const body = header.startsWith("content")
      ? chunk
      : `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    socket.write(head("POST", "/customers", header) + body);
    let answer = "";
    for await (const part of socket) answer += part;
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n.*PAYLOAD_TOO_LARGE/is);
  });
}
