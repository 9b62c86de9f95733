import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { handlers } from "@drawdown/mock-server/msw";
import { type ListenOptions, listen } from "@drawdown/mock-server/node";
import { setupServer } from "msw/node";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Knock, knock } from "../harness/knock.js";

/** Who is answered over a network, judged by raw requests. What real pages get is in contract-tests/browser. */

const key = { authorization: "Bearer dodo_test_boundary" };
const json = { "content-type": "application/json" };
const ada = JSON.stringify({ email: "ada@example.com", name: "Ada" });

/** A sandbox that listens, and everything that may be asked of it. */
async function start(more: Partial<ListenOptions> = {}, options: SandboxOptions = {}) {
  const sandbox = createSandbox(options);
  const { url, server } = await listen(sandbox, { port: 0, host: "127.0.0.1", ...more });
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = new URL(url);
  const at = `http://127.0.0.1:${port}`;
  const names = async (): Promise<readonly string[]> => {
    const { text } = await knock(`${at}/customers`, { headers: key });
    return JSON.parse(text).items.map((it: { name: string }) => it.name);
  };
  const create = (headers: Knock["headers"] = {}) =>
    knock(`${at}/customers`, {
      method: "POST",
      headers: { ...key, ...json, ...headers },
      body: ada,
    });
  return { at, port, names, create, ask: (path: string, it: Knock = {}) => knock(at + path, it) };
}

describe("BND-01", () => {
  test("BND-01 loopback names and addresses are answered, with a port or without, with a dot at the end or without", async () => {
    const { ask, port } = await start();
    const hosts = ["localhost", "LOCALHOST", "shop.localhost", "a.b.localhost", "127.0.0.1"];
    const more = ["127.8.9.1", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "127.1"];
    for (const host of [...hosts, ...more, "localhost.", "shop.localhost.", "127.0.0.1."]) {
      for (const it of [host, `${host}:${port}`]) {
        const { status } = await ask("/_sandbox/health", { headers: { host: it } });
        expect([it, status]).toEqual([it, 200]);
      }
    }
  });

  test("BND-01 any other host is 421 with the way out, for calls and pages, and nothing is done", async () => {
    const { ask, create, names, port } = await start();
    const hosts = ["evil.test", "localhost.evil.test", "notlocalhost", "127.0.0.1.evil.test"];
    for (const name of [...hosts, "10.0.0.1", "0.0.0.0", "[fe80::1]", "128.0.0.1"]) {
      const host = `${name}:${port}`;
      const { status, message, headers } = await create({ host });
      expect([name, status]).toEqual([name, 421]);
      expect(message).toContain(`--allow-host ${name} (option allowHosts)`);
      expect(headers["drawdown-rule"]).toBe("BND-01; inferred");
      for (const path of [
        "/",
        "/_sandbox/openapi.yaml",
        "/_sandbox/pay/cks_1",
        "/_sandbox/health",
      ]) {
        expect([path, (await ask(path, { headers: { host } })).status]).toEqual([path, 421]);
      }
    }
    for (const host of ["a b", "127.0.0.1@evil.test", "evil.test#127.0.0.1", "x".repeat(9000)]) {
      const { status, text } = await create({ host });
      expect([host.slice(0, 20), status]).toEqual([host.slice(0, 20), 421]);
      expect(text.length).toBeLessThan(600);
    }
    expect(await names()).toEqual([]);
  });

  test("BND-01 the host listened on and those allowed are answered, on every port", async () => {
    const allowHosts = ["Sandbox", "192.168.1.7", "::2", "[::3]", "shop.test."];
    const { ask } = await start({ allowHosts, host: "0.0.0.0" });
    for (const host of [
      "sandbox:4010",
      "192.168.1.7",
      "[::2]:80",
      "[::3]",
      "shop.test",
      "SHOP.test.",
    ]) {
      const { status } = await ask("/_sandbox/health", { headers: { host } });
      expect([host, status]).toEqual([host, 200]);
    }
    // On every address, every address is its own; a name, which somebody else may point here, is not.
    for (const host of ["0.0.0.0", "10.1.2.3", "[2001:db8::1]:4010"]) {
      expect((await ask("/_sandbox/health", { headers: { host } })).status).toBe(200);
    }
    expect((await ask("/_sandbox/health", { headers: { host: "evil.test" } })).status).toBe(421);
  });

  test("BND-01 a host that is none is refused where it is given", async () => {
    for (const host of ["http://sandbox", "sandbox:4010", "[::1]:4010", "", "a b", "*"]) {
      await expect(start({ allowHosts: [host] })).rejects.toThrow(
        `\`allowHosts\` has ${JSON.stringify(host)} but must have host names`,
      );
    }
  });
});

const loopback = [
  "http://localhost:3000",
  "http://127.0.0.1:5173",
  "https://localhost",
  "http://[::1]:3000",
  "http://shop.localhost:8080",
];
const foreign = [
  "http://evil.test",
  "https://app.example.com",
  "null",
  "http://localhost.evil.test",
  "http://10.0.0.1",
  "chrome-extension://abcdef",
  "file://",
  "ftp://localhost",
  "",
];

describe("BND-02", () => {
  test("BND-02 pages on loopback may call the vendor's API, all others are 403 and change nothing", async () => {
    const { create, names } = await start();
    for (const origin of loopback) {
      const { status, headers } = await create({ origin, "sec-fetch-site": "cross-site" });
      expect([origin, status]).toEqual([origin, 200]);
      expect(headers["access-control-allow-origin"]).toBe(origin);
    }
    for (const origin of foreign) {
      const { status, message, headers } = await create({ origin });
      expect([origin, status]).toEqual([origin, 403]);
      expect(headers["drawdown-rule"]).toBe("BND-02; inferred");
      expect(message).toContain(`--allow-origin ${origin} (option allowOrigins)`);
    }
    expect(await names()).toHaveLength(loopback.length);
  });

  test("BND-02 the sandbox's own origin and those allowed may, under whatever name", async () => {
    const allowOrigins = ["https://App.example.com:443", "http://10.0.0.5:3000", "null"];
    const { create } = await start({ allowOrigins, allowHosts: ["sandbox"] });
    for (const origin of ["https://app.example.com", "http://10.0.0.5:3000", "null"]) {
      expect([origin, (await create({ origin })).status]).toEqual([origin, 200]);
    }
    expect((await create({ origin: "http://sandbox:99", host: "sandbox:99" })).status).toBe(200);
    expect((await create({ origin: "http://sandbox:98", host: "sandbox:99" })).status).toBe(403);
    expect((await create({ origin: "https://app.example.com:444" })).status).toBe(403);
  });

  test("BND-02 an origin that is none is refused where it is given", async () => {
    for (const origin of ["app.example.com", "*", "https://*", "https://a/b", "https://a?b", ""]) {
      await expect(start({ allowOrigins: [origin] })).rejects.toThrow(
        `\`allowOrigins\` has ${JSON.stringify(origin)} but must have origins`,
      );
    }
  });
});

/** What a page of somebody else's would like to do. */
const attacks: readonly (readonly [string, string, object?])[] = [
  ["POST", "/_sandbox/reset", {}],
  ["POST", "/_sandbox/clock/advance", { by: "1d" }],
  ["GET", "/_sandbox/audit"],
  ["GET", "/_sandbox/deliveries"],
  ["POST", "/_sandbox/tenants", { key: "dodo_test_theirs" }],
  ["POST", "/_sandbox/keys", { key: "dodo_test_theirs", access: "write" }],
  ["POST", "/_sandbox/webhooks/whk_1/send", { body: "{}" }],
  ["GET", "/_sandbox/health"],
  ["GET", "/_sandbox/openapi.yaml"],
];

describe("BND-03", () => {
  test("BND-03 pages of other origins, on loopback too, are answered 403 by the control API", async () => {
    const { ask, create, names } = await start();
    await create();
    for (const origin of [...loopback, ...foreign]) {
      for (const [method, path, body] of attacks) {
        const headers = { ...key, ...json, origin };
        const {
          status,
          message,
          headers: said,
        } = await ask(path, {
          method,
          headers,
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        expect([origin, path, status]).toEqual([origin, path, 403]);
        expect(message).toContain("may not call the control API");
        expect(said).not.toHaveProperty("access-control-allow-origin");
      }
    }
    expect(await names()).toEqual(["Ada"]);
  });

  test("BND-03 the sandbox's own pages and allowed ones are answered by the control API", async () => {
    const { ask, at } = await start({ allowOrigins: ["https://dashboard.example.com"] });
    for (const origin of [at, "https://dashboard.example.com"]) {
      const { status } = await ask("/_sandbox/reset", {
        method: "POST",
        headers: { ...key, origin },
      });
      expect([origin, status]).toEqual([origin, 200]);
    }
    const headers = { ...key, "sec-fetch-site": "same-origin" };
    expect((await ask("/_sandbox/audit", { headers })).status).toBe(200);
  });
});

describe("BND-04", () => {
  const asks = (origin: string, more = {}) => ({
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,x-stainless-lang",
      ...more,
    },
  });

  test("BND-04 a pre-flight is judged as the call it asks for", async () => {
    const { ask } = await start();
    const origin = "http://localhost:3000";
    const { status, headers, text } = await ask("/events/ingest", asks(origin));
    expect([status, text]).toEqual([204, ""]);
    expect(headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "POST, GET, OPTIONS",
      "access-control-allow-headers": "authorization,x-stainless-lang",
      vary: "origin",
    });
    const refused = [
      await ask("/_sandbox/reset", asks(origin)),
      await ask("/customers", asks("null")),
    ];
    for (const it of refused) {
      expect(it.status).toBe(403);
      expect(Object.keys(it.headers).filter((name) => name.startsWith("access-control"))).toEqual(
        [],
      );
    }
  });

  test("BND-04 a page of another network that is allowed may call this one", async () => {
    const { ask } = await start({ allowOrigins: ["https://app.example.com"] });
    const more = { "access-control-request-private-network": "true" };
    const { headers } = await ask("/customers", asks("https://app.example.com", more));
    expect(headers["access-control-allow-private-network"]).toBe("true");
  });

  test("BND-04 every answer varies by origin, and none is for everybody", async () => {
    const { ask, create } = await start();
    const answers = [
      await create({ origin: "http://localhost:3000" }),
      await create(),
      await ask("/nothing", { headers: { origin: "http://localhost:3000" } }),
      await ask("/customers", { headers: { origin: "http://evil.test" } }),
      await ask("/_sandbox/health"),
    ];
    expect(answers.map((it) => [it.status, it.headers["vary"]])).toEqual(
      [200, 200, 404, 403, 200].map((status) => [status, "origin"]),
    );
    expect(answers.map((it) => it.headers["access-control-allow-origin"])).toEqual([
      "http://localhost:3000",
      undefined,
      "http://localhost:3000",
      undefined,
      undefined,
    ]);
  });
});

test("BND-05 what another site has sent without an origin is 403, but for links to pages", async () => {
  const { ask } = await start();
  for (const site of ["cross-site", "same-site"]) {
    const from = { "sec-fetch-site": site };
    const navigates = { ...from, "sec-fetch-mode": "navigate" };
    const loads = { ...from, "sec-fetch-mode": "no-cors" };
    const status = async (path: string, headers: object) =>
      (await ask(path, { headers: { ...headers } })).status;
    for (const page of ["/", "/?shop", "/_sandbox/pay/cks_1", "/_sandbox/portal/p/cps_1"]) {
      expect([page, await status(page, navigates)]).toEqual([page, 200]);
      expect([page, await status(page, loads)]).toEqual([page, 403]);
    }
    for (const path of ["/customers", "/_sandbox/health", "/_sandbox/checkouts/cks_1"]) {
      expect([path, await status(path, navigates)]).toEqual([path, 403]);
      expect([path, await status(path, loads)]).toEqual([path, 403]);
    }
  }
  for (const site of ["none", "same-origin"]) {
    const { status } = await ask("/_sandbox/health", { headers: { "sec-fetch-site": site } });
    expect([site, status]).toEqual([site, 200]);
  }
});

test("BND-06 no form opens a tenant, whatever it says about where it comes from", async () => {
  const { ask, at } = await start({}, { keysMax: 1 });
  const forms = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;charset=UTF-8",
    "TEXT/PLAIN",
  ];
  for (const type of forms) {
    for (const body of ["", "{}", '{"key":"theirs","x":"="}']) {
      for (const more of [{}, { origin: at, "sec-fetch-site": "same-origin" }]) {
        const headers = { "content-type": type, ...more };
        const { status, message } = await ask("/_sandbox/tenants", {
          method: "POST",
          headers,
          body,
        });
        expect([type, body, status]).toEqual([type, body, 415]);
        expect(message).toContain("must be application/json");
      }
      const headers = { "content-type": type, origin: "http://evil.test" };
      expect((await ask("/_sandbox/tenants", { method: "POST", headers, body })).status).toBe(403);
    }
  }
  // Room for one key there was, and there is.
  expect(
    (await ask("/_sandbox/tenants", { method: "POST", headers: json, body: "{}" })).status,
  ).toBe(201);
});

test("BND-07 clients that are no browsers notice nothing, with HTTP/1.0 and without a host neither", async () => {
  const { create, ask } = await start();
  expect((await create()).status).toBe(200);
  // What Node's own fetch sends.
  const undici = { "sec-fetch-mode": "cors", "accept-language": "*", "user-agent": "node" };
  expect((await create(undici)).status).toBe(200);
  expect((await ask("/_sandbox/reset", { method: "POST", headers: key })).status).toBe(200);
  expect((await ask("/_sandbox/tenants", { method: "POST" })).status).toBe(201);
});

test("BND-07 calls in process and through MSW pass no boundary", async () => {
  const sandbox = createSandbox();
  const asIfFromAPage = { ...key, origin: "http://evil.test", "sec-fetch-site": "cross-site" };
  const init = { method: "POST", headers: asIfFromAPage };
  expect((await sandbox.fetch("http://evil.test/_sandbox/reset", init)).status).toBe(200);
  const server = setupServer(...handlers(sandbox));
  server.listen();
  onTestFinished(() => server.close());
  const reset = "https://test.dodopayments.com/_sandbox/reset";
  expect((await fetch(reset, init)).status).toBe(200);
});

/** A session of each kind with its link, made with a key. */
async function links({ ask }: Pick<Awaited<ReturnType<typeof start>>, "ask">, who = "a") {
  const headers = { ...json, authorization: `Bearer dodo_test_${who}` };
  const make = async (path: string, body: object) => {
    const { text } = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
    return JSON.parse(text);
  };
  const price = {
    type: "one_time_price",
    currency: "USD",
    price: 500,
    discount: 0,
    purchasing_power_parity: false,
  };
  const { product_id } = await make("/products", { name: "Pack", tax_category: "saas", price });
  const cart = { product_cart: [{ product_id, quantity: 1 }] };
  const customer = await make("/customers", { email: "ada@example.com", name: "Ada" });
  const portal = `/customers/${customer.customer_id}/customer-portal/session`;
  const [pay, other] = [await make("/checkouts", cart), await make("/checkouts", cart)];
  return [pay.checkout_url, other.checkout_url, (await make(portal, {})).link].map(partsOf);
}

function partsOf(link: string) {
  const [, kind = "", pass = "", id = ""] = /\/_sandbox\/(\w+)\/([\w-]+)\/(\w+)$/.exec(link) ?? [];
  return { path: `/_sandbox/${kind === "pay" ? "checkouts" : "portals"}/${id}`, pass };
}

const passing = (pass: string) => ({ headers: { "drawdown-pass": pass } });

test("BND-10 two links never have the same pass, and the same calls make the same ids", async () => {
  const options = { at: "2026-01-01T00:00:00Z", frozen: true, seed: "same" };
  const [one, other] = [await start({}, options), await start({}, options)];
  const all = [await links(one), await links(other)];
  const [first, second] = all.map((it) => it.map(({ path }) => path));
  expect(first).toEqual(second);
  const passes = all.flat().map((it) => it.pass);
  expect(new Set(passes).size).toBe(6);
  for (const it of passes) expect(it.length).toBeGreaterThanOrEqual(40);
});

test("BND-11 a pass opens the session of its link, on its server, and nothing else", async () => {
  const [here, there] = [await start(), await start()];
  const [pay, otherPay, portal] = await links(here);
  await links(there);
  if (!pay || !otherPay || !portal) throw new Error("a link is missing");
  const status = async (path: string, pass: string, at = here, more: Knock = {}) =>
    (await at.ask(path, { ...passing(pass), ...more })).status;
  for (const it of [pay, otherPay, portal]) expect(await status(it.path, it.pass)).toBe(200);
  const strangers = [
    await status(otherPay.path, pay.pass),
    await status(portal.path, pay.pass),
    await status(pay.path, portal.pass),
    await status(pay.path, pay.pass, there),
    await status("/customers", pay.pass),
    await status("/_sandbox/clock", pay.pass),
    await status("/_sandbox/reset", pay.pass, here, { method: "POST" }),
    await status(`${pay.path}x`, pay.pass),
    await status("/_sandbox/checkouts/", pay.pass),
    await status(pay.path, ""),
    await status(pay.path, "A"),
    await status(pay.path, pay.pass.slice(0, -4)),
    await status(pay.path, `${pay.pass}AAAA`),
  ];
  expect(strangers).toEqual(strangers.map(() => 401));
  for (let i = 0; i < pay.pass.length; i++) {
    const letter = pay.pass[i] === "A" ? "Q" : "A";
    const changed = pay.pass.slice(0, i) + letter + pay.pass.slice(i + 1);
    expect([i, await status(pay.path, changed)]).toEqual([i, 401]);
  }
  const paid = await here.ask(`${pay.path}/complete`, { ...passing(pay.pass), method: "POST" });
  expect([paid.status, JSON.parse(paid.text).status]).toEqual([200, "succeeded"]);
});
