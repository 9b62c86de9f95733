import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openCommandLine } from "./support/command-line.js";

const { answer, call, drawdown, run, url } = openCommandLine();

interface Received {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A receiver that answers every delivery with this status. */
async function receiver(status = 200, says = status === 200 ? "taken" : "not now") {
  const received: Received[] = [];
  const it = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(status).end(says);
  }).listen(0, "127.0.0.1");
  await once(it, "listening");
  const { port } = it.address() as AddressInfo; // a listening server has an address
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    close: () => {
      it.close();
      it.closeAllConnections();
    },
  };
}

describe.concurrent("send", () => {
  test("signs any body for the only endpoint and prints the answer", async () => {
    const hooks = await receiver();
    const { id } = await call("send-one", "POST", "/webhooks", { url: hooks.url });
    const body = '{"type":"credit.added", "data":{}}';
    const { code, out } = await run("send-one", ["send", "--body", body]);
    expect([code, out]).toEqual([0, `200 from ${id}\ntaken`]);
    const piped = await run("send-one", ["send", "-", "--webhook", id, "--json"], "[1]");
    expect(JSON.parse(piped.out)).toMatchObject({ status_code: 200, request_body: "[1]" });
    expect(hooks.received.map((it) => it.body)).toEqual([body, "[1]"]);
    expect(hooks.received[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
    hooks.close();
  });

  test("a body comes from a file; a receiver that refuses is shown", async () => {
    const hooks = await receiver(503);
    await call("send-file", "POST", "/webhooks", { url: hooks.url });
    const file = fileURLToPath(new URL("../../package.json", import.meta.url));
    const { code, out } = await run("send-file", ["send", "--body-file", file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^503 from whk_\w+\nnot now$/);
    expect(JSON.parse(hooks.received[0]?.body ?? "")).toMatchObject({ name: "drawdown" });
    hooks.close();
  });

  test("no endpoint, several endpoints and an unknown one are told", async () => {
    const none = await run("send-none", ["send", "--body", "{}"]);
    expect(none.code).toBe(1);
    expect(none.err).toContain("there is no endpoint to send to");
    const urls = ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"];
    const ids: string[] = [];
    for (const it of urls) ids.push((await call("send-two", "POST", "/webhooks", { url: it })).id);
    const several = await run("send-two", ["send", "--body", "{}"]);
    expect(several.code).toBe(2);
    for (const [at, id] of ids.entries()) {
      expect(several.err).toContain(`--webhook ${id}   ${urls[at]}`);
    }
    const unknown = await run("send-two", ["send", "--body", "{}", "--webhook", "whk_no"]);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/answered 404 .*whk_no/);
    const unheard = await run("send-two", ["send", "--body", "{}", "--webhook", ids[0] ?? ""]);
    expect(unheard.code).toBe(1);
    expect(unheard.out).toContain(`no answer from ${ids[0]}`);
  });
});

describe.concurrent("listen", () => {
  test("--once prints that many attempts from now on, and ends", async () => {
    const key = "listen-once";
    const hooks = await receiver();
    await call(key, "POST", "/webhooks", { url: hooks.url });
    await answer(key, "trigger", "subscription.active"); // before its time
    await call(key, "POST", "/_sandbox/deliveries/settle");
    const connection = ["--url", url(), "--key", key];
    const readable = drawdown(["listen", "--once", "2", ...connection]);
    const filtered = drawdown([
      ...["listen", "--event", "credit.added", "--once", "1", "--json"],
      ...connection,
    ]);
    expect(await readable.err).toContain(`Listening at ${url()} as ${key}`);
    await filtered.err;
    const { event } = await answer(key, "trigger", "credit.added");
    expect([await readable.ended, await filtered.ended]).toEqual([0, 0]);
    const at = "2026-01-01T00:00:00.000000Z";
    expect(readable.said.out.trim().split("\n")).toEqual([
      `${at}  payment.succeeded  ${hooks.url}  #1  200`,
      `${at}  credit.added  ${hooks.url}  #1  200`,
    ]);
    expect(JSON.parse(filtered.said.out)).toMatchObject({
      at,
      event_type: "credit.added",
      event_id: event.id,
      url: hooks.url,
      attempt: 1,
      status_code: 200,
      error: null,
      status: "delivered",
    });
    hooks.close();
  });

  test("a later attempt at a delivery is a line of its own, and SIGINT ends it", async () => {
    const key = "listen-again";
    const hooks = await receiver(500);
    await call(key, "POST", "/webhooks", { url: hooks.url, filter_types: ["credit.added"] });
    await answer(key, "trigger", "credit.added");
    await call(key, "POST", "/_sandbox/deliveries/settle");
    const { child, said, out, err, ended } = drawdown(["listen", "--url", url(), "--key", key]);
    await err;
    await call(key, "POST", "/_sandbox/clock/advance", { by: "5s" });
    expect(await out).toMatch(/ {2}credit\.added {2}\S+ {2}#2 {2}500\n$/);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said.out.trim().split("\n")).toHaveLength(1);
    hooks.close();
  });
});

/** Sets the title, clears the screen, goes back, turns text around, and does it again with the one-byte forms of all that. */
const hostile = "a\x1b]0;owned\x07\x1b[2J\b\rb\u202ec\x7f\x9b2J\x85\u2066\n\td";
const escaped =
  "a\\u001b]0;owned\\u0007\\u001b[2J\\u0008\\u000db\\u202ec\\u007f\\u009b2J\\u0085\\u2066\n\td";

/** A sandbox that answers every call with this. */
async function pretender(status: number, body: unknown) {
  const it = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(it, "listening");
  const { port } = it.address() as AddressInfo; // a listening server has an address
  return { at: `http://127.0.0.1:${port}`, close: () => void it.close().closeAllConnections() };
}

describe.concurrent("what comes from outside", () => {
  test("BND-17 an answer of a receiver does nothing to the terminal, as text or as JSON", async () => {
    const hooks = await receiver(200, hostile);
    const { id } = await call("hostile-answer", "POST", "/webhooks", { url: hooks.url });
    const plain = await run("hostile-answer", ["send", "--body", "{}"]);
    expect(plain.out).toBe(`200 from ${id}\n${escaped}`);
    const json = await run("hostile-answer", ["send", "--body", "{}", "--json"]);
    expect(json.out).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json.out).response_body).toBe(hostile);
    hooks.close();
  });

  test("BND-17 the message of a refusal does nothing to the terminal", async () => {
    const { at, close } = await pretender(500, { message: hostile });
    const { said, ended } = drawdown(["send", "--url", at, "--body", "{}"]);
    expect(await ended).toBe(1);
    expect(said.err).toBe(`drawdown: GET ${at}/webhooks?limit=250 answered 500 ${escaped}\n`);
    close();
  });

  test("BND-17 what deliveries hold does nothing to the terminal", async () => {
    const attempt = { at: hostile, number: 1, status_code: null, error: hostile };
    const item = { id: hostile, event_type: hostile, url: hostile, status: hostile };
    let polls = 0;
    const it = createServer((_request, response) => {
      const items = polls++ === 0 ? [] : [{ ...item, attempts: [attempt] }];
      response.end(JSON.stringify({ items }));
    }).listen(0, "127.0.0.1");
    await once(it, "listening");
    const { port } = it.address() as AddressInfo; // a listening server has an address
    const args = ["listen", "--once", "1", "--url", `http://127.0.0.1:${port}`];
    const { said, ended } = drawdown(args);
    expect(await ended).toBe(0);
    expect(said.out).toBe(`${escaped}  ${escaped}  ${escaped}  #1  ${escaped}\n`);
    it.close().closeAllConnections();
  });

  test("BND-17 an event that is triggered does nothing to the terminal", async () => {
    const set = "data.metadata.note=a\x9b2J\x7f\u202eb";
    const { code, out, err } = await run("hostile-event", [
      "trigger",
      "credit.added",
      "--set",
      set,
    ]);
    expect(code, err).toBe(0);
    expect(out).toContain(String.raw`"note": "a\u009b2J\u007f\u202eb"`);
    expect(out).toMatch(/^[\x20-\x7e\n]+$/);
  });
});

describe.concurrent("serve --webhook", () => {
  const secret = "whsec_ZG9kby1zYW5kYm94LXRlc3QtdmVjdG9yLTMyYnl0ZXM=";

  test("endpoints are there from the start, and their secrets are said", async () => {
    const hooks = await receiver();
    const { line } = await start([`${hooks.url},${secret}`, `${hooks.url}/other`], "--json");
    const served = JSON.parse(line);
    expect(served.webhooks).toEqual([
      { id: expect.stringMatching(/^whk_/), url: hooks.url, key: "dodo_test_cli", secret },
      {
        id: expect.stringMatching(/^whk_/),
        url: `${hooks.url}/other`,
        key: "dodo_test_cli",
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
      },
    ]);
    const listening = drawdown([
      "listen",
      "--once",
      "2",
      "--event",
      "credit.added",
      "--url",
      served.url,
    ]);
    await listening.err;
    const { ended } = drawdown(["trigger", "credit.added", "--url", served.url]);
    expect([await ended, await listening.ended]).toEqual([0, 0]);
    expect(hooks.received.map((it) => JSON.parse(it.body).type).sort()).toEqual([
      "credit.added",
      "credit.added",
      "payment.succeeded",
      "payment.succeeded",
    ]);
    hooks.close();
  });

  test("--webhook-key says whose they are", async () => {
    const { line } = await start(["http://127.0.0.1:1/hooks"], "--webhook-key", "mine");
    const [first = "", second = ""] = line.trim().split("\n");
    expect(first).toMatch(/^Drawdown listens on http/);
    expect(second).toMatch(
      /^Events of mine go to http:\/\/127\.0\.0\.1:1\/hooks \(whk_\w+\), signed with whsec_\S+$/,
    );
  });

  test("without it the key is the first that --key names", async () => {
    const { line } = await start(["http://127.0.0.1:1/hooks"], "--key", "only", "--json");
    expect(JSON.parse(line).webhooks[0].key).toBe("only");
  });

  async function start(webhooks: readonly string[], ...more: string[]) {
    const flags = webhooks.flatMap((it) => ["--webhook", it]);
    const served = drawdown(["serve", "--port", "0", ...flags, ...more]);
    return { ...served, line: await served.out };
  }

  test("an address on another machine is taken once --allow-remote-webhooks is said", async () => {
    const url = "https://hooks.example.com/billing";
    const { line } = await start([url], "--allow-remote-webhooks", "--json");
    expect(JSON.parse(line).webhooks[0].url).toBe(url);
  });

  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["--webhook", "localhost:3000"], '--webhook is "localhost:3000" but must be an address'],
    [
      ["--webhook", "http://localhost:3000,hush"],
      '--webhook http://localhost:3000 has the secret "hush" but must have whsec_',
    ],
    [["--webhook", "http://localhost:3000,whsec_abc"], "the base64 of at least 12 bytes"],
    [["--webhook", `http://localhost:3000,whsec_${"A".repeat(17)}`], "the base64 of at least 12"],
    [
      ["--webhook", "https://hooks.example.com/billing"],
      "--webhook https://hooks.example.com/billing is not on this machine, and nothing would be sent there; add --allow-remote-webhooks",
    ],
    [["--webhook-timeout", "0"], "--webhook-timeout is"],
    [["--key", "a", "--webhook-key", "b"], '--webhook-key is "b", a key that is not accepted'],
  ];
  for (const [args, message] of wrong) {
    test(`serve ${args.join(" ")} ends with status 2`, async () => {
      const { said, ended } = drawdown(["serve", "--port", "0", ...args]);
      expect(await ended).toBe(2);
      expect(said.err).toContain(message);
      expect(said.err.trim().split("\n")).toHaveLength(1);
    });
  }
});

test("the help of the program names every command, and each has its own", async () => {
  const { said, ended } = drawdown(["--help"]);
  expect(await ended).toBe(0);
  for (const command of ["serve", "trigger", "send", "listen"]) {
    expect(said.out).toContain(`drawdown ${command}`);
    const own = drawdown([command, "--help"]);
    expect(await own.ended).toBe(0);
    expect(own.said.out).toMatch(new RegExp(`^drawdown ${command} `));
  }
});
