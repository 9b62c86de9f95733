import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import DodoPayments from "dodopayments";
import { afterEach, describe, expect, test } from "vitest";
import { compiled } from "../harness/compile.js";
import { Receiver, verifiers } from "../harness/receiver.js";
import { start } from "../harness/world.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const key = "dodo_test_redirect";

const oneFile = compiled("redirect", 'import "@drawdown/mock-server/redirect";');

type Environment = Readonly<Record<string, string>>;

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program in a process of its own that ends by itself. */
const run = (
  program: string,
  environment: Environment = {},
  type: "module" | "commonjs" = "module",
): Promise<Ended> =>
  node(["--import", oneFile.url, `--input-type=${type}`, "-e", program], environment);

async function node(args: readonly string[], environment: Environment): Promise<Ended> {
  const env = { PATH: process.env["PATH"], ...environment };
  const child = spawn(process.execPath, args, {
    cwd: here,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const [status] = await once(child, "close");
  return { status, ...said };
}

/** Runs a program that must succeed and print JSON. */
async function printed(program: string, environment?: Environment, type?: "module" | "commonjs") {
  const { status, out, err } = await run(program, { DRAWDOWN_QUIET: "1", ...environment }, type);
  expect([status, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

const servers: Server[] = [];

afterEach(() => {
  for (const it of servers.splice(0)) {
    it.close();
    it.closeAllConnections();
  }
});

/** A server of another kind. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening server has an address
}

async function serveSandbox(): Promise<string> {
  const sandbox = createSandbox({ at: start, frozen: true });
  const { url, server } = await listen(sandbox, { port: 0, host: "127.0.0.1" });
  servers.push(server);
  return url;
}

const still = { DRAWDOWN_AT: start, DRAWDOWN_FROZEN: "1" };

describe("an application as it is", () => {
  const useClients = (load: string) => `${load};
(async () => {
  const testMode = new DodoPayments({ bearerToken: "${key}", environment: "test_mode" });
  const byDefault = new DodoPayments({ bearerToken: "${key}" });
  const { created_at } = await testMode.customers.create({ email: "ada@example.com", name: "Ada" });
  const { items } = await byDefault.customers.list();
  console.log(JSON.stringify({ created_at, names: items.map((it) => it.name) }));
})();`;
  const expected = { created_at: "2026-01-01T00:00:00.000000Z", names: ["Ada"] };
  const asModule = useClients('import DodoPayments from "dodopayments"');

  test("SDK-13 the official client with an environment, and without one, reaches a sandbox in its process", async () => {
    expect(await printed(asModule, still)).toEqual(expected);
  });

  test("by the name of the entry, too", async () => {
    const tsx = createRequire(import.meta.url).resolve("tsx");
    const loaded = ["--import", tsx, "--import", "@drawdown/mock-server/redirect"];
    const program = ["--input-type=module", "-e", asModule];
    const ended = await node(["--conditions=drawdown-source", ...loaded, ...program], still);
    expect([ended.status, JSON.parse(ended.out)]).toEqual([0, expected]);
  });

  test("in CommonJS, too", async () => {
    const program = useClients('const { DodoPayments } = require("dodopayments")');
    expect(await printed(program, still, "commonjs")).toEqual(expected);
  });

  test("DRAWDOWN_URL takes it to a running one, whose pages its links lead to", async () => {
    const url = await serveSandbox();
    expect(await printed(asModule, { DRAWDOWN_URL: `${url}/` })).toEqual(expected);
    const client = new DodoPayments({ bearerToken: key, baseURL: url });
    expect((await client.customers.list()).items.map((it) => it.name)).toEqual(["Ada"]);
    const link = `import DodoPayments from "dodopayments";
      const client = new DodoPayments({ bearerToken: "${key}", environment: "live_mode" });
      const { items: [ada] } = await client.customers.list();
      console.log(JSON.stringify(await client.customers.customerPortal.create(ada.customer_id)));`;
    const { link: page } = await printed(link, { DRAWDOWN_URL: url });
    expect(page).toMatch(new RegExp(`^${url}/_sandbox/portal/`));
  });

  test("the control API is below the vendor's address, and a live key is refused with the reason", async () => {
    const program = `
      const call = async (path, key) => {
        const answer = await fetch("https://live.dodopayments.com" + path, { headers: { authorization: "Bearer " + key } });
        return [answer.status, await answer.json()];
      };
      console.log(JSON.stringify([await call("/_sandbox/clock", "${key}"), await call("/customers", "dodo_live_oops")]));`;
    expect(await printed(program, still)).toEqual([
      [200, { now: "2026-01-01T00:00:00.000000Z", frozen: true }],
      [
        401,
        {
          code: "UNAUTHORIZED",
          message: expect.stringContaining(
            "Drawdown, which answers here in place of the service, refuses live keys",
          ),
        },
      ],
    ]);
  });
});

describe("what fetch is given", () => {
  test("BND-15 a dot at the end of the vendor's host changes nothing", async () => {
    const program = `
      const headers = { authorization: "Bearer ${key}" };
      const hosts = ["test.dodopayments.com.", "live.dodopayments.com.", "TEST.dodopayments.com.:8443"];
      const answers = hosts.map((it) => fetch("https://" + it + "/customers", { headers }));
      console.log(JSON.stringify(await Promise.all(answers.map(async (it) => (await it).json()))));`;
    expect(await printed(program)).toEqual([{ items: [] }, { items: [] }, { items: [] }]);
  });

  const kept = `
    const url = "https://test.dodopayments.com/customers";
    const headers = { authorization: "Bearer ${key}", "content-type": "application/json", "drawdown-strict": "true" };
    const bodyOf = (name) => JSON.stringify({ email: name + "@example.com", name });
    const init = (name, more) => ({ method: "POST", headers, body: bodyOf(name), ...more });
    const stream = new Blob([bodyOf("stream")]).stream();
    const answers = [
      await fetch(url, init("text")),
      await fetch(new URL(url), init("url")),
      await fetch(new Request(url, init("request"))),
      await fetch(new Request(url, init("lost")), { body: bodyOf("replaced") }),
      await fetch(url, init("", { body: stream, duplex: "half" })),
      await fetch(url, init("", { body: JSON.stringify({ email: "x@example.com", name: "x", nmae: 1 }) })),
    ];
    const bodies = await Promise.all(answers.map((it) => it.json()));
    const gone = AbortSignal.abort(new Error("changed my mind"));
    const abort = new AbortController();
    const waiting = [
      fetch(url, { headers, signal: gone }),
      fetch(new Request(url, { headers, signal: gone })),
      fetch(url, { headers, signal: abort.signal }),
    ];
    abort.abort(new Error("too late"));
    const aborted = (await Promise.allSettled(waiting)).map((it) => it.reason?.message);
    console.log(JSON.stringify([bodies.map((it) => it.name ?? it.code), aborted]));`;

  const expected = [
    ["text", "url", "request", "replaced", "stream", "INVALID_REQUEST_BODY"],
    ["changed my mind", "changed my mind", "too late"],
  ];

  test("reaches a sandbox in this process whole", async () => {
    expect(await printed(kept)).toEqual(expected);
  });

  test("reaches a running one whole", async () => {
    expect(await printed(kept, { DRAWDOWN_URL: await serveSandbox() })).toEqual(expected);
  });

  test("is left alone where it is for other hosts", async () => {
    const url = await serve((request, response) => {
      response.end(`${request.method} ${request.url} ${request.headers["x-mine"]}`);
    });
    const program = `
      const other = "${url}/test.dodopayments.com/?x=https://test.dodopayments.com";
      const answer = await fetch(other, { method: "PUT", headers: { "x-mine": "yes" } });
      const failed = await fetch("no address").catch((error) => error.name);
      console.log(JSON.stringify([await answer.text(), failed]));`;
    expect(await printed(program)).toEqual([
      "PUT /test.dodopayments.com/?x=https://test.dodopayments.com yes",
      "TypeError",
    ]);
  });
});

describe("variables", () => {
  test("the same ones make the same world, and one line says where calls go", async () => {
    const program = `
      const headers = { authorization: "Bearer ${key}", "content-type": "application/json" };
      const vendor = "https://test.dodopayments.com";
      const body = JSON.stringify({ email: "ada@example.com", name: "Ada" });
      const customer = await fetch(vendor + "/customers", { method: "POST", headers, body });
      const policy = await fetch(vendor + "/_sandbox/policy", { headers });
      const { profile, consumptionOrder } = await policy.json();
      console.log(JSON.stringify({ ...await customer.json(), profile, consumptionOrder }));`;
    const policy = "observed,consumptionOrder=earliest_expiry";
    const environment = { ...still, DRAWDOWN_SEED: "mine", DRAWDOWN_POLICY: policy };
    const [one, same, other] = await Promise.all([
      run(program, environment),
      run(program, environment),
      run(program, { ...still, DRAWDOWN_FROZEN: "", DRAWDOWN_SEED: "" }),
    ]);
    expect(one).toEqual({
      status: 0,
      out: expect.any(String),
      err: "drawdown: calls to test.dodopayments.com and live.dodopayments.com go to a sandbox in this process\n",
    });
    expect(same).toEqual(one);
    expect(JSON.parse(one.out)).toMatchObject({
      created_at: "2026-01-01T00:00:00.000000Z",
      profile: "custom",
      consumptionOrder: "earliest_expiry",
    });
    expect(JSON.parse(other.out)).toMatchObject({ profile: "documented" });
    expect(JSON.parse(other.out).customer_id).not.toBe(JSON.parse(one.out).customer_id);
  });

  test("DRAWDOWN_WEBHOOK sends the application's events, signed with the secret it checks them by", async () => {
    const receiver = await Receiver.open();
    const secret = `whsec_${Buffer.from("a secret of this test").toString("base64")}`;
    const program = `import DodoPayments from "dodopayments";
      const client = new DodoPayments({ environment: "test_mode" });
      const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };
      const credit = await client.creditEntitlements.create({ name: "Tokens", ...terms });
      const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
      const entry = { credit_entitlement_id: credit.id, entry_type: "credit", amount: "5" };
      await client.creditEntitlements.balances.createLedgerEntry(ada.customer_id, entry);
      const settle = { method: "POST", headers: { authorization: "Bearer ${key}" } };
      const settled = await fetch("https://test.dodopayments.com/_sandbox/deliveries/settle", settle);
      console.log(await settled.text());`;
    const answer = await printed(program, {
      DRAWDOWN_WEBHOOK: receiver.url,
      DODO_PAYMENTS_API_KEY: key,
      DODO_PAYMENTS_WEBHOOK_KEY: secret,
    });
    expect(answer).toEqual({ attempts: expect.any(Number) });
    expect(receiver.types).toEqual(["credit.added"]);
    const [signed] = receiver.requests;
    for (const verify of Object.values(verifiers)) {
      expect(signed && verify(signed, secret)).toEqual(signed?.payload);
    }
  });

  const withWebhook = {
    DRAWDOWN_WEBHOOK: "http://127.0.0.1:3000/hooks",
    DODO_PAYMENTS_API_KEY: key,
  };

  const bad: readonly (readonly [Environment, string])[] = [
    [{ DRAWDOWN_URL: "127.0.0.1:4010" }, 'DRAWDOWN_URL is "127.0.0.1:4010" but must be an http or'],
    [{ DRAWDOWN_URL: "http://x/#top" }, 'DRAWDOWN_URL is "http://x/#top" but must be an http or'],
    [
      { DRAWDOWN_URL: "http://127.0.0.1:4010", DRAWDOWN_SEED: "x" },
      "DRAWDOWN_SEED is for a sandbox in this process, but DRAWDOWN_URL names a running one",
    ],
    [{ DRAWDOWN_AT: "tomorrow" }, 'DRAWDOWN_AT is "tomorrow" but must be an RFC 3339 timestamp'],
    [{ DRAWDOWN_FROZEN: "yes" }, 'DRAWDOWN_FROZEN is "yes" but must be 1 or 0'],
    [{ DRAWDOWN_POLICY: "guessed" }, 'DRAWDOWN_POLICY names the profile "guessed"'],
    [{ DRAWDOWN_POLICY: "drawOrder=x" }, 'DRAWDOWN_POLICY sets "drawOrder", which is no switch'],
    [
      {
        ...withWebhook,
        DRAWDOWN_WEBHOOK: "https://hooks.example.com",
        DODO_PAYMENTS_WEBHOOK_KEY: "secret",
      },
      'DRAWDOWN_WEBHOOK is "https://hooks.example.com", which is not on this machine',
    ],
    [withWebhook, "DRAWDOWN_WEBHOOK needs DODO_PAYMENTS_API_KEY"],
    [
      { ...withWebhook, DODO_PAYMENTS_WEBHOOK_KEY: "secret" },
      "DRAWDOWN_WEBHOOK has a secret for http://127.0.0.1:3000/hooks that is not `whsec_`",
    ],
  ];

  test.for(bad)(
    "%o end the process before the application runs",
    async ([environment, message]) => {
      const { status, out, err } = await run('console.log("runs")', environment);
      expect({ status, out, lines: err.trimEnd().split("\n") }).toEqual({
        status: 1,
        out: "",
        lines: [expect.stringContaining(`drawdown: ${message}`)],
      });
    },
  );

  test("an address where nothing listens, or something else, does so, too, and says how to start one", async () => {
    const other = await serve((_, response) => response.writeHead(404).end("no"));
    const fake = await serve((_, response) => response.end("welcome"));
    const gone = await serve(() => {});
    servers.at(-1)?.close();
    const ended = await Promise.all(
      [gone, other, fake].map((url) => run('console.log("runs")', { DRAWDOWN_URL: url })),
    );
    const fix = (url: string) =>
      `start one with \`drawdown serve --port ${new URL(url).port}\`, or unset DRAWDOWN_URL to have one in this process\n`;
    const unnamed = (await serveSandbox()).replace("127.0.0.1", "0.0.0.0");
    expect((await run("", { DRAWDOWN_URL: unnamed })).err).toContain(
      `drawdown: DRAWDOWN_URL is ${unnamed}, where the answer is: this sandbox does not answer under the host "0.0.0.0:`,
    );
    const elsewhere = "where something else than a sandbox answers";
    expect(ended).toEqual(
      [
        `drawdown: DRAWDOWN_URL is ${gone}, where no sandbox answers (ECONNREFUSED); ${fix(gone)}`,
        `drawdown: DRAWDOWN_URL is ${other}, ${elsewhere} (404 to GET /_sandbox/health); ${fix(other)}`,
        `drawdown: DRAWDOWN_URL is ${fake}, ${elsewhere} (200 to GET /_sandbox/health); ${fix(fake)}`,
      ].map((err) => ({ status: 1, out: "", err })),
    );
  });
});
