import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { sandboxApp } from "@drawdown/mock-server/express";
import express, { type RequestHandler, Router } from "express";
import { describe, expect, onTestFinished, test } from "vitest";
import { knock } from "../harness/knock.js";

/** The sandbox in an Express application of somebody else's. */

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening server has an address
}

const headers = { authorization: "Bearer dodo_test_mounted", "content-type": "application/json" };

async function post(url: string, body: unknown) {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const ada = { email: "ada@example.com", name: "Ada é 😀" };

const places: { readonly [name: string]: (it: RequestHandler) => express.Express } = {
  "/": (it) => express().use(it),
  "/billing": (it) => express().use("/billing", it),
  "/a/b": (it) => express().use("/a", Router().use("/b", it)),
  "/teams/7/billing": (it) => express().use("/teams/:team/billing", it),
};

describe("BND-18", () => {
  for (const [place, mount] of Object.entries(places)) {
    const path = place === "/" ? "" : place;
    test(`BND-18 mounted at ${place}, links, the front page and the documents are there`, async () => {
      const base = `${await serve(mount(sandboxApp(createSandbox())))}${path}`;
      const { body: customer } = await post(`${base}/customers`, ada);
      const { body } = await post(
        `${base}/customers/${customer.customer_id}/customer-portal/session`,
        {},
      );
      expect(body.link).toMatch(new RegExp(`^${base}/_sandbox/portal/[\\w-]+/cps_\\w+$`));
      expect((await fetch(body.link)).status).toBe(200);
      for (const front of [base, `${base}/`]) {
        const page = await (await fetch(front)).text();
        expect(page).toContain(`baseURL: "${base}"`);
        expect(page).toContain(`curl -X POST ${base}/_sandbox/clock/advance`);
        const links = [...page.matchAll(/href="(\/[^"]+)"/g)].map(([, it = ""]) => it);
        expect(links.length).toBeGreaterThan(2);
        for (const link of links) {
          expect(link.startsWith(`${path}/_sandbox/`)).toBe(true);
          expect((await fetch(new URL(link, base))).status).toBe(200);
        }
      }
    });
  }

  test("BND-18 the scheme is the one that a trusted proxy names", async () => {
    const app = express().set("trust proxy", true).use("/billing", sandboxApp(createSandbox()));
    const url = await serve(app);
    const { body: customer } = await post(`${url}/billing/customers`, ada);
    const path = `/billing/customers/${customer.customer_id}/customer-portal/session`;
    const { text } = await knock(url + path, {
      method: "POST",
      headers: { ...headers, "x-forwarded-proto": "https" },
    });
    expect(JSON.parse(text).link).toMatch(
      /^https:\/\/127\.0\.0\.1:\d+\/billing\/_sandbox\/portal\//,
    );
  });

  test("BND-18 the boundary holds below a path, too, with options of its own", async () => {
    const options = { allowHosts: ["app"], allowOrigins: ["https://dashboard.example.com"] };
    const app = express().use("/billing", sandboxApp(createSandbox(), options));
    const at = `${await serve(app)}/billing`;
    const status = async (path: string, more: Record<string, string>) =>
      (await knock(at + path, { headers: { ...headers, ...more } })).status;
    expect(await status("/customers", { host: "evil.test" })).toBe(421);
    expect(await status("/", { host: "evil.test" })).toBe(421);
    expect(await status("/customers", { host: "app:3000" })).toBe(200);
    expect(await status("/customers", { origin: "http://evil.test" })).toBe(403);
    expect(await status("/_sandbox/clock", { origin: "http://localhost:1" })).toBe(403);
    expect(await status("/_sandbox/clock", { origin: "https://dashboard.example.com" })).toBe(200);
    expect(await status("/_sandbox/clock", { origin: new URL(at).origin })).toBe(200);
  });
});

const any = { type: () => true };
const keepsRaw = express.json({
  verify: (request, _response, bytes) => {
    Object.assign(request, { rawBody: bytes });
  },
});

/** What stands before the sandbox in applications. */
const parsers: { readonly [name: string]: readonly RequestHandler[] } = {
  "no parser": [],
  "express.json": [express.json()],
  "express.json that is not strict": [express.json({ strict: false, ...any })],
  "express.json that keeps the bytes": [keepsRaw],
  "express.raw": [express.raw(any)],
  "express.text": [express.text(any)],
  "express.urlencoded": [express.urlencoded({ extended: true })],
  "all of them": [
    express.json(),
    express.urlencoded({ extended: true }),
    express.raw(any),
    express.text(any),
  ],
  "one that leaves nothing but the bytes": [
    async (request, _response, next) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      Object.assign(request, { rawBody: Buffer.concat(chunks) });
      next();
    },
  ],
};

describe("BND-19", () => {
  for (const [name, before] of Object.entries(parsers)) {
    test(`BND-19 behind ${name} a body is what was sent`, async () => {
      const app = express();
      for (const it of before) app.use(it);
      const at = await serve(app.use("/billing", sandboxApp(createSandbox({ bodyBytesMax: 300 }))));
      const made = await post(`${at}/billing/customers`, ada);
      expect(made).toMatchObject({ status: 200, body: ada });
      const path = `${at}/billing/customers/${made.body.customer_id}/customer-portal/session`;
      expect((await fetch(path, { method: "POST", headers })).status).toBe(200);
      expect(
        (await fetch(`${at}/billing/_sandbox/reset`, { method: "POST", headers })).status,
      ).toBe(200);
      const wrong = await post(`${at}/billing/customers`, [1]);
      expect(wrong.status).toBe(422);
      const long = await post(`${at}/billing/customers`, { ...ada, name: "x".repeat(300) });
      expect([long.status, long.body.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    });
  }

  test("BND-19 behind a parser that has read the body and left nothing, the body is empty", async () => {
    const app = express().use(async (request, _response, next) => {
      for await (const _ of request);
      next();
    });
    const at = await serve(app.use(sandboxApp(createSandbox())));
    expect(
      (await fetch(`${at}/_sandbox/reset`, { method: "POST", headers, body: "{}" })).status,
    ).toBe(200);
    expect((await post(`${at}/customers`, ada)).body.message).toContain("it is empty");
  });

  test("BND-19 what a parser left that is no JSON is a refusal, and not a fault", async () => {
    const parser = express.json({ reviver: (_, value) => (value === "Ada" ? 1n : value) });
    const at = await serve(express().use(parser, sandboxApp(createSandbox())));
    const { status, body } = await post(`${at}/customers`, { ...ada, name: "Ada" });
    expect(status).toBe(422);
    expect(body.message).toContain("mount the sandbox before that parser");
  });
});

/** An application whose middleware answers at a point of its choosing and goes on all the same. */
async function hasty(hasten: (answer: () => void, next: () => void) => void) {
  const faults: unknown[] = [];
  const sandbox = createSandbox();
  const app = express().use((_request, response, next) =>
    hasten(() => void response.status(503).send("too slow"), next),
  );
  app.use("/billing", sandboxApp(sandbox));
  app.use(((error, _request, _response, next) => {
    faults.push(error);
    next(error);
  }) satisfies express.ErrorRequestHandler);
  return { at: `${await serve(app)}/billing`, faults, sandbox };
}

describe("BND-20", () => {
  const faultsOf = async (action: () => Promise<void>): Promise<readonly unknown[]> => {
    const thrown: unknown[] = [];
    const note = (error: unknown) => thrown.push(error);
    process.on("uncaughtException", note).on("unhandledRejection", note);
    try {
      await action();
      return thrown;
    } finally {
      process.off("uncaughtException", note).off("unhandledRejection", note);
    }
  };

  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  test("BND-20 an application that answered before the sandbox did keeps its answer", async () => {
    const ways: readonly Parameters<typeof hasty>[0][] = [
      (answer, next) => {
        answer();
        next();
      },
      (answer, next) => {
        next();
        answer();
      },
      (answer, next) => {
        next();
        queueMicrotask(answer);
      },
    ];
    for (const way of ways) {
      const { at, faults } = await hasty(way);
      const thrown = await faultsOf(async () => {
        // The front page is answered at once: what an application answers after that is its own fault.
        const pages = way === ways[0] ? ["/"] : [];
        const paths = ["/customers", "/_sandbox/health", "/nothing", "/_sandbox/openapi.yaml"];
        for (const path of [...paths, ...pages]) {
          const response = await fetch(at + path, { headers });
          expect([response.status, await response.text()]).toEqual([503, "too slow"]);
          await turns(5);
        }
      });
      expect([thrown, faults]).toEqual([[], []]);
    }
  });
});
