import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { plainHttp } from "../harness/clients.js";
import { knock } from "../harness/knock.js";
import { deliveries, listenTo, Receiver } from "../harness/receiver.js";
import { oneTimePrice, sell } from "../harness/storefront.js";
import { overExpress } from "../harness/transports.js";
import { start, World } from "../harness/world.js";

/** What pages in a real browser can do to a sandbox that runs beside it. */

const key = "dodo_test_beside";

/** A sandbox with a customer, an endpoint on a private service, and a checkout. */
async function open() {
  const opened = await overExpress.open({ at: start, frozen: true });
  const world = new World(key, opened, plainHttp.connect(opened, key));
  const secret = await Receiver.open({ status: 200, body: "the private service's secret" });
  const endpoint = await listenTo(world, secret.url);
  await world.customer();
  const product = await sell(world, oneTimePrice(), []);
  const session = await world.ok<{ session_id: string; checkout_url: string }>(
    "createCheckoutSession",
    { body: { product_cart: [{ product_id: product.product_id, quantity: 1 }] } },
  );
  const { port } = new URL(opened.baseUrl);
  return { world, url: opened.baseUrl, port, secret, endpoint, session };
}

/** An empty page under that name. */
async function site(name: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>A page</title>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://${name}:${(server.address() as AddressInfo).port}`; // a listening server has an address
}

interface Asked {
  readonly url: string;
  readonly init?: RequestInit;
}

/** What a page gets to see of a call: its status and text, or that the browser kept it from both. */
const ask = (page: Page, asked: Asked): Promise<readonly [number, string] | string> =>
  page.evaluate(
    ({ url, init }) =>
      fetch(url, init).then(
        async (answer) => [answer.status, await answer.text()] as const,
        (error: unknown) => String(error),
      ),
    asked,
  );

const json = { authorization: `Bearer ${key}`, "content-type": "application/json" };
const post = (body: unknown, more: RequestInit = {}): RequestInit => ({
  method: "POST",
  headers: json,
  body: JSON.stringify(body),
  ...more,
});
/** What needs no asking first, and so would arrive. */
const unasked = (body: string): RequestInit => ({ method: "POST", mode: "no-cors", body });

const kept = /blocked by CORS policy|ERR_FAILED|ERR_BLOCKED_BY|frame|Not allowed to load/;

/** That nothing came of anything. */
async function expectUntouched({ world, secret, url }: Awaited<ReturnType<typeof open>>) {
  const { items } = await world.ok<{ items: { name: string }[] }>("listCustomers");
  expect(items.map((it) => it.name)).toEqual(["Ada"]);
  expect((await world.ok<{ data: unknown[] }>("listWebhooks")).data).toHaveLength(1);
  expect(secret.requests).toEqual([]);
  expect(await deliveries(world)).toEqual([]);
  // Had its key been opened, what was asked for here would be refused as beginning otherwise.
  const theirs = { method: "POST", headers: { "content-type": "application/json" } };
  const body = JSON.stringify({ key: "dodo_test_theirs", seed: "unlike" });
  expect((await knock(`${url}/_sandbox/tenants`, { ...theirs, body })).status).toBe(201);
}

for (const name of ["evil.test", "localhost.evil.test"]) {
  browserTest(
    `BND-02 a page of ${name} cannot read, reset, register or relay`,
    async (page) => {
      const at = await open();
      const { url, endpoint } = at;
      await page.goto(await site(name));
      const calls: readonly Asked[] = [
        { url: `${url}/customers`, init: { headers: json } },
        { url: `${url}/_sandbox/deliveries`, init: { headers: json } },
        { url: `${url}/_sandbox/health` },
        { url: `${url}/` },
        { url: `${url}/_sandbox/openapi.yaml` },
        { url: `${url}/_sandbox/reset`, init: post({}) },
        { url: `${url}/_sandbox/clock/advance`, init: post({ by: "1d" }) },
        { url: `${url}/webhooks`, init: post({ url: `${url}/_sandbox/reset` }) },
        { url: `${url}/_sandbox/webhooks/${endpoint.id}/send`, init: post({ body: "{}" }) },
        { url: `${url}/_sandbox/tenants`, init: post({ key: "dodo_test_theirs" }) },
        {
          url: `${url}/_sandbox/tenants`,
          init: { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" },
        },
        { url: `${url}/_sandbox/tenants`, init: { method: "POST" } },
      ];
      for (const it of calls) {
        expect([it.url, await ask(page, it)]).toEqual([it.url, "TypeError: Failed to fetch"]);
      }
      for (const body of ["", "{}", '{"key":"dodo_test_theirs"}']) {
        expect(await ask(page, { url: `${url}/_sandbox/tenants`, init: unasked(body) })).toEqual([
          0,
          "",
        ]);
        await page.evaluate(({ to, text }) => navigator.sendBeacon(to, text), {
          to: `${url}/_sandbox/tenants`,
          text: body,
        });
      }
      await expectUntouched(at);
    },
    {},
    kept,
  );
}

browserTest(
  "BND-03 a page of a development server cannot use the control API",
  async (page) => {
    const at = await open();
    const { url, endpoint } = at;
    for (const origin of [await site("localhost"), await site("127.0.0.1")]) {
      await page.goto(origin);
      for (const it of [
        { url: `${url}/_sandbox/reset`, init: post({}) },
        { url: `${url}/_sandbox/webhooks/${endpoint.id}/send`, init: post({ body: "{}" }) },
        { url: `${url}/_sandbox/tenants`, init: { method: "POST" } },
      ]) {
        expect([it.url, await ask(page, it)]).toEqual([it.url, "TypeError: Failed to fetch"]);
      }
      await ask(page, {
        url: `${url}/_sandbox/tenants`,
        init: unasked('{"key":"dodo_test_theirs"}'),
      });
    }
    await expectUntouched(at);
  },
  {},
  kept,
);

browserTest("BND-02 a page of a development server calls the vendor's API", async (page) => {
  const { url, world } = await open();
  for (const name of ["localhost", "127.0.0.1", "shop.localhost"]) {
    await page.goto(await site(name));
    const init = post(
      { email: "bob@example.com", name },
      { headers: { ...json, "x-stainless-lang": "js" } },
    );
    const answer = await ask(page, { url: `${url}/customers`, init });
    expect(answer[0]).toBe(200);
    const seen = await page.evaluate(
      async ({ to, headers }) => (await fetch(to, { headers })).headers.get("x-ratelimit-limit"),
      { to: `${url}/customers`, headers: json },
    );
    expect(seen).toMatch(/^\d+$/);
  }
  const { items } = await world.ok<{ items: unknown[] }>("listCustomers");
  expect(items).toHaveLength(4);
});

browserTest(
  "BND-01 a name that was pointed at this machine makes no page the sandbox's own",
  async (page) => {
    const at = await open();
    const answer = await page.goto(`http://evil.test:${at.port}/`);
    expect(answer?.status()).toBe(421);
    expect(await answer?.text()).toContain("HOST_NOT_ALLOWED");
    for (const it of [
      { url: "/customers", init: { headers: json } },
      { url: "/_sandbox/reset", init: post({}) },
      { url: "/_sandbox/tenants", init: post({ key: "dodo_test_theirs" }) },
    ]) {
      const [status, text] = await ask(page, it);
      expect([it.url, status]).toEqual([it.url, 421]);
      expect(text).toContain("--allow-host evil.test");
    }
    await expectUntouched(at);
  },
);

browserTest(
  "BND-06 a form of another page opens nothing, whole page or in a frame",
  async (page) => {
    const at = await open();
    const from = await site("evil.test");
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      await page.goto(from);
      const [answer] = await Promise.all([
        page.waitForNavigation(),
        page.evaluate(
          ({ action, enctype }) => {
            const form = document.createElement("form");
            Object.assign(form, { method: "POST", action, enctype });
            const field = document.createElement("input");
            Object.assign(field, { name: '{"key":"dodo_test_theirs","x":"', value: '"}' });
            form.append(field);
            document.body.append(form);
            form.submit();
          },
          { action: `${at.url}/_sandbox/tenants`, enctype: type },
        ),
      ]);
      expect([type, answer?.status()]).toEqual([type, 403]);
    }
    await expectUntouched(at);
  },
  {},
  kept,
);

browserTest(
  "BND-05 a page of another site gets nothing as an image, a script or a style, and may link to pages",
  async (page) => {
    const at = await open();
    const from = await site("evil.test");
    await page.goto(from);
    // What the page is kept from shows below it alone.
    const statuses: number[] = [];
    const network = await page.context().newCDPSession(page);
    network.on("Network.responseReceivedExtraInfo", (it) => statuses.push(it.statusCode));
    await network.send("Network.enable");
    const tags = [
      ["img", "src", "/_sandbox/health"],
      ["script", "src", "/_sandbox/clock"],
      ["script", "src", "/customers"],
      ["img", "src", "/"],
    ] as const;
    for (const [tag, attribute, path] of tags) {
      const outcome = await page.evaluate(
        ({ name, how, to }) =>
          new Promise((resolve) => {
            const element = document.createElement(name);
            element.onload = () => resolve("loaded");
            element.onerror = () => resolve("failed");
            element.setAttribute(how, to);
            document.body.append(element);
          }),
        { name: tag, how: attribute, to: at.url + path },
      );
      expect([path, outcome]).toEqual([path, "failed"]);
    }
    expect(statuses).toEqual([403, 403, 403, 403]);
    await page.evaluate((to) => {
      const link = document.createElement("a");
      link.href = to;
      link.textContent = "Pay";
      document.body.append(link);
    }, at.session.checkout_url);
    await page.getByRole("link", { name: "Pay" }).click();
    await page.getByRole("button", { name: "Pay" }).waitFor();
  },
  {},
  kept,
);

browserTest(
  "BND-08 no page shows a page of the sandbox in a frame",
  async (page) => {
    const at = await open();
    for (const from of [await site("evil.test"), await site("localhost")]) {
      for (const target of [at.session.checkout_url, `${at.url}/`]) {
        for (const tag of ["iframe", "object", "embed"] as const) {
          await page.goto(from);
          await page.evaluate(
            ({ name, to }) =>
              new Promise<void>((resolve) => {
                const frame = document.createElement(name);
                frame.onload = () => resolve();
                frame.onerror = () => resolve();
                frame.setAttribute(name === "object" ? "data" : "src", to);
                document.body.append(frame);
              }),
            { name: tag, to: target },
          );
          const shown = page.frames().filter((it) => it.url().startsWith(at.url));
          expect([tag, target, shown.map((it) => it.url())]).toEqual([tag, target, []]);
        }
      }
    }
  },
  {},
  kept,
);

browserTest(
  "BND-08 a page of the sandbox runs its own script alone, and sends nothing elsewhere",
  async (page) => {
    const at = await open();
    const elsewhere = await site("evil.test");
    for (const path of [
      "/",
      "/_sandbox/pay/cks_1",
      "/_sandbox/portal/cps_1",
      "/_sandbox/openapi.yaml",
    ]) {
      const { headers } = await fetch(at.url + path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
    await page.goto(at.session.checkout_url);
    await page.getByRole("button", { name: "Pay" }).waitFor();
    const ran = await page.evaluate(async (to) => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'injected'";
      document.body.append(script);
      const style = document.createElement("style");
      style.textContent = "h1 { color: rgb(1, 2, 3) }";
      document.body.append(style);
      const heading = document.querySelector("h1");
      return [
        document.title,
        heading && getComputedStyle(heading).color === "rgb(1, 2, 3)",
        await fetch(to, { mode: "no-cors" }).then(
          () => "sent",
          () => "kept",
        ),
      ];
    }, elsewhere);
    expect(ran).toEqual(["Pay · Drawdown", false, "kept"]);
  },
  {},
  /Content Security Policy|violates the document/,
);

/** The session's pages open without a key, and nobody is asked for one. */
browserTest("BND-10 the link to the pay page opens it, and pays, without a key", async (page) => {
  const { world, session } = await open();
  const asked: Record<string, string>[] = [];
  page.on("request", (it) => asked.push(it.headers()));
  await page.goto(session.checkout_url);
  await page.getByRole("button", { name: "Pay" }).click();
  await page.getByRole("status").filter({ hasText: "Paid." }).waitFor();
  expect(await page.getByLabel("Key").isVisible()).toBe(false);
  expect(asked.filter((it) => "authorization" in it)).toEqual([]);
  expect(session.checkout_url).not.toContain(key);
  const { items } = await world.ok<{ items: unknown[] }>("listPayments");
  expect(items).toHaveLength(1);
});

browserTest(
  "BND-10 the link to the portal opens it without a key, also after a reload",
  async (page) => {
    const { world } = await open();
    const { customer_id } = await world.customer();
    const { link } = await world.ok<{ link: string }>("createCustomerPortalSession", {
      path: { customer_id },
    });
    await page.goto(link);
    await page.getByRole("heading", { name: "Credits of Ada" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Credits of Ada" }).waitFor();
    expect(await page.getByLabel("Key").isVisible()).toBe(false);
  },
);

browserTest("BND-11 a link that was changed says that it does not open", async (page) => {
  const { session } = await open();
  await page.goto(
    session.checkout_url.replace(/pay\/./, (it) => (it === "pay/A" ? "pay/B" : "pay/A")),
  );
  await page.getByRole("status").filter({ hasText: "this link does not open here" }).waitFor();
  expect(await page.getByRole("button", { name: "Pay" }).isVisible()).toBe(false);
});
