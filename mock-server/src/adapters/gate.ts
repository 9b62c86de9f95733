import type { IncomingMessage } from "node:http";
import { type Boundary, hostnameOf, judge, type Turned } from "../http/boundary.js";
import type { Reply } from "../http/call.js";
import { isPage } from "./page-paths.js";

/** Whom a server answers besides clients on this machine and its own pages. */
export interface GateOptions {
  /**
   * Host names and addresses it answers under, without a port, besides loopback ones and the one it listens on:
   * `["sandbox"]` for a container of that name.
   */
  readonly allowHosts?: readonly string[];
  /**
   * Origins whose pages may call all of it, the control API too, such as `https://app.example.com`. Pages on loopback
   * addresses may call the vendor's API in any case.
   */
  readonly allowOrigins?: readonly string[];
}

/** Looks at a request before anything else does. */
export type Gate = (request: IncomingMessage) => Admission;

export interface Admission {
  /** What is answered in place of the sandbox; undefined when the request is admitted. */
  readonly refusal: Reply | undefined;
  /** Headers of the answer that let the page which asked read it. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The gate of one server.
 *
 * @param listensOn the address it is bound to, if known
 * @throws TypeError when an option makes no sense; the message names it
 */
export function gateOf(options: GateOptions = {}, listensOn?: string): Gate {
  const boundary = boundaryOf(options, listensOn);
  return (request) => {
    const { headers, method = "GET", url: target = "/" } = request;
    const origin = headers.origin ?? null;
    const turned = judge(
      {
        method,
        target,
        isPage: isPage(target),
        host: headers.host ?? null,
        origin,
        fetchSite: headerOf(request, "sec-fetch-site"),
        fetchMode: headerOf(request, "sec-fetch-mode"),
        contentType: headers["content-type"] ?? null,
        hasKey: headers.authorization !== undefined || headers[passHeader] !== undefined,
      },
      boundary,
    );
    if (turned) return { refusal: refusalOf(turned), headers: varying };
    return { refusal: undefined, headers: origin === null ? varying : readableBy(origin) };
  };
}

/** What the sandbox's own pages send in place of a key. */
export const passHeader = "drawdown-pass";

const varying = { vary: "origin" };

/** @rule BND-04 the answer names the page's origin, and says that another would get another answer */
const readableBy = (origin: string) => ({
  ...varying,
  "access-control-allow-origin": origin,
  "access-control-expose-headers": "*",
});

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : String(value);
}

const refusalOf = ({ status, code, rule, message }: Turned): Reply => ({
  status,
  headers: {
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    "x-should-retry": "false",
    "drawdown-rule": `${rule}; inferred`,
  },
  body: JSON.stringify({ code, message }),
});

function boundaryOf(
  { allowHosts = [], allowOrigins = [] }: GateOptions,
  listensOn: string | undefined,
): Boundary {
  const hosts = new Set(allowHosts.map(readHost));
  const bound = listensOn === undefined ? undefined : hostOf(listensOn);
  if (bound !== undefined) hosts.add(bound);
  return {
    hosts,
    isEveryAddress: bound === "0.0.0.0" || bound === "[::]",
    origins: new Set(allowOrigins.map(readOrigin)),
  };
}

/** A name or address as a `Host` header has it; an IPv6 address may come without its brackets. */
const hostOf = (text: string): string | undefined =>
  hostnameOf(/^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(text) ? `[${text}]` : text);

function readHost(text: string): string {
  const host = hostOf(text);
  const hasPort = /^(?:\[.*\]|[^:]*):\d*$/.test(text);
  if (host !== undefined && /^(?:[\w.-]+|\[.+\])$/.test(host) && !hasPort) return host;
  throw new TypeError(
    `\`allowHosts\` has ${JSON.stringify(text)} but must have host names or addresses, without scheme and port, such as sandbox or 192.168.1.7`,
  );
}

function readOrigin(text: string): string {
  if (text === "null") return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^[a-z][a-z\d+.-]*:\/\/[^/?#@*]+$/i.test(text)) {
    return url.origin === "null" ? text.toLowerCase() : url.origin;
  }
  throw new TypeError(
    `\`allowOrigins\` has ${JSON.stringify(text)} but must have origins: scheme, host and port of each page that may call, such as https://app.example.com`,
  );
}
