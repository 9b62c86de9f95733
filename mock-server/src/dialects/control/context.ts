import type { components, operations } from "@drawdown/spec/control";
import type { Caller, Handlers } from "#http/contract.js";
import type { Send, Transaction, Warn } from "#sandbox/ports.js";
import type { Tenant, Tenants } from "#sandbox/tenant.js";
import type { World } from "#sandbox/world.js";
import type { Controls } from "./controls.js";

export type Schemas = components["schemas"];

/** What the control API works with, the same for every call. */
export interface Surroundings {
  readonly tenants: Tenants;
  /** Keys that a tenant may be opened for; null: any. */
  readonly allowedKeys: ReadonlySet<string> | null;
  /** What the dialect beside it lets it do. */
  readonly controls: Controls;
  readonly send: Send;
}

/** What a handler is given: the tenant itself, since it may move its clock and empty its store, as no transaction can. */
export interface Context extends Surroundings {
  readonly tenant: Tenant;
  /** A transaction of the tenant's, whose result is the answer; what its work warns of is told with it. */
  readonly answer: <Body>(work: (unit: Transaction) => Promise<Body>) => Promise<Ok<Body>>;
  /** The same, and the world it was in, for what is to follow in that and no other. */
  readonly inWorld: <Result>(
    work: (unit: Transaction) => Promise<Result>,
  ) => Promise<{ readonly world: World; readonly result: Result }>;
  readonly hungUp: Caller["hungUp"];
}

/** The handlers of some operations. */
export type HandlersOf<Ids extends keyof operations> = Pick<Handlers<operations, Context>, Ids>;

interface Ok<Body> {
  readonly status: 200;
  readonly body: Body;
}

/** An answer with that body. */
export const ok = <Body>(body: Body): Ok<Body> => ({ status: 200, body });

/** What the handler of one call is given. */
export function contextOf(
  surroundings: Surroundings,
  tenant: Tenant,
  { warn, hungUp }: { readonly warn: Warn; readonly hungUp: Caller["hungUp"] },
): Context {
  return {
    ...surroundings,
    tenant,
    hungUp,
    answer: async (work) => ok(await tenant.agenda.transact(work, warn)),
    inWorld: (work) =>
      tenant.inTurn(async (world) => ({ world, result: await world.agenda.transact(work, warn) })),
  };
}
