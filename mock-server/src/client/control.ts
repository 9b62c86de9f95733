import type { components } from "@drawdown/spec/control";
import { type Address, exchange, messageOf } from "./exchange.js";

type Schemas = components["schemas"];

/** A webhook that was sent to an endpoint, or is going to be, with every attempt. */
export type Delivery = Schemas["Delivery"];

/** Something that happened, with its payload as it would be sent now. */
export type SandboxEvent = Schemas["EventList"]["items"][number];

/** One tenant of a sandbox, and the way to it. */
export interface Reach extends Address {
  readonly key: string;
}

/**
 * Calls the sandbox as its tenant.
 *
 * @throws Error with the sandbox's own message when it refuses
 */
export async function call<Body>(
  { key, ...sandbox }: Reach,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<Body> {
  const answer = await exchange(sandbox, { method, path, key, body });
  // The documents of both APIs give the shape of a success; the caller names it.
  if (answer.ok && answer.body !== undefined) return answer.body as Body;
  throw new Error(messageOf(answer.body) ?? `${method} ${path} answered ${answer.status}`);
}

/** Moves the tenant's clock by a duration or to an instant; resolves with where it is then. */
export async function advance(tenant: Reach, to: string): Promise<string> {
  const body = /^\d{4}-/.test(to) ? { to } : { by: to };
  const { now } = await call<Schemas["ClockAdvanced"]>(
    tenant,
    "POST",
    "/_sandbox/clock/advance",
    body,
  );
  return now;
}

export const readClock = (tenant: Reach): Promise<Schemas["Clock"]> =>
  call(tenant, "GET", "/_sandbox/clock");

/** Waits until nothing of the tenant is left to send; resolves with how many attempts that took. */
export async function settle(tenant: Reach): Promise<number> {
  const { attempts } = await call<Schemas["Settled"]>(
    tenant,
    "POST",
    "/_sandbox/deliveries/settle",
  );
  return attempts;
}

export const listDeliveries = (tenant: Reach): Promise<readonly Delivery[]> =>
  readAll((target) => call(tenant, "GET", target), "/_sandbox/deliveries");

export const listEvents = (tenant: Reach): Promise<readonly SandboxEvent[]> =>
  readAll((target) => call(tenant, "GET", target), "/_sandbox/events");

/** Most items that one call of the control API lists. */
const pageSize = 1000;

/** The lists of the control API that are read from an id on. */
export type ListPath = "/_sandbox/deliveries" | "/_sandbox/events";

/**
 * Every item that a list of the control API holds after an id, or at all, oldest first. Each page goes on where the last
 * one ended, so this ends when the list does.
 *
 * @param read gets a path with its query
 */
export async function readAll<Item extends { readonly id: string }>(
  read: (target: string) => Promise<{ readonly items: readonly Item[] }>,
  path: ListPath,
  after?: string,
  filter: Readonly<Record<string, string>> = {},
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (;;) {
    const from = all.at(-1)?.id ?? after;
    const query = new URLSearchParams({
      ...filter,
      limit: String(pageSize),
      ...(from === undefined ? {} : { after: from }),
    });
    const { items } = await read(`${path}?${query}`);
    all.push(...items);
    if (items.length < pageSize) return all;
  }
}
