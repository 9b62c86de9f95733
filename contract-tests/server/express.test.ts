import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { sandboxApp } from "@drawdown/mock-server/express";
import { listen } from "@drawdown/mock-server/node";
import express from "express";
import { afterEach, expect, test } from "vitest";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening server has an address
}

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

test("the sandbox mounts under a path of another application, before or after its body parser", async () => {
  const sandbox = createSandbox();
  for (const parser of [[], [express.json()]]) {
    const app = express();
    for (const it of parser) app.use(it);
    app.use("/billing", sandboxApp(sandbox));
    const url = await serve(app);
    const response = await fetch(`${url}/billing/customers`, customer);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ email: "ada@example.com" });
  }
});

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

test("a page of another origin may call the API and read its headers", async () => {
  const url = await start();
  const preflight = await fetch(`${url}/events/ingest`, {
    method: "OPTIONS",
    headers: {
      origin: "http://app.test",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,x-stainless-lang",
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  expect(preflight.headers.get("access-control-allow-headers")).toBe(
    "authorization,x-stainless-lang",
  );
  const answer = await fetch(`${url}/customers`, customer);
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(answer.headers.get("access-control-expose-headers")).toBe("*");
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
    'POST /customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"email":',
  );
  await once(socket, "connect");
  socket.destroy();
  await once(socket, "close");
  const list = await fetch(`${url}/customers`, { headers: { authorization: "Bearer k" } });
  expect(await list.json()).toEqual({ items: [] });
});
