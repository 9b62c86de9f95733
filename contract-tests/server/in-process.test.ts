import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox, type Sandbox } from "@drawdown/mock-server";
import DodoPayments from "dodopayments";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { start } from "../harness/world.js";

const frozen = { at: start, frozen: true } as const;
const first = "dodo_test_first";
const second = "dodo_test_second";

const clientOf = ({ fetch }: Pick<Sandbox, "fetch">, bearerToken = first) =>
  new DodoPayments({ bearerToken, baseURL: "http://sandbox.test", fetch });

/** Where a key's clock stands. */
async function nowOf({ fetch }: Sandbox, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch("http://sandbox.test/_sandbox/clock", { headers });
  const { now }: { now: string } = await response.json();
  return now;
}

/** A customer who holds some credits that end after a day. */
async function holding(client: DodoPayments) {
  const credit = await client.creditEntitlements.create({
    name: "Tokens",
    unit: "token",
    precision: 0,
    expires_after_days: 1,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const of = { credit_entitlement_id: credit.id };
  await client.creditEntitlements.balances.createLedgerEntry(ada.customer_id, {
    ...of,
    entry_type: "credit",
    amount: "100",
  });
  return { customerId: ada.customer_id, of };
}

/** A sandbox with an endpoint for each of two keys, and what arrived there. */
function listening() {
  const arrived: string[] = [];
  const sandbox = createSandbox({
    ...frozen,
    webhooks: [
      { key: first, url: "http://localhost:9/first" },
      { key: second, url: "http://localhost:9/second" },
    ],
    webhookFetch: async (request) => {
      const { type }: { type: string } = await request.json();
      arrived.push(`${new URL(request.url).pathname} ${type}`);
      return new Response("ok");
    },
  });
  return { sandbox, arrived };
}

test("advance moves the key that is named, by a duration or to an instant", async () => {
  const sandbox = createSandbox(frozen);
  expect(await sandbox.advance("P1M", { key: first })).toBe("2026-02-01T00:00:00.000000Z");
  expect(await sandbox.advance("2026-03-01T00:00:00Z", { key: first })).toBe(
    "2026-03-01T00:00:00.000000Z",
  );
  expect(await nowOf(sandbox, second)).toBe("2026-01-01T00:00:00.000000Z");
});

test("advance without a key moves every key in use, and credits expire on the way", async () => {
  const sandbox = createSandbox(frozen);
  const client = clientOf(sandbox);
  const { customerId, of } = await holding(client);
  await sandbox.advance("1h", { key: second });
  expect(await sandbox.advance("30d")).toBe("2026-01-31T01:00:00.000000Z");
  expect(await nowOf(sandbox, first)).toBe("2026-01-31T00:00:00.000000Z");
  const { balance } = await client.creditEntitlements.balances.retrieve(customerId, of);
  expect(balance).toBe("0");
});

test("advance without a key is refused while no key is in use", async () => {
  const sandbox = createSandbox(frozen);
  await expect(sandbox.advance("30d")).rejects.toThrow(
    'no key is in use yet, so advance("30d") would move no clock, and one opened later would begin where the sandbox did; name the key: advance("30d", { key: "dodo_test_me" })',
  );
});

test("advance throws the sandbox's own message", async () => {
  const sandbox = createSandbox(frozen);
  const of = { key: first };
  await expect(sandbox.advance("soon", of)).rejects.toThrow(
    '`by` is "soon" but must be a duration: ISO 8601 such as P1M or PT90S, or short such as 30d or 1h30m',
  );
  await expect(sandbox.advance("2025-12-31T00:00:00Z", of)).rejects.toThrow(
    "the clock is at 2026-01-01T00:00:00.000000Z and cannot go back to 2025-12-31T00:00:00.000000Z",
  );
});

test("a move that one key would have to make into the past moves none", async () => {
  const sandbox = createSandbox(frozen);
  await sandbox.advance("1d", { key: first });
  await sandbox.advance("60d", { key: second });
  await expect(sandbox.advance("2026-02-01T00:00:00Z")).rejects.toThrow("cannot go back");
  expect(await nowOf(sandbox, first)).toBe("2026-01-02T00:00:00.000000Z");
});

test("idle waits for what is under way, of one key or of all", async () => {
  const { sandbox, arrived } = listening();
  await holding(clientOf(sandbox, first));
  await sandbox.idle({ key: first });
  expect(arrived).toEqual(["/first credit.added"]);
  await holding(clientOf(sandbox, second));
  await sandbox.idle();
  expect(arrived).toEqual(["/first credit.added", "/second credit.added"]);
});

test("deliveries are listed oldest first, of one key or of all", async () => {
  const { sandbox } = listening();
  await holding(clientOf(sandbox, second));
  await sandbox.advance("1h", { key: first });
  await holding(clientOf(sandbox, first));
  await sandbox.advance("1d");
  const shown = async (of?: { key: string }) =>
    (await sandbox.deliveries(of)).map(
      (it) =>
        `${it.created_at.slice(0, 16)} ${it.event_type} ${it.status} #${it.attempts.length} ${new URL(it.url).pathname}`,
    );
  expect(await shown()).toEqual([
    "2026-01-01T00:00 credit.added delivered #1 /second",
    "2026-01-01T01:00 credit.added delivered #1 /first",
    "2026-01-02T00:00 credit.expired delivered #1 /second",
    "2026-01-02T01:00 credit.expired delivered #1 /first",
  ]);
  expect(await shown({ key: second })).toEqual([
    "2026-01-01T00:00 credit.added delivered #1 /second",
    "2026-01-02T00:00 credit.expired delivered #1 /second",
  ]);
});

test("a webhookFetch that never answers has failed at its timeout", async () => {
  const sandbox = createSandbox({
    ...frozen,
    webhooks: [{ key: first, url: "http://localhost:9/first" }],
    webhookFetch: () => new Promise(() => {}),
    webhookTimeoutSeconds: 0.02,
  });
  await holding(clientOf(sandbox));
  await sandbox.idle();
  const [delivery] = await sandbox.deliveries();
  expect(delivery?.attempts.map((it) => it.error)).toEqual(["no answer within 0.02 s"]);
});

test("a closed sandbox refuses everything, saying why and what to do", async () => {
  const sandbox = createSandbox(frozen);
  const sent: string[] = [];
  const client = clientOf({
    fetch: async (input, init) => {
      sent.push(String(input));
      return sandbox.fetch(input, init);
    },
  });
  expect(sandbox.closed).toBe(false);
  sandbox.close();
  sandbox.close();
  expect(sandbox.closed).toBe(true);
  const message =
    "this sandbox was closed by close(), and everything in it is gone; make another with createSandbox(), or close it after the last call";
  const response = await sandbox.fetch("http://sandbox.test/customers");
  expect([response.status, await response.json()]).toEqual([
    503,
    { code: "SANDBOX_CLOSED", message },
  ]);
  await expect(client.customers.list()).rejects.toThrow(message);
  expect(sent).toHaveLength(1); // not tried again
  await expect(sandbox.advance("1d", { key: first })).rejects.toThrow(message);
  await expect(sandbox.advance("1d")).rejects.toThrow(message);
  await expect(sandbox.idle()).rejects.toThrow(message);
  await expect(sandbox.deliveries()).rejects.toThrow(message);
});

test("a sandbox that is closed while a receiver keeps it waiting leaves no timer behind", async () => {
  const script = fileURLToPath(new URL("support/close-while-sending.ts", import.meta.url));
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const args = ["--conditions=drawdown-source", "--import", tsx, script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ before: ["Timeout"], after: [] });
});

test("the sandbox and the helpers of tests are bundled for browsers without a module of Node", async () => {
  const { errors, metafile } = await build({
    entryPoints: ["@drawdown/mock-server", "@drawdown/mock-server/testing"],
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    conditions: ["drawdown-source"],
    bundle: true,
    platform: "browser",
    format: "esm",
    outdir: "unwritten",
    write: false,
    metafile: true,
  });
  expect(errors).toEqual([]);
  const imported = Object.values(metafile.inputs).flatMap((it) => it.imports);
  expect(imported.filter((it) => it.external)).toEqual([]);
});

test.for([
  [{ url: "localhost:3000" }, 'the URL "localhost:3000" for dodo_test_first'],
  [{ url: "http://ada:pw@localhost:3000" }, "which is no http or https address"],
  [{ url: "http://localhost:3000", secret: "hush" }, "has a secret for http://localhost:3000"],
  // 17 letters are no base64: nobody could verify what they sign.
  [{ url: "http://localhost:3000", secret: `whsec_${"A".repeat(17)}` }, "base64 of at least 12"],
] as const)("the webhook %o is refused when the sandbox is made", ([webhook, message]) => {
  expect(() => createSandbox({ ...frozen, webhooks: [{ key: first, ...webhook }] })).toThrow(
    message,
  );
});
