import { describe, expect, test } from "vitest";
import { api } from "../src/api.js";
import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  DodoPayments,
  DodoPaymentsError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from "../src/index.js";
import { answer, broken, type Step, scripted } from "./script.js";

const final = { "x-should-retry": "false" };

async function errorOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
}

describe("an answer that is not a success rejects with the class of its status", () => {
  test.each([
    [400, BadRequestError, "BadRequestError"],
    [401, AuthenticationError, "AuthenticationError"],
    [402, APIError, "APIError"],
    [403, PermissionDeniedError, "PermissionDeniedError"],
    [404, NotFoundError, "NotFoundError"],
    [409, ConflictError, "ConflictError"],
    [410, APIError, "APIError"],
    [422, UnprocessableEntityError, "UnprocessableEntityError"],
    [429, RateLimitError, "RateLimitError"],
    [500, InternalServerError, "InternalServerError"],
    [503, InternalServerError, "InternalServerError"],
  ])("%d", async (status, Class, name) => {
    const body = { code: "SOME_REASON", message: "Some reason." };
    const { client } = scripted([answer(status, body, { ...final, "x-request": "7" })]);
    const error = await errorOf(client.meters.retrieve("mtr_1"));
    if (!(error instanceof APIError)) throw error;
    expect(Object.getPrototypeOf(error)).toBe(Class.prototype);
    expect({ ...error, headers: error.headers?.get("x-request") }).toEqual({
      name,
      status,
      error: body,
      headers: "7",
      operation: "GET /meters/{id}",
    });
    expect(error.code).toBe("SOME_REASON");
    expect(error.message).toBe(`${status} Some reason.`);
  });
});

describe("a body that is not the documented one", () => {
  test("none at all", async () => {
    const { client } = scripted([answer(404)]);
    const error = await errorOf(client.meters.retrieve("mtr_1"));
    expect(error).toMatchObject({ message: "404 status code (no body)", code: undefined });
  });

  test("text", async () => {
    const { client } = scripted([() => new Response("No such page", { status: 404 })]);
    const error = await errorOf(client.meters.retrieve("mtr_1"));
    expect(error).toMatchObject({ message: "404 No such page", error: "No such page" });
  });

  test("other JSON", async () => {
    const { client } = scripted([answer(404, { detail: 1 })]);
    const error = await errorOf(client.meters.retrieve("mtr_1"));
    expect(error).toMatchObject({ message: '404 {"detail":1}', error: { detail: 1 } });
  });

  test("a success that is a web page points at the base URL", async () => {
    const { client } = scripted([() => new Response("<!doctype html>")]);
    const error = await errorOf(client.meters.retrieve("mtr_1"));
    expect(error).toBeInstanceOf(DodoPaymentsError);
    expect(error).toMatchObject({
      message: "The answer is a success but not JSON; does the base URL point at the API?",
      cause: expect.any(SyntaxError),
    });
  });
});

test("a success without a body resolves with nothing", async () => {
  const { client } = scripted([
    answer(200),
    answer(204),
    answer(200, undefined, { "content-type": "application/json" }),
  ]);
  expect(await client.creditEntitlements.delete("cde_1")).toBeUndefined();
  expect(await client.meters.archive("mtr_1")).toBeUndefined();
  expect(await client.creditEntitlements.update("cde_1", { name: "New" })).toBeUndefined();
});

test("a broken connection names the request and keeps the cause", async () => {
  const { client } = scripted([broken], { maxRetries: 0 });
  const error = await errorOf(client.meters.retrieve("mtr_1"));
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(error).toMatchObject({
    message: "GET http://sandbox.test/meters/mtr_1 got no answer: TypeError: fetch failed",
    status: undefined,
    cause: new TypeError("fetch failed"),
  });
});

describe("a connection that failed says why, and what to do", () => {
  const failing =
    (code: string): Step =>
    () => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) });
    };

  test.each([
    [
      "ECONNREFUSED",
      "http://127.0.0.1:4010",
      "Nothing listens there: start a sandbox with `npx drawdown serve`, or correct `baseURL`.",
    ],
    [
      "ECONNREFUSED",
      "http://localhost:4020",
      "Nothing listens there: start a sandbox with `npx drawdown serve --port 4020`, or correct `baseURL`.",
    ],
    ["ECONNREFUSED", "http://billing.test", "Nothing listens there: correct `baseURL`."],
    [
      "ENOTFOUND",
      "http://sandbx.test",
      "The host is not known: correct `baseURL`, or look at the network.",
    ],
    [
      "ECONNRESET",
      "http://127.0.0.1:4010",
      "The connection broke off: look whether the server still runs.",
    ],
  ])("%s at %s", async (code, baseURL, fix) => {
    const { client } = scripted([failing(code)], { maxRetries: 0, baseURL });
    expect(await errorOf(client.meters.retrieve("mtr_1"))).toMatchObject({
      name: "APIConnectionError",
      message: `GET ${baseURL}/meters/mtr_1 got no answer: ${code}. ${fix}`,
      fix,
    });
  });

  test("a code without a fix stands alone", async () => {
    const { client } = scripted([failing("EPROTO")], { maxRetries: 0 });
    expect(await errorOf(client.meters.retrieve("mtr_1"))).toMatchObject({
      message: "GET http://sandbox.test/meters/mtr_1 got no answer: EPROTO",
      fix: undefined,
    });
  });
});

test("the classes hang on the client as well, as with the official one", () => {
  expect(DodoPayments.APIError).toBe(APIError);
  expect(DodoPayments.ConflictError).toBe(ConflictError);
});

test.each(["", ".", ".."])("the id %j is refused before anything is sent", async (id) => {
  const { client, sent } = scripted([]);
  await expect(client.creditEntitlements.delete(id)).rejects.toThrow(
    `id is "${id}": pass an id that a create or list call answered with.`,
  );
  expect(sent).toEqual([]);
});

test("api(client) answers with values, whatever the status", async () => {
  const { client } = scripted([answer(404, { code: "NOT_FOUND", message: "No meter." })]);
  const result = await api(client).GET("/meters/{id}", { params: { path: { id: "mtr_1" } } });
  expect(result.response.status).toBe(404);
  expect(result.error).toEqual({ code: "NOT_FOUND", message: "No meter." });
});
