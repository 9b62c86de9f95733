import type { Access, Tenants } from "../sandbox/tenant.js";
import { whyPlaceholder } from "./placeholder-key.js";
import { RequestError } from "./request-error.js";

const livePrefix = "dodo_live_";

/**
 * Finds what the bearer token of a request opens.
 *
 * @rule AUT-01 a missing or malformed key is 401
 * @throws RequestError unauthenticated, tenants-exhausted
 */
export function authenticate(
  header: string | null,
  tenants: Tenants,
  allowedKeys: ReadonlySet<string> | null,
): Access {
  const key = keyIn(header);
  if (key === undefined) {
    throw unauthenticated(
      "AUT-01",
      header === null
        ? "the Authorization header is missing; send `Authorization: Bearer <any test key>`"
        : "the Authorization header is not of the form `Bearer <key>`; where it ends after `Bearer`, the variable that the key is read from is probably empty",
    );
  }
  checkKey(key, allowedKeys);
  return accessTo(tenants.access(key), tenants);
}

/** The key in an `Authorization` header; undefined when there is none. */
export const keyIn = (header: string | null): string | undefined =>
  /^bearer +(\S.*)$/i.exec(header?.trim() ?? "")?.[1];

/**
 * @rule AUT-02 keys of the other mode are 401: the sandbox stands in for test mode
 * @rule AUT-06 any other key is accepted, unless the sandbox was given a list
 * @rule AUT-08 but for what stands where a key was forgotten, unless the list has it
 * @throws RequestError unauthenticated
 */
export function checkKey(key: string, allowedKeys: ReadonlySet<string> | null): void {
  if (key.startsWith(livePrefix)) {
    throw unauthenticated(
      "AUT-02",
      `the key starts with ${livePrefix}, and Drawdown, which answers here in place of the service, refuses live keys so that none is used by accident; use a key starting with dodo_test_, or any other text`,
    );
  }
  if (allowedKeys && !allowedKeys.has(key)) {
    throw unauthenticated("AUT-06", "the key is not in the list this sandbox was started with");
  }
  const why = allowedKeys ? undefined : whyPlaceholder(key);
  if (why !== undefined) {
    throw unauthenticated("AUT-08", `the key is ${JSON.stringify(key)}: ${why}`);
  }
}

/**
 * What was opened, if anything was.
 *
 * @throws RequestError tenants-exhausted
 */
export function accessTo(opened: Access | undefined, { keysMax }: Tenants): Access {
  if (opened) return opened;
  throw new RequestError(
    "tenants-exhausted",
    "",
    `this sandbox holds ${keysMax} keys already; close tenants, reuse keys, or restart it`,
  );
}

const unauthenticated = (rule: string, reason: string): RequestError =>
  new RequestError(
    "unauthenticated",
    rule,
    `You are not authorised to perform this action: ${reason}`,
  );
