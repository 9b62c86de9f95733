import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import DefaultExport, { DodoPayments, DodoPaymentsError } from "../src/index.js";
import { answer, scripted } from "./script.js";

beforeEach(() => {
  vi.stubEnv("DODO_PAYMENTS_API_KEY", undefined);
  vi.stubEnv("DODO_PAYMENTS_BASE_URL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const bearerToken = "dodo_test_key";
const refusal = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof DodoPaymentsError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

test("the client is the default export and a named one", () => {
  expect(DefaultExport).toBe(DodoPayments);
});

describe("where requests go", () => {
  test("to the live host when nothing is said, as with the official client", () => {
    expect(new DodoPayments({ bearerToken }).baseURL).toBe("https://live.dodopayments.com");
  });

  test("to the host of the environment", () => {
    const client = new DodoPayments({ bearerToken, environment: "test_mode" });
    expect(client.baseURL).toBe("https://test.dodopayments.com");
  });

  test("to DODO_PAYMENTS_BASE_URL", () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", " http://127.0.0.1:4010/ ");
    expect(new DodoPayments({ bearerToken }).baseURL).toBe("http://127.0.0.1:4010");
  });

  test("to the base URL given, whatever the variable says", () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://elsewhere.test");
    const client = new DodoPayments({ bearerToken, baseURL: "http://127.0.0.1:4010/api" });
    expect(client.baseURL).toBe("http://127.0.0.1:4010/api");
  });

  test("to the environment's host when baseURL is null, whatever the variable says", () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://elsewhere.test");
    const client = new DodoPayments({ bearerToken, baseURL: null, environment: "test_mode" });
    expect(client.baseURL).toBe("https://test.dodopayments.com");
  });
});

describe("options that make no sense say what to write instead", () => {
  test("no key", () => {
    expect(refusal(() => new DodoPayments())).toBe(
      'There is no API key: write new DodoPayments({ bearerToken: "…" }) or set DODO_PAYMENTS_API_KEY.',
    );
  });

  test("a base URL and an environment", () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://127.0.0.1:4010");
    expect(refusal(() => new DodoPayments({ bearerToken, environment: "test_mode" }))).toBe(
      'Both a base URL (http://127.0.0.1:4010, from the option or DODO_PAYMENTS_BASE_URL) and environment "test_mode" are given: leave one out. For the environment\'s own URL, write baseURL: null.',
    );
  });

  test.each(["localhost:4010", "/api", "ftp://host", "http://host/?a=b", "http://host/#a"])(
    "the base URL %s",
    (baseURL) => {
      expect(refusal(() => new DodoPayments({ bearerToken, baseURL }))).toBe(
        `The base URL "${baseURL}" is not a plain http or https URL: write it like "http://127.0.0.1:4010".`,
      );
    },
  );

  test("an environment that does not exist", () => {
    const environment = JSON.parse('"sandbox"'); // past the type, as from JavaScript
    expect(refusal(() => new DodoPayments({ bearerToken, environment }))).toBe(
      'There is no environment "sandbox": write "test_mode" or "live_mode".',
    );
  });

  test.each([0, 1.5, 2 ** 31, Number.POSITIVE_INFINITY])("a timeout of %d", (timeout) => {
    expect(refusal(() => new DodoPayments({ bearerToken, timeout }))).toBe(
      `timeout is ${timeout}: write a whole number from 1 to 2147483647.`,
    );
  });

  test("a negative number of retries, of the client or of a call", async () => {
    const message = "maxRetries is -1: write a whole number from 0 to 9007199254740991.";
    expect(refusal(() => new DodoPayments({ bearerToken, maxRetries: -1 }))).toBe(message);
    const { client, sent } = scripted([]);
    await expect(client.meters.retrieve("mtr_1", { maxRetries: -1 })).rejects.toThrow(message);
    expect(sent).toEqual([]);
  });
});

describe("the key", () => {
  test("comes from DODO_PAYMENTS_API_KEY when none is given", async () => {
    vi.stubEnv("DODO_PAYMENTS_API_KEY", " dodo_test_from_environment\n");
    const { client, sent } = scripted([answer(200, {})], { bearerToken: undefined });
    await client.meters.retrieve("mtr_1");
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer dodo_test_from_environment");
  });

  test("is missed, not stumbled over, where there is no process", () => {
    vi.stubGlobal("process", undefined);
    const make = () => new DodoPayments({ bearerToken });
    const message = refusal(() => new DodoPayments());
    const { baseURL } = make();
    vi.unstubAllGlobals();
    expect(message).toContain("DODO_PAYMENTS_API_KEY");
    expect(baseURL).toBe("https://live.dodopayments.com");
  });
});

describe("fetch", () => {
  test("is the global one of the moment of the call, so that an interceptor may come later", async () => {
    const client = new DodoPayments({ bearerToken, baseURL: "http://sandbox.test" });
    vi.stubGlobal("fetch", async (url: string) => Response.json({ id: url }));
    expect(await client.meters.retrieve("mtr_1")).toEqual({
      id: "http://sandbox.test/meters/mtr_1",
    });
  });
});

describe("headers", () => {
  test("of the client and of the call are sent, the call's winning, null taking one away", async () => {
    const { client, sent } = scripted([answer(200, {})], {
      defaultHeaders: { "X-Trace": "client", "X-Gone": "client", Authorization: "Bearer other" },
    });
    await client.meters.retrieve("mtr_1", { headers: { "x-trace": "call", "x-gone": null } });
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      accept: "application/json",
      authorization: "Bearer other",
      "x-trace": "call",
    });
  });
});

describe("a key in the wrong place is refused before anything is sent", () => {
  const sentBy = async (options: ConstructorParameters<typeof DodoPayments>[0]) => {
    const sent: unknown[] = [];
    vi.stubGlobal("fetch", async (url: unknown) => {
      sent.push(url);
      return Response.json({});
    });
    const client = new DodoPayments({ baseURL: null, ...options });
    const refused = await client.meters.retrieve("mtr_1").then(
      () => "",
      (error: Error) => error.message,
    );
    return { refused, sent };
  };

  test.each([
    ["dodo_live_key", { baseURL: "http://127.0.0.1:4010" }],
    ["dodo_live_key", { baseURL: "http://localhost:4010" }],
    ["dodo_live_key", { baseURL: "http://[::1]:4010" }],
    ["dodo_live_key", { baseURL: "http://sandbox.test" }],
    ["dodo_live_key", { environment: "test_mode" } as const],
  ])("%s with %j", async (key, options) => {
    const { refused, sent } = await sentBy({ bearerToken: key, ...options });
    expect(refused).toMatch(/^The key is a live one, and \S+ is not the live service/);
    expect(sent).toEqual([]);
  });

  test("AUT-02 a test key with the live service, which is where requests go by default", async () => {
    const { refused, sent } = await sentBy({ bearerToken });
    expect(refused).toBe(
      'The key is a test one, and https://live.dodopayments.com is the live service: write environment: "test_mode", or the baseURL of a sandbox.',
    );
    expect(sent).toEqual([]);
  });

  test.each([
    ["dodo_live_key", {}],
    ["dodo_live_key", { baseURL: "https://billing.example.com" }],
    ["dodo_test_key", { environment: "test_mode" } as const],
    ["a key of another form", {}],
  ])("but %s with %j is sent", async (key, options) => {
    const { refused, sent } = await sentBy({ bearerToken: key, ...options });
    expect(refused).toBe("");
    expect(sent).toHaveLength(1);
  });
});

describe("options of the official client", () => {
  test("defaultQuery goes with every request, the call's own query winning", async () => {
    const { client, sent } = scripted([answer(200, { items: [] })], {
      defaultQuery: { brand_id: "bnd_1", page_size: "5" },
    });
    await client.meters.list({ archived: true });
    expect(sent[0]?.line).toBe(
      "GET /meters?brand_id=bnd_1&page_size=10&archived=true&page_number=0",
    );
  });

  test("fetchOptions reach fetch, the call's winning", async () => {
    const seen: unknown[] = [];
    const client = new DodoPayments({
      bearerToken,
      baseURL: "http://sandbox.test",
      fetchOptions: { cache: "no-store", keepalive: true },
      fetch: async (_, init) => {
        seen.push(init?.cache, init?.keepalive);
        return Response.json({});
      },
    });
    await client.meters.retrieve("mtr_1", { fetchOptions: { cache: "reload" } });
    expect(seen).toEqual(["reload", true]);
  });

  test("DODO_PAYMENTS_CUSTOM_HEADERS has a header a line, and defaultHeaders win", async () => {
    vi.stubEnv("DODO_PAYMENTS_CUSTOM_HEADERS", "X-Team: billing\nX-Trace: a: b\nnonsense");
    const { client, sent } = scripted([answer(200, {})], { defaultHeaders: { "x-team": "core" } });
    await client.meters.retrieve("mtr_1");
    expect(sent[0]?.headers.get("x-team")).toBe("core");
    expect(sent[0]?.headers.get("x-trace")).toBe("a: b");
  });

  test("withOptions makes a client that differs in those options alone", async () => {
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://from-environment.test");
    const client = new DodoPayments({ bearerToken, timeout: 5, webhookKey: "whsec_a" });
    vi.stubEnv("DODO_PAYMENTS_BASE_URL", "http://later.test");
    const { baseURL, timeout, maxRetries, webhookKey } = client.withOptions({ maxRetries: 7 });
    expect({ baseURL, timeout, maxRetries, webhookKey }).toEqual({
      baseURL: "http://from-environment.test",
      timeout: 5,
      maxRetries: 7,
      webhookKey: "whsec_a",
    });
    const moved = client.withOptions({ environment: "test_mode" });
    expect(moved.baseURL).toBe("https://test.dodopayments.com");
  });

  test("WRN-21 the logger is told what an answer warns of, unless it is to be quiet", async () => {
    const warning = { "drawdown-warning": "unknown field `colour` was ignored" };
    const warned: unknown[][] = [];
    const logger = { ...console, warn: (...told: unknown[]) => void warned.push(told) };
    for (const logLevel of ["warn", "error"] as const) {
      const { client } = scripted([answer(200, {}, warning)], { logger, logLevel });
      await client.meters.retrieve("mtr_1");
    }
    const line =
      "GET http://sandbox.test/meters/mtr_1 is warned of: unknown field `colour` was ignored";
    expect(warned).toEqual([[line]]);
  });

  test("the logger is told of each request, at info, and without the key, at debug", async () => {
    const told: unknown[][] = [];
    const note =
      (level: string) =>
      (...words: unknown[]) =>
        void told.push([level, ...words]);
    const logger = {
      error: note("error"),
      warn: note("warn"),
      info: note("info"),
      debug: note("debug"),
    };
    const quiet = scripted([answer(200, {})], { logger });
    await quiet.client.meters.retrieve("mtr_1");
    expect(told).toEqual([]);
    const loud = scripted([answer(503), answer(200, { id: "mtr_1" })], {
      logger,
      logLevel: "debug",
    });
    await loud.client.meters.retrieve("mtr_1");
    expect(
      told.map(([level, line]) => [level, String(line).replaceAll(/\d+(\.\d+)? ms/g, "… ms")]),
    ).toEqual([
      ["debug", "GET http://sandbox.test/meters/mtr_1 is sent"],
      ["info", "GET http://sandbox.test/meters/mtr_1 503 in … ms; again in … ms"],
      ["debug", "GET http://sandbox.test/meters/mtr_1 is sent"],
      ["info", "GET http://sandbox.test/meters/mtr_1 200 in … ms"],
      ["debug", "GET http://sandbox.test/meters/mtr_1 answered"],
    ]);
    expect(JSON.stringify(told)).toContain('"authorization":"***"');
    expect(JSON.stringify(told)).not.toContain("dodo_test_key");
  });

  test("a log level that there is not is said, and is warn", () => {
    const warned: string[] = [];
    vi.stubEnv("DODO_PAYMENTS_LOG", "loud");
    const logger = { ...console, warn: (line: string) => void warned.push(line) };
    expect(new DodoPayments({ bearerToken, logger }).logLevel).toBe("warn");
    expect(warned).toEqual(['The log level is "loud": write off, error, warn, info or debug.']);
  });
});
