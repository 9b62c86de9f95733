import type { OperationFacts } from "@drawdown/spec/contract";
import { basisOf } from "@drawdown/spec/rules";
import { DomainError } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import { TaskFailed } from "../sandbox/agenda.js";
import { EndlessDeliveries } from "../sandbox/courier.js";
import { MoveFailed } from "../sandbox/movement.js";
import { nextTurn } from "../sandbox/pace.js";
import type { Tenant, Tenants } from "../sandbox/tenant.js";
import type { World } from "../sandbox/world.js";
import { Arrivals, type Place } from "./arrivals.js";
import { authenticate } from "./authenticate.js";
import type { Call, Reply, Respond } from "./call.js";
import type { AnyAnswer, Dialect, RefusalCode, WireError } from "./contract.js";
import { decodeBody, ignoreBody } from "./decode-body.js";
import { decodePath } from "./decode-path.js";
import { decodeQuery } from "./decode-query.js";
import { clip } from "./excerpt.js";
import { nearest } from "./nearest.js";
import { RateLimit, type TierNumber } from "./rate-limit.js";
import { RequestError } from "./request-error.js";
import { Router } from "./router.js";
import { Warnings } from "./warnings.js";
import { withoutEffect } from "./without-effect.js";
import { writeJson } from "./write-json.js";

export interface DispatchOptions {
  readonly tenants: Tenants;
  readonly dialects: readonly Dialect[];
  /** Bytes a request body may have. */
  readonly bodyBytesMax: number;
  /** Whether unknown body fields are refused for every request. */
  readonly isStrict: boolean;
  /** Keys that are accepted; null: any. */
  readonly allowedKeys: ReadonlySet<string> | null;
  /** Rate limit tier that is enforced; null: none. */
  readonly tier: TierNumber | null;
  /** Told each sentence that an answer warns of, as it stands in the header, and the call. */
  readonly onWarning: (sentence: string, call: Pick<Call, "method" | "target">) => void;
  /** Aborts when the sandbox is closed: every later call is refused. */
  readonly closing: AbortSignal;
}

interface Route {
  readonly dialect: Dialect;
  /** null: the vendor has it, the sandbox does not serve it. */
  readonly operation: OperationFacts | null;
}

/** Characters of a refusal's message. Every message names what was sent, which may be as long as a body. */
const messageLengthMax = 2000;

type Headers = Readonly<Record<string, string>>;

/**
 * Answers one call: route, key, body, then the handler in its transaction. The first check that fails decides.
 *
 * @rule ERR-01 a refusal is a JSON object with a code and a message
 * @rule ERR-06 it always has a message
 * @rule ERR-07 a refusal changes nothing
 */
export function dispatcher(options: DispatchOptions): Respond {
  const router = routerOf(options.dialects);
  /** @rule CLK-12 counted from the beginning of a world */
  const rateOf = perObject((_: World) => new RateLimit(options.tier));
  const arrivalsOf = perObject((_: Tenant) => new Arrivals(nextTurn));
  const firstDialect = options.dialects[0];

  return async (call) => {
    const { path, query } = split(call.target);
    if (call.method === "OPTIONS") return preflight(call, router.methods(path));
    let dialect = firstDialect;
    let headers: Headers = {};
    const warnings = new Warnings();
    let place: Place | undefined;
    try {
      if (options.closing.aborted) throw sandboxClosed();
      const { target: route, path: parameters } = router.match(call.method, path);
      dialect = route.dialect;
      const { operation } = route;
      if (!operation) throw notServed(call.method, path, dialect.operations);
      let tenant: Tenant | null = null;
      if (!operation.isPublic) {
        const access = admitted(call, options);
        tenant = access.tenant;
        const { clock, agenda } = tenant.world;
        if (dialect.isRateLimited) headers = rateOf(tenant.world).take(clock.now());
        if (!access.mayWrite && operation.method !== "GET") throw readOnly(agenda.policy);
      }
      const ids = decodePath(parameters);
      const isStrict = options.isStrict || isTrue(call.header("drawdown-strict"));
      const validate = dialect.validators[operation.id];
      place = tenant ? arrivalsOf(tenant).take() : undefined;
      const body = validate
        ? await decodeBody(call, operation, validate, {
            bytesMax: options.bodyBytesMax,
            isStrict,
          })
        : await ignoreBody(call, options.bodyBytesMax);
      for (const sentence of body.warnings) warnings.add(sentence);
      const input = {
        path: ids,
        query: decodeQuery(operation.query, query, isStrict || dialect.refusesUnknownQuery),
        body: body.value,
      };
      for (const sentence of withoutEffect(operation, input)) warnings.add(sentence);
      const turn = place?.turn;
      if (turn) await turn;
      // Whoever closed the tenant meanwhile gave its key free.
      if (tenant?.isClosed) tenant = admitted(call, options).tenant;
      const answering = dialect.answer(tenant, operation.id, input, {
        linkTo: call.linkTo,
        hungUp: call.hungUp,
        warn: warnings.add,
      });
      place?.leave();
      return encode(await answering, { ...headers, ...warnings.headers });
    } catch (error) {
      return refuse(error, dialect, { ...headers, ...warnings.headers });
    } finally {
      place?.leave();
      for (const sentence of warnings.sentences) options.onWarning(sentence, call);
    }
  };
}

/** What the vendors have, each path once; also what the sandbox does not serve. */
function routerOf(dialects: DispatchOptions["dialects"]): Router<Route> {
  const router = new Router<Route>();
  for (const dialect of dialects) {
    for (const operation of dialect.operations) {
      router.add(operation.method, operation.path, { dialect, operation });
    }
    for (const { method, path } of dialect.notServed) {
      router.add(method, path, { dialect, operation: null });
    }
  }
  return router;
}

/** @throws RequestError unauthenticated, tenants-exhausted */
const admitted = (call: Call, { tenants, allowedKeys }: DispatchOptions) =>
  authenticate(call.header("authorization"), tenants, allowedKeys);

/** Something for each object, for as long as that is there. */
function perObject<Owner extends object, Value>(make: (owner: Owner) => Value) {
  const known = new WeakMap<Owner, Value>();
  return (owner: Owner): Value => {
    const before = known.get(owner);
    if (before !== undefined) return before;
    const value = make(owner);
    known.set(owner, value);
    return value;
  };
}

const isTrue = (header: string | null): boolean => header === "true" || header === "1";

/** @rule AUT-03 a read-only key fetches and does not create or modify */
const readOnly = ({ readOnlyWrites }: Policy): RequestError =>
  new RequestError(
    readOnlyWrites === "forbidden" ? "read-only-key" : "read-only-key-observed",
    "AUT-04",
    "You are not authorised to perform this action: this key is read-only; use the tenant's own key to write",
  );

/** What every call is answered once the sandbox is closed. */
export const sandboxClosed = (): RequestError =>
  new RequestError(
    "sandbox-closed",
    "",
    "this sandbox was closed by close(), and everything in it is gone; make another with createSandbox(), or close it after the last call",
  );

function notServed(method: string, path: string, served: readonly OperationFacts[]): RequestError {
  const near = nearest(method, path, served);
  const hint = near ? ` The nearest operation served is ${near.method} ${near.path}.` : "";
  return new RequestError(
    "not-served",
    "",
    `Drawdown does not serve ${method} ${path}: the vendor's API has it, this sandbox does not yet; nothing was done.${hint} See /_sandbox/COVERAGE.md of a running sandbox for what is served`,
  );
}

function split(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf("?");
  if (mark === -1) return { path: target, query: "" };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** What a browser asks before it lets a page call. Which pages may is decided where the network ends (BND-04). */
function preflight(call: Call, methods: readonly string[]): Reply {
  const isPrivateAsked = call.header("access-control-request-private-network") === "true";
  return {
    status: 204,
    headers: {
      ...(isPrivateAsked ? { "access-control-allow-private-network": "true" } : {}),
      "access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
      "access-control-allow-headers": call.header("access-control-request-headers") ?? "*",
      "access-control-max-age": "86400",
    },
    body: null,
  };
}

/** @rule SDK-41 an answer without a body has no content type, or the official client would try to parse it */
function encode(answer: AnyAnswer, headers: Headers): Reply {
  const body = answer.body === undefined ? null : writeJson(answer.body);
  return reply(answer.status, headers, body);
}

function refuse(error: unknown, dialect: Dialect | undefined, headers: Headers): Reply {
  const { code, rule, message, extra } = classify(error);
  const wire: WireError = dialect?.errors[code] ?? { status: 500, code: "INTERNAL_SERVER_ERROR" };
  const said = {
    ...headers,
    ...extra,
    ...(wire.shouldRetry === false ? { "x-should-retry": "false" } : {}),
    ...(rule === "" ? {} : { "drawdown-rule": `${rule}; ${basisOf[rule] ?? "inferred"}` }),
  };
  const body = wire.isBare
    ? null
    : JSON.stringify({ code: wire.code, message: clip(message, messageLengthMax) });
  return reply(wire.status, said, body);
}

function reply(status: number, said: Headers, body: string | null): Reply {
  const headers = body === null ? said : { "content-type": "application/json", ...said };
  return { status, headers, body };
}

function classify(error: unknown): {
  readonly code: RefusalCode;
  readonly rule: string;
  readonly message: string;
  readonly extra: Headers;
} {
  if (error instanceof RequestError) {
    return { code: error.code, rule: error.rule, message: error.message, extra: error.headers };
  }
  if (error instanceof DomainError) {
    return { code: error.code, rule: error.rule, message: error.message, extra: {} };
  }
  const message = error instanceof Error ? error.message : String(error);
  const isTask = [TaskFailed, EndlessDeliveries, MoveFailed].some((it) => error instanceof it);
  const code = isTask ? "task-failed" : "internal";
  return {
    code,
    rule: "",
    message: code === "internal" ? `this is a bug in Drawdown: ${message}` : message,
    extra: {},
  };
}
