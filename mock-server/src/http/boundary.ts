import { isLoopback, withoutRootDot } from "./loopback.js";
import { webAddress } from "./web-address.js";

/** What the boundary looks at of a request that came over a network. A header that is absent is null. */
export interface Approach {
  readonly method: string;
  /** The path after the one the sandbox is mounted at, and the query. */
  readonly target: string;
  /** Whether the target is a page of the sandbox, and not a call. */
  readonly isPage: boolean;
  readonly host: string | null;
  readonly origin: string | null;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`, which browsers alone send. */
  readonly fetchSite: string | null;
  readonly fetchMode: string | null;
  readonly contentType: string | null;
  /** Whether it has a key, or a pass that stands for one. */
  readonly hasKey: boolean;
}

/** Whom a server answers besides this machine and its own pages. */
export interface Boundary {
  /** Host names and addresses, as `URL` prints them. */
  readonly hosts: ReadonlySet<string>;
  /** Whether it listens on every address, and so under every address. */
  readonly isEveryAddress: boolean;
  readonly origins: ReadonlySet<string>;
}

/** Why a request is not answered. */
export interface Turned {
  readonly status: 403 | 415 | 421;
  readonly code: string;
  readonly rule: string;
  readonly message: string;
}

/**
 * Decides whether a request that came over a network is answered, so that a page of the web that is open in somebody's
 * browser can neither read a sandbox on that machine nor change it. Clients that are no browsers send no `Origin` and no
 * `Sec-Fetch-Site`, and notice nothing.
 *
 * @returns why not; undefined when it is answered
 */
export const judge = (approach: Approach, boundary: Boundary): Turned | undefined =>
  judgeHost(approach, boundary) ??
  judgeOrigin(approach, boundary) ??
  judgeSite(approach) ??
  judgeForm(approach);

/** Loopback hosts in their usual spelling, which need not be taken apart. */
const usual = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * A name of somebody else's that leads to this machine (DNS rebinding) makes a page of the web one of the sandbox's own for
 * its browser; only the name tells them apart.
 *
 * @rule BND-01 the host is a loopback one, the one listened on, or an allowed one
 */
function judgeHost({ host }: Approach, boundary: Boundary): Turned | undefined {
  if (host === null || usual.test(host)) return undefined;
  const name = hostnameOf(host);
  if (name !== undefined) {
    if (isLoopback(name) || boundary.hosts.has(name)) return undefined;
    if (boundary.isEveryAddress && isAddress(name)) return undefined;
  }
  return {
    status: 421,
    code: "HOST_NOT_ALLOWED",
    rule: "BND-01",
    message: `this sandbox does not answer under the host ${quote(host)}, so that no page of the web can reach it by a name of its own; call it by a loopback address such as http://127.0.0.1, or start it with --allow-host ${excerpt(name ?? "NAME")} (option allowHosts)`,
  };
}

/**
 * @rule BND-02 the vendor's API answers pages on loopback, and those allowed
 * @rule BND-03 the control API answers the sandbox's own pages, and those allowed
 */
function judgeOrigin(
  { target, host, origin }: Approach,
  { origins }: Boundary,
): Turned | undefined {
  if (origin === null || isOwn(origin, host) || origins.has(origin)) return undefined;
  const isOfControl = isControl(target);
  if (!isOfControl && isLoopbackOrigin(origin)) return undefined;
  const allow = `start it with --allow-origin ${excerpt(origin)} (option allowOrigins)`;
  return {
    status: 403,
    code: "ORIGIN_NOT_ALLOWED",
    rule: isOfControl ? "BND-03" : "BND-02",
    message: isOfControl
      ? `a page of ${quote(origin)} may not call the control API, which answers the sandbox's own pages and clients that are no browsers; call it from the application's server or its tests, or ${allow}`
      : `a page of ${quote(origin)} may not call this sandbox, which answers pages on this machine; serve the page from a loopback address such as http://localhost:3000, or ${allow}`,
  };
}

/**
 * Images, scripts, frames and forms of other sites name no origin. Following a link to a page of the sandbox does not
 * either, and is what links are for.
 *
 * @rule BND-05 what a browser sends for another site without naming it is refused, but for links to pages
 */
function judgeSite({ origin, fetchSite, fetchMode, isPage }: Approach): Turned | undefined {
  if (origin !== null || (fetchSite !== "cross-site" && fetchSite !== "same-site"))
    return undefined;
  if (isPage && fetchMode === "navigate") return undefined;
  return {
    status: 403,
    code: "CROSS_SITE_NOT_ALLOWED",
    rule: "BND-05",
    message: `a browser sent this for another site (Sec-Fetch-Site: ${fetchSite}), which may follow links to the sandbox's pages and nothing else; call it with fetch from a page on this machine, or from no page at all`,
  };
}

const forms: ReadonlySet<string> = new Set([
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
]);

/**
 * The types that a form can have are those a browser sends anywhere without asking first.
 *
 * @rule BND-06 no form carries out a call of the control API that needs no key
 */
function judgeForm({ method, target, hasKey, contentType }: Approach): Turned | undefined {
  if (hasKey || contentType === null || !isControl(target) || !changesSomething(method)) {
    return undefined;
  }
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!forms.has(type)) return undefined;
  return {
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
    rule: "BND-06",
    message: `the Content-Type header is ${quote(contentType)}, as a form of any page sends it, but must be application/json`,
  };
}

const changesSomething = (method: string): boolean =>
  method !== "GET" && method !== "HEAD" && method !== "OPTIONS";

const isControl = (target: string): boolean => /^\/_sandbox(?:[/?]|$)/.test(target);

/** Whether a page came from where the request goes. */
function isOwn(origin: string, host: string | null): boolean {
  const own = host === null ? undefined : parse(`http://${host}`)?.host;
  return own !== undefined && parse(origin)?.host === own && /^https?:/.test(origin);
}

function isLoopbackOrigin(origin: string): boolean {
  const url = webAddress(origin);
  return url !== undefined && isLoopback(url.hostname);
}

/**
 * The name in a `Host` header, without its port and without the root's dot, as `URL` prints it.
 *
 * @returns undefined when it is none
 */
export function hostnameOf(host: string): string | undefined {
  const url = /[/?#@\\\s]/.test(host) ? undefined : parse(`http://${host}`);
  return url && withoutRootDot(url.hostname);
}

const isAddress = (name: string): boolean => name.startsWith("[") || /^[\d.]+$/.test(name);

const parse = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Characters of a header that a message repeats. */
const excerptMax = 100;

const excerpt = (text: string): string =>
  text.length > excerptMax ? `${text.slice(0, excerptMax)}…` : text;

const quote = (text: string): string => JSON.stringify(excerpt(text));
