import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Customer } from "../../examples/neural-api/stage/customer.js";
import { key, openStage, type Stage } from "../../examples/neural-api/stage/stage.js";
import { whenOver } from "./support/programs.js";
import { fromSources } from "./support/readme.js";

const sdkAsOfficial = fileURLToPath(new URL("support/sdk-as-official.mjs", import.meta.url));

const clients: { readonly [name: string]: readonly string[] } = {
  dodopayments: [],
  "@drawdown/sdk": ["--import", sdkAsOfficial],
};

for (const [name, preloads] of Object.entries(clients)) {
  describe(`the tutorial's server, through ${name}`, () => {
    const open = async (): Promise<Stage> => {
      const execArgv = [...fromSources, ...preloads];
      const stage = await openStage({ at: "2026-01-01T00:00:00Z", frozen: true, execArgv });
      whenOver(stage.close);
      return stage;
    };

    test("a Pro customer subscribes, generates, goes past zero and tops up", async () => {
      const stage = await open();
      const order = { plan: "pro", email: "dev@example.com", name: "Dev" };
      expect(await request(stage, "POST", "/checkout/subscribe", order)).toEqual({
        status: 200,
        body: {
          checkout_url: expect.stringMatching(
            `^${stage.sandboxUrl}/_sandbox/pay/[\\w-]+/cks_\\w+$`,
          ),
          session_id: expect.stringMatching(/^cks_/),
        },
      });
      const dev = await Customer.subscribe(stage, "Dev", "pro");
      expect(await request(stage, "GET", `/credits/${dev.id}`)).toEqual({
        status: 200,
        body: {
          balance: "40000000",
          overage: "0",
          last_transaction_at: "2026-01-01T00:00:00.000000Z",
        },
      });

      expect(await dev.generate("Add it up in 1,500 tokens")).toEqual({
        status: 200,
        body: { text: expect.stringMatching(/\w+\.$/), tokens_used: 1514, model: "gpt-5-mini" },
      });
      expect(await dev.credits()).toEqual({ balance: 40_000_000, overage: 0 });
      await count(stage);
      expect(await dev.credits()).toEqual({ balance: 39_998_486, overage: 0 });
      await useElsewhere(stage, dev, 40_000_000);
      expect(await dev.credits()).toEqual({ balance: 0, overage: 1514 });
      // What is over zero lets a Pro customer go on.
      expect((await ask(stage, dev)).status).toBe(200);

      const pack = await request(stage, "POST", "/checkout/topup", { customer_id: dev.id });
      expect(pack).toEqual({
        status: 200,
        body: {
          checkout_url: expect.stringMatching(
            `^${stage.sandboxUrl}/_sandbox/pay/[\\w-]+/cks_\\w+$`,
          ),
        },
      });
      await dev.topUp();
      expect(await dev.credits()).toEqual({ balance: 5_000_000, overage: 1514 });
      expect(await logOf(stage, 5)).toEqual([
        `[credit.added] customer=${dev.id} amount=40000000`,
        `[credit.deducted] customer=${dev.id} amount=1514`,
        `[credit.deducted] customer=${dev.id} amount=39998486`,
        `[credit.overage_charged] customer=${dev.id}`,
        `[credit.added] customer=${dev.id} amount=5000000`,
      ]);
    });

    test("a Starter customer is answered 402 at zero, until a pack is bought", async () => {
      const stage = await open();
      const dev = await Customer.subscribe(stage, "Dev", "starter");
      expect(await dev.credits()).toEqual({ balance: 10_000_000, overage: 0 });
      await useElsewhere(stage, dev, 10_000_005);
      expect(await dev.credits()).toEqual({ balance: 0, overage: 0 });
      expect((await ask(stage, dev)).status).toBe(402);
      await dev.topUp();
      expect(await dev.credits()).toEqual({ balance: 5_000_000, overage: 0 });
      expect((await ask(stage, dev)).status).toBe(200);
    });

    test("what is wrong is answered as the tutorial has it", async () => {
      const stage = await open();
      const statusOf = async (method: string, path: string, body?: object) =>
        (await request(stage, method, path, body)).status;
      expect(await statusOf("POST", "/checkout/subscribe", { plan: "gold" })).toBe(400);
      expect(await statusOf("POST", "/checkout/subscribe", { plan: "pro" })).toBe(500);
      expect(await statusOf("POST", "/checkout/topup", {})).toBe(400);
      expect(await statusOf("POST", "/checkout/topup", { customer_id: "cus_nobody" })).toBe(500);
      expect(await statusOf("GET", "/credits/cus_nobody")).toBe(500);
      expect(await statusOf("POST", "/api/generate", { prompt: "Add it up" })).toBe(400);
      expect(await statusOf("POST", "/api/generate", { customer_id: "cus_nobody" })).toBe(400);
      // The stand-in refuses what is no text, as the model would.
      const refused = { customer_id: "cus_nobody", prompt: 42 };
      expect(await statusOf("POST", "/api/generate", refused)).toBe(502);
      expect(await statusOf("POST", "/webhooks/dodo", { type: "credit.added" })).toBe(401);
      expect(await logOf(stage, 0)).toEqual([]);
    });
  });
}

async function request({ application }: Stage, method: string, path: string, body?: object) {
  const response = await fetch(`${application.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const ask = (stage: Stage, { id: customer_id }: Customer) =>
  request(stage, "POST", "/api/generate", { customer_id, prompt: "Add it up" });

/** Has the worker deduct what was used, and the webhooks of it delivered. */
async function count({ control, sandbox }: Stage): Promise<void> {
  await control("POST", "/meters/run");
  await sandbox.idle({ key });
}

/** Uses many tokens at once, as another application of the same business might, and has them counted. */
async function useElsewhere(stage: Stage, { id: customer_id }: Customer, tokens: number) {
  const event_name = "api.tokens_used";
  await stage.dodo.usageEvents.ingest({
    events: [{ event_id: "elsewhere", customer_id, event_name, metadata: { tokens } }],
  });
  await count(stage);
}

/** What the application logged since it listens: so many lines, once every webhook has arrived. */
async function logOf({ application, sandbox }: Stage, lines: number): Promise<readonly string[]> {
  await sandbox.idle({ key });
  await application.said(1 + lines);
  return application.lines.slice(1);
}
