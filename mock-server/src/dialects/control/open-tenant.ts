import type { components } from "@drawdown/spec/control";
import { formatInstant } from "#domain/time.js";
import { accessTo, checkKey } from "#http/authenticate.js";
import { readInstant } from "#http/read-instant.js";
import { RequestError } from "#http/request-error.js";
import type { Access, Tenant, Tenants } from "#sandbox/tenant.js";
import type { InitialState } from "#sandbox/world.js";

type Schemas = components["schemas"];

/** What may be asked of how a tenant begins. */
type Asked = Pick<Schemas["NewTenant"], "at" | "frozen" | "seed">;

/**
 * Opens a tenant that begins as asked, or finds the one that began so.
 *
 * @param allowedKeys keys that are accepted; null: any
 * @throws RequestError unauthenticated, tenants-exhausted, body-invalid; key-in-use when the key's tenant began
 *   otherwise
 */
export function openTenant(
  tenants: Tenants,
  allowedKeys: ReadonlySet<string> | null,
  { key, ...asked }: Schemas["NewTenant"],
): { readonly status: 200 | 201; readonly body: Schemas["TenantOpened"] } {
  const beginning = { ...tenants.beginning, ...changesOf(asked) };
  if (key === undefined) {
    if (allowedKeys) throw needsKey();
    return opened(201, accessTo(tenants.openAnother(beginning), tenants).tenant);
  }
  checkKey(key, allowedKeys);
  const known = tenants.find(key);
  if (!known) return opened(201, accessTo(tenants.open(key, beginning), tenants).tenant, key);
  if (!beganAs(known.tenant, beginning)) throw inUse(key, known.tenant, beginning);
  return opened(200, known.tenant, key);
}

/**
 * Lets another key open a tenant.
 *
 * @rule BND-14 one that a bearer token may be
 * @throws RequestError unauthenticated, tenants-exhausted; key-in-use when the key opens a tenant already
 */
export function addKey(
  tenants: Tenants,
  allowedKeys: ReadonlySet<string> | null,
  key: string,
  access: Access,
): void {
  checkKey(key, allowedKeys);
  if (tenants.find(key)) {
    throw new RequestError(
      "key-in-use",
      "",
      `the key ${JSON.stringify(key)} is in use already; choose another`,
    );
  }
  accessTo(tenants.addKey(key, access), tenants);
}

/** The parts of a beginning that a request names. */
export const changesOf = ({ at, frozen, seed }: Asked): Partial<InitialState> => ({
  ...(at === undefined ? {} : { at: readInstant(at, "at") }),
  ...(frozen === undefined ? {} : { isFrozen: frozen }),
  ...(seed === undefined ? {} : { seed }),
});

const opened = <Status extends 200 | 201>(status: Status, tenant: Tenant, key = tenant.key) => ({
  status,
  body: {
    key,
    now: formatInstant(tenant.world.clock.now()),
    frozen: tenant.world.clock.isFrozen,
    seed: tenant.world.beginning.seed,
  },
});

const beganAs = ({ world: { beginning: began } }: Tenant, { at, isFrozen, seed }: InitialState) =>
  began.at === at && began.isFrozen === isFrozen && began.seed === seed;

const needsKey = (): RequestError =>
  new RequestError(
    "body-invalid",
    "",
    "Your request body is invalid: this sandbox was started with a list of keys, so none can be made up; send one of them as `key`",
  );

const inUse = (
  key: string,
  { world: { beginning: began, clock } }: Tenant,
  asked: InitialState,
): RequestError =>
  new RequestError(
    "key-in-use",
    "",
    `the key ${JSON.stringify(key)} is in use by a tenant that began ${describe(began)} and whose clock is at ${formatInstant(clock.now())}; asked for was one that begins ${describe(asked)}; choose another key, or send none and one is made up`,
  );

const describe = ({ at, isFrozen, seed }: InitialState): string =>
  [
    `at ${at === null ? "the machine's time" : formatInstant(at)}`,
    isFrozen ? "frozen" : "running",
    `with the seed ${JSON.stringify(seed)}`,
  ].join(", ");
