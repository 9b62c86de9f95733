import { once } from "node:events";
import { connect } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterEach, expect, test } from "vitest";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function start(options = {}): Promise<string> {
  const { url, server } = await listen(createSandbox(options), { port: 0, host: "127.0.0.1" });
  closers.push(() => server.close().closeAllConnections());
  return url;
}

const customer = {
  method: "POST",
  headers: { authorization: "Bearer k", "content-type": "application/json" },
  body: JSON.stringify({ email: "ada@example.com", name: "Ada" }),
};

test("the front page and the documents are served beside the API", async () => {
  const url = await start();
  const page = await fetch(url);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await page.text()).toContain(`baseURL: "${url}"`);
  for (const name of ["openapi", "sandbox", "behaviours"]) {
    const document = await fetch(`${url}/_sandbox/${name}.yaml`);
    expect(document.status, name).toBe(200);
    expect(document.headers.get("content-type")).toMatch(/^text\/yaml/);
  }
});

test("EVT-17 a body over the limit is 413 whether or not its length was announced", async () => {
  const url = await start({ bodyBytesMax: 100 });
  const long = JSON.stringify({ email: "ada@example.com", name: "A".repeat(200) });
  const announced = await fetch(`${url}/customers`, { ...customer, body: long });
  expect(announced.status).toBe(413);
  const streamed = await fetch(`${url}/customers`, {
    ...customer,
    body: new Blob([long]).stream(),
    duplex: "half",
  } as RequestInit); // `duplex` is newer than the type
  expect(streamed.status).toBe(413);
  expect((await fetch(`${url}/customers`, customer)).status).toBe(200);
});

test("a client that leaves in the middle of its body stores nothing and harms nobody", async () => {
  const url = await start();
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(
    'POST /customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"email":',
  );
  await once(socket, "connect");
  socket.destroy();
  await once(socket, "close");
  const list = await fetch(`${url}/customers`, { headers: { authorization: "Bearer k" } });
  expect(await list.json()).toEqual({ items: [] });
});
