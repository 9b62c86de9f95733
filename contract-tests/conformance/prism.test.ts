import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { official, plainHttp } from "../harness/clients.js";
import { start, World, withOverage } from "../harness/world.js";

/** The sandbox behind Prism's validating proxy, which turns every departure from the document into an error. */

const { resolve } = createRequire(import.meta.url);
const stops: (() => void)[] = [];
let proxy = "";

beforeAll(async () => {
  const { url, server } = await listen(createSandbox({ at: start, frozen: true }), {
    port: 0,
    host: "127.0.0.1",
  });
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const port = await freePort();
  const prism = startPrism(port, url);
  stops.push(() => prism.kill());
  await listening(prism);
  proxy = `http://127.0.0.1:${port}`;
});

afterAll(() => {
  for (const stop of stops) stop();
});

function startPrism(port: number, upstream: string): ChildProcess {
  const manifest = resolve("@stoplight/prism-cli/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  const script = join(dirname(manifest), typeof bin === "string" ? bin : bin.prism);
  const document = resolve("@drawdown/spec/openapi.yaml");
  const address = ["-h", "127.0.0.1", "-p", String(port)];
  return spawn(process.execPath, [script, "proxy", document, upstream, ...address, "--errors"]);
}

/** Resolves once Prism says that it listens; keeps reading what it says, or it would stop when the pipe is full. */
function listening(prism: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((ready, failed) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes("Prism is listening")) ready();
    };
    prism.stdout?.on("data", hear);
    prism.stderr?.on("data", hear);
    prism.once("exit", () => failed(new Error(`Prism ended: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a listening server has an address
  server.close();
  await once(server, "close");
  return port;
}

for (const client of [plainHttp, official]) {
  test(`Prism finds every answer to ${client.name} as the document says`, async () => {
    const opened = {
      baseUrl: proxy,
      fetch: (url: string | URL | Request, init?: RequestInit) => fetch(url, init),
    };
    const key = `dodo_test_prism_${client.name}`;
    const world = new World(key, opened, client.connect(opened, key));
    const entitlement = await world.entitlement(withOverage({ overage_limit: 20, precision: 2 }));
    const customer = await world.customer({ metadata: { plan: "pro", seats: 3, beta: true } });
    const holding = { entitlement, customer };
    await world.ok("retrieveCreditEntitlement", { path: { id: entitlement.id } });
    await world.ok("updateCreditEntitlement", {
      path: { id: entitlement.id },
      body: { description: "Prepaid", expires_after_days: 30 },
    });
    expect((await world.credit(holding, "100.50", { metadata: { a: 1 } })).status).toBe(201);
    expect((await world.debit(holding, "110", { reason: "usage" })).status).toBe(201);
    expect((await world.debit(holding, "11")).status).toBe(400);
    expect((await world.credit(holding, "0.001")).status).toBe(400);
    expect((await world.balance(holding)).overage).toBe("9.50");
    expect(await world.entries(holding)).toHaveLength(3);
    expect(await world.grants(holding)).toHaveLength(1);
    await world.ok("listBalances", { path: { credit_entitlement_id: entitlement.id } });
    await world.ok("listCustomerCreditEntitlements", {
      path: { customer_id: customer.customer_id },
    });
    await world.ok("updateCustomer", {
      path: { customer_id: customer.customer_id },
      body: { name: "Ada Lovelace" },
    });
    await world.ok("listCustomers", { query: { page_number: 0 } });
    const meter = await world.meter({
      filter: {
        conjunction: "or",
        clauses: [
          { key: "model", operator: "equals", value: "large" },
          { conjunction: "and", clauses: [{ key: "tokens", operator: "greater_than", value: 10 }] },
        ],
      },
    });
    await world.ok("ingestEvents", {
      body: {
        events: [
          {
            event_id: "a/b c",
            customer_id: customer.customer_id,
            event_name: "tokens.used",
            metadata: { tokens: 12 },
          },
        ],
      },
    });
    const events = await world.ok<{ items: unknown[] }>("listEvents", {
      query: { meter_id: meter.id, page_number: 0 },
    });
    expect(events.items).toHaveLength(1);
    await world.ok("retrieveEvent", { path: { event_id: "a/b c" } });
    await world.ok("archiveMeter", { path: { id: meter.id } });
    await world.ok("unarchiveMeter", { path: { id: meter.id } });
    await world.ok("listMeters", { query: { page_number: 0 } });
    await world.ok("deleteCreditEntitlement", { path: { id: entitlement.id } });
    expect(
      (await world.call("deleteCreditEntitlement", { path: { id: entitlement.id } })).status,
    ).toBe(410);
    await world.ok("listCreditEntitlements", { query: { deleted: true, page_number: 0 } });
    await world.ok("undeleteCreditEntitlement", { path: { id: entitlement.id } });
    expect((await world.call("retrieveMeter", { path: { id: "mtr_none" } })).status).toBe(404);
  });
}
