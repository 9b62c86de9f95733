import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import DodoPayments from "dodopayments";
import { expect, test } from "vitest";
import { setUpCatalogue } from "../../examples/neural-api/stage/catalogue.js";
import { serveModel } from "../../examples/neural-api/stand-in/model.js";
import { begin, finish, freePort, serve, whenOver } from "./support/programs.js";
import { fromSources, nodeCommand, root } from "./support/readme.js";

const example = join(root, "examples/neural-api");
const bearerToken = "dodo_test_neural_api";

/** The compiler options of the tutorial. */
const tutorial = "--target ES2022 --module commonjs --rootDir src --strict --esModuleInterop";

/** The application as the tutorial compiles it, in a folder of its own; answers which. */
async function compile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "neural-api-"));
  whenOver(() => rmSync(folder, { recursive: true }));
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const flags = [...tutorial.split(" "), "--skipLibCheck", "--outDir", join(folder, "dist")];
  await finish(nodeCommand([tsc, ...flags, "src/server.ts"], "examples/neural-api"));
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
  for (const it of ["node_modules", "public"]) symlinkSync(join(example, it), join(folder, it));
  return folder;
}

test("examples/neural-api compiles to CommonJS with the tutorial's options, and runs with the redirect", async () => {
  const sandbox = await serve();
  const catalogue = await setUpCatalogue(new DodoPayments({ bearerToken, baseURL: sandbox }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const redirect = ["--import", "@drawdown/mock-server/redirect", "dist/server.js"];
  const env = {
    ...catalogue,
    DRAWDOWN_URL: sandbox,
    DODO_PAYMENTS_API_KEY: bearerToken,
    OPENAI_API_KEY: "sk-unused",
    BASE_URL: url,
    PORT: String(port),
  };
  const command = { ...nodeCommand([...fromSources, ...redirect]), cwd: await compile(), env };
  await begin(command, /NeuralAPI listens/);

  const response = await fetch(`${url}/checkout/subscribe`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ plan: "starter", email: "ada@example.com", name: "Ada" }),
  });
  const { checkout_url, session_id } = await response.json();
  expect(checkout_url).toMatch(new RegExp(`^${sandbox}/_sandbox/pay/[\\w-]+/${session_id}$`));
  const authorization = `Bearer ${bearerToken}`;
  const pay = { method: "POST", headers: { authorization } };
  const paid = await fetch(`${sandbox}/_sandbox/checkouts/${session_id}/complete`, pay);
  const { customer_id, subscription_ids, return_url } = await paid.json();
  const back = new URL(return_url);
  expect(`${back.origin}${back.pathname}`).toBe(`${url}/`);
  expect(Object.fromEntries(back.searchParams)).toEqual({
    subscribed: "1",
    subscription_id: subscription_ids[0],
    status: "active",
    email: expect.stringContaining("@"),
  });
  const credits = await fetch(`${url}/credits/${customer_id}`);
  expect(await credits.json()).toMatchObject({ balance: "10000000", overage: "0" });
  expect(await (await fetch(url)).text()).toContain("<title>NeuralAPI</title>");
});

test("examples/neural-api: a setting that is missing is named, and the application does not start", async () => {
  const command = nodeCommand([...fromSources, "src/server.ts"], "examples/neural-api");
  await expect(
    finish(command, { DODO_PAYMENTS_API_KEY: bearerToken, OPENAI_API_KEY: undefined }),
  ).rejects.toThrow("OPENAI_API_KEY is not set; see the list in README.md");
});

test("examples/neural-api: the stand-in answers as OpenAI's API does", async () => {
  const model = await serveModel("sk-test");
  whenOver(model.close);
  const ask = async (content: unknown, key = "sk-test", path = "/chat/completions") => {
    const response = await fetch(`${model.baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-5-mini", messages: [{ role: "user", content }] }),
    });
    return { status: response.status, ...(await response.json()) };
  };
  const refusal = (status: number, code: string | null, message: string) => ({
    status,
    error: { message, type: "invalid_request_error", param: null, code },
  });

  const answer = await ask("What is a token?");
  expect(answer).toEqual({
    status: 200,
    id: expect.stringMatching(/^chatcmpl-\w+$/),
    object: "chat.completion",
    created: 0,
    model: "gpt-5-mini",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: expect.stringMatching(/\.$/) },
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 288, total_tokens: 299 },
  });
  expect(await ask("What is a token?")).toEqual(answer);
  expect((await ask("A book in 900,000 tokens")).usage.completion_tokens).toBe(128_000);

  expect(await ask("Hello", "sk-other")).toEqual(
    refusal(401, "invalid_api_key", "Incorrect API key provided"),
  );
  expect(await ask("Hello", "sk-test", "/images")).toEqual(
    refusal(404, "unknown_url", "Unknown request URL: POST /v1/images"),
  );
  expect(await ask(42)).toEqual(
    refusal(400, null, "messages must be a list of objects with a text as content"),
  );
});
